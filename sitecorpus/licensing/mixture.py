"""The licences of many documents together: what they allow for one use, under which licence, and what is in the way.

A mixture is the set of grounds on which its documents stand, so mixing is the union of sets. Of an outcome everything can
only shrink with a further ground: the licences for the whole are an intersection, the blockers and obligations a union.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sitecorpus.licensing.compatibility import NO_COPYLEFT, RELEASES, releases
from sitecorpus.licensing.expression import alternatives
from sitecorpus.licensing.terms import Terms, terms_of
from sitecorpus.licensing.use import OBLIGATIONS, Blocker, Grant, Outcome, Use

Way = tuple[Terms, ...]
"""Terms that one complies with together: one alternative of an expression."""


@dataclass(frozen=True)
class Mixture:
    """Documents, as the grounds on which they may be used."""

    grants: frozenset[Grant] = frozenset()

    @classmethod
    def of(cls, grants: Iterable[Grant | str]) -> Mixture:
        """Make one of grants, or of SPDX expressions that are granted to everybody."""
        return cls(frozenset(Grant(g) if isinstance(g, str) else g for g in grants))

    def __or__(self, other: Mixture) -> Mixture:
        return Mixture(self.grants | other.grants)

    def outcome(self, use: Use) -> Outcome:
        """Judge one use of all documents."""
        open_ways = {grant: _open_ways(grant, use) for grant in sorted(self.grants)}
        blockers = [Blocker(grant, why) for grant, (_, why) in open_ways.items() if why]
        ways = {grant: found for grant, (found, why) in open_ways.items() if not why}
        whole = _release(ways)
        if use.form == "merged" and use.shared and whole is None and ways:
            blockers += _conflicts(ways)
        chosen = {grant: _chosen(grant, found, whole) for grant, found in ways.items()}
        # what a blocked ground asks counts too: an outcome never asks less because of it
        asked = {grant: _asked(way) for grant, way in chosen.items()}
        asked |= {grant: _asked(way) for grant in open_ways if grant not in ways for way in _ways(grant)[:1]}
        shareable = use.shared and not blockers and use.form != "analysis"
        return Outcome(
            use=use,
            license=_expression(list(chosen.values()), whole) if shareable else None,
            obligations=tuple(name for name in OBLIGATIONS if any(name in names for names in asked.values())),
            blockers=tuple(sorted(blockers)),
        )


# --- one ground


def _ways(grant: Grant) -> list[Way]:
    found = [tuple(terms_of(name) for name in way) for way in alternatives(grant.license)]
    if grant.basis == "public-domain":
        free = Terms(grant.license if found else "LicenseRef-public-domain", public_domain=True)
        found = [w if all(t.known and not t.all_rights_reserved for t in w) else (free,) for w in found] or [(free,)]
    if grant.basis in ("owner", "permission"):  # the owner may call his terms what he likes
        found = [tuple(t if t.known else _reserved(t.id) for t in way) for way in found]
        found = found or [(_reserved("LicenseRef-proprietary"),)]
    return sorted(found, key=lambda way: (len(_asked(way)), [terms.id for terms in way]))


def _reserved(name: str) -> Terms:
    return Terms(name, all_rights_reserved=True)


def _open_ways(grant: Grant, use: Use) -> tuple[list[Way], str]:
    """Return the alternatives that carry the use, or why none does."""
    ways = _ways(grant)
    if not ways:
        return [], "this is no SPDX license expression, so nobody can say what it allows"
    reasons = [next((why for terms in way if (why := _against(terms, grant, use))), "") for way in ways]
    carried = [way for way, why in zip(ways, reasons, strict=True) if not why]
    return carried, "" if carried else reasons[0]


def _against(terms: Terms, grant: Grant, use: Use) -> str:
    if grant.basis == "owner":
        return ""
    if grant.basis == "permission":
        if not use.shared or grant.may_share or use.form == "analysis":
            return ""
        if terms.all_rights_reserved:
            return "the permission on record is not said to cover handing the texts on"
    if not terms.known:
        return "its terms are not known here, and what is not known is not allowed"
    if terms.all_rights_reserved:
        return "all rights are reserved, and no permission is on record"
    if terms.non_commercial and use.purpose == "commercial":
        return "it allows non-commercial use only, and the purpose is commercial"
    if terms.no_derivatives and use.form in ("mended", "merged"):
        if use.shared:
            return "it allows only unchanged copies to be shared, and these texts are changed"
        if not terms.private_derivatives:
            return "it allows no changed copies, not even for oneself (as version 4.0 of Creative Commons does)"
    return ""


def _asked(way: Way) -> frozenset[str]:
    return frozenset(
        name
        for terms in way
        for name, holds in (
            ("attribution", terms.attribution),
            ("changes", terms.changes),
            ("notice", terms.notice),
            ("share-alike", terms.share_alike),
            ("non-commercial", terms.non_commercial),
            ("no-derivatives", terms.no_derivatives),
            ("all-rights-reserved", terms.all_rights_reserved or not terms.known),
        )
        if holds
    )


# --- all together


def _releases(way: Way, basis: str) -> frozenset[str]:
    found = frozenset(RELEASES)
    for terms in way:
        if terms.public_domain:
            continue
        # an owner's yes goes beyond his terms, but nothing says that he joins in another's copyleft
        yes = basis in ("owner", "permission") and (terms.all_rights_reserved or terms.no_derivatives)
        found &= frozenset({NO_COPYLEFT}) if yes else releases(terms.id)
    return found


def _offers(grant: Grant, ways: list[Way]) -> frozenset[str]:
    return frozenset().union(*(_releases(way, grant.basis) for way in ways))


def _release(ways: dict[Grant, list[Way]]) -> str | None:
    """Return what every ground allows for the whole, or None: one of their own licences before another of RELEASES."""
    found = frozenset(RELEASES)
    for grant, offered in ways.items():
        found &= _offers(grant, offered)
    own = {terms.id for offered in ways.values() for way in offered for terms in way}
    return min(found, key=lambda name: (name != NO_COPYLEFT, name not in own, RELEASES.index(name)), default=None)


def _chosen(grant: Grant, offered: list[Way], whole: str | None) -> Way:
    """The alternative that asks least of those that fit the whole, or of all where there is no whole."""
    return next((way for way in offered if whole is not None and whole in _releases(way, grant.basis)), offered[0])


def _conflicts(ways: dict[Grant, list[Way]]) -> Iterator[Blocker]:
    """Name the grounds that cannot be in one work, each with the first that it does not agree with."""
    sets = {grant: _offers(grant, offered) for grant, offered in ways.items()}
    for grant, found in sets.items():
        against = [other.license for other, theirs in sets.items() if not found & theirs and other != grant]
        if not found:
            yield Blocker(grant, "no work made from it may be shared")
        elif against:
            yield Blocker(grant, f"no licence for one work satisfies both it and {against[0]}")
    if all(a & b for a in sets.values() for b in sets.values()):  # only all of them together disagree
        for grant, found in sets.items():
            if len(found) < len(RELEASES):
                yield Blocker(grant, "no licence for one work satisfies it and all the others")


def _expression(chosen: list[Way], whole: str | None) -> str | None:
    """Return the licence of the whole: the reciprocal one, and with it those that do not pass into another."""
    if whole is None:  # copies side by side need no licence in common, but may have one
        alike = len(set(chosen)) == 1
        return " AND ".join(terms.id for terms in chosen[0]) if alike else None
    terms = {t.id: t for way in chosen for t in way}
    names = {whole} - {NO_COPYLEFT}
    credit = [t for t in terms.values() if t.id.rpartition("-")[0] in ("CC-BY", "CC-BY-NC")]
    for each in terms.values():
        if not (each.public_domain or each.share_alike or each in credit):
            names.add(each.id)
    if credit and not whole.startswith("CC-BY"):
        kind = "CC-BY-NC" if any(t.non_commercial for t in credit) else "CC-BY"
        names.add(f"{kind}-{max(t.id.rpartition('-')[2] for t in credit)}")
    return " AND ".join(sorted(names or set(terms))) or None
