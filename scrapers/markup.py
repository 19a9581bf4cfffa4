"""The bytes of an answer to what can be read: a lenient tree, a flat map of headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import lxml.html
from lxml import etree


_ENDS = re.compile(rb"</(?:html|body)\s{0,9}>", re.IGNORECASE)


def parse_html(html: bytes) -> Any | None:
    """Parse a page leniently; None where there is nothing to parse."""
    # browsers read on after the end of the page (HTML, 13.2.6.4.22); this parser would stop
    html = _ENDS.sub(lambda end: b" " * len(end[0]), html)
    try:
        html.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the parser looks for a declaration
    try:
        return lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding=encoding, recover=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError, AssertionError):
        return None


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
