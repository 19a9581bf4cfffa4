"""The bytes of an answer to what can be read: a lenient tree, a flat map of headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

import lxml.html
from lxml import etree

_ENDS = re.compile(rb"</(?:html|body)\s{0,9}>", re.IGNORECASE)


_LONG_TAG_BYTES = 16 << 10
MAX_ATTRIBUTES = 1000
_TAG = re.compile(rb"<[a-zA-Z][^\s/]{0,99}")
_ATTRIBUTE = re.compile(rb"""[^\s=/"'][^\s=/]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"']\S*))?""")


def parse_html(html: bytes) -> Any | None:
    """Parse a page leniently; None where there is nothing to parse."""
    # browsers read on after the end of the page (HTML, 13.2.6.4.22); this parser would stop
    html = _uncrowded(_ENDS.sub(lambda end: b" " * len(end[0]), html))
    try:
        html.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the parser looks for a declaration
    try:
        return lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding=encoding, recover=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError, AssertionError):
        return None


def _uncrowded(html: bytes) -> bytes:
    """Blank the attributes of a tag after the thousandth: the parser compares each with all before it."""
    at = 0
    for piece in html.split(b">"):
        end = at + len(piece)
        tag = _TAG.search(html, at, end) if len(piece) > _LONG_TAG_BYTES else None
        if tag:
            extra = next(islice(_ATTRIBUTE.finditer(html, tag.end(), end), MAX_ATTRIBUTES, None), None)
            if extra:
                html = html[: extra.start()] + b" " * (end - extra.start()) + html[end:]
        at = end + 1
    return html


LINES_APART = frozenset({"x-robots-tag", "robots-tag"})
"""In these an agent's name stands until the end of its line, which a comma would hide."""


def header_map(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by lower-case name, the values of one name joined with commas (RFC 9110, 5.2); those of
    `LINES_APART` with newlines."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        between = "\n" if key in LINES_APART else ", "
        found[key] = f"{found[key]}{between}{value}" if key in found else value
    return found
