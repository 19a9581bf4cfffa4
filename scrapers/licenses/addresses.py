"""The address of a licence's text, deed or badge to its SPDX id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sitecorpus.licensing import terms_of

MAX_ADDRESS_CHARS = 2000


@dataclass(frozen=True)
class Name:
    """A licence as an address or a phrase names it; `spdx` is None where the version is missing."""

    spdx: str | None
    jurisdiction: str | None
    family: str
    start: int = 0
    end: int = 0


# the address itself or one wrapped in it begins here: `notcreativecommons.org` is another host
_HOST = r"(?:^|//|:/|[\s(=,;<])(?:[\w-]{1,63}\.){0,4}"
# https://creativecommons.org/licenses/list.en; badges lie on i.creativecommons.org/l/ and licensebuttons.net/l/
_CREATIVE_COMMONS = re.compile(
    _HOST
    + r"(?:creativecommons\.org|licensebuttons\.net)/(?P<kind>licen[sc]es?|publicdomain|l|p)/(?P<code>[a-z+-]{1,20})"
    r"(?:/(?P<version>\d\.\d))?(?:/(?P<where>[a-z]{2}|igo|scotland)(?![a-z.-]))?",
    re.IGNORECASE,
)
_VERSIONS = frozenset({"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"})
_OTHERS = tuple(
    (re.compile(f"{_HOST}(?:{pattern})", re.IGNORECASE), spdx)
    for pattern, spdx in (
        (r"apache\.org/licenses/license-2\.0", "Apache-2.0"),
        (r"gnu\.org/licenses/(?:old-licenses/)?fdl-1\.([123])", "GFDL-1.{}"),
        (r"gnu\.org/licenses/(?:old-licenses/)?(l|a)?gpl-([23]\.[01])", "{}GPL-{}-only"),
        (r"docs\.python\.org/(?:[\w.]+/)?license\.html", "PSF-2.0"),
        (r"python\.org/psf/license", "PSF-2.0"),
        (r"numpy\.org/(?:doc/\w+/|devdocs/)?license\.html", "BSD-3-Clause"),
        (r"unlicense\.org/?(?:$|[?#])", "Unlicense"),
        (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/([123])", "OGL-UK-{}.0"),
        (r"open\.canada\.ca/(?:en|fr)/(?:open-government-licence-canada|licence-du-gouvernement)", "OGL-Canada-2.0"),
        (r"etalab\.gouv\.fr/licence-ouverte|etalab-2\.0\.md|etalab\.gouv\.fr/[^?#]{0,80}ETALAB-Licence-Ouverte-v2", "etalab-2.0"),
        (r"govdata\.de/dl-de/by-2-0", "DL-DE-BY-2.0"),
        (r"govdata\.de/dl-de/zero-2-0", "DL-DE-ZERO-2.0"),
        (r"data\.norge\.no/nlod/(?:\w\w/)?([12])\.0", "NLOD-{}.0"),
        (r"opendatacommons\.org/licenses/by/1[.-]0", "ODC-By-1.0"),
        (r"opendatacommons\.org/licenses/odbl/1[.-]0", "ODbL-1.0"),
        (r"opendatacommons\.org/licenses/pddl/1[.-]0", "PDDL-1.0"),
        (r"artlibre\.org/licence/lal(?:/|$)", "LAL-1.3"),
    )
)  # fmt: skip
_REGISTRY = re.compile(
    _HOST + r"(?:spdx\.org/licenses/|opensource\.org/licenses?/)(?P<id>[\w.+-]{1,60}?)(?:\.html|\.php|\.txt)?/?(?:$|[?#])", re.IGNORECASE
)  # fmt: skip
_NICKNAMES = {"mit-license": "MIT", "gpl-3.0": "GPL-3.0-only", "gpl-2.0": "GPL-2.0-only", "agpl-3.0": "AGPL-3.0-only"}


_MARKS = ("creativecommons", "licens", "licenc", "gpl", "fdl", "dl-de", "nlod", "artlibre", "etalab")


def may_be_licence(address: str) -> bool:
    """Say quickly whether an address may be a licence's."""
    lower = address.lower()
    return any(mark in lower for mark in _MARKS)


def licence_at(address: str) -> tuple[str, str | None] | None:
    """Return (SPDX id, jurisdiction or None) of a licence's address, wrapped in another one or not."""
    name = name_at(address)
    return (name.spdx, name.jurisdiction) if name and name.spdx else None


def name_at(address: str) -> Name | None:
    """Return what an address names, its version known or not."""
    address = address[:MAX_ADDRESS_CHARS]
    if "%2" in address:  # wrapped in a redirect: %2F is its slash
        address = unquote(address)
    found = _CREATIVE_COMMONS.search(address)
    if found:
        return creative_commons(found["kind"].lower(), found["code"].lower(), found["version"], found["where"])
    for pattern, spdx in _OTHERS:
        hit = pattern.search(address)
        if hit:
            spdx = spdx.format(*((group or "").upper() for group in hit.groups()))
            return Name(spdx, None, _family(spdx))
    hit = _REGISTRY.search(address)
    return known_id(_NICKNAMES.get(hit["id"].casefold(), hit["id"])) if hit else None


def creative_commons(kind: str, code: str, version: str | None, where: str | None) -> Name | None:
    """Return the licence of the parts of its address: `licenses`, `by-nc`, `3.0`, `de`."""
    if kind in ("publicdomain", "p"):
        known = {"zero": ("CC0-1.0", "CC0"), "mark": ("CC-PDM-1.0", "CC-PDM")}.get(code)
        return Name(known[0], None, known[1]) if known else None
    if code == "publicdomain":
        return Name("CC-PDDC", None, "CC-PDDC")
    return of_parts(code.split("-"), version, where)


def of_parts(parts: list[str], version: str | None, where: str | None = None) -> Name | None:
    """Return the licence of the elements `by`, `nc`, `nd`, `sa` in any order; None where there is no such licence."""
    chosen = set(parts)
    if "by" not in chosen or not chosen <= {"by", "nc", "nd", "sa"} or {"nd", "sa"} <= chosen:
        return None
    family = "CC-" + "-".join(p for p in ("by", "nc", "nd", "sa") if p in chosen).upper()
    if version not in _VERSIONS:
        return Name(None, None, family)  # which version was meant cannot be known
    port = where.lower() if where and version != "4.0" else None  # 4.0 has no ports
    return Name(f"{family}-{version}", port, family)


def known_id(text: str) -> Name | None:
    """Return the licence that an SPDX id names, in any case; None where it is in no list."""
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9.+-]{2,60}", text):
        return None
    found = re.fullmatch(r"CC-((?:BY|NC|ND|SA)(?:-(?:NC|ND|SA)){0,2})-(\d\.\d)(?:-([A-Z]{2,3}))?", text, re.IGNORECASE)
    if found:
        return of_parts(found[1].lower().split("-"), found[2], found[3])
    terms = terms_of(text)
    if not terms.known or terms.all_rights_reserved:
        return None
    spdx = re.sub(r"^(GFDL-1\.[123])-only$", r"\1", terms.id)  # the base id, as an address gives it
    return Name(spdx, None, _family(spdx))


def _family(spdx: str) -> str:
    return re.sub(r"-[\d.]+(?:-only|-or-later)?$", "", spdx)
