"""Bytes of a page into text: byte order mark, HTTP header, `<meta>`, UTF-8, and windows-1252 at last.

The order is the HTML standard's (https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding),
but that a declaration which does not fit the bytes is not believed where UTF-8 does. It never fails.
"""

from __future__ import annotations

import codecs
import re

HEAD_BYTES = 4096  # the standard asks for 1024; templates with long comments need more
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})")
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
# Encodings that pages are written in. Python knows more (rot13, idna, unicode_escape), which no page may ask for.
_KNOWN = re.compile(
    r"(utf-?8|utf-?16(-?[lb]e)?|us-ascii|ascii|latin-?1|iso-?8859-?\d{1,2}|windows-125\d|cp125\d|cp437|cp866|"
    r"koi8-[ru]|macintosh|mac-roman|gb2312|gbk|gb18030|big5|big5-hkscs|euc-(jp|kr)|shift[-_]?jis|sjis|iso-2022-jp|tis-620)",
    re.IGNORECASE,
)


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of `body`; `content_type` is the HTTP header's."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for said in (_declared(_HEADER.search(content_type)), _in_head(body), "utf-8"):
        decoded = _strictly(body, said)
        if decoded is not None:
            return decoded
    # Neither fits. A page cut in the middle of a character is UTF-8 with one bad byte; a page of another time is not.
    text = body.decode("utf-8", "replace")
    bad = text.count("\N{REPLACEMENT CHARACTER}")
    if bad <= 0.1 * sum(character > "\x7f" for character in text):
        return text
    return body.decode("windows-1252", "replace")


def _declared(found: re.Match[str] | None) -> str | None:
    name = found[1].lower() if found else ""
    if not _KNOWN.fullmatch(name):
        return None
    # https://encoding.spec.whatwg.org/#names-and-labels: these labels mean windows-1252 on the web
    return "windows-1252" if name in ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii") else name


def _in_head(body: bytes) -> str | None:
    head = body[:HEAD_BYTES]
    found = _META.search(head) or _XML.search(head)
    name = _declared(re.fullmatch("(.*)", found[1].decode("ascii"))) if found else None
    # a declaration that could be read as ASCII is not written in UTF-16
    return "utf-8" if name and name.startswith("utf-16") else name


def _strictly(body: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    if name == "windows-1252" and any(byte > 0x7F for byte in body[:65536]):
        try:  # pages that say latin-1 and hold UTF-8 are common; the other way round is all but impossible
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None
