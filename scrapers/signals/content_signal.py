"""Content Signals: `Content-Signal: search=yes, ai-train=no` in a group of robots.txt, or as a header.

contentsignals.org, and draft-romm-aipref-contentsignals: `search`, `ai-input` and `ai-train` are yes or no, and
what is not said is neither granted nor restricted. Only `ai-train` is about training. The later `use` names the
most that may be done with a copy (`immediate`, `reference`, `full`): less than full goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scrapers.robots import Line
from scrapers.signals.paths import PathRule
from scrapers.signals.robots_lines import CACHED_FILES, MAX_STATEMENTS, lines_for
from scrapers.signals.signal import Answer, Signal, body_quote, header_quote
from sitecorpus.rights import Quote

KIND = "content-signal"
HEADER = "content-signal"

_PAIR = re.compile(r"(?<![\w-])([a-z][a-z-]{0,30})\s{0,5}=\s{0,5}([\w-]{1,30})")
_ANSWERS: dict[tuple[str, str], Answer] = {
    ("ai-train", "no"): "opt-out",
    ("ai-train", "yes"): "grant",
    ("use", "immediate"): "review",
    ("use", "reference"): "review",
}


def from_robots(body: bytes, path: bytes, agent: str) -> Iterator[Signal]:
    """Read the lines of our group. A path before the pairs, a form of third parties, limits an opt-out to it."""
    source = "Content-Signal in robots.txt"
    lines = _lines(body, agent)
    for line, rule in lines[:MAX_STATEMENTS]:
        if rule is None or rule.covers(path):
            for signal in _read(line.value, source, "robots", body_quote(body, line.start, line.end)):
                if rule is None or signal.answer != "grant":
                    yield signal
    if len(lines) > MAX_STATEMENTS:
        line, _ = lines[MAX_STATEMENTS]
        quote = body_quote(body, line.start, line.end)
        yield Signal(KIND, "review", source, f"more than {MAX_STATEMENTS} lines", "robots", quote)


def from_header(value: str) -> Iterator[Signal]:
    """Read a response header; several lines are one value, joined with commas."""
    return _read(value, "Content-Signal header", "page", header_quote(HEADER, value))


def from_meta(value: str, quote: Quote) -> Iterator[Signal]:
    """Read a `<meta>` of the same name."""
    return _read(value, "Content-Signal meta", "page", quote)


@lru_cache(maxsize=CACHED_FILES)
def _lines(body: bytes, agent: str) -> tuple[tuple[Line, PathRule | None], ...]:
    found = (line for line in lines_for(body, agent) if line.field == "content-signal")
    return tuple((line, PathRule.of(line.value.split(None, 1)[0]) if line.value[:1] == "/" else None) for line in found)


def _read(value: str, source: str, file: str, quote: Quote) -> Iterator[Signal]:
    for name, answer in _PAIR.findall(value[:4096].lower()):
        meaning = _ANSWERS.get((name, answer))
        if meaning:
            yield Signal(KIND, meaning, source, f"{name}={answer}", file, quote)
