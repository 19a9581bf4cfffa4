"""The bytes of an answer to what can be read: a lenient tree, a flat map of headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import lxml.html
from lxml import etree


def parse_html(html: bytes) -> Any | None:
    """Parse a page leniently; None where there is nothing to parse."""
    try:
        html.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the parser looks for a declaration
    try:
        return lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding=encoding, recover=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError, AssertionError):
        return None


def header_map(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by lower-case name, the values of one name joined with commas (RFC 9110, 5.2)."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found
