"""A text of terms as passages: clauses with their offsets, and the words that each of them hangs on.

A prohibition and what it prohibits often stand apart: "You agree not to:" is followed by a list, whose items may have
lists of their own, and "(i) … (ii) …" within one sentence are a list too. Each passage therefore carries its `lead`
(the introductions above it), its `heading`, and its `tail` ("… are strictly prohibited" after the last item).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from scrapers.terms.blocks import Block, blocks
from scrapers.terms.sentences import MAX_CLAUSE, sentences
from scrapers.terms.words import folded, languages_of, pattern

T = TypeVar("T")

MAX_LEAD = 700
MAX_DEPTH = 8  # of lists within lists
MAX_HELD = 500  # passages of one list
MAX_HANGING = 60  # unmarked paragraphs that may hang on one lead


@dataclass(frozen=True)
class Passage:
    """A clause: `text`, `lead`, `heading`, `tail` are folded; `start` and `end` are offsets into the original."""

    start: int
    end: int
    text: str
    lead: str = ""
    heading: str = ""
    tail: str = ""
    item: bool = False
    languages: tuple[str, ...] | None = None  # which its words may be in; None: any

    def pattern(self, section: str, key: str) -> re.Pattern[str]:
        """Return the words of a purpose in the languages of this passage."""
        return pattern(section, key, self.languages)

    def without(self, *purposes: tuple[str, str]) -> str:
        """Return the text with the words of these purposes blanked, every offset as it was."""
        text = self.text
        for section, key in purposes:
            text = self.pattern(section, key).sub(lambda match: " " * len(match.group()), text)
        return text


def passages(text: str) -> Iterator[Passage]:
    """Yield the passages of a text in order. Linear in its length."""
    reader = _Reader(text)
    for block, following in _with_next(blocks(text)):
        yield from reader.read(block, following)
    yield from reader.close()


class _Reader:
    """What has been read of a text so far: the heading, the open leads, and the list whose end is still to come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = folded(text)
        self.heading = ""
        self.leads: list[tuple[int, str, str]] = []  # indent and marker of the block that opened it, its words
        self.held: list[Passage] = []
        self.waiting = False  # the block before introduces this one
        self.hanging = 0  # unmarked paragraphs that hang on the open lead
        self.sentence = ""  # the last one read
        self.unfinished = False  # the block before ends in the middle of an enumeration

    def read(self, block: Block, following: Block | None) -> Iterator[Passage]:
        """Yield the passages that are complete once this block is read."""
        words = self.low[block.start : block.end]
        titles = _titles(words, block) and not (self.waiting or self.hanging or (block.marker and self.leads))
        if block.heading or titles:
            yield from self.close()
            self.heading = words[:200]
        if block.heading and not _opens(words):
            yield Passage(block.start, block.end, words[:MAX_CLAUSE], heading=self.heading)
            return
        yield from self._settle(block, words)
        lead = " ".join(above for _, _, above in self.leads)[-MAX_LEAD:]
        found = list(self._clauses(block, lead))
        self.waiting = bool(found) and (_opens(words) or _leads_into(words, block, following))
        if self.waiting:
            self.leads.append((block.indent if block.marker else -1, block.marker, self.sentence[-MAX_LEAD:]))
            self.leads = self.leads[-MAX_DEPTH:]
            self.hanging = 0
        self.unfinished = words.endswith(_UNFINISHED)
        self.held += found
        if not self.leads or len(self.held) > MAX_HELD:
            yield from self.held
            self.held = []

    def close(self) -> Iterator[Passage]:
        """Yield what is held, and forget what it hung on."""
        yield from self.held
        self.held, self.leads, self.waiting, self.hanging = [], [], False, 0

    def _settle(self, block: Block, words: str) -> Iterator[Passage]:
        """Close the leads that do not reach this block."""
        if block.marker:
            while self.leads and not self.waiting and _is_beside(block, *self.leads[-1][:2]):
                self.leads.pop()
        elif self.leads and not self.waiting and not (self.hanging and (self.unfinished or _hangs(words))):
            if _is_tail(words):
                self.held = [replace(passage, tail=words[:200]) for passage in self.held]
            if block.indent and self.leads[-1][1]:
                self.hanging = 0  # another paragraph of the item
            else:
                yield from self.close()
        elif self.leads:
            self.hanging += 1
            if self.hanging > MAX_HANGING:
                yield from self.close()

    def _clauses(self, block: Block, lead: str) -> Iterator[Passage]:
        """The sentences of a block, cut at semicolons and at "(a)", the parts hanging on the sentence's beginning."""
        low, item = self.low, bool(self.leads) or bool(block.marker)
        before, inline = "", ""
        languages = languages_of(low[block.start : min(block.end, block.start + MAX_CLAUSE)])
        for number, (parts, following) in enumerate(_with_next(sentences(self.text, block.start, block.end))):
            head = low[parts[0][0] : parts[0][1]]
            own = lead if number == 0 else ""
            if number and inline and re.match(r"\W{0,3}(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[•●▪◦·‣-]\s)", head):
                own = inline
            elif number and before and _CONTINUES.match(head):
                own = before
            elif number and lead and item:
                own = lead if not _SUBJECT.match(head) else ""
            self.sentence = f"{own if own and own is before else ''} {low[parts[0][0] : parts[-1][1]]}"
            if ":" in head:
                inline = f"{own} {head}"[-MAX_LEAD:]
            last = low[parts[-1][0] : parts[-1][1]][-160:] if len(parts) > 1 else ""
            if languages and "en" not in languages and not _CLOSES.match(low, parts[-1][0]):
                last = ""
            after = low[following[0][0] : following[-1][1]][:200] if following else ""
            after = after if _REFERS.match(after) else ""
            for place, (start, end) in enumerate(parts):
                above = f"{own} {head[:MAX_LEAD]}" if place else own
                yield Passage(
                    start,
                    end,
                    low[start:end],
                    above[-2 * MAX_LEAD :].strip(),
                    self.heading,
                    last if place < len(parts) - 1 else after,
                    item,
                    languages,
                )
            before = f"{own[-200:]} {low[parts[0][0] : parts[-1][1]][-500:]}"


