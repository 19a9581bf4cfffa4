"""The clause on automated access: may a machine take the site's content?

"partial" where only a part is forbidden: people's addresses, an unreasonable load, use for commerce, or what
robots.txt forbids, which is judged elsewhere. An exception for search engines is not ours.
"""

from __future__ import annotations

from itertools import islice

from scrapers.terms.clause import Answer
from scrapers.terms.passages import Passage
from scrapers.terms.polarity import defines, forbidden, last, operators

MAX_NAMED = 300  # characters within which machines are counted
MAX_HITS = 12  # of one kind in one passage; real ones have up to ten


def automated_access(passage: Passage) -> Answer:
    """Return whether the passage prohibits automated access."""
    best: Answer = "no"
    words = passage.text
    plain = passage.without(("automated", "robots_txt"), ("automated", "unrelated"), ("training", "mining"))
    for kind in ("strong", "machine"):
        for hit in islice(passage.pattern("automated", kind).finditer(plain), MAX_HITS):
            if not _is_taking(passage, hit.start(), hit.end(), kind == "strong"):
                continue
            if operators(passage, hit.start()) or not forbidden(passage, hit.start()):
                continue
            if not _in_part(passage, hit.start()):
                return "yes"
            best = "partial"
    file = passage.pattern("automated", "robots_txt").search(words)
    if best == "no" and file and _defers(passage, file.start()):
        return "partial"
    return best


def _defers(passage: Passage, at: int) -> bool:
    """Whether the sentence forbids only what robots.txt, named at this place, forbids."""
    if not passage.pattern("automated", "defers").search(passage.text):
        return False
    return forbidden(passage, at) and not operators(passage, at)


def _is_taking(passage: Passage, start: int, end: int, strong: bool) -> bool:
    """Whether the machine at this place takes content, rather than opening accounts or renewing subscriptions."""
    words = passage.text
    if passage.pattern("automated", "feigns").search(words):
        return False
    if passage.pattern("automated", "describes").search(words) or defines(passage):
        return False
    around = words[max(0, start - 160) : end + 160]
    if strong:
        return True
    if passage.pattern("automated", "other").search(around):
        return False
    if passage.pattern("automated", "manner").search(around):
        return True
    if len(set(passage.pattern("automated", "machine").findall(words[:MAX_NAMED]))) > 1:
        return True  # "scripts, robots or automated tools": a list of machines needs no verb
    beside = words[max(0, start - 250) : start] + " " + words[end : end + 250]
    return passage.pattern("automated", "take").search(beside) is not None or (
        passage.pattern("automated", "take").search(passage.lead[-200:]) is not None
    )


def _in_part(passage: Passage, at: int) -> bool:
    words = passage.text
    if passage.pattern("automated", "robots_txt").search(words) and passage.pattern("automated", "defers").search(
        words
    ):
        return passage.pattern("polarity", "consent").search(words) is None
    around = words[max(0, at - 400) : at + 400]
    if passage.pattern("automated", "manner").search(around) and not passage.pattern("automated", "any_manner").search(
        words
    ):
        return True
    narrow, broad = passage.pattern("automated", "narrow"), passage.pattern("automated", "broad")
    nearest = [
        (match.start(), rank)
        for rank, kind in enumerate((narrow, broad))
        if (match := kind.search(words, at, at + 160))
    ]
    if not nearest:  # what is taken may stand before the machine that takes it
        nearest = [
            (-match.end(), rank) for rank, kind in enumerate((narrow, broad)) if (match := last(kind, words, at))
        ]
    return bool(nearest) and min(nearest)[1] == 0
