"""No verdict, no request: the one place through which every request of a crawl must pass (RFC 9309).

A URL outside the origins that were allowed is never asked for, nor one that robots.txt denies, nor any while
robots.txt itself cannot be had.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.agent import PRODUCT
from scrapers.politeness import MAX_CRAWL_DELAY_S
from scrapers.robots import RobotsRules, robots_url, rules_for
from scrapers.scope import origin_of
from sitecorpus.strict_toml import printable

log = logging.getLogger(__name__)

MAX_ROBOTS_REDIRECTS = 5  # RFC 9309, 2.3.1.2


class RobotsDenied(IgnoreRequest):  # type: ignore[misc]
    """robots.txt says no to this URL."""


class RobotsUnavailable(IgnoreRequest):  # type: ignore[misc]
    """robots.txt cannot be had, so for now nothing of the origin may be asked for."""


class OutOfScope(IgnoreRequest):  # type: ignore[misc]
    """The origin has no verdict that allows it."""


class Gate:
    """Downloader middleware: asks robots.txt, fetched anew at the start of each run, before each request."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, asyncio.Task[RobotsRules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        origin = origin_of(request.url)
        if origin not in self._crawler.spider.scope.origins:
            raise OutOfScope(origin)
        if request.meta.get("robots"):
            return
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(origin))
        rules = await asyncio.shield(self._rules[origin])
        if not rules.allows(PRODUCT, request.url):
            raise RobotsDenied(f"robots.txt of {origin} denies it to {PRODUCT}")

    async def _fetch(self, origin: str) -> RobotsRules:
        spider = self._crawler.spider
        url = robots_url(origin)
        status: int | None = None
        body = b""
        for _ in range(MAX_ROBOTS_REDIRECTS + 1):
            response = await self._download(url)
            if response is None:
                status = None
                break
            spider.keep_robots(response)
            status, body = response.status, response.body
            location = response.headers.get("Location")
            if not (300 <= status < 400 and location):
                break
            url, status = urljoin(url, location.decode("latin-1")), None
            if origin_of(url) not in spider.scope.origins:
                break  # what another site says of itself is no answer
        rules = rules_for(status, body)
        if status is None or status == 429 or status >= 500:
            spider.stop("robots", f"{origin}: {rules.why}")
            raise RobotsUnavailable(rules.why)
        self._slow_down(origin, rules)
        return rules

    async def _download(self, url: str) -> Response | None:
        request = Request(url, meta={"robots": True}, callback=NO_CALLBACK, dont_filter=True)
        try:
            return await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever the reason: no answer
            log.warning("%s: no answer (%s)", printable(url), type(error).__name__)
            return None

    def _slow_down(self, origin: str, rules: RobotsRules) -> None:
        asked = rules.crawl_delay(PRODUCT)
        if not asked:
            return
        if asked > MAX_CRAWL_DELAY_S:
            log.warning(
                "%s: robots.txt asks for %.0f s between requests; %.0f s are kept", origin, asked, MAX_CRAWL_DELAY_S
            )
            asked = MAX_CRAWL_DELAY_S
        # the slot of the host that is there, and any that is made after an idle minute
        downloader, host = self._crawler.engine.downloader, urlsplit(origin).hostname
        slot = downloader.slots.get(host)
        if slot is not None and asked > slot.delay:
            log.info("%s: robots.txt asks for %.1f s between requests", origin, asked)
            slot.delay = asked
            downloader.per_slot_settings[host] = {"delay": asked}
