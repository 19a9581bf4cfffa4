"""Whether a passage forbids what it names: the words of prohibition and permission, and how far they reach."""

from __future__ import annotations

import re
from collections import deque

from scrapers.terms.passages import Passage

_NO_LIMIT = re.compile(r"\b(?:is |are |be )?not limited to\b")  # enumerates, and forbids nothing


def forbidden(passage: Passage, at: int) -> bool:
    """Whether what stands at offset `at` of the passage is forbidden.

    The passage's own words come first: of prohibition and permission before the place the nearer one counts; words
    such as "is prohibited" count wherever they stand. Where the passage says nothing of its own, what it hangs on does.
    """
    words = _NO_LIMIT.sub(lambda match: " " * len(match.group()), passage.text)
    if passage.pattern("polarity", "nothing").search(words):
        return False
    if passage.pattern("polarity", "forbidden").search(words):
        return True
    ban = last(passage.pattern("polarity", "forbids"), words, at)
    leave = last(passage.pattern("polarity", "permits"), words, at)
    if ban is not None:
        return leave is None or leave.start() < ban.end()
    if leave is not None:
        return False
    return _above(passage)


def _above(passage: Passage) -> bool:
    if passage.tail and passage.pattern("polarity", "forbidden").search(passage.tail):
        return True
    if passage.lead and not passage.pattern("polarity", "nothing").search(passage.lead[-300:]):
        lead = passage.lead
        bare = lead.rstrip(" \t\n:-—…'")
        if any(match.end() == len(bare) for match in passage.pattern("polarity", "last").finditer(bare)):
            return True
        bans = [last(passage.pattern("polarity", key), lead, len(lead)) for key in ("forbids", "forbidden", "headings")]
        ends = [match.end() for match in bans if match]
        leave = last(passage.pattern("polarity", "permits"), lead, len(lead))
        if ends:
            return leave is None or leave.start() < max(ends)
        if leave is not None:
            return False
    return passage.item and passage.pattern("polarity", "headings").search(passage.heading) is not None


def last(cue: re.Pattern[str], words: str, until: int) -> re.Match[str] | None:
    """Return the last match of a cue before `until`."""
    found = deque(cue.finditer(words, 0, until), maxlen=1)
    return found[0] if found else None


_TERM = re.compile(r"\W{0,4}'[^'.;]{1,60}'\s{1,4}")


def defines(passage: Passage) -> bool:
    """Whether the sentence only says what a word shall mean."""
    term = _TERM.match(passage.text)
    return term is not None and passage.pattern("speaker", "definition").match(passage.text, term.end()) is not None


def operators(passage: Passage, at: int) -> bool:
    """Whether the sentence tells what the operator does itself, or may do with what its users give it."""
    for words, until in ((passage.text, at), (passage.lead, len(passage.lead))):
        speaks = last(passage.pattern("speaker", "operator"), words, until)
        ban = last(passage.pattern("speaker", "turns"), words, until)
        if speaks or ban:
            return speaks is not None and (ban is None or ban.start() < speaks.end())
    return False
