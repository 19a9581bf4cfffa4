"""What a page says of licences, as values: each mention a claim with a scope, and the reading they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Scope = Literal["article", "site", "image", "comment", "widget", "terms", "other", "mention"]
GRANTING: tuple[Scope, ...] = ("article", "site")
MAX_QUOTE_CHARS = 300


@dataclass(frozen=True)
class Claim:
    """One mention of a licence on a page.

    `spdx` is None where no SPDX id can be told: a Creative Commons licence without its version, or terms of the
    page's own making.
    """

    spdx: str | None
    jurisdiction: str | None
    """ISO 3166 code of a ported Creative Commons licence, or `igo`."""
    scope: Scope
    rule: str
    """Which reading found it: header, json-ld, microdata, link, meta, spdx, rel-license, anchor, badge, text."""
    quote: str
    """Verbatim words of the page, whitespace folded, at most `MAX_QUOTE_CHARS`."""
    family: str | None = None
    """The licence without its version, `CC-BY-SA`; None for terms of the page's own making."""


@dataclass(frozen=True)
class LicenseReading:
    """What a page says of the licence of its article text. `spdx` is None where nothing covers it."""

    spdx: str | None
    jurisdiction: str | None
    scope: Scope | None
    confident: bool
    """False where statements disagree: two licences, or one beside "all rights reserved"."""
    evidence: tuple[Claim, ...]

    @property
    def source(self) -> str:
        """The scope and the rule that decided, for the record."""
        for claim in self.evidence:
            if claim.spdx == self.spdx and claim.scope == self.scope:
                return f"{claim.scope}:{claim.rule}"
        return ""


def reading_of(claims: Sequence[Claim]) -> LicenseReading:
    """Add claims up. Those on the article prevail over those on the site; any disagreement costs the confidence."""
    evidence = tuple(dict.fromkeys(claims))
    granting = [c for c in evidence if c.scope in GRANTING]
    for scope in GRANTING:
        spdx = next((c.spdx for c in granting if c.scope == scope and c.spdx), None)
        if spdx is None:
            continue
        where = {c.jurisdiction for c in granting if c.spdx == spdx and c.jurisdiction}
        family = next(c.family for c in granting if c.spdx == spdx)
        agreed = all(c.spdx == spdx or (c.spdx is None and c.family == family) for c in granting)
        return LicenseReading(spdx, where.pop() if len(where) == 1 else None, scope, agreed, evidence)
    return LicenseReading(None, None, None, False, evidence)
