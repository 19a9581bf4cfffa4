"""The clause on automated access: may a machine take the site's content?

"partial" where only a part is forbidden: people's addresses, an unreasonable load, or use for commerce. What defers to
robots.txt is judged there and is nothing here. An exception for search engines is not ours.
"""

from __future__ import annotations

import re
from itertools import islice

from scrapers.terms.clause import Answer
from scrapers.terms.passages import Passage
from scrapers.terms.polarity import defines, forbidden, last, operators

MAX_NAMED = 300  # characters within which machines are counted
MAX_HITS = 12  # of one kind in one passage; real ones have up to ten
_ELSE = re.compile(r", (?:or|and|nor) (?:any|to|attempt|engage|use|take|do|in any)\b")  # begins another thing forbidden


def automated_access(passage: Passage) -> Answer:
    """Return whether the passage prohibits automated access."""
    best: Answer = "no"
    if _defers(passage):
        return best
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
    return best


def _defers(passage: Passage) -> bool:
    """Whether the sentence forbids only what robots.txt forbids, and so says nothing that is not read there."""
    words = passage.text
    file = passage.pattern("automated", "robots_txt").search(words)
    if file is None or passage.pattern("polarity", "consent").search(words):
        return False
    if passage.pattern("automated", "demands").search(words):
        return False
    near = words[: file.end() + 40]
    return any(
        passage.pattern("automated", "evades").search(near, link.end(), max(link.end(), file.start())) is None
        for link in passage.pattern("automated", "defers").finditer(near, max(0, file.start() - 80))
    )


def _is_taking(passage: Passage, start: int, end: int, strong: bool) -> bool:
    """Whether the machine at this place takes content, rather than opening accounts or renewing subscriptions."""
    words = passage.text
    if passage.pattern("automated", "feigns").search(words):
        return False
    described = passage.pattern("automated", "describes").search(words)
    if (described and described.start() < end) or defines(passage):
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


def _in_manner(passage: Passage, at: int) -> bool:
    """Whether only too much of it, or one use of it, is forbidden; another part of an enumeration limits nothing."""
    words = passage.text
    if passage.pattern("automated", "any_manner").search(words, at):
        return False
    for manner in passage.pattern("automated", "manner").finditer(words, max(0, at - 400), at + 400):
        before = manner.end() <= at
        between = words[manner.end() : at] if before else words[at : manner.start()]
        apart = before and "," in between and " whether " not in between
        if not apart and not _ELSE.search(between):
            return True
    return False


def _in_part(passage: Passage, at: int) -> bool:
    words = passage.text
    if _in_manner(passage, at):
        return True
    narrow, broad = passage.pattern("automated", "narrow"), passage.pattern("automated", "broad")
    few = narrow.sub(lambda match: " " * len(match.group()), words)  # "mine information about users" mines no more
    nearest = [
        (match.start(), rank)
        for rank, (kind, where) in enumerate(((narrow, words), (broad, few)))
        if (match := kind.search(where, at, at + 160))
    ]
    if not nearest:  # what is taken may stand before the machine that takes it
        nearest = [
            (-match.end(), rank)
            for rank, (kind, where) in enumerate(((narrow, words), (broad, few)))
            if (match := last(kind, where, at))
        ]
    return bool(nearest) and min(nearest)[1] == 0
