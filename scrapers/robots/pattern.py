"""One rule's path pattern against the path of a URL, in bytes and in time linear in the path.

As the reference matcher has it (github.com/google/robotstxt, robots.cc: `GetPathParamsQuery`,
`MaybeEscapePattern`, `RobotsMatchStrategy::Matches`): URLs are taken as they are asked for, patterns are
escaped to what a URL may hold, `*` is any bytes, `$` is special at the end alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH_BEGINS = re.compile(rb"[/?;]")
_TO_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}|[\x80-\xff]")


def path_of(url: bytes) -> bytes:
    """Return path, parameters and query of a URL, without fragment; `/` where it has none or is broken."""
    start = 2 if url.startswith(b"//") else 0
    scheme = url.find(b"://", start)
    first = _PATH_BEGINS.search(url, start)
    if scheme != -1 and not (first and first.start() < scheme):
        first = _PATH_BEGINS.search(url, scheme + 3)
    if first is None:
        return b"/"
    fragment = url.find(b"#", start)
    if -1 < fragment < first.start():
        return b"/"
    path = url[first.start() : None if fragment == -1 else fragment]
    return path if path.startswith(b"/") else b"/" + path


def escape(value: bytes) -> bytes:
    """Return a rule's value with escapes in capitals and every byte over 0x7f escaped (`/é` is `/%C3%A9`)."""
    return _TO_ESCAPE.sub(lambda m: m[0].upper() if len(m[0]) == 3 else b"%%%02X" % m[0][0], value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern taken apart at its stars."""

    head: bytes
    middle: tuple[bytes, ...]
    tail: bytes | None
    """What stands after the last star; None without a star."""
    anchored: bool

    @classmethod
    def of(cls, pattern: bytes) -> Pattern:
        """Take an escaped pattern apart."""
        anchored = pattern.endswith(b"$")
        head, *rest = (pattern[:-1] if anchored else pattern).split(b"*")
        return cls(head, tuple(p for p in rest[:-1] if p), rest[-1] if rest else None, anchored)

    def matches(self, path: bytes) -> bool:
        """Say whether a path begins with the pattern, or for `$` is the pattern."""
        if not path.startswith(self.head):
            return False
        at = len(self.head)
        if self.tail is None:
            return not self.anchored or at == len(path)
        for piece in self.middle:  # the leftmost place of each leaves most to the others
            found = path.find(piece, at)
            if found == -1:
                return False
            at = found + len(piece)
        if self.anchored:
            return path.endswith(self.tail) and len(path) - len(self.tail) >= at
        return path.find(self.tail, at) != -1
