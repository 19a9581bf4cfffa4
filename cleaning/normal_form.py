"""Text into its normal form: mojibake mended, NFC, one kind of line break, nothing that cannot be seen.

ftfy (Speer 2019) undoes text that was decoded with the wrong codec. Typographic quotes stay; indentation stays,
because of code. Applying it twice changes nothing more.
"""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import badness

_CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,  # markup is decoded already; what looks like an entity in an article on HTML is meant
    uncurl_quotes=False,
    fix_character_width=False,
    normalization="NFC",
    explain=False,
)
# Zero-width space, word joiner, byte order mark, soft hyphen, direction marks, invisible operators, controls but \t \n
_INVISIBLE = re.compile(
    "[\u200b\u2060-\u2064\ufeff\u00ad\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u180e\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# Joiners mean something in emoji and in Indic and Persian script, and nothing beside Latin letters
_JOINERS = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\u024f]|\\Z)|\\A[\u200c\u200d]+")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# Lines that ftfy would leave as they are, at a fraction of its cost: no sequence of UTF-8 bytes, read in any of the
# codecs it tries, comes out as ASCII and these marks alone.
_PLAIN = re.compile("[\t\x20-\x7e‘’“”–—…]*")
_TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TRAILING = re.compile(r"[ \t\u3000]+(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_SURROGATES = re.compile("[\ud800-\udfff]")


def normalize(text: str) -> str:
    """Return the normal form of `text`; idempotent."""
    for _ in range(8):  # mending may lay open what is to be mended: nearly always the second round changes nothing
        mended = _once(text)
        if mended == text:
            break
        text = mended
    return text


def mojibake(text: str) -> int:
    """Return how many places look like text decoded with the wrong codec (ftfy's heuristic)."""
    return sum(int(badness(line)) for line in text.split("\n") if not _PLAIN.fullmatch(line))


def _once(text: str) -> str:
    text = _TERMINAL.sub("", _BREAKS.sub("\n", text))
    text = "\n".join(line if _PLAIN.fullmatch(line) else ftfy.fix_text(line, _CONFIG) for line in text.split("\n"))
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _JOINERS.sub("", _INVISIBLE.sub("", text))
    text = _BLANKS.sub(" ", text)
    text = _TRAILING.sub("", text)
    return _EMPTY_LINES.sub("\n\n", text).strip("\n")
