"""The one answer for a page: what its host was asked holds for it too, by its own path; and what it says itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scrapers.agent import PRODUCT
from scrapers.exhibits import Exhibit
from scrapers.policy.findings import because
from scrapers.policy.grants import license_ruling, read_license
from scrapers.policy.robots import robots_of, robots_quote
from scrapers.policy.rules import Policy
from scrapers.policy.signals import FILES, SiteFiles, signal_reasons
from scrapers.robots import RobotsRules
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Reason


@dataclass(frozen=True)
class Site:
    """What a host said for all its pages: its robots.txt, and the files that machines read."""

    KINDS: ClassVar = FILES
    """Kinds of exhibits that it is made of."""
    rules: RobotsRules
    robots: Exhibit | None
    files: SiteFiles

    @classmethod
    def of(cls, exhibits: tuple[Exhibit, ...]) -> Site:
        """Take it from what a host was asked."""
        return cls(*robots_of(exhibits), SiteFiles.of(exhibits))


@dataclass(frozen=True)
class PageFinding:
    """May this page be used? Where it may, under which licence, and who says so."""

    reason: Reason
    """What grants, or what stands against it first; its code is the ledger's word."""
    license: str | None = None
    source: str = ""
    """page:<scope>:<rule> or declared:<basis>."""
    named: tuple[str, ...] = ()
    """Licences that the page names, where none of them does."""


def judge_page(
    page: Exhibit, site: Site | None, rights: RightsSettings, policy: Policy, declaration: Reason | None
) -> PageFinding:
    """Decide for one archived page of a host whose verdict is `allow`.

    `site` is None for what was collected elsewhere: nobody was asked for it. `declaration` is the reason that
    the declaration gave the host, where there is one. What a page says against it counts whatever was declared.
    """
    url = page.exchange.url
    against = _against(page, site, url, policy)
    if against is not None:
        return PageFinding(against)
    if declaration is not None and (declaration.answer != "allow" or rights.basis != "license"):
        return _declared(rights, declaration)
    licensed = read_license(page)
    answer, rule = license_ruling(licensed, rights, policy)
    reading = licensed.reading
    if reading.spdx is None and declaration is not None:
        return _declared(rights, declaration)
    named = tuple(sorted({c.spdx for c in reading.evidence if c.spdx}))
    if answer == "allow":
        detail = f"{reading.spdx} ({reading.source})"
        reason = because("license_found", (answer, rule), detail, page, licensed.quote)
        return PageFinding(reason, reading.spdx, f"page:{reading.source}")
    if reading.spdx is None:
        detail = f"no licence of its text; licences it mentions: {len(reading.evidence)}"
        return PageFinding(because("no_license", (answer, rule), detail, page, licensed.quote), named=named)
    if not reading.confident:
        detail = f"it names {', '.join(named)} for one text"
        return PageFinding(because("license_unclear", (answer, rule), detail, page, licensed.quote), named=named)
    reason = because("license_not_allowed", (answer, rule), f"{reading.spdx} ({reading.source})", page, licensed.quote)
    return PageFinding(reason, named=named)


def judge_row(rights: RightsSettings, declaration: Reason | None, url: str) -> PageFinding:
    """Decide for a row of a table, which says nothing itself: only a declaration grants."""
    if declaration is None:
        return PageFinding(Reason("no_license", "review", "a row has no licence of its own, and none is declared", url))
    return _declared(rights, declaration)


def _declared(rights: RightsSettings, declaration: Reason) -> PageFinding:
    if declaration.answer != "allow":
        return PageFinding(declaration)
    return PageFinding(declaration, rights.license, f"declared:{rights.basis}")


def _against(page: Exhibit, site: Site | None, url: str, policy: Policy) -> Reason | None:
    """Return the hardest thing that stands against the page, or None."""
    if site is not None and not site.rules.allows(PRODUCT, url):
        detail = f"robots.txt does not let {PRODUCT} fetch {url}"
        if site.robots is None:
            return Reason("robots_denies", "deny", detail, url)
        quote = robots_quote(site.rules, site.robots.exchange.body, url)
        return because("robots_denies", ("deny", None), detail, site.robots, quote)
    files = site.files if site is not None else SiteFiles({})
    reasons = list(signal_reasons(files.signals(url, page), url, policy))
    for hardest in ("deny", "review"):
        for reason in reasons:
            if reason.answer == hardest:
                return reason
    return None
