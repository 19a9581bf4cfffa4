"""Which URLs belong: one form for each address, and one word for why it is left out.

An address is asked for under its origin (scheme, host, port) only: other ports and subdomains are other
sites, with robots.txt and terms of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

from sitecorpus.recipe import CrawlSettings

MAX_URL_CHARS = 2000
"""Longer addresses are broken markup or traps (RFC 9110 asks servers to support 8,000)."""
MAX_SEGMENTS = 24
MAX_SAME_SEGMENT = 3
"""A segment that occurs more often in one path is a relative link gone round in circles."""

Refusal = Literal["denied", "not_allowed", "extension", "trap"]

# What no article is: fetched by nobody who wants text.
_EXTENSIONS = """7z aac apk avi avif bin bmp bz2 bib css csv deb dll dmg doc docx eot epub exe flac flv gif gz ico ics
    iso jar jpeg jpg js json jsonld m3u m4a m4v map mid midi mjs mkv mobi mov mp3 mp4 mpeg mpg msi odp ods odt ogg ogv
    opus otf pdf png pps ppt pptx ps rar rpm rtf svg svgz swf tar tgz tif tiff torrent ttf wasm wav webm webmanifest
    webp wma wmv woff woff2 xls xlsx xpi xz zip zst"""
NOT_PAGES = frozenset(_EXTENSIONS.split())

_SPACE = re.compile(r"[\t\r\n]")
_SLASHES = re.compile(r"/{2,}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` in lower case, the scheme's own port left out; raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    shown = "" if port in (None, _DEFAULT_PORTS.get(parts.scheme.lower())) else f":{port}"
    return f"{parts.scheme.lower()}://{host}{shown}"


def origins(crawl: CrawlSettings) -> tuple[str, ...]:
    """Return the origins of the seeds, then those of `hosts` (by the scheme of the first seed), each once."""
    scheme = urlsplit(crawl.seeds[0]).scheme.lower()
    named = [origin_of(seed) for seed in crawl.seeds] + [origin_of(f"{scheme}://{host}") for host in crawl.hosts]
    return tuple(dict.fromkeys(named))


@lru_cache(maxsize=1 << 15)
def canonical(url: str) -> str | None:
    """Return the one form of an absolute URL, without fragment, or None where it is broken or not http(s)."""
    url = _SPACE.sub("", url.strip())
    if len(url) > MAX_URL_CHARS:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
            return None
        # the query stays as it was linked, but for characters that no URL may hold: its order, and `+` or `%20`, is the
        # server's business
        query = urlsplit(safe_url_string(urlunsplit(parts._replace(path="/", fragment="")))).query
        parts = urlsplit(canonicalize_url(urlunsplit(parts._replace(query="", fragment=""))))
        origin = origin_of(urlunsplit(parts))
    except (ValueError, UnicodeError):
        return None
    found = f"{origin}{clean_path(parts.path)}" + (f"?{query}" if query else "")
    return found if len(found) <= MAX_URL_CHARS and found.isascii() and found.isprintable() else None


def clean_path(path: str) -> str:
    """Take dot segments out of a path (RFC 3986, 5.2.4), and runs of slashes, on which crawlers go round in circles."""
    kept: list[str] = []
    segments = _SLASHES.sub("/", path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


@dataclass(frozen=True)
class Scope:
    """The site of one recipe."""

    origins: frozenset[str]
    allow: tuple[re.Pattern[str], ...]
    deny: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, crawl: CrawlSettings, allowed_origins: Iterable[str]) -> Scope:
        """Take `allowed_origins` (those with a verdict that allows) as the site."""
        return cls(frozenset(allowed_origins), _compiled(crawl.allow), _compiled(crawl.deny))

    def locate(self, url: str) -> str | None:
        """Return the normal form of an absolute URL that lies within the origins, or None.

        A link to the http twin of an https origin is taken as the https one, so no plain request is made.
        """
        return _located(url, self.origins)

    def refuses(self, url: str, is_page: bool = True) -> Refusal | None:
        """Say why a URL of the site is not to be fetched. Sitemaps and feeds (`is_page` false) need no `allow`."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        if any(p.search(target) for p in self.deny):
            return "denied"
        segments = [s for s in parts.path.split("/") if s]
        if len(segments) > MAX_SEGMENTS or (
            len(segments) > MAX_SAME_SEGMENT and max(Counter(segments).values()) > MAX_SAME_SEGMENT
        ):
            return "trap"
        if not is_page:
            return None
        name, dot, extension = (segments[-1] if segments else "").rpartition(".")
        if dot and name and extension.lower() in NOT_PAGES:
            return "extension"
        if self.allow and not any(p.search(target) for p in self.allow):
            return "not_allowed"
        return None


@lru_cache(maxsize=1 << 15)
def _located(url: str, origins: frozenset[str]) -> str | None:
    found = canonical(url)
    if found is None:
        return None
    origin = origin_of(found)
    if origin in origins:
        return found
    if origin.startswith("http://") and "https" + origin[4:] in origins:
        return "https" + found[4:]
    return None


def _compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p) for p in patterns)
