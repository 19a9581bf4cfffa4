"""Pages that are not what their address promises: shells that only scripts fill, and one page for all addresses."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Any
from urllib.parse import unquote

MAX_ELEMENTS = 20_000
_SCRIPT_TYPES = frozenset({"", "text/javascript", "application/javascript", "module", "text/ecmascript"})
_SHELL_WORDS = 50


def is_shell(tree: Any) -> bool:
    """Say whether a page shows nothing of itself before its scripts have run."""
    scripted = any((s.get("type") or "").strip().lower() in _SCRIPT_TYPES for s in islice(tree.iter("script"), 1000))
    if not scripted:
        return False
    words, links = 0, 0
    for element in islice(tree.iter(), MAX_ELEMENTS):
        if not isinstance(element.tag, str) or element.tag in (
            "script",
            "style",
            "noscript",
            "template",
            "head",
            "title",
        ):
            continue
        if any(a.tag in ("noscript", "template", "head") for a in islice(element.iterancestors(), 50)):
            continue
        links += element.tag == "a" and bool(element.get("href"))
        words += len((element.text or "").split()) + sum(len((c.tail or "").split()) for c in element)
        if words >= _SHELL_WORDS or links:
            return False
    return True


def is_same_page(one: str, other: str, path: str = "") -> bool:
    """Say whether two texts are one page but for a few words: those that echo the address, a date, a number.

    It is how an address that answers like any address that does not exist is told from a page of its own.
    """
    echoed = set(re.findall(r"\w+", unquote(path).lower()))
    a, b = (Counter(w for w in re.findall(r"[^\W\d]+", t.lower()) if w not in echoed) for t in (one, other))
    different = (a - b).total() + (b - a).total()
    return different <= 4 + (a.total() + b.total()) // 100
