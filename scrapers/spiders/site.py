"""One site, all finders united: each answer is archived together with the links found in it.

The spider keeps no queue of requests: a `Request` for each link, most of them seen before, is what makes
Scrapy slow. The frontier holds plain URLs, and a request is made when its turn comes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from scrapers.archiver import INFO, Exchange
from scrapers.frontier import PREFIX, Frontier, Item, Outlink, Visit, read_archive
from scrapers.gate import OutOfScope, RobotsDenied, RobotsUnavailable
from scrapers.patience import MAX_LOST_IN_A_ROW, Stopping
from scrapers.robots import robots_url, rules_for
from scrapers.scope import Scope, canonical, origin_of
from scrapers.spiders import archive, feed, links, sitemap
from scrapers.spiders.page import Page
from sitecorpus.recipe import CrawlSettings
from sitecorpus.warc import WarcWriter

log = logging.getLogger(__name__)

Finder = Callable[[Page], Iterator[tuple[str, str]]]
FINDERS: Mapping[str, Finder] = {
    "sitemap": sitemap.find, "feed": feed.find, "archive": archive.find, "links": links.find,
}  # fmt: skip
_RANK = {
    name: n for n, name in enumerate(("sitemap-index", "feed-index", "sitemap", "feed", "archive", "links", "redirect"))
}

REPORT_EVERY_S = 0.5


def find_all(page: Page, discover: Iterable[str], scope: Scope) -> tuple[tuple[Outlink, ...], int]:
    """Return what the finders named in `discover` find on a page (redirects always): outlinks within the scope,
    each URL once, in order; and how many links lead out of it."""
    finders: list[Finder] = [links.find_redirect]
    if 200 <= page.status < 300:
        finders += [FINDERS[name] for name in discover]
    raw = dict.fromkeys((found_by, href) for finder in finders for found_by, href in finder(page))
    best: dict[str, str] = {}
    outside = set()
    for found_by, href in raw:
        url = scope.locate(href)
        if url is None:
            if canonical(href):  # else it is broken, or ftp: or mailto:
                outside.add(href)
        elif url not in best or _RANK[found_by] < _RANK[best[url]]:
            best[url] = found_by
    best.pop(page.url, None)
    return tuple((found_by, url) for url, found_by in best.items()), len(outside)


class FrontierScheduler(BaseScheduler):  # type: ignore[misc]
    """Scrapy's scheduler interface over the spider's frontier; repeats of a request go first."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._again: list[Request] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        return bool(self._again) or self._crawler.spider.frontier.has_next()

    def enqueue_request(self, request: Request) -> bool:
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._again:
            return self._again.pop(0)
        spider = self._crawler.spider
        item = spider.frontier.next()
        if item is None:
            return None
        return Request(item.url, spider.parse, errback=spider.failed, meta={"item": item}, dont_filter=True)


