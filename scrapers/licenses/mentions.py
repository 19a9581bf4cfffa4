"""Links, badges and phrases that name a licence, with where they stand in the visible page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from scrapers.licenses.addresses import Name, known_id, may_be_licence, name_at
from scrapers.licenses.passages import Passages
from scrapers.licenses.phrases import names_in
from scrapers.licenses.places import is_badge

MAX_MENTIONS = 200
_IDENTIFIER = re.compile(r"SPDX-License-Identifier:\s*([\w.+-]{2,60})(?![\w.+-]|\s+(?:AND|OR|WITH)\s)")
_WORDS = etree.XPath("//text()[not(parent::script or parent::style or parent::title)]", smart_strings=False)


Linked = tuple[Any, Name, bool]
"""An element, the licence that its address names, and whether it says `rel=license`."""


@dataclass(frozen=True)
class Mention:
    """A licence's name on a page; `start` and `end` are its range in the text."""

    name: Name
    element: Any
    start: int
    end: int
    rule: str
    rel: bool = False
    badge: bool = False


def mentions_in(page: Passages, linked: list[Linked]) -> list[Mention]:
    """Return the mentions of a page in their order, without those that only repeat the link they stand in."""
    found = [*islice(_linked(linked, page), MAX_MENTIONS), *islice(_phrases(page), MAX_MENTIONS)]
    return sorted(_without_echoes(found), key=lambda m: (m.start, m.end, m.rule))[:MAX_MENTIONS]


def worded(tree: Any) -> bool:
    """Say whether the words of a page name a licence, whatever they say of it."""
    pieces = _WORDS(tree)
    # a name may go over several pieces (`CC <b>BY</b>`), and may end where the next block begins
    joined = (" ".join(between.join(pieces).split()) for between in (" ", ""))
    return any("SPDX-License-Identifier" in words or any(True for _ in names_in(words)) for words in joined)


def links_in(tree: Any) -> list[Linked]:
    """The links and badges with the address of a licence, and whether they say `rel=license`."""
    found = []
    for element in tree.iter("a", "area", "img"):
        address = element.get("src" if element.tag == "img" else "href")
        name = name_at(address) if address and may_be_licence(address) else None
        if name is not None:
            rels = f"{element.get('rel') or ''} {element.get('property') or ''} {element.get('itemprop') or ''}".lower().split()
            found.append((element, name, any(r.rpartition(":")[2] in ("license", "licence") for r in rels)))
    return found


def _linked(found: list[Linked], page: Passages) -> Iterator[Mention]:
    for element, name, rel in found:
        if element not in page.spans:
            continue  # in a script's or a template's markup
        start, end = page.spans[element]
        if element.tag == "img":
            yield Mention(name, element, start, end, "badge", False, True)
        else:
            badge = any(is_badge(i) for i in element.iter("img"))
            yield Mention(name, element, start, end, "rel-license" if rel else "anchor", rel, badge)


def _phrases(page: Passages) -> Iterator[Mention]:
    text = page.text
    for hit in _IDENTIFIER.finditer(text):
        name = known_id(hit[1])
        if name is not None:
            yield Mention(name, page.element_at(hit.start()), hit.start(), hit.end(), "spdx")
    for name in names_in(text):
        yield Mention(name, page.element_at(name.start), name.start, name.end, "text")
    for hit in re.finditer(r"https?://[^\s<>\"']{8,200}", text):
        at = name_at(hit[0])
        if at is not None:
            yield Mention(at, page.element_at(hit.start()), hit.start(), hit.end(), "text")


def _without_echoes(mentions: list[Mention]) -> Iterator[Mention]:
    """Leave out the words of a link that says the same, and the badge within it."""
    links = [m for m in mentions if m.rule in ("anchor", "rel-license")]
    spdx = [m for m in mentions if m.rule == "spdx"]
    for m in mentions:
        around = [
            o for o in (*links, *spdx) if o is not m and o.start <= m.start and m.end <= o.end and o.rule != m.rule
        ]
        echo = m.rule in ("text", "badge") and any(
            o.name.family == m.name.family and m.name.spdx in (None, o.name.spdx) for o in around
        )
        if not echo:
            yield m
