"""What robots.txt means for the seeds, and what could not be asked. No policy decides here otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scrapers.agent import PRODUCT
from scrapers.exhibits import Exhibit
from scrapers.policy.findings import because, failure_of
from scrapers.policy.rules import Policy
from scrapers.robots import RobotsRules, rules_for
from scrapers.scope import origin_of
from sitecorpus.rights import Quote, Reason


def robots_of(exhibits: Sequence[Exhibit]) -> tuple[RobotsRules, Exhibit | None]:
    """Return the rules of a host, and the answer that they were read from."""
    for exhibit in exhibits:
        if exhibit.kind == "robots":
            found = exhibit.exchange
            return rules_for(None if found.error else found.status, found.body, found.truncated), exhibit
    return RobotsRules(access="deny", why="robots.txt was not asked for"), None


def robots_quote(rules: RobotsRules, body: bytes, url: str) -> Quote | None:
    """Return the line of robots.txt that decided for a URL; None where none did."""
    line = rules.ruling(PRODUCT, url) if rules.access == "rules" else None
    if line is None:
        return None
    return Quote(body[line.start : line.end].decode("utf-8", "replace"), None, line.start, line.end)


def robots_reasons(exhibits: Sequence[Exhibit], seeds: Sequence[str]) -> Iterator[Reason]:
    """Say whether robots.txt lets us fetch the seeds (RFC 9309)."""
    rules, exhibit = robots_of(exhibits)
    if exhibit is None:
        yield Reason("robots_unreachable", "deny", rules.why, seeds[0])
        return
    found = exhibit.exchange
    if rules.access == "deny":
        had = found.status is not None and 200 <= found.status < 300
        detail = rules.why + (f": {found.error}" if found.error else "")
        yield because("robots_unreadable" if had else "robots_unreachable", ("deny", None), detail, exhibit)
        return
    denied = [seed for seed in seeds if not rules.allows(PRODUCT, seed)]
    for seed in denied:
        detail = f"robots.txt does not let {PRODUCT} fetch {seed}"
        yield because("robots_denies", ("deny", None), detail, exhibit, robots_quote(rules, found.body, seed))
    if not denied:
        quote = robots_quote(rules, found.body, seeds[0])
        yield because("robots_allows", ("allow", None), rules.why, exhibit, quote)


def unanswered(exhibits: Sequence[Exhibit], seeds: Sequence[str], policy: Policy) -> Iterator[Reason]:
    """Say what could not be asked: silence of a server that fails is not silence of its owner."""
    for exhibit in exhibits:
        found = exhibit.exchange
        if exhibit.kind == "home" and found.url in seeds:
            if origin_of(found.url) != origin_of(found.final_url):
                detail = f"{found.url} leads to {found.final_url}, another origin"
                yield because("seed_leads_elsewhere", ("review", None), detail, exhibit)
            if not found.ok:
                detail = f"{found.url} cannot be had: {failure_of(found)}"
                yield because("seed_unreachable", ("review", None), detail, exhibit)
        broken = found.status is None or found.status >= 500 or found.status == 429 or found.error or found.truncated
        if exhibit.kind in ("ai_txt", "trust_txt", "tdmrep") and broken:
            detail = f"whether there is an opt-out cannot be known: {failure_of(found)}"
            yield because("signal_unreachable", policy.ask("signals", "unclear"), detail, exhibit)
