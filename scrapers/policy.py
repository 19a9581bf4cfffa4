"""Evidence and a readable policy to one answer: allow, review or deny, with every reason.

The rules, in full. The hardest answer of all reasons is the verdict; anything not shown is not allowed.

    deny    robots.txt denies the seed, or cannot be had; the terms ban automated access or machine learning
            (not under `own`); an opt-out from AI training; a terms page that changed since it was attested
    review  an RSL licence or another signal that a person must read; terms that are unclear or cannot be
            read; nothing that grants: no allow-listed licence of the article text, no declaration
    allow   the rest: robots.txt allows, nothing says no, and a licence or a declaration grants

Under `strict` a site without terms is review. Under `own` only a declaration grants. Under `research`
non-commercial and no-derivatives Creative Commons licences are allow-listed too.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrapers.agent import PRODUCT
from scrapers.evidence import Exchange
from scrapers.licenses import LicenseReading, page_license
from scrapers.robots import RobotsRules, rules_for
from scrapers.scope import origin_of
from scrapers.signals import Signal, page_signals, site_signals
from scrapers.terms import TermsReading, read_terms, terms_text
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Answer, Reason

VERDICTS = "verdicts.json"
FILES = ("robots", "ai_txt", "trust_txt", "tdmrep")


@dataclass(frozen=True)
class Exhibit:
    """One archived exchange, and what it was fetched for: robots, home, terms, page, ai_txt, trust_txt, tdmrep."""

    kind: str
    exchange: Exchange


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


def allowed_license(spdx: str | None, rights: RightsSettings) -> bool:
    """Say whether the policy takes a licence that a page grants."""
    if spdx is None:
        return False
    if spdx in rights.allow:
        return True
    return rights.policy == "research" and spdx.startswith(("CC-BY-NC", "CC-BY-ND"))


def judge(exhibits: Sequence[Exhibit], seeds: Sequence[str], rights: RightsSettings) -> Finding:
    """Decide for the host of `seeds` (one or more, all of one origin): a pure function of archived bytes."""
    seed = seeds[0]
    robots = _robots(exhibits)
    signals = _signals(exhibits, seed)
    terms = _terms(exhibits)
    licenses, license_id, granting = _licenses(exhibits, rights)
    reasons = [*_robots_reasons(robots, exhibits, seeds), *_signal_reasons(signals, seed)]
    if any(e.kind == "home" for e in exhibits):  # robots.txt let us ask
        reasons += _unanswered(exhibits, seeds)
    if worst_of(reasons) == "deny" and not any(e.kind == "home" for e in exhibits):
        return Finding("deny", rights.license, tuple(reasons), robots, signals, "absent", {})
    reasons += _terms_reasons(terms, rights, seed)
    reasons += _grant_reasons(rights, licenses, granting, seed)
    worst = worst_of(reasons)
    verdict = _worst_terms(terms)
    return Finding(worst, rights.license or license_id, tuple(reasons), robots, signals, verdict, licenses)


def worst_of(reasons: Sequence[Reason]) -> Answer:
    """The hardest answer; review where there is no reason at all."""
    answers = {r.answer for r in reasons}
    return "deny" if "deny" in answers else "review" if "review" in answers or "allow" not in answers else "allow"


def reading_of(exchange: Exchange) -> TermsReading:
    """Read the terms in an archived answer."""
    return read_terms(terms_text(exchange.body) if exchange.ok else "")


# --- what was read


def _robots(exhibits: Sequence[Exhibit]) -> RobotsRules:
    for exhibit in exhibits:
        if exhibit.kind == "robots":
            found = exhibit.exchange
            return rules_for(None if found.error else found.status, found.body, found.truncated)
    return RobotsRules(access="deny", why="robots.txt was not asked for")


def _signals(exhibits: Sequence[Exhibit], seed: str) -> tuple[Signal, ...]:
    bodies = {e.kind: e.exchange.body for e in exhibits if e.kind in FILES and e.exchange.ok}
    found = list(site_signals(bodies, seed, PRODUCT))
    for exhibit in exhibits:
        # the home page speaks for the site; another page that opts out speaks for itself
        if exhibit.kind == "home" and exhibit.exchange.ok:
            found += page_signals(exhibit.exchange.body, exhibit.exchange.header_map, PRODUCT)
    return tuple(dict.fromkeys(found))


def _terms(exhibits: Sequence[Exhibit]) -> list[tuple[Exchange, TermsReading]]:
    """The terms pages; a page that is only called "legal" or "licence" counts where it holds terms to read."""
    read = [(e, reading_of(e.exchange)) for e in exhibits if e.kind in ("terms", "legal")]
    return [(e.exchange, r) for e, r in read if e.kind == "terms" or r.verdict not in ("unreadable", "silent")]


def _licenses(
    exhibits: Sequence[Exhibit], rights: RightsSettings
) -> tuple[dict[str, int], str | None, list[tuple[Exchange, LicenseReading]]]:
    seen: Counter[str] = Counter()
    granting = []
    for exhibit in exhibits:
        found = exhibit.exchange
        if exhibit.kind not in ("home", "page") or not found.ok:
            continue
        reading = page_license(found.body, found.final_url, found.header_map)
        named = reading.spdx if reading.confident else "unsure" if reading.spdx else "none"
        seen[named or "none"] += 1
        if reading.confident and allowed_license(reading.spdx, rights):
            granting.append((found, reading))
    common = Counter(r.spdx for _, r in granting).most_common(1)
    return dict(sorted(seen.items())), common[0][0] if common else None, granting


# --- what it means


def _robots_reasons(robots: RobotsRules, exhibits: Sequence[Exhibit], seeds: Sequence[str]) -> Iterator[Reason]:
    found = next((e.exchange for e in exhibits if e.kind == "robots"), None)
    where, sha256 = (found.final_url, _sha256(found)) if found else (seeds[0], None)
    if robots.access == "deny":
        had = found is not None and found.status is not None and 200 <= found.status < 300
        detail = robots.why + (f": {found.error}" if found and found.error else "")
        yield Reason("robots_unreadable" if had else "robots_unreachable", "deny", detail, where, sha256)
        return
    denied = [seed for seed in seeds if not robots.allows(PRODUCT, seed)]
    for seed in denied:
        yield Reason("robots_denies", "deny", f"robots.txt does not let {PRODUCT} fetch {seed}", where, sha256)
    if not denied:
        yield Reason("robots_allows", "allow", robots.why, where, sha256)


def _unanswered(exhibits: Sequence[Exhibit], seeds: Sequence[str]) -> Iterator[Reason]:
    """What could not be asked: silence of a server that fails is not silence of its owner."""
    for exhibit in exhibits:
        found = exhibit.exchange
        failed = found.error or ("it is too long" if found.truncated else f"HTTP {found.status}")
        if exhibit.kind == "home" and found.url in seeds:
            if origin_of(found.url) != origin_of(found.final_url):
                detail = f"{found.url} leads to {found.final_url}, another origin"
                yield Reason("seed_leads_elsewhere", "review", detail, found.final_url)
            if not found.ok:
                yield Reason("seed_unreachable", "review", f"{found.url} cannot be had: {failed}", found.url)
        broken = found.status is None or found.status >= 500 or found.status == 429 or found.error or found.truncated
        if exhibit.kind in ("ai_txt", "trust_txt", "tdmrep") and broken:
            yield Reason(
                "signal_unreachable", "review", f"whether there is an opt-out cannot be known: {failed}", found.url
            )


_SIGNAL_ANSWERS: dict[str, Answer] = {"opt-out": "deny", "review": "review"}


def _signal_reasons(signals: Sequence[Signal], seed: str) -> Iterator[Reason]:
    by_kind: dict[tuple[str, str, str], list[str]] = {}
    for signal in signals:
        if signal.answer in _SIGNAL_ANSWERS:
            by_kind.setdefault((signal.kind, signal.answer, signal.source), []).append(signal.value)
    for (kind, answer, source), values in by_kind.items():
        code = "opted_out" if answer == "opt-out" else "signal_to_read"
        yield Reason(code, _SIGNAL_ANSWERS[answer], f"{kind}, {source}: {', '.join(values)[:400]}", seed)


def _terms_reasons(
    terms: Sequence[tuple[Exchange, TermsReading]], rights: RightsSettings, seed: str
) -> Iterator[Reason]:
    if rights.terms_sha256:
        now = [h for x, _ in terms if x.ok and (h := _sha256(x))]
        words = [hashlib.sha256(terms_text(x.body).encode()).hexdigest() for x, _ in terms if x.ok]
        if rights.terms_sha256.lower() in (*now, *words):
            yield Reason(
                "terms_attested",
                "allow",
                f"the terms are those attested on {rights.attested_on}",
                rights.terms_url or seed,
                now[0],
            )
        else:
            detail = f"the terms changed since they were attested on {rights.attested_on} (was {rights.terms_sha256[:12]}…, now {', '.join(now) or 'gone'})"
            yield Reason("terms_changed", "deny", detail, rights.terms_url or seed)
        return  # a person has read these very words; what the patterns make of them does not count
    if not terms:
        if rights.policy == "strict":
            yield Reason("no_terms_page", "review", "no terms page was found, and policy strict wants one", seed)
        else:
            yield Reason("no_terms_page", "allow", "no terms page was found: the terms are silent", seed)
    for exchange, reading in terms:
        answer, detail = _terms_answer(exchange, reading, rights)
        yield Reason(f"terms_{reading.verdict}", answer, detail, exchange.final_url, _sha256(exchange))


def _terms_answer(exchange: Exchange, reading: TermsReading, rights: RightsSettings) -> tuple[Answer, str]:
    if rights.policy == "own":
        return "allow", "the terms are the declarant's own"
    if reading.verdict == "unreadable":
        return "review", f"the terms page cannot be read ({exchange.error or f'HTTP {exchange.status}'})"
    if reading.verdict == "allow":
        return "allow", "the terms put the site's text under an open licence"
    text = terms_text(exchange.body)
    for name, clause in (("automated access", reading.automated_access), ("machine learning", reading.ml_training)):
        if clause.answer == "yes":
            start, end = clause.spans[0]
            return "deny", f"the terms ban {name}, characters {start} to {end}: “{text[start:end][:300]}”"
    # restrictions on copying in general are what a licence or a permission lifts; they do not undo one
    for name, clause in (("automated access", reading.automated_access), ("machine learning", reading.ml_training)):
        if clause.answer == "partial":
            start, end = clause.spans[0]
            return "review", f"the terms restrict {name}, characters {start} to {end}: “{text[start:end][:300]}”"
    if reading.reproduction_or_commercial.answer == "yes":
        return "allow", "the terms restrict copying, which the licence or the declaration has to lift"
    return "allow", "the terms do not ban automated access or machine learning"


def _grant_reasons(
    rights: RightsSettings, licenses: dict[str, int], granting: Sequence[tuple[Exchange, LicenseReading]], seed: str
) -> Iterator[Reason]:
    if rights.declared:
        yield Reason(
            "declared",
            "allow",
            f"{rights.license}, by {rights.basis}: {rights.attested_by}, {rights.attested_on}",
            seed,
        )
        return
    if rights.policy == "own":
        yield Reason(
            "not_declared",
            "review",
            "policy own needs a declaration: license, basis, attested_by and attested_on in [rights]",
            seed,
        )
        return
    said = ", ".join(f"{name} on {n}" for name, n in licenses.items()) or "no page could be read"
    if granting:
        exchange, reading = granting[0]
        yield Reason(
            "license_found",
            "allow",
            f"{reading.spdx} ({reading.source}); of the pages looked at: {said}",
            exchange.final_url,
            _sha256(exchange),
        )
    else:
        # the words of a licence that a person may decide to accept
        restricted = any(mark in name for name in licenses for mark in ("-NC", "-ND"))
        closed = "; NC and ND licences need policy = 'research', or their id in `allow`" if restricted else ""
        yield Reason(
            "no_license",
            "review",
            f"no page that was looked at grants an allow-listed licence for its text ({said}){closed}",
            seed,
        )


def _worst_terms(terms: Sequence[tuple[Exchange, TermsReading]]) -> str:
    verdicts = [reading.verdict for _, reading in terms]
    for verdict in ("deny", "unreadable", "review", "silent", "allow"):
        if verdict in verdicts:
            return verdict
    return "absent"


def _sha256(exchange: Exchange) -> str | None:
    return hashlib.sha256(exchange.body).hexdigest() if exchange.status is not None else None
