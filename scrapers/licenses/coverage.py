"""What each mention of a licence on a page covers.

The words of its clause say so; where they do not, the place decides: a footer speaks for the site, a caption for its
picture, a paragraph of an article for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from scrapers.licenses.claims import GRANTING, MAX_QUOTE_CHARS, Claim, Scope
from scrapers.licenses.mentions import Mention, links_in, mentions_in, worded
from scrapers.licenses.passages import BLOCKS, Passages, passages
from scrapers.licenses.places import Place, Places, is_badge, lineage
from scrapers.licenses.subjects import Subject, is_quoted, subject_of

MAX_CONTAINER_CHARS = 600
MAX_FOOTER_CHARS = 1500
MAX_CAPTION_CHARS = 200
MAX_LABEL_CHARS = 80
MANY_LABELS = 4
_WINDOW_CHARS = 400
_SENTENCE = re.compile(r"(?<=[.!?。])(?<!\b[vV]\.)(?<!\bInc\.)(?<!\bCC\.)\s+(?=[\"“„«(©]?[A-ZÄÖÜÀ-ÞА-Я])|(?<=。)")
_ITEM = re.compile(r"\s[|•·‖]\s?|\s//\s|;\s|\s[–—-]\s(?=©)")
_RESERVED = re.compile(
    r"all rights? (?:are )?reserved|alle rechte (?:sind )?vorbehalten|tous droits (?:de reproduction )?réservés|todos los derechos reservados|tutti i diritti (?:sono )?riservati|"
    r"todos os direitos reservados|alle rechten voorbehouden|wszelkie prawa zastrzeżone|все права защищены",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(r"^[^.]{0,20}(?:except|unless|where not|soweit|sofern|außer|sauf|salvo)", re.IGNORECASE)
_STILL = re.compile(r"purl\.org/dc/dcmitype/(?P<type>\w+)")


def claims_in(tree: Any, url: str) -> Iterator[Claim]:
    """Yield a claim for each licence that the visible page names, in the order in which they stand."""
    linked = links_in(tree)
    if not linked and not worded(tree):
        return
    page = passages(tree)
    mentions = mentions_in(page, linked)
    reader = _Reader(page, mentions, Places(tree, url, page.spans), _cards(tree, page))
    found = [(mention, list(reader.claims(mention))) for mention in mentions]
    labels = {m.element for m, claims in found if m in reader.bare and claims[0].scope in GRANTING}
    for mention, claims in found:
        if len(labels) >= MANY_LABELS and mention.element in labels:  # a list of works, each with its licence
            claims = [replace(claims[0], scope="mention")]
        yield from claims


def _cards(tree: Any, page: Passages) -> set[Any]:
    """The articles that are not the page's own where it has several: cards of a list."""
    articles = [e for e in tree.iter("article") if e in page.spans]
    if len(articles) < 2:
        return set()
    longest = max(articles, key=lambda e: page.spans[e][1] - page.spans[e][0])
    start, end = page.spans[longest]
    return {e for e in articles if not (start <= page.spans[e][0] and page.spans[e][1] <= end)}


