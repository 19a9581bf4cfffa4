"""No verdict, no request: the one place through which every request of a crawl must pass (RFC 9309).

A URL outside the origins that were allowed is never asked for, nor one that robots.txt denies, nor any while
robots.txt itself cannot be had. Only the fetch of a robots.txt may leave the origins, where a redirect leads it:
what it finds there are the rules of the origin that was asked (RFC 9309, 2.3.1.2).
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.agent import PRODUCT
from scrapers.coding import decoded
from scrapers.patience import retry_after_s
from scrapers.politeness import MAX_CRAWL_DELAY_S
from scrapers.robots import MAX_BODY_BYTES, RobotsRules, robots_url, rules_for
from scrapers.scope import origin_of
from scrapers.wire import is_public, resolve
from sitecorpus.strict_toml import printable

log = logging.getLogger(__name__)

MAX_ROBOTS_REDIRECTS = 5  # RFC 9309, 2.3.1.2: at least five; after more, "unavailable" is allowed, and no is kept
MAX_ROBOTS_AGE_S = 24 * 3600.0  # RFC 9309, 2.4
BUSY_DELAY_S = 5.0
"""Between two requests, where robots.txt answered 429 to the last try and no `Retry-After` says how long."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class RobotsDenied(IgnoreRequest):  # type: ignore[misc]
    """robots.txt says no to this URL."""


class RobotsUnavailable(IgnoreRequest):  # type: ignore[misc]
    """robots.txt cannot be had, so for now nothing of the origin may be asked for."""


class OutOfScope(IgnoreRequest):  # type: ignore[misc]
    """The origin has no verdict that allows it."""


class Gate:
    """Downloader middleware: asks robots.txt before each request, by origin (scheme, host and port).

    It is fetched anew at the start of each run and after 24 hours (`SITECORPUS_ROBOTS_MAX_AGE_S`). While it answers
    429 the site's pages may be had, as RFC 9309 says of 4xx, but no faster than its `Retry-After`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_age_s = crawler.settings.getfloat("SITECORPUS_ROBOTS_MAX_AGE_S", MAX_ROBOTS_AGE_S)
        self._rules: dict[str, tuple[float, asyncio.Task[RobotsRules]]] = {}  # by origin; since, in monotonic seconds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots"):
            return
        origin = origin_of(request.url)
        if origin not in self._crawler.spider.scope.origins:
            raise OutOfScope(origin)
        rules = await asyncio.shield(self._asked(origin))
        if not rules.allows(PRODUCT, request.url):
            raise RobotsDenied(f"robots.txt of {origin} denies it to {PRODUCT}")

    def _asked(self, origin: str) -> asyncio.Task[RobotsRules]:
        now = time.monotonic()
        since, task = self._rules.get(origin, (0.0, None))
        if task is None or now - since > self._max_age_s:
            task = asyncio.ensure_future(self._fetch(origin))
            self._rules[origin] = now, task
        return task

    async def _fetch(self, origin: str) -> RobotsRules:
        response = await self._follow(robots_url(origin))
        status, body = (None, b"") if response is None else _read(response)
        rules = rules_for(status, body)
        if response is None or status is None or not (200 <= status < 300 or 400 <= status < 500):
            self._crawler.spider.stop("robots", f"{origin}: {rules.why}")
            raise RobotsUnavailable(rules.why)
        asked_s = rules.crawl_delay(PRODUCT) or 0.0
        if status == 429:
            wait = retry_after_s(response.headers.get("Retry-After", b"").decode("latin-1"), datetime.now(UTC))
            asked_s = BUSY_DELAY_S if wait is None else wait
        self._slow_down(origin, asked_s)
        return rules

    async def _follow(self, url: str) -> Response | None:
        """Return what stands at the end of the redirects, None where nothing does."""
        first = url
        for _ in range(MAX_ROBOTS_REDIRECTS + 1):
            response = await self._download(url)
            location = None if response is None else response.headers.get("Location")
            if response is None or response.status not in _REDIRECTS or not location:
                return response
            try:
                url = urljoin(url, location.decode("latin-1")).partition("#")[0]
                inside = origin_of(url) != origin_of(first) and await asyncio.to_thread(_leads_inside, first, url)
            except ValueError:
                return None
            if inside or urlsplit(url).scheme not in ("http", "https"):
                log.warning("%s: robots.txt leads to %s, which is not asked", printable(first), printable(url))
                return None
        log.warning("%s: robots.txt is redirected more than %d times", printable(url), MAX_ROBOTS_REDIRECTS)
        return None

    async def _download(self, url: str) -> Response | None:
        try:
            meta = {"robots": True, "download_maxsize": MAX_BODY_BYTES}
            request = Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
            response: Response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever the reason: no answer
            log.warning("%s: no answer (%s)", printable(url), type(error).__name__)
            return None
        self._crawler.spider.keep_robots(response)
        return response

    def _slow_down(self, origin: str, asked_s: float) -> None:
        if asked_s > MAX_CRAWL_DELAY_S:
            log.warning(
                "%s: robots.txt asks for %.0f s between requests; %.0f s are kept", origin, asked_s, MAX_CRAWL_DELAY_S
            )
            asked_s = MAX_CRAWL_DELAY_S
        # the slot of the host that is there, and any that is made after an idle minute
        downloader, host = self._crawler.engine.downloader, urlsplit(origin).hostname
        slot = downloader.slots.get(host)
        if slot is not None and asked_s > slot.delay:
            log.info("%s: robots.txt asks for %.1f s between requests", origin, asked_s)
            slot.delay = asked_s
            downloader.per_slot_settings[host] = {"delay": asked_s}


def _leads_inside(first: str, url: str) -> bool:
    """Whether a public host redirects to an address within a private network, or to one that nobody knows."""
    found = []
    for address in (first, url):
        parts = urlsplit(address)
        try:
            found.append(resolve(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)))
        except (OSError, ValueError):
            return True
    return all(map(is_public, found[0])) and not all(map(is_public, found[1]))


def _read(response: Response) -> tuple[int | None, bytes]:
    """Return the status and, of a success, the body as it was transferred, unpacked to its end; else None."""
    if not 200 <= response.status < 300:
        return response.status, b""
    exchange = response.meta["exchange"]
    codings = [
        value.strip().decode("latin-1")
        for name, _, value in (line.partition(b":") for line in exchange.response_head.split(b"\r\n"))
        if name.lower() == b"content-encoding"
    ]
    body = decoded(exchange.body, ",".join(codings), MAX_BODY_BYTES)
    if body is None:
        log.warning("%s: it is damaged, too long, or packed in a way that was not asked for", printable(response.url))
        return None, b""
    return response.status, body
