"""What a site's terms of use mean under a policy: clause by clause, each in its own words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.exhibits import Exhibit
from scrapers.policy.findings import because, failure_of
from scrapers.policy.rules import Policy
from scrapers.quotes import find_quote, find_source
from scrapers.terms import TermsReading, read_terms, terms_text
from scrapers.terms_pages import LOOKED
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Answer, Quote, Reason

MAX_QUOTE_CHARS = 600
_HARDEST_FIRST = ("deny", "unreadable", "review", "silent", "allow")
# in the order in which they are told: finding of the policy, clause of the reading, its answer, words
_CLAUSES = (
    ("ban_automated_access", "automated_access", "yes", "ban automated access"),
    ("ban_ml_training", "ml_training", "yes", "ban machine learning"),
    ("restrict_automated_access", "automated_access", "partial", "restrict automated access"),
    ("restrict_ml_training", "ml_training", "partial", "restrict machine learning"),
    ("ban_copying", "reproduction_or_commercial", "yes", "restrict copying"),
)


@dataclass(frozen=True)
class Terms:
    """One terms page, read."""

    exhibit: Exhibit
    text: str
    reading: TermsReading


def terms_of(exhibits: Sequence[Exhibit]) -> list[Terms]:
    """Read the terms pages; a page that is only called "legal" or "licence" counts where it holds terms to read."""
    found = []
    for exhibit in exhibits:
        if exhibit.kind in ("terms", "legal"):
            text = terms_text(exhibit.exchange.body) if exhibit.exchange.ok else ""
            reading = read_terms(text)
            if exhibit.kind == "terms" or reading.verdict not in ("unreadable", "silent"):
                found.append(Terms(exhibit, text, reading))
    return found


def worst_terms(terms: Sequence[Terms]) -> str:
    """The hardest of what terms pages say; `absent` where there is none."""
    verdicts = [t.reading.verdict for t in terms]
    return next((v for v in _HARDEST_FIRST if v in verdicts), "absent")


def terms_reasons(exhibits: Sequence[Exhibit], rights: RightsSettings, policy: Policy, seed: str) -> Iterator[Reason]:
    """Say what the terms mean. Terms that a person has read and attested hold as long as they stay as they are."""
    terms = terms_of(exhibits)
    if rights.terms_sha256:
        yield _attested(terms, rights, policy, seed)
        return
    lifted = rights.declared and rights.basis in policy.declarations.lift_terms
    if not terms:
        yield _absent(exhibits, policy, seed, lifted)
    for page in terms:
        for reason in _reasons(page, policy):
            if lifted and reason.answer != "allow":
                detail = f"{reason.detail}; they do not bind by the basis {rights.basis!r}"
                rule = f"declarations.lift_terms = {rights.basis}"
                yield because(reason.code, ("allow", rule), detail, page.exhibit, reason.quote)
            else:
                yield reason


def _attested(terms: Sequence[Terms], rights: RightsSettings, policy: Policy, seed: str) -> Reason:
    wanted = (rights.terms_sha256 or "").lower()
    had = [t for t in terms if t.exhibit.exchange.ok]
    for page in had:
        if wanted in (page.exhibit.sha256, hashlib.sha256(page.text.encode("utf-8", "surrogatepass")).hexdigest()):
            detail = f"the terms are those attested on {rights.attested_on}"
            return because("terms_attested", ("allow", None), detail, page.exhibit)
    now = ", ".join(t.exhibit.sha256 or "" for t in had) or "gone"
    detail = f"the terms changed since they were attested on {rights.attested_on} (was {wanted[:12]}…, now {now})"
    ruling = policy.ask("terms", "changed")
    if terms:
        return because("terms_changed", ruling, detail, terms[0].exhibit)
    return Reason("terms_changed", ruling[0], detail, rights.terms_url or seed, rule=ruling[1])


def _absent(exhibits: Sequence[Exhibit], policy: Policy, seed: str, lifted: bool) -> Reason:
    looked = [e for e in exhibits if e.kind in LOOKED]
    places = list(dict.fromkeys(urlsplit(e.exchange.url).path or "/" for e in looked))
    where = ", ".join(places[:40]) + (f" and {len(places) - 40} more" if len(places) > 40 else "")
    answer, rule = policy.ask("terms", "absent")
    ruling: tuple[Answer, str] = ("allow", "declarations.lift_terms") if lifted else (answer, rule)
    detail = f"no terms page was found, looking at {where or seed}"
    if looked:
        return because("no_terms_page", ruling, detail, looked[0])
    return Reason("no_terms_page", ruling[0], detail, seed, rule=ruling[1])


def _reasons(page: Terms, policy: Policy) -> Iterator[Reason]:
    """Say what one terms page means: a reason for each clause that it has."""
    found, code = page.exhibit.exchange, f"terms_{page.reading.verdict}"
    if page.reading.verdict == "unreadable":
        why = "it holds no terms that can be read" if found.ok else failure_of(found)
        yield because(code, policy.ask("terms", "unreadable"), f"the terms page cannot be read ({why})", page.exhibit)
        return
    said = []
    for finding, name, answer, words in _CLAUSES:
        clause = getattr(page.reading, name)
        if clause.answer == answer:
            said.append(_clause(page, code, policy.ask("terms", finding), f"the terms {words}", clause.spans))
    if page.reading.verdict == "deny" and not said:
        said.append(_clause(page, code, policy.ask("terms", "ban_automated_access"), "the terms say no", ()))
    yield from said
    if page.reading.verdict == "allow" and page.reading.open_license.spans:
        words, spans = "the terms put the site's text under an open licence", page.reading.open_license.spans
        yield _clause(page, code, policy.ask("terms", "silent"), words, spans)
    elif not said:
        detail = "the terms do not ban automated access or machine learning"
        yield because(code, policy.ask("terms", "silent"), detail, page.exhibit)


def _clause(page: Terms, code: str, ruling: tuple[Answer, str], words: str, spans: Sequence[tuple[int, int]]) -> Reason:
    if not spans:
        return because(code, ruling, words, page.exhibit)
    quote = _quote(page, *spans[0])
    return because(code, ruling, f"{words}: “{quote.text[:300]}”", page.exhibit, quote)


def _quote(page: Terms, start: int, end: int) -> Quote:
    words = page.text[start : min(end, start + MAX_QUOTE_CHARS)]
    place = find_quote(page.exhibit.exchange.body, words) or find_source(page.exhibit.exchange.body, words)
    return Quote(words, None, *(place or (None, None)))
