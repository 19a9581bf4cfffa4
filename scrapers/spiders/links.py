"""Pages found by following links: anchors, image maps, and the `link` elements that lead to other pages."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.spiders.page import Page, absolute

_RELATIONS = frozenset({"canonical", "alternate", "next", "prev", "prefetch", "amphtml"})
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json", "text/xml")


def find(page: Page) -> Iterator[tuple[str, str]]:
    """Yield ("links", URL) for each link of an HTML page, as the page has it; none where it says nofollow."""
    if page.kind != "html" or page.nofollow:
        return
    for anchor in page.anchors:
        yield "links", anchor.href
    for link in page.head_links:
        if link.rel & _RELATIONS and "stylesheet" not in link.rel and link.type not in _FEED_TYPES:
            yield "links", link.href


def find_redirect(page: Page) -> Iterator[tuple[str, str]]:
    """Yield ("redirect", URL) where the answer leads elsewhere: `Location`, or a refresh in HTML or header.

    Redirects are never followed on the spot, but queued like any other link: only then are they held to the
    site's scope.
    """
    if 300 <= page.status < 400 and "location" in page.headers:
        target = absolute(page.headers["location"], page.url)
    elif page.status == 200 and page.kind == "html":
        target = page.refresh
    else:
        target = None
    if target:
        yield "redirect", target
