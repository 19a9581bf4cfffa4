"""What grants: a declaration in the recipe, or the licence that a page names for its own text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scrapers.exhibits import Exhibit
from scrapers.licenses import LicenseReading, page_license
from scrapers.policy.findings import because
from scrapers.policy.rules import Policy
from scrapers.quotes import find_quote, find_source
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Answer, Quote, Reason

_CLOSED = (("non_commercial", "-NC"), ("no_derivatives", "-ND"))


@dataclass(frozen=True)
class Licensed:
    """A page and what it says of its licence."""

    exhibit: Exhibit
    reading: LicenseReading

    @property
    def named(self) -> str:
        """The licence; `unsure` for a conflict, `none` where nothing covers the text."""
        if self.reading.spdx is None:
            return "none"
        return self.reading.spdx if self.reading.confident else "unsure"

    @property
    def quote(self) -> Quote | None:
        """The words that name the licence, where they stand."""
        found = self.exhibit.exchange
        for claim in self.reading.evidence:
            if claim.spdx == self.reading.spdx and claim.scope == self.reading.scope:
                if claim.rule == "header":
                    return Quote(claim.quote, "link")
                place = find_quote(found.body, claim.quote) or find_source(found.body, claim.quote)
                return Quote(claim.quote, None, *(place or (None, None)))
        return None


def read_license(exhibit: Exhibit) -> Licensed:
    """Read the licence of a page."""
    found = exhibit.exchange
    return Licensed(exhibit, page_license(found.body, found.final_url, found.header_map))


def licenses_of(exhibits: Sequence[Exhibit]) -> list[Licensed]:
    """Read the licences of the pages that were looked at."""
    return [read_license(e) for e in exhibits if e.kind in ("home", "page") and e.exchange.ok]


def counted(pages: Sequence[Licensed]) -> dict[str, int]:
    """Return how many pages name which licence."""
    return dict(sorted(Counter(p.named for p in pages).items()))


def findings_of(page: Licensed, rights: RightsSettings) -> tuple[str, ...]:
    """Return what a policy has to say something of: lines of its [licenses]."""
    spdx = page.reading.spdx
    if spdx is None:
        return ("none",)
    if not page.reading.confident:
        return ("conflict",)
    if spdx in rights.allow:
        return ("listed",)
    return tuple(name for name, mark in _CLOSED if spdx.startswith("CC-") and mark in spdx) or ("other",)


def license_ruling(page: Licensed, rights: RightsSettings, policy: Policy) -> tuple[Answer, str]:
    """Return what the policy says of the licence of a page, and the line that said it."""
    return policy.ask("licenses", *findings_of(page, rights))


def declaration_reason(rights: RightsSettings, declared: Sequence[Exhibit], policy: Policy, url: str) -> Reason | None:
    """Return what the declaration in the recipe means; None where there is none and the policy needs none."""
    if not rights.declared:
        answer, rule = policy.ask("declarations", "none")
        if answer == "allow":
            return None
        detail = f"policy {policy.name} needs a declaration: license, basis, attested_by and attested_on in [rights]"
        return Reason("not_declared", answer, detail, url, rule=rule)
    ruling: tuple[Answer, str | None] = policy.ask("declarations", (rights.basis or "none").replace("-", "_"))
    shown = [e for e in declared if e.kind == "file" or (e.kind == "shown" and e.exchange.ok)]
    detail = f"{rights.license}, by {rights.basis}: {rights.attested_by}, {rights.attested_on}"
    if shown:
        names = [(e.exchange.url.rpartition(":")[2] if e.kind == "file" else e.exchange.url, e.sha256) for e in shown]
        detail += "; shown by " + ", ".join(f"{name} (sha256 {sha256})" for name, sha256 in names)
    code = "declared"
    if rights.basis == "permission" and not shown:
        # no policy may say otherwise: what is not shown is not recorded
        code, ruling = "permission_not_shown", ("review", None)
        detail += "; no file and no page shows this permission: name one in `evidence_files` or `evidence_urls`"
    record = next((e for e in declared if e.kind == "declaration"), None)
    if record is None:
        return Reason(code, ruling[0], detail, url, rule=ruling[1])
    return because(code, ruling, detail, record, _declared_quote(record, rights))


def _declared_quote(record: Exhibit, rights: RightsSettings) -> Quote | None:
    words = f'"basis": "{rights.basis}"'
    at = record.exchange.body.find(words.encode())
    return Quote(words, None, at, at + len(words)) if at >= 0 else None


def license_reasons(pages: Sequence[Licensed], rights: RightsSettings, policy: Policy, seed: str) -> Iterator[Reason]:
    """Say whether the pages that were looked at grant a licence that the policy takes."""
    found: Mapping[str, int] = counted(pages)
    said = ", ".join(f"{name} on {n}" for name, n in found.items()) or "no page could be read"
    granting = [p for p in pages if license_ruling(p, rights, policy)[0] == "allow"]
    if granting:
        page = granting[0]
        detail = f"{page.reading.spdx} ({page.reading.source}); of the pages looked at: {said}"
        yield because("license_found", license_ruling(page, rights, policy), detail, page.exhibit, page.quote)
        return
    closed = any(mark in name for name in found for _, mark in _CLOSED)
    hint = "; NC and ND licences need policy = 'research', or their id in `allow`" if closed else ""
    detail = f"no page that was looked at grants an allow-listed licence for its text ({said}){hint}"
    if not pages:
        answer, rule = policy.ask("licenses", "none")
        yield Reason("no_license", answer, detail, seed, rule=rule)
        return
    # the page that says most of a licence speaks for them
    telling = max(pages, key=lambda p: (p.reading.spdx is not None, p.named))
    ruling = policy.ask("licenses", *dict.fromkeys(f for p in pages for f in findings_of(p, rights)))
    yield because("no_license", ruling, detail, telling.exhibit, telling.quote)
