"""Pages that would cost an HTML5 parser minutes or gigabytes: told before they are parsed, and cut down to their link tags.

The standard's own algorithm is quadratic in the depth of a page, and opens every unclosed `<b>` anew in each paragraph
(https://html.spec.whatwg.org/multipage/parsing.html#reconstruct-the-active-formatting-elements). One page of a hostile
or broken site must not stop a crawl.
"""

from __future__ import annotations

import re
from collections import Counter

MIN_TAGS = 2_000
"""A page with fewer cannot be costly."""
MAX_STEPS = 300_000_000
"""Open elements looked at; some three seconds."""
MAX_REOPENED = 1_000_000
"""Elements that the parser adds by itself; some 350 MB."""

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = frozenset(b"b big code em font i nobr s small strike strong tt u".split())
# void, closed by the next of their kind, or (a) closed by the next link
_NEVER_DEEP = frozenset(
    b"a area base br col dd dt embed hr img input li link meta option p source td th tr track wbr".split()
)
_LINK_TAG = re.compile(rb"<(?:a|area|base|link|meta)\s[^<>]*>", re.IGNORECASE)


def is_costly(source: bytes) -> bool:
    """Whether parsing would take too long or too much memory; itself linear in the length of the page."""
    tags = source.count(b"<")
    if tags < MIN_TAGS:
        return False
    opened: Counter[bytes] = Counter()
    depth = deepest = formatting = most_formatting = 0
    for found in _TAG.finditer(source):
        name = found[2].lower()
        if name in _NEVER_DEEP:
            continue
        step = 1
        if found[1]:
            if not opened[name]:
                continue  # an end without a beginning closes nothing
            step = -1
        opened[name] += step
        depth += step
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            formatting += step
            most_formatting = max(most_formatting, formatting)
    return deepest * tags > MAX_STEPS or most_formatting * tags > MAX_REOPENED


def link_tags(source: bytes) -> bytes:
    """Return a flat page with the tags that lead elsewhere, in order; also those that stand in comments and scripts."""
    found = _LINK_TAG.findall(source)
    return b"<!doctype html>" + b"\n".join(
        tag + (b"</a>" if tag[1:3].lower().strip() == b"a" else b"") for tag in found
    )
