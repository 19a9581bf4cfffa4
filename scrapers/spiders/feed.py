"""Pages found in feeds: RSS and Atom, those a page points to and those at customary addresses, with paging.

A feed usually has the newest entries only; `rel=next` (RFC 5005) leads to the older ones.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import feedparser

from scrapers.spiders.page import Page, absolute
from sitecorpus.strict_toml import printable

log = logging.getLogger(__name__)

COMMON_PATHS = ("/feed.xml", "/atom.xml", "/rss.xml", "/feed/", "/index.xml")
"""Tried where the home page points to no feed."""
MAX_FEED_BYTES = 16 << 20

_TYPES = ("application/rss+xml", "application/atom+xml")
_PAGING = ("next", "prev-archive")


def find(page: Page) -> Iterator[tuple[str, str]]:
    """Yield ("feed", URL) for entries, ("feed-index", URL) for feeds and their further pages."""
    if page.status != 200:
        return
    if page.kind == "html":
        yield from _announced(page)
    elif page.kind == "feed":
        yield from _entries(page)


def _announced(page: Page) -> Iterator[tuple[str, str]]:
    announced = [x.href for x in page.head_links if "alternate" in x.rel and x.type in _TYPES]
    for href in announced:
        yield "feed-index", href
    if not announced and page.role == "seed":
        for path in COMMON_PATHS:
            found = absolute(path, page.url)
            if found:
                yield "feed-index", found


def _entries(page: Page) -> Iterator[tuple[str, str]]:
    body = page.text_bytes
    if len(body) > MAX_FEED_BYTES or b"<!ENTITY" in body[: 1 << 16]:
        log.warning("%s: the feed is too large or declares entities, so it was not read", printable(page.url))
        return
    # given a stream, feedparser neither opens URLs nor files, whatever the body looks like
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    for entry in feed.entries:
        found = absolute(str(entry.get("link") or ""), page.url)
        if found:
            yield "feed", found
    for link in feed.feed.get("links", ()):
        if link.get("rel") in _PAGING and link.get("href"):
            found = absolute(str(link["href"]), page.url)
            if found:
                yield "feed-index", found
