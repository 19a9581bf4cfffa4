"""Which lines hold for which agent: consecutive `User-agent` lines, and what follows them (RFC 9309, 2.2.1).

Only `Allow` and `Disallow` end the run of names: an unknown line between two of them closes no group, else
`User-agent: a`, `Crawl-delay: 5`, `User-agent: b`, `Disallow: /` would leave `a` without its rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from scrapers.robots.lines import Line

ALL = b"*"

_TOKEN = re.compile(rb"[A-Za-z_-]*")
_GLOBAL = re.compile(rb"\*(?:\s|\Z)")


@dataclass
class Group:
    """The lines of one group, in order, and after how many of them each agent was first named."""

    named: dict[bytes, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    closed: bool = False


class Groups:
    """All groups of a file, by agent: its product token in lower case, or `*`."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._by_agent: dict[bytes, list[Group]] = {}
        current: Group | None = None
        for line in lines:
            if line.kind == "agent":
                if current is None or current.closed:
                    current = Group()
                agent = product_token(line.raw)
                if agent not in current.named:
                    current.named[agent] = len(current.lines)
                    self._by_agent.setdefault(agent, []).append(current)
            elif current is not None:  # rules before the first name hold for nobody
                current.lines.append(line)
                current.closed |= line.kind in ("allow", "disallow")

    def key(self, agent: bytes) -> bytes:
        """Return whose groups hold for `agent`: its own where the file names it at all, else those of `*`."""
        lower = agent.lower()
        return lower if lower in self._by_agent else ALL

    def of(self, key: bytes) -> tuple[tuple[Line, ...], ...]:
        """Return the groups of one key, as the lines that stand below its name in each."""
        return tuple(tuple(group.lines[group.named[key] :]) for group in self._by_agent.get(key, ()))


def product_token(value: bytes) -> bytes:
    """Return what a `User-agent` line names: `*`, also with words after it, or the letters, `-` and `_` it begins with."""
    if _GLOBAL.match(value):
        return ALL
    token = _TOKEN.match(value)
    return token[0].lower() if token else b""
