"""The elements of a page in which it can speak to machines: `<meta>`, `<link>`, RSL in a `<script>`, with their bytes.

Most pages say nothing, and there are many: a page is parsed only where its bytes hold one of the words in question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from scrapers.markup import parse_html
from scrapers.signals.rsl_document import MEDIA_TYPE
from scrapers.signals.signal import MAX_QUOTE_BYTES, body_quote
from sitecorpus.rights import Quote

_NEEDLES = (b"noai", b"noimageai", b"noml", b"nomachinelearning", b"aitraining", b"tdm-reservation", b"rsl+xml", b"content-usage", b"content-signal")  # fmt: skip
# a letter, a digit, `+` or `-` may be written as a character reference: templates of Go write `rsl&#43;xml`
_SPELLED = re.compile(
    rb"<(?:meta|link|script)\b[^>]{0,400}?"
    rb"&(?:plus|#0{0,4}(?:4[35]|9[7-9]|1[01]\d|12[0-2]|6[5-9]|[78]\d|90)|#x0{0,4}(?:2[bd]|[46][1-9a-f]|[57][0-9a]));"
)
# what stands past the end of a page is heard by browsers, and dropped by the parser
_CLOSED = re.compile(rb"</(?:html|body)\s{0,20}>", re.IGNORECASE)
_TAG = re.compile(rb"<(meta|link)\b[^>]{0,4000}>", re.IGNORECASE)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

MAX_SPELLED_BYTES = 256 << 10
"""References are looked for where a head can be: the search is slower than that for plain words."""
MAX_ELEMENTS = 1000
"""Of each kind; a page with more is no page of a person."""


@dataclass(frozen=True)
class Element:
    """One `<meta>` or `<link>`: its attributes by lower-case name."""

    tag: str
    attributes: Mapping[str, str]
    in_head: bool

    def get(self, name: str) -> str:
        """Return an attribute, "" where there is none."""
        return self.attributes.get(name, "")


@dataclass(frozen=True)
class Inline:
    """The text of a script; `start` is its place in the body, None where it cannot be found again."""

    text: str
    start: int | None


@dataclass(frozen=True)
class Markup:
    """What of a page is read."""

    html: bytes = b""
    metas: tuple[Element, ...] = ()
    links: tuple[Element, ...] = ()
    inline_rsl: tuple[Inline, ...] = ()
    base: str = ""
    unparsed: bool = False
    """There are words in it that may be a signal, and it cannot be parsed."""

    def quote(self, element: Element) -> Quote:
        """Find an element's tag again in the bytes: the parser does not say where it stood."""
        value = element.get("content" if element.tag == "meta" else "href")
        wanted = value.encode("utf-8", "replace")
        for tag, start, end in self._tags:
            if tag == element.tag and wanted in self.html[start:end]:
                return body_quote(self.html, start, end)
        return Quote(value[:MAX_QUOTE_BYTES])

    @cached_property
    def _tags(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for match in _TAG.finditer(_without_comments(self.html)):
            found.append((match[1].decode().lower(), match.start(), match.end()))
            if len(found) > 2 * MAX_ELEMENTS:
                break
        return tuple(found)


NOTHING = Markup()


@lru_cache(maxsize=4)
def read_markup(html: bytes) -> Markup:
    """Read a page's bytes; whatever they are, no exception."""
    if not _may_speak(html):
        return NOTHING
    tree = parse_html(_CLOSED.sub(lambda m: b" " * len(m[0]), html))
    if tree is None:
        return Markup(unparsed=True)
    found: dict[str, list[Element]] = {"meta": [], "link": []}
    scripts: list[Inline] = []
    base = ""
    for node in tree.iter("meta", "link", "script", "base"):
        if node.tag == "base":
            base = base or (node.get("href") or "").strip()
        elif node.tag == "script":
            if (node.get("type") or "").split(";")[0].strip().lower() == MEDIA_TYPE and len(scripts) < MAX_ELEMENTS:
                scripts.append(_inline(html, node.text or ""))
        elif len(found[node.tag]) < MAX_ELEMENTS:
            attributes = {str(n).lower(): str(v) for n, v in node.attrib.items()}
            found[node.tag].append(Element(node.tag, attributes, _in_head(node)))
    return Markup(html, tuple(found["meta"]), tuple(found["link"]), tuple(scripts), base)


def _may_speak(html: bytes) -> bool:
    if b"<" not in html:
        return False
    lower = html.lower()
    if any(needle in lower for needle in _NEEDLES) or html.startswith(_WIDE_MARKS) or b"\0" in html[:200]:
        return True
    return (b"&#" in lower or b"&plus;" in lower) and _SPELLED.search(lower[:MAX_SPELLED_BYTES]) is not None


def _in_head(node: Any) -> bool:
    above = node.getparent()
    while above is not None and above.tag not in ("head", "body"):
        above = above.getparent()
    return above is not None and above.tag == "head"


def _inline(html: bytes, text: str) -> Inline:
    at = html.find(text.encode("utf-8", "replace")) if text.strip() else -1
    return Inline(text, at if at >= 0 else None)


def _without_comments(html: bytes) -> bytes:
    """Return the page with its comments blanked, so that every other byte keeps its place."""
    pieces, at = [], 0
    while (start := html.find(b"<!--", at)) >= 0:
        end = html.find(b"-->", start)
        if end < 0:
            break
        pieces += [html[at:start], b" " * (end + 3 - start)]
        at = end + 3
    return b"".join((*pieces, html[at:]))
