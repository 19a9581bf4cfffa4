"""Long documentation into articles of a page or two, with every paragraph in one article only.

A fifth of the reference's text stands in several topics word for word. Left so, held-out articles would
have been seen in training, and the validation loss would be too good.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from math import ceil

MIN_WORDS = 80
"""Less than this is not cut off as an article of its own."""
MAX_WORDS = 280
"""More than this is cut into parts of about equal length."""
_MIN_WHOLE_WORDS = 45
"""A text that has less left, once what stands elsewhere is taken out, is not used."""
_UNIQUE_WORDS = 12
"""Shorter paragraphs ("For example:") may stand in many articles."""

_HEADING = re.compile(r"^(?P<title>[^\s*|+][^\n]*)\n(?P<line>([*=\-^~\"#+])\3{2,})$", re.MULTILINE)


@dataclass(frozen=True)
class Shelf:
    """One section of the site: a kind of text, under one licence."""

    name: str
    author: str
    license: str
    license_url: str
    max_words: int
    max_parts: int | None = None
    """Articles from one source, at most."""


@dataclass(frozen=True)
class Article:
    """One article, as plain text with the light markup of docstrings."""

    shelf: Shelf
    source: str
    """The topic, module or function that it is cut from."""
    title: str
    body: str

    @property
    def words(self) -> int:
        return len(self.body.split())


@dataclass
class Chapter:
    """A heading with the paragraphs below it, up to the next heading."""

    title: str
    paragraphs: list[str]

    @property
    def words(self) -> int:
        return sum(len(p.split()) for p in self.paragraphs)


@dataclass
class Cutter:
    """Cuts one text after another, and remembers which paragraphs it has used."""

    articles: list[Article] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _words: dict[str, int] = field(default_factory=dict)

    def add(self, shelf: Shelf, source: str, text: str) -> None:
        """Append the articles of one text, as far as its shelf has room."""
        chapters = read_chapters(text, source)
        name = chapters[0].title
        for chapter in chapters:
            chapter.paragraphs = self._unseen(chapter.paragraphs)
        parts = _parts([c for c in chapters if c.paragraphs])
        for title, body in _titled(name, parts)[: shelf.max_parts]:
            article = Article(shelf, source, title, body)
            if self._words.get(shelf.name, 0) + article.words <= shelf.max_words:
                self._words[shelf.name] = self._words.get(shelf.name, 0) + article.words
                self.articles.append(article)

    def _unseen(self, paragraphs: list[str]) -> list[str]:
        kept = []
        dropped = False
        for paragraph in paragraphs:
            key = " ".join(paragraph.split())
            # A short paragraph goes with the one before it: "For example:" is nothing without its example.
            dropped = key in self._seen and (dropped or len(key.split()) >= _UNIQUE_WORDS)
            self._seen.add(key)
            if not dropped:
                kept.append(paragraph)
        return kept


def read_chapters(text: str, name: str) -> list[Chapter]:
    """Split at underlined headings; text before the first one is a chapter called `name`."""
    chapters = [Chapter(name, [])]
    end = 0
    for found in _HEADING.finditer(text):
        if abs(len(found["line"]) - len(found["title"])) > 2:
            continue  # a table, or a rule in an example
        chapters[-1].paragraphs += _paragraphs(text[end : found.start()])
        chapters.append(Chapter(found["title"].strip().rstrip(":"), []))
        end = found.end()
    chapters[-1].paragraphs += _paragraphs(text[end:])
    return chapters[1:] if len(chapters) > 1 and not chapters[0].paragraphs else chapters


def _paragraphs(text: str) -> list[str]:
    return [p.strip("\n").rstrip() for p in re.split(r"\n[ \t]*\n", text) if p.strip()]


def _parts(chapters: list[Chapter]) -> list[list[Chapter]]:
    """Put short chapters together, and cut long ones; what is left too short goes to the part before."""
    parts: list[list[Chapter]] = []
    open_part: list[Chapter] = []
    for chapter in chapters:
        if sum(c.words for c in open_part) + chapter.words > MAX_WORDS and sum(c.words for c in open_part) >= MIN_WORDS:
            parts.append(open_part)
            open_part = []
        open_part.append(chapter)
        if sum(c.words for c in open_part) > MAX_WORDS:
            *whole, long = open_part
            pieces = _cut(long)
            pieces[0] = [*whole, *pieces[0]]
            parts += pieces
            open_part = []
    if open_part and parts and sum(c.words for c in open_part) < MIN_WORDS:
        parts[-1] += open_part
    elif open_part:
        parts.append(open_part)
    return parts if sum(c.words for part in parts for c in part) >= _MIN_WHOLE_WORDS else []


def _cut(chapter: Chapter) -> list[list[Chapter]]:
    """Cut into parts of about equal length, if it can be before a paragraph that is not indented."""
    target = chapter.words / ceil(chapter.words / MAX_WORDS)
    pieces = [Chapter(chapter.title, [])]
    for paragraph in chapter.paragraphs:
        patience = 1.5 if paragraph.startswith(" ") else 1.0
        announced = bool(pieces[-1].paragraphs) and pieces[-1].paragraphs[-1].endswith(":")
        if pieces[-1].words >= target * patience and not announced:
            pieces.append(Chapter(chapter.title, []))
        pieces[-1].paragraphs.append(paragraph)
    if len(pieces) > 1 and pieces[-1].words < MIN_WORDS:
        last = pieces.pop()
        pieces[-1].paragraphs += last.paragraphs
    return [[Chapter(piece.title, _dedented(piece.paragraphs))] for piece in pieces]


def _dedented(paragraphs: list[str]) -> list[str]:
    return textwrap.dedent("\n\n".join(paragraphs)).split("\n\n")


def _titled(name: str, parts: list[list[Chapter]]) -> list[tuple[str, str]]:
    """Give every part a title of its own: "Comparisons: Identity comparisons", "String Methods, part 2"."""
    titled = []
    used: dict[str, int] = {}
    for part in parts:
        title = name if part[0].title == name else f"{name}: {part[0].title}"
        used[title] = used.get(title, 0) + 1
        if used[title] > 1:
            title = f"{title}, part {used[title]}"
        blocks = list(part[0].paragraphs)
        for chapter in part[1:]:
            blocks += [f"{chapter.title}\n{'=' * max(3, len(chapter.title))}", *chapter.paragraphs]
        titled.append((title, "\n\n".join(blocks)))
    return titled
