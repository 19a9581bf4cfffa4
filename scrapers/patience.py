"""Downloader middleware: wait when a host says it is busy, and try again, a bounded number of times.

`Retry-After` (RFC 9110, 10.2.3) is obeyed, and while one request waits no other goes to that host.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import time
from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from scrapers.politeness import FIRST_BACKOFF_S, MAX_BACKOFF_S, MAX_RETRY_AFTER_S
from scrapers.scope import origin_of

log = logging.getLogger(__name__)

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
MAX_LOST_IN_A_ROW = 5
"""After so many URLs without any answer the site is asked whether it is there at all."""


class Stopping(IgnoreRequest):  # type: ignore[misc]
    """The crawl is being stopped; the URL stays in the frontier."""


class Patience:
    """Repeat what failed for now; `request.meta` gets `tries`, and `gave_up` on the last answer."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._retries: int = crawler.settings.getint("SITECORPUS_RETRIES")
        self._first_s = max(crawler.settings.getfloat("SITECORPUS_DELAY_S"), FIRST_BACKOFF_S)
        self._not_before: dict[str, float] = {}  # origin -> monotonic seconds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        await self._wait_for(origin_of(request.url))

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        tries = request.meta.setdefault("tries", 1)
        if response.status not in BUSY:
            return response
        if tries > self._retries:
            request.meta["gave_up"] = True
            return response
        asked = retry_after_s(response.headers.get("Retry-After", b"").decode("latin-1"), datetime.now(UTC))
        return await self._again(request, f"HTTP {response.status}", asked)

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        tries = request.meta.setdefault("tries", 1)
        if isinstance(exception, (IgnoreRequest, DownloadCancelledError)):
            return None
        if tries <= self._retries:
            return await self._again(request, type(exception).__name__, None)
        return None

    async def _again(self, request: Request, why: str, asked_s: float | None) -> Request:
        tries = request.meta["tries"]
        wait_s = (
            min(self._first_s * 2 ** (tries - 1), MAX_BACKOFF_S) if asked_s is None else min(asked_s, MAX_RETRY_AFTER_S)
        )
        origin = origin_of(request.url)
        self._not_before[origin] = max(self._not_before.get(origin, 0.0), time.monotonic() + wait_s)
        if wait_s >= 5:
            log.warning("%s: %s, waiting %.0f s", origin, why, wait_s)
        await self._wait_for(origin)
        again = request.replace(dont_filter=True)
        again.meta["tries"] = tries + 1
        return again

    async def _wait_for(self, origin: str) -> None:
        while (left_s := self._not_before.get(origin, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(min(left_s, 0.5))  # in pieces, so that a stop does not wait ten minutes
            if not self._crawler.engine.running:
                raise Stopping("stopping")


def retry_after_s(value: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (a number or a date), or None."""
    value = value.strip()
    if value.isdigit():
        return float(value[:9])
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max((when - now).total_seconds(), 0.0)
