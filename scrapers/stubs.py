"""Pages that only lead elsewhere: the address of a page that moved, with a refresh or a script on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from scrapers.markup import parse_html

MAX_STUB_WORDS = 60
HEAD_BYTES = 20_000
_REFRESH = re.compile(
    r"^\s*(?P<seconds>\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?(?P<to>[^\"'\s]+)", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)|location\.(?:replace|assign)\(\s*[\"']([^\"']+)"
)


def redirect_target(html: bytes) -> str | None:
    """Return where a page leads that holds nothing but the way there, or None: an alias of a moved page."""
    lower = html[:HEAD_BYTES].lower()
    if b"refresh" not in lower and b"location" not in lower:
        return None  # most pages, which are then not parsed here
    tree = parse_html(html)
    if tree is None:
        return None
    target = next(_targets(tree), None)
    if target is None or sum(1 for _ in islice(_words(tree), MAX_STUB_WORDS + 1)) > MAX_STUB_WORDS:
        return None
    return target


def _words(tree: Any) -> Iterator[str]:
    """The words that a page shows, in order."""
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style", "head", "title"):
            yield from (element.text or "").split()
        if element.getparent() is not None:
            yield from (element.tail or "").split()


def _targets(tree: Any) -> Iterator[str]:
    for meta in tree.iter("meta"):
        found = _REFRESH.match(meta.get("content") or "")
        if (meta.get("http-equiv") or "").lower() == "refresh" and found and int(found["seconds"]) <= 10:
            yield found["to"]
    for script in tree.iter("script"):
        found = _SCRIPTED.search(script.text or "")
        if found:
            yield found[1] or found[2]
