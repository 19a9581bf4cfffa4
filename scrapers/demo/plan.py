"""Which article is where on the demonstration site, on which day, and who lists it: no markup yet.

A real site treats its pages unequally: some are in the sitemap only, some are broken, one says no. Here
each such case stands for one that was met in the wild, and lands on an article by rule, not by chance.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scrapers.demo.cutting import Article
from scrapers.demo.markup import plain

FEED_ENTRIES = 50
_TAGS = (
    "argument", "array", "assignment", "attribute", "axis", "bytes", "class", "code", "command", "exception",
    "expression", "file", "format", "function", "generator", "import", "instance", "integer", "iterator",
    "keyword", "list", "mapping", "matrix", "message", "method", "module", "object", "operator", "pattern",
    "scope", "sequence", "server", "shape", "slice", "socket", "statement", "string", "tuple", "type", "variable",
)  # fmt: skip
_TAGS_PER_PAGE = 3
_SPECIAL_WORDS = 150
"""Articles chosen for a special part are at least this long, so that nothing else is special about them."""
_NEAR_DUPLICATE_WORDS = 250
"""Long enough that one added sentence leaves the copy a near-duplicate."""


@dataclass(frozen=True)
class Page:
    """One article in its place."""

    slug: str
    article: Article
    published_on: date
    tags: tuple[str, ...]
    listed: bool = True
    """Whether index, archive, section, tags and neighbours link to it."""
    in_sitemap: bool = True
    special: str | None = None
    """Which special part it plays, if any."""

    @property
    def path(self) -> str:
        return f"/articles/{self.slug}/"

    @property
    def title(self) -> str:
        return plain(self.article.title)

    @property
    def summary(self) -> str:
        """The first sentence."""
        first = next((p for p in self.article.body.split("\n\n") if not p.startswith((" ", "+", ">>>"))), self.title)
        return re.split(r"(?<=[.:])\s", plain(" ".join(first.split())))[0]


@dataclass(frozen=True)
class Site:
    """The plan: `pages` newest first."""

    pages: Sequence[Page]
    stub: Page
    last_day: date

    @property
    def listed(self) -> list[Page]:
        return [p for p in self.pages if p.listed]

    @property
    def feed(self) -> list[Page]:
        """What the feed holds: the newest articles."""
        return list(self.pages[:FEED_ENTRIES])

    def special(self, part: str) -> Page:
        """The article that plays `part`."""
        return next(p for p in self.pages if p.special == part)


def plan_site(articles: Sequence[Article], stub: Article, last_day: date) -> Site:
    """Give every article an address, a day (one a day, back from `last_day`), tags and its part."""
    # The order is mixed by hash, so that the newest tenth is a fair sample of all shelves.
    mixed = sorted(articles, key=lambda a: hashlib.sha256(a.title.encode()).hexdigest())
    slugs: set[str] = set()
    pages = [
        Page(_slug(article.title, slugs), article, last_day - timedelta(days=i), _tags(article.body))
        for i, article in enumerate(mixed)
    ]
    # Every sixth of the older pages is left out of the sitemap, as happens when a sitemap is made by hand.
    pages = [replace(p, in_sitemap=i < FEED_ENTRIES or i % 6 != 0) for i, p in enumerate(pages)]
    parts = _parts(pages)
    pages = [_cast(p, parts.get(p.slug)) for p in pages]
    return Site(
        pages=pages,
        stub=Page(_slug(stub.title, slugs), stub, last_day, (), special="too_short"),
        last_day=last_day,
    )


def _cast(page: Page, special: str | None) -> Page:
    if special is None:
        return page
    listed = not special.startswith(("feed_only", "sitemap_only"))
    in_sitemap = not special.startswith(("feed_only", "links_only"))
    return replace(page, special=special, listed=listed, in_sitemap=in_sitemap)


def _parts(pages: list[Page]) -> dict[str, str]:
    """Choose who plays what: slug -> part. Articles with tables are spared: extractors differ over them."""
    parts: dict[str, str] = {}

    def choose(special: str, candidates: list[Page], words: int = _SPECIAL_WORDS) -> None:
        page = next(
            p for p in candidates if p.slug not in parts and p.article.words >= words and "+--" not in p.article.body
        )
        parts[page.slug] = special

    # 10 away from both ends, so that special parts do not change who is in the feed.
    recent, older = pages[10 : FEED_ENTRIES - 10], pages[FEED_ENTRIES + 10 :]
    garbled = [p for p in older if _can_be_garbled(p.article.body)]
    garbled.sort(key=lambda p: -sum(ord(c) > 127 for c in p.article.body))
    for n in (1, 2):
        choose(f"mojibake_{n}", garbled)
    for n in (1, 2, 3):
        choose(f"feed_only_{n}", recent[8 * n :])
        choose(f"sitemap_only_{n}", older[40 * n :])
        choose(f"links_only_{n}", older[40 * n :])
    choose("opted_out", older)
    choose("no_license", older[20:])
    choose("syndicated_original", older[30:], _NEAR_DUPLICATE_WORDS)
    choose("print_original", older[50:], _NEAR_DUPLICATE_WORDS)
    choose("moved", older[70:])
    return parts


def _can_be_garbled(text: str) -> bool:
    """Whether UTF-8 read as Windows-1252 gives characters at all: the right double quote does not."""
    try:
        return garble(text) != text
    except UnicodeDecodeError:
        return False


def garble(text: str) -> str:
    """Return what a careless export makes of `text`: don’t -> donâ€™t."""
    return text.encode("utf-8").decode("cp1252")


def _slug(title: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80].rstrip("-") or "page"
    slug = next(s for n in range(1, 1000) if (s := base if n == 1 else f"{base}-{n}") not in used)
    used.add(slug)
    return slug


def _tags(text: str) -> tuple[str, ...]:
    words = re.findall(r"[a-z]+", text.lower())
    counts = {tag: words.count(tag) + words.count(tag + "s") for tag in _TAGS}
    often = sorted((tag for tag in _TAGS if counts[tag] >= 3), key=lambda tag: (-counts[tag], tag))
    return tuple(often[:_TAGS_PER_PAGE])
