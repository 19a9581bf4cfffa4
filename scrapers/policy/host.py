"""The one answer for a host: the hardest of its reasons; anything that is not shown is not allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.exhibits import Exhibit
from scrapers.policy.findings import worst_of
from scrapers.policy.grants import counted, declaration_reason, license_reasons, license_ruling, licenses_of
from scrapers.policy.robots import robots_of, robots_reasons, unanswered
from scrapers.policy.rules import Policy, shipped
from scrapers.policy.signals import SiteFiles, no_opt_out, signal_reasons
from scrapers.policy.terms import terms_of, terms_reasons, worst_terms
from scrapers.robots import RobotsRules
from scrapers.scope import origin_of
from scrapers.signals import Signal
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Answer, Reason


@dataclass(frozen=True)
class Finding:
    """Everything that was read for one host, and the decision it leads to."""

    decision: Answer
    license: str | None
    reasons: tuple[Reason, ...]
    robots: RobotsRules
    signals: tuple[Signal, ...]
    terms: str
    """deny, review, allow, silent, unreadable, or absent where no terms page was found."""
    licenses: dict[str, int]
    """Pages of the sample, by licence; `none` for those that grant nothing."""


def judge(
    exhibits: Sequence[Exhibit],
    seeds: Sequence[str],
    rights: RightsSettings,
    policy: Policy | None = None,
    declared: Sequence[Exhibit] = (),
) -> Finding:
    """Decide for the host of `seeds` (one or more, all of one origin): a pure function of archived bytes."""
    policy = policy or shipped(rights.policy)
    rules, _ = robots_of(exhibits)
    reasons = list(robots_reasons(exhibits, seeds))
    asked = any(e.kind == "home" for e in exhibits)  # robots.txt let us ask
    signals, said = _signals(exhibits, seeds, policy)
    reasons += said if any(r.answer != "allow" for r in said) else [*said, *no_opt_out(exhibits)]
    if asked:
        reasons += unanswered(exhibits, seeds, policy)
    elif worst_of(reasons) == "deny":
        return Finding("deny", rights.license, tuple(reasons), rules, signals, "absent", {})
    reasons += terms_reasons(exhibits, rights, policy, seeds[0])
    pages = licenses_of(exhibits)
    declaration = declaration_reason(rights, declared, policy, seeds[0])
    reasons += [declaration] if declaration else license_reasons(pages, rights, policy, seeds[0])
    granted = Counter(p.reading.spdx for p in pages if license_ruling(p, rights, policy)[0] == "allow").most_common(1)
    return Finding(
        worst_of(reasons),
        rights.license or (granted[0][0] if granted else None),
        tuple(reasons),
        rules,
        signals,
        worst_terms(terms_of(exhibits)),
        counted(pages),
    )


def _signals(
    exhibits: Sequence[Exhibit], seeds: Sequence[str], policy: Policy
) -> tuple[tuple[Signal, ...], list[Reason]]:
    files = SiteFiles.of(exhibits)
    homes = [e for e in exhibits if e.kind == "home" and e.exchange.ok]
    reasons: dict[tuple[str, str], Reason] = {}
    signals: dict[Signal, None] = {}
    # a page speaks for itself; the site's files are asked about the seeds that could not be had too
    places = {e.exchange.url: e for e in homes} | {s: None for s in seeds if s not in {e.exchange.url for e in homes}}
    for url, page in places.items():
        at = page.exchange.final_url if page and origin_of(page.exchange.final_url) == origin_of(url) else url
        found = files.signals(at, page)
        signals |= dict.fromkeys(s for s, _ in found)
        for reason in signal_reasons(found, at, policy):
            reasons.setdefault((reason.code, reason.detail), reason)
    return tuple(signals), list(reasons.values())