class _Reader:
    def __init__(self, page: Passages, mentions: list[Mention], places: Places, cards: set[Any]) -> None:
        self._page, self._mentions, self._places, self._cards = page, mentions, places, cards
        self.bare: set[Mention] = set()
        """Mentions that no words say the scope of."""

    def claims(self, mention: Mention) -> Iterator[Claim]:
        """Yield the claim of one mention, and what speaks against it beside it."""
        place: Place = self._places.of(mention.element)
        if any(card in self._cards for card in mention.element.iterancestors("article")):
            place = "quoted"
        start, end = self._clause(mention)
        text = self._page.text
        before, after = text[start : mention.start], text[mention.end : end]
        subject = self._subject(mention, place, before, after)
        scope = self._scope(mention, place, subject, is_quoted(before, after))
        if subject.kind == "none":
            self.bare.add(mention)
        if subject.kind == "none" and mention.rule == "text" and len(before) + len(after) > MAX_LABEL_CHARS:
            scope = "mention"  # a sentence that only speaks of a licence
        quote = self._quote(mention, start, end)
        yield Claim(mention.name.spdx, mention.name.jurisdiction, scope, mention.rule, quote, mention.name.family)
        if scope in ("article", "site") and (reserved := self._reserved(mention)):
            yield Claim(None, None, scope, "reserved", reserved)

    def _clause(self, mention: Mention) -> tuple[int, int]:
        """The range of the clause around a mention: a sentence, or an item of a line of them."""
        text = self._page.text
        start, end = self._page.line_at(mention.start)
        end = max(end, mention.end)
        start, end = max(start, mention.start - _WINDOW_CHARS), min(end, mention.end + _WINDOW_CHARS)
        for pattern in (_SENTENCE, _ITEM):
            for hit in pattern.finditer(text, start, mention.start):
                start = hit.end()
            hit_after = pattern.search(text, mention.end, end)
            if hit_after:
                end = hit_after.start()
        for other in self._mentions:  # "content is under A, and code under B"
            if other.name.family != mention.name.family:
                if start < other.end <= mention.start and re.search(r"[^\W_]{3}", text[other.end : mention.start]):
                    start = other.end
                elif mention.end <= other.start < end:
                    end = min(end, other.start)
        return start, end

    def _subject(self, mention: Mention, place: Place, before: str, after: str) -> Subject:
        subject = subject_of(before, after)
        if subject.kind != "none" or place in ("comment", "quoted", "hidden", "image", "thing"):
            return subject
        title = mention.element.get("title") or ""
        if title and (said := subject_of(title[:200], "")).kind != "none":
            return said
        text = self._page.text
        line_start, line_end = self._page.line_at(mention.start)
        line_end = max(line_end, mention.end)
        ranges = [(max(line_start, mention.start - _WINDOW_CHARS), min(line_end, mention.end + _WINDOW_CHARS))]
        ranges += self._neighbours(mention, line_start, line_end)
        if place != "footer" and (container := self._container(mention.element, MAX_CONTAINER_CHARS)):
            ranges.append(container)
        for start, end in ranges:
            before, after = text[start : max(start, mention.start)], text[min(mention.end, end) : end]
            wider = subject_of(_item_tail(before), _item_head(after), heading="\n" in before)
            if wider.kind != "none":
                return wider
            subject = Subject("none", licenses=subject.licenses or wider.licenses)
        return subject

    def _neighbours(self, mention: Mention, line_start: int, line_end: int) -> list[tuple[int, int]]:
        """The lines after and before a mention that stands alone in its line, within its block: a badge and its sentence."""
        block = next((e for e in lineage(mention.element) if e.tag in BLOCKS and e in self._page.spans), None)
        if block is None or not self._alone(mention):
            return []
        start, end = self._page.spans[block]
        found = []
        if line_end + 1 < end:
            found.append((line_end + 1, min(end, self._page.line_at(line_end + 1)[1])))
        if line_start - 1 > start:
            found.append((max(start, self._page.line_at(line_start - 1)[0]), line_start - 1))
        return found

    def _container(self, element: Any, limit: int) -> tuple[int, int] | None:
        """The range of the smallest block that says something beside the mention."""
        spans = self._page.spans
        own = spans.get(element, (0, 0))
        for ancestor in lineage(element):
            if ancestor is element or ancestor.tag not in BLOCKS or ancestor not in spans:
                continue
            start, end = spans[ancestor]
            if end - start > limit:
                return None
            if len(self._page.text[start:end].strip()) > own[1] - own[0] + 5:
                return start, end
        return None

    def _scope(self, mention: Mention, place: Place, subject: Subject, quoted: bool) -> Scope:
        outside: dict[str, Scope] = {
            "comment": "comment",
            "quoted": "mention",
            "hidden": "mention",
            "image": "image",
            "thing": "other",
        }
        if place in outside:
            return outside[place]
        spoken: dict[str, Scope] = {
            "denied": "mention",
            "terms": "terms",
            "comment": "comment",
            "image": "image",
            "thing": "other",
        }
        if subject.kind in spoken:
            return spoken[subject.kind]
        if quoted:
            return "mention"
        if (typed := self._type(mention)) is not None:
            return typed
        here: Scope = "article" if place == "article" else "site"
        if mention.rule == "spdx":
            return "article"
        if mention.name.family == "CC-PDDC" and mention.rule == "text":
            return here if subject.kind == "work" and subject.strong else "mention"
        if subject.kind == "work":
            if place == "footer":
                return "site"
            if place == "widget":
                return "site" if subject.strong or subject.licenses or mention.rel else "widget"
            return here if subject.strong or (mention.rel and subject.licenses) else "mention"
        if place == "footer":
            # a licence's name alone licenses; a program's may be a link of the menu
            return "site" if mention.name.family.startswith("CC") or subject.licenses else "mention"
        if place == "widget":
            return "site" if mention.rel or mention.badge else "widget"
        if not (mention.rel or mention.badge):
            return "mention"
        if self._picture_beside(mention):
            return "image"
        return here if subject.licenses or mention.badge or place == "" or self._alone(mention) else "mention"

    def _type(self, mention: Mention) -> Scope | None:
        """The kind of work that the licence's own markup declares (DCMI Type Vocabulary)."""
        block = next((e for e in lineage(mention.element) if e.tag in BLOCKS), None)
        if block is None or not mention.rel:
            return None
        start, end = self._page.spans.get(block, (0, 0))
        if end - start > MAX_CONTAINER_CHARS:
            return None
        for element in islice(block.iter(), 200):
            found = _STILL.search(element.get("href") or "") if isinstance(element.tag, str) else None
            if found:
                kind = found["type"]
                return (
                    "image"
                    if "Image" in kind and kind != "MovingImage"
                    else "other"
                    if kind in ("MovingImage", "Sound", "Dataset", "Software")
                    else None
                )
        return None

    def _picture_beside(self, mention: Mention) -> bool:
        block = next((e for e in lineage(mention.element) if e.tag in BLOCKS), None)
        if block is None:
            return False
        near = [block]
        before = block.getprevious()
        if before is not None and isinstance(before.tag, str):
            near.append(before)
        spans = self._page.spans
        near = [e for e in near if e in spans and spans[e][1] - spans[e][0] <= MAX_CAPTION_CHARS]
        return any(not is_badge(i) for element in near for i in element.iter("img", "picture", "figure"))

    def _alone(self, mention: Mention) -> bool:
        start, end = self._page.line_at(mention.start)
        return end - start <= mention.end - mention.start + 25

    def _reserved(self, mention: Mention) -> str | None:
        """The words "all rights reserved" that stand in the same block or footer and are not about something else."""
        limit = MAX_CONTAINER_CHARS
        found = self._container(mention.element, limit) or self._page.line_at(mention.start)
        for ancestor in lineage(mention.element):
            if self._places.is_footer(ancestor) and ancestor in self._page.spans:
                start, end = self._page.spans[ancestor]
                if end - start <= MAX_FOOTER_CHARS:
                    found = (start, end)
        start, end = max(found[0], mention.start - MAX_FOOTER_CHARS), min(found[1], mention.end + MAX_FOOTER_CHARS)
        text = self._page.text
        for hit in _RESERVED.finditer(text, start, end):
            sentence = re.split(r"\n|(?<=[.!?])\s", text[max(start, hit.start() - 200) : hit.start()])[-1]
            about = subject_of(sentence, "").kind
            if about not in ("image", "thing", "comment") and not _QUALIFIED.match(text[hit.end() : hit.end() + 60]):
                return text[max(start, hit.start() - 80) : hit.end()].rpartition("\n")[2][:MAX_QUOTE_CHARS]
        return None

    def _quote(self, mention: Mention, start: int, end: int) -> str:
        words = self._page.text[start:end].strip()
        if len(words) > MAX_QUOTE_CHARS:
            start = max(start, mention.start - MAX_QUOTE_CHARS // 2)
            words = self._page.text[start : start + MAX_QUOTE_CHARS].strip()
        if words:
            return words
        address = mention.element.get("href") or mention.element.get("src") or ""
        return str(address)[:MAX_QUOTE_CHARS]


def _item_tail(words: str) -> str:
    return _ITEM.split(words)[-1]


def _item_head(words: str) -> str:
    return _ITEM.split(words)[0]
