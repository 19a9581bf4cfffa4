"""Where RSL documents are named for a page: robots.txt, the `Link` header, `<link>`.

RSL 1.0, 4.2 to 4.4. A `License:` line of robots.txt is read wherever it stands: by the first drafts it is bound to no
group, by later ones it may be, and to read one too many is the safe mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from urllib.parse import urljoin, urlsplit

from scrapers.robots import Line
from scrapers.signals.markup import Markup
from scrapers.signals.robots_lines import CACHED_FILES, rules_of
from scrapers.signals.rsl_document import MEDIA_TYPE
from scrapers.signals.signal import body_quote, header_quote
from sitecorpus.rights import Quote

MAX_DOCUMENTS = 20

_LINK = re.compile(r"<([^<>]{0,4000})>([^<]{0,2000})")


@dataclass(frozen=True)
class Named:
    """One document that is named. `url` is absolute, without fragment; "" where it is no http(s) address."""

    url: str
    source: str
    file: str
    quote: Quote


def named_documents(url: str, robots: bytes | None, markup: Markup, headers: Mapping[str, str]) -> tuple[Named, ...]:
    """Return the documents named for the page at `url`, each once, at most one more than are read.

    `headers` by lower-case name.
    """
    found: dict[tuple[str, str], Named] = {}
    for named in chain(_in_robots(url, robots), _in_header(url, headers), _in_markup(url, markup)):
        found.setdefault((named.url, "" if named.url else named.quote.text), named)
        if len(found) > MAX_DOCUMENTS:
            break
    return tuple(found.values())


def _in_robots(url: str, robots: bytes | None) -> Iterator[Named]:
    if robots is None:
        return
    for line in _license_lines(robots):
        quote = body_quote(robots, line.start, line.end)
        yield Named(_absolute(url, line.value, "/robots.txt"), "License in robots.txt", "robots", quote)


@lru_cache(maxsize=CACHED_FILES)
def _license_lines(robots: bytes) -> tuple[Line, ...]:
    return tuple(line for line in rules_of(robots).lines if line.field == "license")


def _in_header(url: str, headers: Mapping[str, str]) -> Iterator[Named]:
    value = headers.get("link", "")
    if MEDIA_TYPE not in value.lower():
        return
    for found in _LINK.finditer(value[: 64 << 10]):
        if MEDIA_TYPE in found[2].lower():
            yield Named(_absolute(url, found[1]), "Link header", "page", header_quote("link", found[0].rstrip(", ")))


def _in_markup(url: str, markup: Markup) -> Iterator[Named]:
    for link in markup.links:
        if link.get("type").split(";")[0].strip().lower() == MEDIA_TYPE:
            yield Named(_absolute(url, link.get("href"), markup.base), "link element", "page", markup.quote(link))


def _absolute(url: str, named: str, base: str = "") -> str:
    try:
        found = urljoin(urljoin(url, base), named.strip()).partition("#")[0]
        parts = urlsplit(found)
        return found if parts.scheme in ("http", "https") and parts.hostname and named.strip() else ""
    except ValueError:
        return ""
