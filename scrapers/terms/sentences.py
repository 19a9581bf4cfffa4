"""A block of text as sentences, and these as clauses: cut at semicolons and at "(a)", as the law is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]  # character offsets into the text, half open

MAX_CLAUSE = 3_000  # characters; the longest real one seen is half of that

_END = re.compile(
    r"(?P<stop>[.!?。][\"”’')\]*_]{0,4}\s+(?=[\"“'(\[*_#§¿¡«]{0,4}[^\Wa-z_]))|(?P<part>[;；]\s*|\s(?=\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s)|\s(?=[•●▪◦·‣]\s|#{1,6}\s))"
)
# What ends in a full stop without ending a sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[a-z]|art|abs|nr|no|inc|ltd|corp|co|llc|bzw|ca|etc|vgl|ggf|sog|usw|evtl|insb|par|sec|mr|mrs|ms|dr|st|vs|ex|cf|al|arts|núm|pág|p|urhg|e\.g|i\.e|z\.b|z\. ?b|u\.s|d\.h|u\.a|a\.i)|\d{1,2})\.$",
    re.IGNORECASE,
)


def sentences(text: str, start: int, end: int) -> Iterator[list[Span]]:
    """Yield the clauses of each sentence between two offsets, none longer than MAX_CLAUSE."""
    parts: list[Span] = []
    here = start
    for match in _END.finditer(text, start, end):
        stop = match["stop"] is not None
        if stop and _ABBREVIATION.search(text, max(here, match.start() - 12), match.start() + 1):
            continue
        cut = match.start() + (1 if stop else 0)
        parts += _pieces(text, here, cut)
        here = match.end()
        if (stop or len(parts) > 60) and parts:
            yield parts
            parts = []
    parts += _pieces(text, here, end)
    if parts:
        yield parts


def _pieces(text: str, start: int, end: int) -> list[Span]:
    """The stretch without outer white space, cut at spaces where it is too long to be a clause."""
    pieces = []
    while start < end:
        stop = min(end, start + MAX_CLAUSE)
        if stop < end:
            space = text.rfind(" ", start + MAX_CLAUSE // 2, stop)
            stop = space if space > 0 else stop
        left, right = start, stop
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        if any(letter.isalnum() for letter in text[left:right]):
            pieces.append((left, right))
        start = stop
    return pieces
