"""What a robots.txt says to an agent about a URL: the longest rule of the agent's groups decides (RFC 9309, 2.2.2)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Literal

from scrapers.robots.doubt import MAX_LINES, why_in_doubt
from scrapers.robots.groups import Groups
from scrapers.robots.lines import Line, read_lines
from scrapers.robots.pattern import Pattern, escape, path_of

Access = Literal["rules", "allow", "deny"]

_DELAY_FIELDS = frozenset({"crawl-delay", "crawldelay", "crawl delay"})
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    allows: bool
    priority: int
    """Bytes of the escaped pattern: the longest decides."""
    line: Line


@dataclass(frozen=True)
class RobotsRules:
    """What robots.txt says. `access` is `rules` where there is text to ask, else the answer to everything."""

    access: Access = "rules"
    why: str = "robots.txt was read"
    lines: tuple[Line, ...] = ()
    """Every line with a field and a value, known or not, in order; offsets are into the body as it was given."""
    _compiled: dict[bytes, tuple[_Rule, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, body: bytes) -> RobotsRules:
        """Read the body of a robots.txt that was answered with success. What cannot be read denies everything."""
        why = why_in_doubt(body)
        if why is not None:
            return cls("deny", why)
        lines = tuple(islice(read_lines(body), MAX_LINES + 1))
        if len(lines) > MAX_LINES:
            return cls("deny", f"robots.txt has more than {MAX_LINES} lines")
        return cls(lines=lines)

    @property
    def text(self) -> str:
        """The lines as text."""
        return "\n".join(f"{line.field}: {line.value}" for line in self.lines)

    def allows(self, user_agent: str, url: str) -> bool:
        """Say whether `user_agent` may fetch `url`, as the reference's `OneAgentAllowedByRobots` does.

        The agent is a bare product token: with a version or a contact it is nobody that a file names. `url` is
        taken as it is: escaped, as it will be asked for. What is no URL (a NUL, half a surrogate) is a no.
        """
        if self.access != "rules":
            return self.access == "allow"
        try:
            rule = self._deciding(user_agent, url)
        except ValueError:
            return False
        return rule is None or rule.allows

    def ruling(self, user_agent: str, url: str) -> Line | None:
        """Return the line that decided, or None where no rule matched."""
        try:
            rule = self._deciding(user_agent, url)
        except ValueError:
            return None
        return None if rule is None else rule.line

    def group(self, user_agent: str) -> tuple[Line, ...]:
        """Return the lines, known or not, that hold for an agent: those below its name in the groups that name it,
        and where none does, those below `*`."""
        return tuple(line for lines in self._groups_for(user_agent) for line in lines)

    def crawl_delay(self, user_agent: str) -> float | None:
        """Return the seconds asked for between two requests, or None. Of several groups the slowest counts.

        No part of RFC 9309. Within a group the line next to the agent's name counts: without a rule between
        them another agent's line may follow in the same group.
        """
        asked = []
        for lines in self._groups_for(user_agent):
            delays = (_seconds(line.value) for line in lines if line.field in _DELAY_FIELDS)
            asked.append(next((d for d in delays if d is not None), None))
        return max((d for d in asked if d is not None), default=None)

    @cached_property
    def sitemaps(self) -> tuple[str, ...]:
        """The http(s) URLs of `Sitemap:` lines, in order, each once."""
        found = (line.value for line in self.lines if line.kind == "sitemap")
        return tuple(dict.fromkeys(u for u in found if u.lower().startswith(("http://", "https://"))))

    @cached_property
    def _groups(self) -> Groups:
        return Groups(self.lines)

    def _groups_for(self, user_agent: str) -> tuple[tuple[Line, ...], ...]:
        try:
            return self._groups.of(self._groups.key(_bytes(user_agent)))
        except ValueError:
            return ()

    def _deciding(self, user_agent: str, url: str) -> _Rule | None:
        path = path_of(_bytes(url))
        key = self._groups.key(_bytes(user_agent))
        if key not in self._compiled:
            self._compiled[key] = _compile(line for lines in self._groups.of(key) for line in lines)
        return next((rule for rule in self._compiled[key] if rule.pattern.matches(path)), None)


def _bytes(text: str) -> bytes:
    if "\0" in text:
        raise ValueError("a NUL")
    return text.encode("utf-8", "surrogateescape")


def _compile(lines: Iterable[Line]) -> tuple[_Rule, ...]:
    """Return the rules in the order in which they decide: the longest first, of equals `Allow` before `Disallow`."""
    rules: dict[tuple[bytes, bool], _Rule] = {}
    for line in lines:
        if line.kind not in ("allow", "disallow"):
            continue
        allows, value = line.kind == "allow", escape(line.raw)
        patterns = [value] if value else []  # an empty value is no rule
        folder, slash, name = value.rpartition(b"/")
        if allows and slash and name.startswith(b"index.htm"):
            patterns.append(folder + b"/$")  # to allow a folder's index page is to allow the folder's own address
        for pattern in patterns:
            rules.setdefault((pattern, allows), _Rule(Pattern.of(pattern), allows, len(pattern), line))
    return tuple(sorted(rules.values(), key=lambda r: (-r.priority, not r.allows, r.line.start)))


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:  # `10 seconds`, `10s`
        number = _NUMBER.match(value)
        seconds = float(number[0]) if number else math.nan
    return seconds if 0 <= seconds < math.inf else None
