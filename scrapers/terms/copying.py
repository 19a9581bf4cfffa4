"""The clause on reproduction and commercial use: may the content be copied, passed on or earned with?"""

from __future__ import annotations

from itertools import islice

from scrapers.terms.clause import Answer
from scrapers.terms.passages import Passage
from scrapers.terms.polarity import forbidden, operators

MAX_HITS = 6  # in one passage


def reproduction_or_commercial(passage: Passage) -> Answer:
    """Return whether the passage prohibits copying the content, or any use but a personal one."""
    words = passage.text
    ours = passage.pattern("copying", "ours")
    if not (ours.search(words) or ours.search(passage.lead)) or operators(passage, len(words)):
        return "no"
    if passage.pattern("copying", "personal").search(words):
        return "yes"
    return (
        "yes"
        if any(
            forbidden(passage, hit.start())
            for hit in islice(passage.pattern("copying", "copies").finditer(words), MAX_HITS)
        )
        else "no"
    )
