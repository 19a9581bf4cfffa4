"""Whether a path pattern covers a page, for the specifications that take their patterns from robots.txt.

`*` is any bytes and `$` the end, as in RFC 9309, 2.2.3. Both sides are brought to one spelling first: TDMRep (6.2)
and RFC 3986 (6.2.2) count `%7E` and `~` as the same, which the reference matcher of robots.txt does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.robots.pattern import Pattern, escape, path_of

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class PathRule:
    """A pattern taken apart."""

    pattern: Pattern
    length: int
    """Bytes of the pattern: where the most specific decides, the longest does."""

    @classmethod
    def of(cls, value: str) -> PathRule:
        """Take a pattern apart; one that begins with neither `/` nor `*` is meant from the root."""
        spelled = _spell(value.strip().encode("utf-8", "replace"))
        if spelled and not spelled.startswith((b"/", b"*")):
            spelled = b"/" + spelled
        return cls(Pattern.of(spelled), len(spelled))

    def covers(self, path: bytes) -> bool:
        """Say whether the pattern covers a path that `page_path` returned."""
        return self.pattern.matches(path)


def page_path(url: str) -> bytes:
    """Return path and query of a URL as patterns are compared with it."""
    path = path_of(url.encode("utf-8", "replace"))
    return _spell(path).replace(b"*", b"%2A").replace(b"$", b"%24")


def _spell(value: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        byte = int(found[1], 16)
        return bytes((byte,)) if byte in _UNRESERVED else found[0]

    return escape(_ESCAPE.sub(plain, value))
