"""Pages found through a site's own archive: pagination, and what the pages of lists (by month, by tag) list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from scrapers.spiders.page import Page

_NUMBERED = re.compile(
    r"/page[/_-]?\d+(?:/|\.html?)?$"  # /page/2/  /page2  /page-2.html
    r"|/p/?\d+/?$"
    r"|[?&](?:page|paged|p|pg|start|offset|from|skip)=\d+(?:&|$)",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"/(?:archives?|tags?|categor(?:y|ies)|topics?|sections?|authors?)(?:/[^/]*)?/?(?:\.html?)?$"
    r"|/(?:all|posts?|blog|articles?|news|index)/?(?:\.html?)?$"
    r"|^/(?:19|20)\d\d(?:/[01]?\d(?:/[0-3]?\d)?)?/?$",  # /2024/  /2024/05/
    re.IGNORECASE,
)


def find(page: Page) -> Iterator[tuple[str, str]]:
    """Yield ("archive", URL) for the pages of a pagination, and for all links of pages that list others."""
    if page.kind != "html" or page.nofollow:
        return
    for link in page.head_links:
        if "next" in link.rel:
            yield "archive", link.href
    lists = page.role == "seed" or is_listing(page.url)
    for anchor in page.anchors:
        if lists or "next" in anchor.rel or _is_numbered(anchor.href):
            yield "archive", anchor.href


def is_listing(url: str) -> bool:
    """Whether a URL looks like a list of pages: a numbered page, a month, a tag, an archive."""
    return _is_numbered(url) or bool(_LISTING.search(urlsplit(url).path))


@lru_cache(maxsize=1 << 15)
def _is_numbered(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(_NUMBERED.search(parts.path + (f"?{parts.query}" if parts.query else "")))
