"""Where the reference matcher would read bytes that no person wrote as rules: for us these are a no.

It takes any bytes and finds no rule in an archive, an image or UTF-16, which is consent by accident. Plain text
in whatever 8-bit encoding is no doubt: the matcher works on bytes.
"""

from __future__ import annotations

import codecs
import re

MAX_BODY_BYTES = 4 << 20
"""RFC 9309, 2.5, asks for at least 500 KiB; a longer file is hostile, and is not read as consent."""
MAX_LINES = 250_000
"""Lines with a field and a value: over a megabyte of the shortest."""

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"PK\x03\x04", b"\xfd7zXZ", b"%PDF-", b"\x89PNG")
# no text has these; a few may be left over from some editor (Ctrl-Z ends files of DOS)
_CONTROLS = bytes({*range(0x01, 0x20), 0x7F} - set(b"\t\n\v\f\r\x1a\x1b"))
_PAGE = re.compile(rb"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_FRAGMENT = re.compile(rb"<(?:\?xml|title|meta|pre|p|div|span|table|script|style|br)\b", re.IGNORECASE)
_RULES = re.compile(rb"disallow|user-agent\s{0,9}:", re.IGNORECASE)
_HEAD_BYTES = 1024


def why_in_doubt(body: bytes) -> str | None:
    """Return in words why a body is not read at all, or None. An empty body is no doubt: it allows."""
    if len(body) > MAX_BODY_BYTES:
        return f"robots.txt is longer than {MAX_BODY_BYTES} bytes"
    if body.startswith(_WIDE_MARKS):
        return "robots.txt is UTF-16, and must be UTF-8"
    if body.startswith(_PACKED) or b"\0" in body:
        return "robots.txt is not text"
    if 20 * (len(body) - len(body.translate(None, _CONTROLS))) > len(body):
        return "robots.txt is not text"
    head = body.removeprefix(codecs.BOM_UTF8).lstrip()[:_HEAD_BYTES]
    if (_PAGE.search(head) or _FRAGMENT.match(head)) and _RULES.search(body):
        return "robots.txt is a web page with rules in it"
    return None
