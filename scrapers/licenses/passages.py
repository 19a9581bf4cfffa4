"""The visible words of a page in lines, as a reader sees them, with where each element stands in them.

A licence is stated by a sentence, and a sentence runs over links and emphasis but not over paragraphs: so markup
becomes one text in which a line break is a block's edge.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

MAX_TEXT_CHARS = 2_000_000
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "iframe", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select", "summary",
        "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
# not the head: where the body is not opened by its tag, the parser leaves what it does not know there
_UNSEEN = frozenset({"script", "style", "template", "title", "object", "svg", "math", "canvas"})
_SPACE = re.compile(r"[\s\u200b\ufeff]+")


@dataclass
class Passages:
    """One page as text. Lines are separated by `\\n`; all other whitespace is one space."""

    text: str
    spans: dict[Any, tuple[int, int]]
    """Element -> its half-open range in `text`."""
    _starts: list[int] = field(default_factory=list)
    _owners: list[Any] = field(default_factory=list)

    def element_at(self, offset: int) -> Any | None:
        """Return the innermost element whose words stand at an offset."""
        index = bisect_right(self._starts, offset) - 1
        return self._owners[index] if index >= 0 else None

    def line_at(self, offset: int) -> tuple[int, int]:
        """Return the range of the line around an offset."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return start, len(self.text) if end < 0 else end


def passages(tree: Any) -> Passages:
    """Read a page's visible words; what lies in scripts, styles and templates is not seen."""
    pieces: list[str] = []
    spans: dict[Any, tuple[int, int]] = {}
    starts: list[int] = []
    owners: list[Any] = []
    opened: dict[Any, int] = {}
    length = 0
    last = "\n"

    def add(words: str, owner: Any) -> None:
        nonlocal length, last
        words = _SPACE.sub(" ", words.replace("\u00ad", ""))
        if last in " \n":
            words = words.lstrip(" ")
        if words and length < MAX_TEXT_CHARS:
            starts.append(length)
            owners.append(owner)
            pieces.append(words)
            length += len(words)
            last = words[-1]

    def edge() -> None:
        nonlocal length, last
        if last != "\n":
            pieces.append("\n")
            length += 1
            last = "\n"

    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event in ("comment", "pi"):
            if element.tail and element.getparent() is not None:
                add(element.tail, element.getparent())
            continue
        block = element.tag in BLOCKS
        if event == "start":
            if element.tag in _UNSEEN:
                walk.skip_subtree()
                continue
            if block:
                edge()
            opened[element] = length
            if element.text:
                add(element.text, element)
        else:
            begin = opened.pop(element, None)
            if begin is not None:
                spans[element] = (begin, length)
            if block:
                edge()
            if element.tail and element.getparent() is not None:
                add(element.tail, element.getparent())
    return Passages("".join(pieces), spans, starts, owners)
