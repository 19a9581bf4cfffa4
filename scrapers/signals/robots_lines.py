"""The lines of a robots.txt that speak to our agent, read once for all pages of a site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile

from scrapers.robots import Line, RobotsRules
from scrapers.robots.groups import ALL, product_token

CACHED_FILES = 8
"""A process clears pages of one site after the other; bodies may be megabytes."""

MAX_STATEMENTS = 1000
"""Lines of one kind: each is tried for every page, and a site with more is no site of a person."""

_BLANK = re.compile(rb"(?:\r\n|\r(?!\n)|\n)[ \t]{0,80}[\r\n]")


@lru_cache(maxsize=CACHED_FILES)
def rules_of(body: bytes) -> RobotsRules:
    """Parse a robots.txt; `access` is `deny` where it cannot be read, which denies the page itself."""
    return RobotsRules.parse(body)


@lru_cache(maxsize=CACHED_FILES)
def lines_for(body: bytes, agent: str) -> tuple[Line, ...]:
    """Return the lines for `agent`: those of its groups, and those above every group, which hold for everyone.

    RFC 9309 gives the latter to nobody; a statement of preference there is read rather than dropped. So is one
    between the names of a group, where no blank line sets it apart: no rule has closed the group there.
    """
    rules = rules_of(body)
    if rules.access != "rules":
        return ()
    above = takewhile(lambda line: line.kind != "agent", rules.lines)
    between = _between(body, rules, agent.lower().encode())
    return tuple(dict.fromkeys((*above, *between, *rules.group(agent))))


def _between(body: bytes, rules: RobotsRules, agent: bytes) -> Iterator[Line]:
    named = {product_token(line.raw) for line in rules.lines if line.kind == "agent"}
    ours = agent if agent in named else ALL
    run: list[Line] = []
    last = 0
    for line in rules.lines:
        if run and line.kind == "agent" and _BLANK.search(body, last, line.start):
            run = []
        if line.kind == "agent" and product_token(line.raw) == ours:
            yield from run
            run = []
        elif line.kind in ("allow", "disallow"):
            run = []
        elif line.kind != "agent":
            run.append(line)
        last = line.end
