"""A text as blocks: paragraphs, list items and headings, as plain text, Markdown or `terms_text` write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A paragraph, list item or heading, without its marker."""

    start: int
    end: int
    indent: int
    marker: str  # "" no list item; else the kind of marker: "-", "1", "a", "i"
    heading: bool


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_MARKER = re.compile(
    r"[ \t\u00a0]*\\?(?:(?P<b>[-*+•·▪●◦‣–—○■►➢✓✗❌])|\(?(?P<r>[ivx]{1,5})\\?[.)]|\(?(?P<a>[a-z])\\?[.)]|\(?(?P<d>\d{1,3}(?:\.\d{1,3}){0,3})\\?[.)]?\)?)[ \t\u00a0]+",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*$")
_BOLD = re.compile(r"\s*\*\*[^*]{2,120}\*\*:?\s*$")
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s?){3,}$")


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text in order, those without words left out."""
    open_: list[int] = []  # start, end, of the block that is being read
    indent, marker = 0, ""
    for line in _LINE.finditer(text):
        words = line.group().rstrip()
        if not words.strip() or _RULE.match(words[:80]) or _UNDERLINE.match(words[:200]):
            if open_:
                under = bool(words.strip()) and _UNDERLINE.match(words[:200]) is not None and open_[1] - open_[0] < 200
                yield Block(open_[0], open_[1], indent, marker, under)
            open_ = []
            continue
        begin = line.start() + len(words) - len(words.lstrip())
        mark = _MARKER.match(text, line.start(), line.start() + 60)
        hashes = text.startswith("#", begin)
        if open_ and (mark or hashes):
            yield Block(open_[0], open_[1], indent, marker, False)
            open_ = []
        if hashes or (not open_ and len(words) < 130 and _BOLD.match(words)):
            yield Block(begin, line.start() + len(words), 0, "", True)
            continue
        if open_:
            open_[1] = line.start() + len(words)
            continue
        indent, marker = _width(text[line.start() : begin]), ""
        if mark:
            marker = next(kind for kind, value in mark.groupdict().items() if value)
        if mark and mark.end() < line.start() + len(words):
            begin = mark.end()
        open_ = [begin, line.start() + len(words)]
    if open_:
        yield Block(open_[0], open_[1], indent, marker, False)


def _width(space: str) -> int:
    return len(space[:400].expandtabs(4))
