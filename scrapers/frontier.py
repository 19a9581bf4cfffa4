"""What is still to be fetched: seeds + outlinks - answers - failures, all read from the archive.

Scrapy's own queues on disk lose pages when the process is killed (their sizes are written at close only).
Here nothing is stored but the archive: each exchange is written with the links found in it in one stroke, so
whatever the archive holds is enough to go on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scrapers.scope import Scope
from sitecorpus.recipe import CrawlSettings
from sitecorpus.warc import Fields, Record, archive_files, scan

log = logging.getLogger(__name__)

PREFIX = "pages"
FOUND_BY = ("seed", "sitemap", "feed", "archive", "links", "redirect")
"""Where several finders found a page, the first of these is said."""
INDEXES = {"robots": "seed", "sitemap-index": "sitemap", "feed-index": "feed"}
"""Files that lead to pages, and which finder they belong to: fetched first, and no pages themselves."""
MAX_INDEXES = 1000
MAX_SITEMAP_DEPTH = 5
"""Sitemap indexes within sitemap indexes; the protocol (sitemaps.org) allows one."""

Outlink = tuple[str, str]
"""(found by one of FOUND_BY or INDEXES, URL in normal form)."""


@dataclass(frozen=True)
class Item:
    """One URL to fetch, and how it was come by."""

    url: str
    found_by: str  # one of FOUND_BY or INDEXES
    via: str  # the URL it was found on; "" for a seed
    depth: int  # links from a seed, sitemap or feed; for indexes, from the first index

    @property
    def is_page(self) -> bool:
        return self.found_by not in INDEXES


@dataclass(frozen=True)
class Visit:
    """What came of one URL, as the archive has it."""

    item: Item
    outcome: str  # answered; or failed, too_large, robots
    outlinks: tuple[Outlink, ...] = ()
    out_of_scope: int = 0  # links that lead off the site, each once a page
    error: str = ""
    tries: int = 1

    def fields(self) -> Fields:
        """Return the visit as the fields of a WARC metadata record."""
        rows = [
            ("outcome", self.outcome),
            ("found_by", self.item.found_by),
            ("via", self.item.via),
            ("depth", str(self.item.depth)),
            ("tries", str(self.tries)),
        ]
        if self.error:
            rows.append(("error", self.error))
        if self.out_of_scope:
            rows.append(("out_of_scope", str(self.out_of_scope)))
        return rows + [("outlink", f"{found_by} {url}") for found_by, url in self.outlinks]

    @classmethod
    def of(cls, record: Record) -> Visit:
        """Read a metadata record of ours back."""
        fields = record.fields()
        one = dict(fields)
        item = Item(record.url, one.get("found_by", "links"), one.get("via", ""), _number(one.get("depth")))
        links = [value.partition(" ") for name, value in fields if name == "outlink"]
        return cls(
            item, one.get("outcome", "answered"), tuple((found_by, url) for found_by, _, url in links),
            _number(one.get("out_of_scope")), one.get("error", ""), _number(one.get("tries")),
        )  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def read_archive(directory: Path, max_body_bytes: int) -> Iterator[tuple[Visit, Record | None, str]]:
    """Yield (visit, its response or None where there was none, file name), in the order of the crawl."""
    for path in archive_files(directory, PREFIX):
        waiting: dict[str | None, Visit] = {}
        for record in scan(path, max_body_bytes):
            if record.kind == "metadata":
                visit = Visit.of(record)
                if record.concurrent_to:
                    waiting = {record.concurrent_to: visit}
                else:
                    yield visit, None, path.name
            elif record.kind == "response" and record.record_id in waiting:
                yield waiting.pop(record.record_id), record, path.name


class Frontier:
    """The queue of one crawl: indexes first, then pages, each in the order in which they were found."""

    def __init__(self, crawl: CrawlSettings, scope: Scope) -> None:
        self._crawl, self._scope = crawl, scope
        self._indexes: deque[Item] = deque()
        self._pages: deque[Item] = deque()
        self._known: set[str] = set()  # queued or visited
        self._visited: set[str] = set()
        self._indexes_known = 0
        self.pages_begun = 0
        self.refused: dict[str, str] = {}
        """Why URLs that were found were not queued."""
        self.seeds = tuple(dict.fromkeys(u for s in crawl.seeds if (u := scope.locate(s))))
        for seed in self.seeds:
            self._queue(Item(seed, "seed", "", 0))

    def __len__(self) -> int:
        """Return how many are queued and may still be fetched."""
        left = max(self._crawl.max_pages - self.pages_begun, 0)
        return len(self._indexes) + min(len(self._pages), left)

    def has_next(self) -> bool:
        return bool(self._indexes) or (bool(self._pages) and self.pages_begun < self._crawl.max_pages)

    def next(self) -> Item | None:
        """Take the next URL to fetch, or None where there is none now."""
        if self._indexes:
            return self._indexes.popleft()
        if self._pages and self.pages_begun < self._crawl.max_pages:
            self.pages_begun += 1
            return self._pages.popleft()
        return None

    def replay(self, visit: Visit) -> None:
        """Take a visit of an earlier run as done."""
        if visit.item.url in self._visited:
            return
        if visit.item.found_by == "robots" and not visit.item.url.endswith("/robots.txt"):
            self.grow(visit)  # where a robots.txt was redirected to: a page there is still to be visited as one
            return
        self._visited.add(visit.item.url)
        self._known.add(visit.item.url)
        self.pages_begun += visit.item.is_page
        self.grow(visit)

    def resume(self) -> None:
        """Take out of the queue what was replayed; call it once, after the last `replay`."""
        self._indexes = deque(i for i in self._indexes if i.url not in self._visited)
        self._pages = deque(i for i in self._pages if i.url not in self._visited)

    def grow(self, visit: Visit) -> None:
        """Queue the links of a visit that are new."""
        for found_by, url in visit.outlinks:
            if url in self._known:
                continue
            item = Item(url, found_by, visit.item.url, self._depth(visit.item, found_by))
            refusal = self._refusal(item)
            if refusal:
                self.refused.setdefault(url, refusal)
            else:
                self._queue(item)

    def left(self) -> Mapping[str, str]:
        """Return {URL: reason} of everything found and not visited."""
        rest = {i.url: "max_pages" for i in (*self._indexes, *self._pages)}
        return {u: r for u, r in (self.refused | rest).items() if u not in self._visited}

    def _queue(self, item: Item) -> None:
        if item.url in self._known:
            return
        self._known.add(item.url)
        self.refused.pop(item.url, None)
        if item.is_page:
            self._pages.append(item)
        else:
            self._indexes_known += 1
            self._indexes.append(item)

    def _refusal(self, item: Item) -> str | None:
        refusal = self._scope.refuses(item.url, item.is_page)
        if refusal:
            return refusal
        if item.is_page:
            return "max_depth" if item.depth > self._crawl.max_depth else None
        if item.found_by == "sitemap-index" and item.depth > MAX_SITEMAP_DEPTH:
            return "sitemap_depth"
        if item.depth > max(self._crawl.max_depth, MAX_SITEMAP_DEPTH):
            return "max_depth"
        return "too_many_indexes" if self._indexes_known >= MAX_INDEXES else None

    @staticmethod
    def _depth(parent: Item, found_by: str) -> int:
        if found_by in INDEXES:
            return 0 if parent.is_page else parent.depth + 1
        return 0 if found_by in ("sitemap", "feed") else parent.depth + 1
