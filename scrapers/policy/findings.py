"""What the rooms of this policy share: a reason with its place, and the hardest of several answers."""

from __future__ import annotations

from collections.abc import Sequence

from scrapers.evidence import Exchange
from scrapers.exhibits import Exhibit
from sitecorpus.rights import STRICTNESS, Answer, Quote, Reason


def because(
    code: str, ruling: tuple[Answer, str | None], detail: str, exhibit: Exhibit, quote: Quote | None = None
) -> Reason:
    """Return a reason that rests on an exhibit; `ruling` is the answer and the line of the policy that gave it."""
    answer, rule = ruling
    found = exhibit.exchange
    return Reason(code, answer, detail, found.final_url, exhibit.sha256, quote, found.fetched_at or None, rule)


def worst_of(reasons: Sequence[Reason]) -> Answer:
    """The hardest answer; review where there is no reason that allows."""
    answers: list[Answer] = [r.answer for r in reasons] or ["review"]
    return max(answers, key=lambda answer: STRICTNESS[answer])


def failure_of(found: Exchange) -> str:
    """Say in a few words why there is nothing to read in an answer."""
    return found.error or ("it is too long" if found.truncated else f"HTTP {found.status}")