class SiteSpider(Spider):  # type: ignore[misc]
    """Crawl the origins of one recipe into `pages-NNNNN.warc.gz` in `output`."""

    name = "site"

    def __init__(
        self, crawl: CrawlSettings, origins: tuple[str, ...], output: Path, report: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__()
        self.crawl = crawl
        self.scope = Scope.of(crawl, origins)
        self.frontier = Frontier(crawl, self.scope)
        self.ending = "finished"
        self._report, self._reported = report, 0.0
        self._robots: dict[str, str] = {}  # URL -> sha256 of what the archive has
        self._lost: list[Visit] = []  # without any answer, not yet known to be the URLs' own fault
        self._asking: asyncio.Task[None] | None = None
        self._archive = WarcWriter(output, PREFIX, INFO)
        for visit, record, _ in read_archive(output, crawl.max_body_bytes):
            self.frontier.replay(visit)
            if record is not None and visit.item.found_by == "robots":
                self._robots[record.url] = hashlib.sha256(record.body).hexdigest()
        self.frontier.resume()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield nothing: the scheduler has the frontier."""
        self._tell()
        return
        yield

    def parse(self, response: Response) -> None:
        """Archive an answer with the links found in it, and queue those that are new."""
        item, tries = response.meta["item"], response.meta.get("tries", 1)
        self._heard()
        if response.meta.get("gave_up"):
            visit = Visit(item, "failed", error=f"HTTP {response.status}", tries=tries)
        else:
            # where a seed leads by redirect is the home page just the same
            home = item.found_by == "redirect" and item.via in self.frontier.seeds
            role = "seed" if home else item.found_by
            headers = {
                k.decode("latin-1").lower(): b", ".join(v).decode("latin-1") for k, v in response.headers.items()
            }
            page = Page(item.url, response.status, headers, response.body, role)
            outlinks, outside = find_all(page, self.crawl.discover, self.scope)
            visit = Visit(item, "answered", outlinks, outside, tries=tries)
        self._keep(visit, response.meta["exchange"])
        self.frontier.grow(visit)
        self._tell()

    def failed(self, failure: Failure) -> None:
        """Record why a URL got no answer that can be kept."""
        request, error = failure.request, failure.value
        item, tries = request.meta["item"], request.meta.get("tries", 1)
        if isinstance(error, (RobotsUnavailable, Stopping)) or not self.crawler.engine.running:
            return  # it stays in the frontier of the next run
        if isinstance(error, RobotsDenied):
            self._fail(Visit(item, "robots", error=str(error)))
        elif isinstance(error, OutOfScope):
            self._fail(Visit(item, "failed", error="out of scope"))
        elif isinstance(error, (DownloadCancelledError, IgnoreRequest)):
            # the two ways in which Scrapy says that a body, packed or unpacked, is over DOWNLOAD_MAXSIZE
            self._heard()
            self._fail(Visit(item, "too_large", error=f"more than {self.crawl.max_body_bytes} bytes", tries=tries))
        else:
            self._lost.append(Visit(item, "failed", error=type(error).__name__, tries=tries))
            if len(self._lost) >= MAX_LOST_IN_A_ROW:
                self._ask_whether_there()
        self._tell()

    def keep_robots(self, response: Response) -> None:
        """Archive a robots.txt (once, and again where it changed), with the sitemaps it names or the customary one."""
        self._heard()
        digest = hashlib.sha256(response.body).hexdigest()
        if self._robots.get(response.url) == digest:
            return
        self._robots[response.url] = digest
        named: tuple[str, ...] = ()
        if "sitemap" in self.crawl.discover and not 300 <= response.status < 400:
            named = rules_for(response.status, response.body).sitemaps or ("/sitemap.xml",)
        found = dict.fromkeys(u for href in named if (u := self.scope.locate(urljoin(response.url, href))))
        visit = Visit(Item(response.url, "robots", "", 0), "answered", tuple(("sitemap-index", u) for u in found))
        self._keep(visit, response.meta["exchange"])
        self.frontier.replay(visit)

    def idle(self) -> None:
        """Before the end, learn whether the last URLs were lost because the site was."""
        if self._lost:
            self._ask_whether_there()
            raise DontCloseSpider

    def stop(self, ending: str, why: str) -> None:
        """End the crawl before its time; what is archived stays, and the next run goes on from there."""
        if self.ending == "finished":
            self.ending = ending
            self._report({"stopped": why})
            asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=ending))  # noqa: RUF006

    def closed(self, reason: str) -> None:
        """Close the archive. What was lost and not explained is not written, so that the next run asks again."""
        if reason != "finished" and self.ending == "finished":
            self.ending = reason
        self._write(self._archive.close)
        self._tell(last=True)
        self._report({"ending": self.ending})

    def _keep(self, visit: Visit, exchange: Exchange) -> None:
        url, fields = visit.item.url, visit.fields()
        heads = exchange.request_head, exchange.response_head
        self._write(lambda: self._archive.exchange(url, *heads, exchange.body, exchange.ip, fields))

    def _fail(self, visit: Visit) -> None:
        self._write(lambda: self._archive.failure(visit.item.url, visit.fields()))

    def _write(self, write: Callable[[], object]) -> None:
        if self.ending == "storage":
            return  # after a torn record every later one would be unreadable
        try:
            write()
        except OSError as error:
            self.stop("storage", f"{self._archive.directory / self._archive.file}: {error.strerror}")

    def _heard(self) -> None:
        # the site answers, so what got no answer before has itself to blame
        for visit in self._lost:
            self._fail(visit)
        self._lost.clear()

    def _ask_whether_there(self) -> None:
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask(origin_of(self._lost[-1].item.url)))

    async def _ask(self, origin: str) -> None:
        request = Request(robots_url(origin), meta={"robots": True}, callback=NO_CALLBACK, dont_filter=True)
        try:
            await self.crawler.engine.download_async(request)
            self._heard()
        except Exception as error:
            self.stop("unreachable", f"{origin}: {type(error).__name__}")
        finally:
            self._asking = None

    def _tell(self, last: bool = False) -> None:
        now = time.monotonic()
        if last or now - self._reported >= REPORT_EVERY_S:
            self._reported = now
            done = self.frontier.pages_begun
            self._report({"done": done, "found": done + len(self.frontier)})


def json_line(message: dict[str, Any]) -> str:
    """Return one line of a report."""
    return json.dumps(message, ensure_ascii=True) + "\n"
