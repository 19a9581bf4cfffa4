"""Where the words of a page stand in the bytes of its HTML: a quotation that anybody can find again.

Words are taken from a parsed page: white space collapsed, entities decoded, tags left out. Here the way is gone
back: one pass over the markup, which skips tags, comments and what is not shown, decodes entities and ignores
white space. A page may be in any charset; a place is only given where the bytes before it can be counted.
"""

from __future__ import annotations

import codecs
import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice

MAX_BYTES = 8 << 20
"""Words further down a page are not placed."""
Piece = tuple[int, int, str]
"""Where a run of characters stands in the decoded page, and what it shows, white space left out."""

# A tag to its end: a value in quotes may hold a ">". Nothing is tried twice (possessive), and what is not closed goes
# to the end of the page, so each character is looked at once.
_REST = r"""(?:[^>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=|["'])*+(?:>|\Z)"""
_MARKUP = re.compile(
    rf"""<!--(?:>|.*?(?:-->|\Z))|<[!?][^>]*+(?:>|\Z)
    |<(?P<hidden>script|style)(?![a-z0-9]){_REST}.*?(?:</(?P=hidden){_REST}|\Z)
    |</?[a-z]{_REST}""",
    re.ASCII | re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")
_SLOW = ("punycode", "idna", "utf-7")  # no page is in one of them, and decoding them takes its time
_DECLARED = re.compile(rb"""charset\s{0,20}=\s{0,20}["']?\s{0,20}([\w.:-]{2,40})""", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# the C1 controls, by which browsers mean Windows-1252 and parsers do not
_C1 = {n: bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(0x80, 0xA0)}


def find_quote(body: bytes, words: str) -> tuple[int, int] | None:
    """Return the byte offsets, half open, at which `words` of the page's text first stand in its HTML, or None."""
    return _find(body, words, shown=True)


def find_source(body: bytes, words: str) -> tuple[int, int] | None:
    """Return the byte offsets at which `words` stand anywhere in the markup, attributes and scripts too, or None."""
    return _find(body, words, shown=False) or _find(body, words.replace("/", "\\/"), shown=False)


def _find(body: bytes, words: str, shown: bool) -> tuple[int, int] | None:
    wanted, body = _bare(words), body[:MAX_BYTES]
    if not wanted:
        return None
    for charset in _charsets(body):
        try:
            page = _read(body, charset, shown)
        except (UnicodeError, LookupError):
            continue
        at = page.shown.find(wanted)
        if at >= 0:
            start, end = page.character(at)[0], page.character(at + len(wanted) - 1)[1]
            return _bytes(body, page.text, charset, start, end)
    return None


@dataclass(frozen=True)
class _Page:
    """A decoded page, the pieces of what it shows, and what they show together."""

    text: str
    pieces: tuple[Piece, ...]
    shown: str
    ends: tuple[int, ...]
    """How many characters are shown up to the end of each piece."""

    def character(self, index: int) -> tuple[int, int]:
        """Return where in the text the character stands that is shown at `index`."""
        n = bisect_right(self.ends, index)
        start, end, shown = self.pieces[n]
        if self.text[start] == "&" and shown != _bare(self.text[start:end]):
            return start, end  # an entity stands for all its characters
        nth = index - (self.ends[n] - len(shown))
        found = next(islice((i for i in range(start, end) if _bare(self.text[i])), nth, None))
        return found, found + 1


@lru_cache(maxsize=2)  # of one page several words are looked for, one after the other
def _read(body: bytes, charset: str, shown: bool) -> _Page:
    text = body.decode(charset, "surrogateescape")
    pieces = tuple(_shown(text) if shown else _pieces(text, 0, len(text)))
    ends = tuple(accumulate(len(said) for _, _, said in pieces))
    return _Page(text, pieces, "".join(said for _, _, said in pieces), ends)


def _charsets(body: bytes) -> Iterator[str]:
    """The encodings that a page may be in, likeliest first, each once."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            yield charset
            return
    yield "utf-8"
    try:
        body.decode()
    except UnicodeDecodeError as error:
        if error.end < len(body):  # not only the last character, cut in two
            declared = _DECLARED.search(body[:4096])
            try:
                named = codecs.lookup(declared[1].decode("ascii")).name if declared else "cp1252"
            except (LookupError, UnicodeError, ValueError):
                named = "cp1252"
            named = "cp1252" if named in _SLOW else named
            yield from dict.fromkeys([named, "cp1252"])


def _shown(text: str) -> Iterator[Piece]:
    """The pieces of what a page shows."""
    at = 0
    for markup in _MARKUP.finditer(text):
        if markup.start() > at:
            yield from _pieces(text, at, markup.start())
        at = markup.end()
    yield from _pieces(text, at, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    at = start
    for entity in _ENTITY.finditer(text, start, end) if text.find("&", start, end) >= 0 else ():
        decoded = _decoded(entity[0])
        if decoded == entity[0]:
            continue
        if entity.start() > at:
            yield at, entity.start(), _bare(text[at : entity.start()])
        yield entity.start(), entity.end(), _bare(decoded)
        at = entity.end()
    if end > at:
        yield at, end, _bare(text[at:end])


@lru_cache(maxsize=4096)
def _decoded(entity: str) -> str:
    return html.unescape(entity)


def _bare(text: str) -> str:
    """Text without white space, as a quotation is compared."""
    bare = "".join(text.split())
    return bare if bare.isascii() else bare.translate(_C1)


def _bytes(body: bytes, text: str, charset: str, start: int, end: int) -> tuple[int, int] | None:
    try:
        before = len(text[:start].encode(charset, "surrogateescape"))
        within = len(text[start:end].encode(charset, "surrogateescape"))
        # some charsets write one character in several ways: what cannot be written again cannot be counted
        if body[before : before + within].decode(charset, "surrogateescape") != text[start:end]:
            return None
    except UnicodeError:
        return None
    return before, before + within
