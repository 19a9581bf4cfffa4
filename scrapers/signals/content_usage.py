"""AIPREF: `Content-Usage: train-ai=n`, a dictionary of RFC 9651, as a header or as a rule of robots.txt with a path.

draft-ietf-aipref-attach and draft-ietf-aipref-vocab: keys and tokens have their case; anything but the tokens `y`
and `n` is unknown, and so is everything in a dictionary that cannot be parsed. Of the rules whose path matches the
longest counts; of equals, and of several statements, the most restrictive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import http_sf

from scrapers.robots import Line
from scrapers.signals.paths import PathRule
from scrapers.signals.robots_lines import CACHED_FILES, MAX_STATEMENTS, lines_for
from scrapers.signals.signal import Signal, body_quote, header_quote
from sitecorpus.rights import Quote

KIND = "content-usage"
HEADER = "content-usage"

OWN = ("train-ai", "train-genai", "ai", "genai")
"""What we do, in the labels of all drafts: a no to either kind of training is a no to us."""
PARENTS = ("bots", "all", "tdm")
"""Wider categories of earlier drafts: they govern where none of the above is stated."""

_LABELS = "|".join((*OWN, *PARENTS))
_READABLE_NO = re.compile(rf"(?<![\w.*\"-])(?:{_LABELS})\s{{0,5}}=\s{{0,5}}n(?![\w.*:/%-])")
MAX_VALUE_CHARS = 16 << 10


def from_robots(body: bytes, path: bytes, agent: str) -> Iterator[Signal]:
    """Read the rules of our group for a page's path."""
    rules = _rules(body, agent)
    if len(rules) > MAX_STATEMENTS:
        quote = body_quote(body, rules[0][2].start, rules[0][2].end)
        yield Signal(
            KIND, "review", "Content-Usage in robots.txt", f"more than {MAX_STATEMENTS} rules", "robots", quote
        )
        return
    matching = [(rule.length, value, line) for rule, value, line in rules if rule.covers(path)]
    longest = max((length for length, _, _ in matching), default=0)
    stated = [(value, body_quote(body, line.start, line.end)) for length, value, line in matching if length == longest]
    yield from _read(stated, "Content-Usage in robots.txt", "robots")


def from_header(value: str) -> Iterator[Signal]:
    """Read the header of a response."""
    return _read([(value, header_quote(HEADER, value))], "Content-Usage header", "page")


def from_meta(value: str, quote: Quote) -> Iterator[Signal]:
    """Read a `<meta>` of the same name: no part of the drafts, which leave embedding open, but plain."""
    return _read([(value, quote)], "Content-Usage meta", "page")


@lru_cache(maxsize=CACHED_FILES)
def _rules(body: bytes, agent: str) -> tuple[tuple[PathRule, str, Line], ...]:
    found = []
    for line in lines_for(body, agent):
        if line.field == "content-usage":
            path, value = "/", line.value
            if value.startswith(("/", "*")):
                path, _, value = value.replace("\t", " ").partition(" ")
            found.append((PathRule.of(path), value.strip(), line))
    return tuple(found)


def _read(stated: Sequence[tuple[str, Quote]], source: str, file: str) -> Iterator[Signal]:
    """Combine statements of equal rank: for each category a no prevails."""
    combined: dict[str, tuple[bool, Quote]] = {}
    for value, quote in stated:
        preferences = _preferences(value)
        if preferences is None:
            if _READABLE_NO.search(value[:MAX_VALUE_CHARS]) or len(value) > MAX_VALUE_CHARS:
                yield Signal(KIND, "review", source, "not a valid dictionary, and a no in it", file, quote)
            continue
        for label, allowed in preferences.items():
            if label not in combined or not allowed:
                combined[label] = (allowed, quote)
    for labels in (OWN, PARENTS):
        named = [(label, *combined[label]) for label in labels if label in combined]
        if named:
            label, allowed, quote = min(named, key=lambda n: n[1])
            yield Signal(
                KIND, "grant" if allowed else "opt-out", source, f"{label}={'y' if allowed else 'n'}", file, quote
            )
            return


def _preferences(value: str) -> Mapping[str, bool] | None:
    """Return what is stated for the categories that concern us; None where the dictionary is broken."""
    if len(value) > MAX_VALUE_CHARS:
        return None
    try:
        parsed = http_sf.parse(value.strip().encode("ascii"), tltype="dictionary")
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    found = {}
    for label in (*OWN, *PARENTS):
        item = parsed.get(label)
        answer = item[0] if isinstance(item, tuple) else item
        if isinstance(answer, http_sf.Token) and str(answer) in ("y", "n"):
            found[label] = str(answer) == "y"
    return found