_UNFINISHED = (";", ",", "; or", "; and", ", or", ", and", " et", " und", " o", " e", " y", " of")
_CONTINUES = re.compile(
    r"(?:\W{0,3})(?:this|these|that|such|including|includes?|examples?|for example|in particular|specifically|among|it|they|also|"
    r"dies\w*|dazu|insbesondere|hierzu|darunter|cela|ceci|ces|notamment|il|elle|esto|ello|questo|ciò|isso|isto|dit|daaronder|hieronder|dat geldt|das gilt|cela vaut|esto incluye|questo vale|isso inclui|namely|without limit\w+)\b"
)

# "…; all of this is prohibited", where the words of prohibition may also have a subject of their own.
_CLOSES = re.compile(
    r"\W{0,3}(?:ist|sind|wird|werden|est|sont|está|están|queda|quedan|è|sono|é|são|is|zijn|wordt|worden)\b"
)
# "Scraping is a nuisance. This is prohibited."
_REFERS = re.compile(
    r"\W{0,3}(?:this|doing so|such (?:use|activit\w{1,4}|conduct|access|actions?)|any such|das|dies|cela|ceci|esto|ello|ciò|questo|isso|isto|dit|dat)\s{1,4}"
    r"(?:is|are|would|constitutes|violates|ist|verst|est|constitue|es|está|constituye|è|costituisce|é|constitui)"
)


def _is_beside(block: Block, indent: int, marker: str) -> bool:
    """Whether an item stands beside or above the item that opened a list, and so is no part of that list."""
    return marker != "" and (block.indent < indent or (block.indent == indent and block.marker == marker))


def _with_next(things: Iterator[T]) -> Iterator[tuple[T, T | None]]:
    before = next(things, None)
    for thing in things:
        if before is not None:
            yield before, thing
        before = thing
    if before is not None:
        yield before, None


def _leads_into(words: str, block: Block, following: Block | None) -> bool:
    """Whether a paragraph that does not end goes on in the list below it."""
    if following is None or not following.marker or block.marker or words[-1:] in ".!?;)":
        return False
    return len(words) > 12


def _opens(words: str) -> bool:
    """Whether a block introduces what follows."""
    end = words[-40:].rstrip(" '…*)\\")
    return words.endswith(("…", "...")) or end.endswith((":", " to", " not", "—", " -", "："))


def _titles(words: str, block: Block) -> bool:
    """Whether a short line without a stop is the title of what follows, though no markup says so."""
    return len(words) < 70 and block.marker in ("", "d", "a", "r") and words[-1:] not in ".,;:!?…"


_SUBJECT = re.compile(
    r"(?:you|we|the|this|these|those|our|if|in|it|please|unless|by|to|when|all|any|each|except|your|users?|as|for|"
    r"sie|wir|die|der|das|vous|nous|le|la|les|l'|el|los|las|il|gli|o|os|as|de|het|u|wij)\b"
)


def _hangs(words: str) -> bool:
    """Whether an unmarked paragraph still belongs to the list that the paragraph before it belongs to."""
    return words.endswith(";") or (len(words) < 250 and not _SUBJECT.match(words))


def _is_tail(words: str) -> bool:
    return (
        words.startswith(("…", "...", "is ", "are ", "ist ", "sind ", "est ", "sont ", "without ")) and len(words) < 300
    )
