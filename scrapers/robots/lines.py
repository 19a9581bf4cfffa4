"""The `field: value` lines of a robots.txt, found in its bytes as Google's reference parser finds them.

Every leniency is that parser's (github.com/google/robotstxt, robots.cc, `RobotsTxtParser`): a part of a byte
order mark is skipped, CR, LF and CRLF end a line, what stands past 16,663 bytes of a line is cut off, and white
space does for a forgotten colon where there are exactly two words.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Literal

MAX_LINE_BYTES = 2083 * 8 - 1
"""What the reference keeps of a line: eight times the longest URL of certain browsers."""

Kind = Literal["agent", "allow", "disallow", "sitemap", "unknown"]

_LINE = re.compile(rb"[^\r\n]+")
_BLANKS = re.compile(rb"[ \t]+")
# how a field must begin, in lower case: what follows does not count, and frequent slips of the pen do
_KINDS: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
    ("agent", (b"user-agent", b"useragent", b"user agent")),
    ("allow", (b"allow",)),
    ("disallow", (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")),
    ("sitemap", (b"sitemap", b"site-map")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One `field: value`, comment and outer white space left out; `body[start:end]` are its words."""

    field: str
    """In lower case, as it was spelled."""
    value: str
    """Bytes that are not UTF-8 are replaced by U+FFFD."""
    start: int
    end: int
    kind: Kind = dataclass_field(repr=False)
    raw: bytes = dataclass_field(repr=False)
    """The value's own bytes, which are what is matched."""


def read_lines(body: bytes) -> Iterator[Line]:
    """Yield the lines of a body that have a field and a value; all others say nothing, in the reference too."""
    for found in _LINE.finditer(body, _mark_length(body)):
        whole = found[0][:MAX_LINE_BYTES].partition(b"#")[0]
        text = whole.strip()
        parts = _split(text)
        if parts is None:
            continue
        field, value = parts
        start = found.start() + len(whole) - len(whole.lstrip())
        yield Line(
            field.decode("utf-8", "replace").lower(), value.decode("utf-8", "replace"), start, start + len(text),
            _kind_of(field), value,
        )  # fmt: skip


def _mark_length(body: bytes) -> int:
    for n, (byte, wanted) in enumerate(zip(body, codecs.BOM_UTF8, strict=False)):
        if byte != wanted:
            return n
    return min(len(body), len(codecs.BOM_UTF8))


def _split(text: bytes) -> tuple[bytes, bytes] | None:
    field, colon, value = text.partition(b":")
    if not colon:
        words = _BLANKS.split(text)
        if len(words) != 2:
            return None
        field, value = words
    field = field.strip()
    return (field, value.strip()) if field else None


def _kind_of(field: bytes) -> Kind:
    lower = field[:16].lower()
    return next((kind for kind, starts in _KINDS if lower.startswith(starts)), "unknown")
