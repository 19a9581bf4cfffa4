"""`/.well-known/tdmrep.json`: an array of rules, of which the first whose location matches the page decides.

TDMRep, section "TDM File on the Origin Server". A file that cannot be read is no silence: it goes to a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scrapers.signals.paths import PathRule
from scrapers.signals.robots_lines import CACHED_FILES
from scrapers.signals.signal import Signal, body_quote
from sitecorpus.rights import Quote

KIND = "tdmrep"
SOURCE = "/.well-known/tdmrep.json"

MAX_BYTES = 1 << 20
MAX_RULES = 10_000

_SPACE = re.compile(r"[ \t\r\n]*")
_NEEDLE = b"tdm-reservation"


@dataclass(frozen=True)
class _Rule:
    locations: tuple[PathRule, ...]
    shown: str
    reservation: Any
    start: int
    end: int


@dataclass(frozen=True)
class _File:
    rules: tuple[_Rule, ...] = ()
    problem: str = ""


def file_signals(path: bytes, body: bytes) -> Iterator[Signal]:
    """Read the file for a page's path."""
    file = _parse(body)
    if file.problem:
        at = body.lower().find(_NEEDLE)
        yield _signal("review", file.problem, body_quote(body, max(at, 0), len(body)))
        return
    for rule in file.rules:
        if any(location.covers(path) for location in rule.locations):
            quote = body_quote(body, rule.start, rule.end)
            if (
                rule.reservation in (0, 1)
                and isinstance(rule.reservation, int)
                and not isinstance(rule.reservation, bool)
            ):
                answer = "opt-out" if rule.reservation else "grant"
                yield _signal(answer, f"{rule.shown}: tdm-reservation={rule.reservation}", quote)
            elif rule.reservation is True or str(rule.reservation).strip() in ("1", "1.0"):
                yield _signal("review", f"{rule.shown}: a reservation of the wrong type", quote)
            return
        if not rule.locations and rule.reservation == 1:
            yield _signal("review", "a reservation without a location", body_quote(body, rule.start, rule.end))


def _signal(answer: Any, value: str, quote: Quote) -> Signal:
    return Signal(KIND, answer, SOURCE, value, "tdmrep", quote)


@lru_cache(maxsize=CACHED_FILES)
def _parse(body: bytes) -> _File:
    if len(body) > MAX_BYTES:
        return _File(problem=f"longer than {MAX_BYTES} bytes")
    if body.lstrip()[:1] == b"<" and _NEEDLE not in body.lower():
        return _File()  # a page that says in words that there is no such file
    mark, text, encoding = _decode(body)
    try:
        found = list(_items(text))
    except (ValueError, RecursionError):
        return _File(problem="not valid JSON")
    if len(found) > MAX_RULES:
        return _File(problem=f"more than {MAX_RULES} rules")
    rules, done, at = [], 0, mark
    for item, start, end in found:
        at += len(text[done:start].encode(encoding))
        size = len(text[start:end].encode(encoding))
        if isinstance(item, dict):
            rules.append(_rule(item, at, at + size))
        done, at = end, at + size
    return _File(tuple(rules))


def _decode(body: bytes) -> tuple[int, str, str]:
    """Return the length of the byte order mark, the text, and how its characters are counted in bytes."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if body[0] == 0xFF else "utf-16-be"
        return 2, body[2:].decode(encoding, "replace"), encoding
    mark = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    try:
        return mark, body[mark:].decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return mark, body[mark:].decode("latin-1"), "latin-1"


def _items(text: str) -> Iterator[tuple[Any, int, int]]:
    """Yield the members of an array, or the one object that stands alone, with their places in the text."""
    decoder = json.JSONDecoder(object_pairs_hook=_strictest)
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        item, end = decoder.raw_decode(text, at)
        if not isinstance(item, dict) or _skip(text, end) != len(text):
            raise ValueError("neither an array nor an object")
        yield item, at, end
        return
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return
    while True:
        item, end = decoder.raw_decode(text, at)
        yield item, at, end
        at = _skip(text, end)
        if text[at : at + 1] == "]" and _skip(text, at + 1) == len(text):
            return
        if text[at : at + 1] != ",":
            raise ValueError("no comma between two rules")
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _strictest(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; of a name that stands twice a reservation is kept."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        lower = name.lower()
        if lower not in found or found[lower] != 1:
            found[lower] = value
    return found


def _rule(item: dict[str, Any], start: int, end: int) -> _Rule:
    location = item.get("location")
    named = [n for n in (location if isinstance(location, list) else [location]) if isinstance(n, str) and n.strip()]
    return _Rule(tuple(PathRule.of(n) for n in named), str(location)[:100], item.get("tdm-reservation"), start, end)
