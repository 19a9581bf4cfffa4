"""Pages found in sitemaps (sitemaps.org): XML of any namespace, indexes, gzip, and plain lists.

The parser expands no entities and loads nothing: a sitemap that declares entities is not read.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

from lxml import etree

from scrapers.spiders.page import MAX_XML_BYTES, Page
from sitecorpus.strict_toml import printable

log = logging.getLogger(__name__)

MAX_URLS = 100_000
"""In one file; sitemaps.org allows 50,000."""


def find(page: Page) -> Iterator[tuple[str, str]]:
    """Yield ("sitemap", URL) for listed pages, ("sitemap-index", URL) for listed sitemaps."""
    if page.status != 200:
        return
    if page.kind == "sitemap":
        yield from _bounded(page, _entries(page))
    elif page.kind == "text" and page.role == "sitemap-index":
        lines = page.text_bytes[:MAX_XML_BYTES].decode("utf-8", "replace").split("\n")
        yield from _bounded(
            page, (("sitemap", x.strip()) for x in lines if x.strip().startswith(("http://", "https://")))
        )


def _entries(page: Page) -> Iterator[tuple[str, str]]:
    body = page.text_bytes
    if b"<!ENTITY" in body[: 1 << 16]:
        log.warning("%s: the sitemap declares entities, so it was not read", printable(page.url))
        return
    # libxml2 bounds depth and text length itself while huge_tree is off
    events = etree.iterparse(
        io.BytesIO(body), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, recover=True,
        huge_tree=False,
    )  # fmt: skip
    try:
        for _, element in events:
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if name in ("url", "sitemap"):
                loc = next(
                    (c.text for c in element if isinstance(c.tag, str) and c.tag.rpartition("}")[2] == "loc"), None
                )
                if loc and loc.strip():
                    yield ("sitemap" if name == "url" else "sitemap-index"), loc.strip()
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        log.warning("%s: the sitemap is broken and was read in part: %s", printable(page.url), printable(str(error)))


def _bounded(page: Page, entries: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for n, entry in enumerate(entries):
        if n >= MAX_URLS:
            log.warning("%s: the sitemap lists more than %d URLs; the rest was not read", printable(page.url), MAX_URLS)
            return
        yield entry
