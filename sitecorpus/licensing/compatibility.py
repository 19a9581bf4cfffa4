"""Under which licence a work made from others may be shared as a whole.

Every licence has a set of such licences, its *releases*; `NO_COPYLEFT` stands for: no reciprocal licence is needed. What may
be one work is the intersection of the sets, so the order of the documents cannot matter and a further document can only
take away. What no source says is compatible is not.

Sources: ShareAlike in CC BY-SA and BY-NC-SA, 4.0 3(b), 3.0 and 2.5 4(b), 1.0 4(b);
https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses (BY-SA 4.0: Free Art License 1.3
both ways, GPL 3.0 one way); GFDL 10 (the move to CC BY-SA of section 11 ended on 2009-08-01); GPL 2.0 9, 3.0 14; LGPL 2.1 3;
MPL 2.0 3.3; the FSF's list, https://www.gnu.org/licenses/license-list.html (CC BY 4.0 into any GPL; Apache-2.0 into 3.0 only);
OGL-UK 3.0 (compatible with CC BY 4.0).
"""

from __future__ import annotations

from functools import lru_cache

from sitecorpus.licensing.table import TABLE
from sitecorpus.licensing.terms import Terms, terms_of

NO_COPYLEFT = ""

_CC_VERSIONS = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")
_GNU = {"GFDL": ("1.1", "1.2", "1.3"), "LGPL": ("2.0", "2.1", "3.0"), "GPL": ("1.0", "2.0", "3.0"), "AGPL": ("3.0",)}
_BY_SA = tuple(f"CC-BY-SA-{version}" for version in _CC_VERSIONS)
_BY_NC_SA = tuple(f"CC-BY-NC-SA-{version}" for version in _CC_VERSIONS)
_GNU_IDS = {
    family: tuple(f"{family}-{version}-{kind}" for version in versions for kind in ("or-later", "only"))
    for family, versions in _GNU.items()
}
_ALONE = (
    "CC-SA-1.0", "CC-NC-SA-1.0", "LAL-1.2", "LAL-1.3", "ODbL-1.0", "CDLA-Sharing-1.0", "MPL-1.1", "MPL-2.0", "EPL-1.0",
    "EPL-2.0", "CDDL-1.0", "CDDL-1.1", "CPL-1.0", "OFL-1.1", "LPPL-1.3c", "MS-RL", "EUPL-1.1", "EUPL-1.2", "OSL-3.0",
    "OPL-1.0", "CDL-1.0", "D-FSL-1.0",
)  # fmt: skip

RELEASES = (
    NO_COPYLEFT, *_BY_SA, *_GNU_IDS["GFDL"], *_GNU_IDS["LGPL"], *_GNU_IDS["GPL"], *_GNU_IDS["AGPL"], *_ALONE, *_BY_NC_SA,
)  # fmt: skip
"""All that a whole may be shared under, the preferred ones first: the least asked, the oldest version, so least is changed."""


@lru_cache(maxsize=1024)
def releases(license_id: str) -> frozenset[str]:
    """Return the members of RELEASES under which a work made from material under `license_id` may be shared."""
    terms = terms_of(license_id)
    if not terms.known or terms.no_derivatives:
        return frozenset()
    if terms.public_domain:
        return frozenset(RELEASES)
    if terms.share_alike:
        return frozenset(_reciprocal(terms.id))
    return frozenset({NO_COPYLEFT, *_into_copyleft(terms)})


def _reciprocal(name: str) -> tuple[str, ...]:
    family, _, rest = name.partition("-")
    if name in _BY_SA or name in _BY_NC_SA:
        more = ("LAL-1.3", "GPL-3.0-only") if name == "CC-BY-SA-4.0" else ()
        return (*_later(name), *more)
    if family in _GNU:
        version, _, kind = rest.partition("-")
        same = _gnu(family, version) if kind == "or-later" else (name,)
        return (*same, *(_gnu("GPL", "2.0" if version < "3.0" else "3.0") if family == "LGPL" else ()))
    if name == "MPL-2.0":  # into each Secondary License "or any later versions" (1.12)
        return (name, *_gnu("GPL", "2.0"), *_gnu("LGPL", "2.1"), *_gnu("AGPL", "3.0"))
    return {"LAL-1.3": (name, "CC-BY-SA-4.0"), "LAL-1.2": (name, "LAL-1.3")}.get(name, (name,))


def _later(name: str) -> tuple[str, ...]:
    """The same licence elements in this version or a later one; 1.0 knows no later one."""
    kind, _, version = name.rpartition("-")
    if version == "1.0":
        return (name,)
    return tuple(f"{kind}-{v}" for v in _CC_VERSIONS[_CC_VERSIONS.index(version) :])


def _gnu(family: str, version: str) -> tuple[str, ...]:
    return tuple(name for name in _GNU_IDS[family] if name.split("-")[1] >= version)


def _into_copyleft(terms: Terms) -> tuple[str, ...]:
    if terms.all_rights_reserved:
        return ()
    kind, _, version = terms.id.rpartition("-")
    if kind in ("CC-BY", "CC-BY-NC"):  # an adapter's license is never of an older version than the material's
        since = _CC_VERSIONS.index(version)
        alike = _BY_NC_SA[since:] if terms.non_commercial else (*_BY_SA[since:], *_BY_NC_SA[since:])
        return (*alike, *(_GNU_IDS["GPL"] if terms.id == "CC-BY-4.0" else ()))
    if terms.id in ("OGL-UK-3.0", "etalab-2.0"):
        return ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0")
    if terms.id == "Apache-2.0":
        return (*_BY_SA, *_BY_NC_SA, *_gnu("GPL", "3.0"), *_gnu("LGPL", "3.0"), *_gnu("AGPL", "3.0"), "MPL-2.0")
    if terms.id == "ODC-By-1.0":
        return ("ODbL-1.0",)
    return RELEASES[1:] if "anywhere" in TABLE.get(terms.id, ()) else ()
