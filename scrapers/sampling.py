"""Pages of a site to look at for its licence: from its sitemaps, else its feed, else the links of its home page.

They are found as the crawl finds them, by the same finders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from scrapers.evidence import Exchange
from scrapers.questions import Questions
from scrapers.scope import Scope, origin_of
from scrapers.spiders import feed, links, sitemap
from scrapers.spiders.page import Page
from scrapers.terms_pages.links import is_about_rights

MAX_SITEMAPS = 5
MAX_SITEMAP_BYTES = 8 << 20
MAX_ADDRESSES = 50_000
MAX_HOME_LINKS = 500
MAX_LOOKED_THROUGH = 400
"""Addresses that are brought into their one form; a sitemap may list more than there is time for."""
# where generators list what is no article, terms among it
_FIRST = re.compile(r"page|static|misc|main|info|legal", re.IGNORECASE)


def page_of(found: Exchange, role: str) -> Page:
    """Return an answer as the finders see it."""
    return Page(found.final_url, found.status or 0, found.header_map, found.body, role)


def in_sitemaps(questions: Questions, declared: Sequence[str]) -> list[str]:
    """Ask for the sitemaps that robots.txt declares, else the customary one; return the addresses in them.

    Of an index one sitemap of pages and the first others are read, `MAX_SITEMAPS` files in all.
    """
    own = [s for s in declared if _origin(s) == questions.origin]
    queue = [*dict.fromkeys(own), questions.origin + "/sitemap.xml"]
    found: list[str] = []
    for _ in range(MAX_SITEMAPS):
        if not queue:
            break
        answer = questions.ask("sitemap", queue.pop(0), MAX_SITEMAP_BYTES)
        places = list(sitemap.find(page_of(answer, "sitemap-index"))) if answer is not None else []
        found += [url for how, url in places if how == "sitemap"]
        nested = [url for how, url in places if how == "sitemap-index" and _origin(url) == questions.origin]
        if nested:
            first = next((url for url in nested if _FIRST.search(urlsplit(url).path)), None)
            queue = [*([first] if first else []), *(u for u in nested if u != first), *queue]
        elif found and queue == [questions.origin + "/sitemap.xml"]:
            break  # the customary one is tried where none is declared
    return found[:MAX_ADDRESSES]


def sample(questions: Questions, listed: Sequence[str], pattern: re.Pattern[str] | None) -> list[str]:
    """Return the addresses of pages that may be looked at; `pattern` is what they must match."""
    homes = questions.answered("home")
    found = list(listed)
    for announced in [] if found else feeds(homes)[:1]:
        answer = questions.ask("feed", announced) if _origin(announced) == questions.origin else None
        found += [url for how, url in feed.find(page_of(answer, "feed-index")) if how == "feed"] if answer else []
    for home in [] if found else homes:
        found += [url for _, url in islice(links.find(page_of(home, "seed")), MAX_HOME_LINKS)]
    host = questions.origin.partition("//")[2] + "/"
    near = [url for url in dict.fromkeys(found) if url.partition("//")[2].startswith(host)]
    if pattern is not None:
        near = [url for url in near if pattern.search("/" + url.partition(host)[2])]
    site = Scope(frozenset({questions.origin}), (pattern,) if pattern else (), ())
    located = (site.locate(url) for url in spread(near, MAX_LOOKED_THROUGH))
    return [u for u in dict.fromkeys(located) if u and site.refuses(u) is None and not is_about_rights(u)]


def feeds(homes: Sequence[Exchange]) -> list[str]:
    """Return the feeds that home pages declare."""
    found = (url for home in homes for _, url in feed.find(page_of(home, "links")))
    return list(dict.fromkeys(found))


def spread(items: Sequence[str], n: int) -> Iterator[str]:
    """Yield `n` items, evenly over the list: the same for the same list."""
    step = max(len(items) / n, 1.0)
    places = dict.fromkeys(int((i + 0.5) * step) for i in range(n))
    yield from (items[at] for at in places if at < len(items))


def _origin(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError:
        return ""
