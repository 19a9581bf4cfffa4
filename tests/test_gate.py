"""Every way in which a robots.txt can be answered, asked over loopback by the crawl and by the vet (RFC 9309, 2.3)."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.agent import PRODUCT
from scrapers.evidence import Fetcher
from scrapers.robots import MAX_BODY_BYTES, robots_url, rules_for
from sitecorpus.warc import WarcWriter

HOME = Path(__file__).resolve().parent.parent
TIMEOUT_S = 1.5

NO = b"User-agent: *\nDisallow: /\n"
YES = b"User-agent: *\nDisallow: /private\n"
HTML = b"<!doctype html><title>x</title><p>words"
HANG, RESET, DRIP, CLOSE = b"hang", b"reset", b"drip", b"close"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer as it goes over the wire; `Content_Length` may be given to be wrong."""
    fields = {"Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + body


def packed(body: bytes, coding: str = "gzip") -> bytes:
    return answer(200, body, Content_Encoding=coding)


def hops(n: int, end: bytes) -> dict[str, bytes]:
    """`n` redirects from /robots.txt to /0, which answers `end`."""
    places = ["/robots.txt", *(f"/{i}" for i in reversed(range(n)))]
    moves = {place: answer(301, Location=after) for place, after in itertools.pairwise(places)}
    return {**moves, places[-1]: end}


# name: what /robots.txt answers (or by path; @ is another host), and whether /page may then be had
ANSWERS: dict[str, tuple[bytes | dict[str, bytes], bool]] = {
    "200_disallow": (answer(200, NO), False),
    "200_allow": (answer(200, YES), True),
    "200_empty": (answer(200), True),
    **{f"{s}_htmlbody": (answer(s, HTML, Retry_After="0"), True) for s in (400, 401, 403, 404, 410, 429, 451)},
    "404_with_disallow_body": (answer(404, NO), True),
    "403_with_disallow_body": (answer(403, NO), True),
    **{f"{s}_htmlbody": (answer(s, HTML), False) for s in (500, 502, 503, 504)},
    "503_with_allow_body": (answer(503, YES), False),
    "timeout": (HANG, False),
    # and more of the same kinds
    "no_content": (b"HTTP/1.1 204 x\r\nConnection: close\r\n\r\n", True),
    "a_part": (answer(206, YES, Content_Range="bytes 0-31/64"), False),
    "not_modified": (b"HTTP/1.1 304 x\r\nConnection: close\r\n\r\n", False),
    "own_number": (answer(599, YES), False),
    "reset": (RESET, False),
    "closed": (CLOSE, False),
    "slow_drip": (DRIP, False),
    "cut_short": (answer(200, YES, Content_Length="500"), False),
    "chunks_cut_short": (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nUser-\r\n", False),
    "one_redirect": (hops(1, answer(200, YES)), True),
    "one_redirect_to_a_no": (hops(1, answer(200, NO)), False),
    "five_redirects": (hops(5, answer(200, YES)), True),
    "five_redirects_to_a_no": (hops(5, answer(200, NO)), False),
    "six_redirects": (hops(6, answer(200, YES)), False),
    "redirect_to_nothing": (hops(1, answer(404)), True),
    "redirect_to_an_error": (hops(1, answer(500)), False),
    "redirect_loop": (answer(302, Location="/robots.txt"), False),
    "redirect_nowhere": (answer(302, YES), False),
    "redirect_off_the_web": (answer(302, Location="ftp://127.0.0.1/robots.txt"), False),
    "redirect_to_another_host": (answer(301, Location="@/yes"), True),
    "redirect_to_another_hosts_no": (answer(301, Location="@/no"), False),
    "redirect_to_a_host_that_is_down": (answer(301, Location="http://127.0.0.1:1/robots.txt"), False),
    "byte_order_mark": (answer(200, b"\xef\xbb\xbf" + NO), False),
    "carriage_returns": (answer(200, NO.replace(b"\n", b"\r")), False),
    "utf_16": (answer(200, YES.decode().encode("utf-16")), False),
    "binary": (answer(200, bytes(range(256)) * 9), False),
    "gzip": (packed(gzip.compress(YES)), True),
    "gzip_of_a_no": (packed(gzip.compress(NO)), False),
    "gzip_twice": (packed(gzip.compress(gzip.compress(NO)), "gzip, gzip"), False),
    "gzip_not_said": (answer(200, gzip.compress(YES)), False),
    "deflate_of_a_no": (packed(zlib.compress(NO), "deflate"), False),
    "unknown_coding": (packed(YES, "rot13"), False),
    "gzip_bomb": (packed(gzip.compress(b"#" * (MAX_BODY_BYTES + 1))), False),
    "600_kib": (answer(200, b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /page\n"), False),
    "600_kib_and_a_yes": (answer(200, b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /x\n"), True),
    "huge": (answer(200, b"#" * (MAX_BODY_BYTES + 1)), False),
    "soft_404": (answer(200, HTML, Content_Type="text/html"), True),
    "page_with_rules": (answer(200, HTML + b"<pre>\nUser-agent: *\nDisallow: /x\n", Content_Type="text/html"), False),
}  # fmt: skip
# what broke on its way: what is left of a body could lack the rule that says no
BROKEN = {
    "not_http": (b"SSH-2.0-OpenSSH_9.2\r\n", False),
    "redirect_to_nonsense": (answer(302, Location="http://[oops/"), False),
    "gzip_said_but_is_not": (packed(YES), False),
    "gzip_cut_short": (packed(gzip.compress(YES * 99, mtime=0)[:-9]), False),
}


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        request = b""
        while b"\r\n\r\n" not in request and (piece := self.request.recv(1 << 16)):
            request += piece
        path = [*request.split(b" ", 2), b""][1].decode("latin-1")
        site: Site = self.server  # type: ignore[assignment]
        found = site.answers.get(path, answer(200, HTML)) if path != "/page" else answer(200, HTML)
        site.asked.append(path)
        site.moments.append(time.monotonic())
        if found == RESET:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif found == HANG:
            site.stopped.wait()
        elif found == DRIP:
            self.request.sendall(b"HTTP/1.1 200 x\r\nContent-Length: 99999\r\n\r\n")
            while not site.stopped.wait(0.1):
                self.request.sendall(b"#")
        elif found != CLOSE:
            self.request.sendall(found)


class Site(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, answers: bytes | dict[str, bytes], elsewhere: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        by_path = answers if isinstance(answers, dict) else {"/robots.txt": answers}
        self.answers = {
            path: a.replace(b"Location: @", f"Location: {elsewhere}".encode()) for path, a in by_path.items()
        }
        self.asked: list[str] = []
        self.moments: list[float] = []
        self.stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no event."""


@pytest.fixture(scope="module")
def listen() -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def start(answers: bytes | dict[str, bytes], elsewhere: str = "") -> Site:
        sites.append(Site(answers, elsewhere))
        return sites[-1]

    yield start
    for site in sites:
        site.stopped.set()
        site.shutdown()
        site.server_close()


@pytest.fixture(scope="module")
def sites(listen: Callable[..., Site]) -> dict[str, Site]:
    elsewhere = listen({"/yes": answer(200, YES), "/no": answer(200, NO), "/robots.txt": answer(200, NO)})
    found = {name: listen(answers, elsewhere.url) for name, (answers, _) in (ANSWERS | BROKEN).items()}
    return {**found, "elsewhere": elsewhere}


# Asks for one page of each site through the downloader as a crawl sets it up; says what came of each.
CRAWL = """
import json, sys
from types import SimpleNamespace
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapers.politeness import scrapy_settings
from scrapers.scope import origin_of
from sitecorpus.recipe import CrawlSettings

order = json.loads(sys.stdin.read())
came = {}

class Asking(Spider):
    name = "asking"
    scope = SimpleNamespace(origins={origin_of(url) for url in order["pages"].values()} - set(order["outside"]))
    stops = []

    async def start(self):
        for name, url in order["pages"].items():
            for n in range(order["times"]):
                yield Request(f"{url}?{n}" if n else url, self.had, errback=self.refused, meta={"name": name, "n": n},
                              priority=-n, dont_filter=True)

    def had(self, response):
        came.setdefault(response.meta["name"], []).append("had")

    def refused(self, failure):
        came.setdefault(failure.request.meta["name"], []).append(type(failure.value).__name__)

    def keep_robots(self, response):
        pass

    def stop(self, ending, why):
        assert ending == "robots" and why

crawl = CrawlSettings(seeds=("http://127.0.0.1/",), delay_s=0.0, retries=0, timeout_s=order["timeout_s"],
                      requests_per_host=order["at_once"], max_body_bytes=50_000)
settings = scrapy_settings(crawl, "me@example.org", 1, None) | order["settings"]
settings["SCHEDULER"] = "scrapy.core.scheduler.Scheduler"
process = CrawlerProcess(settings)
process.crawl(Asking)
process.start()
print(json.dumps(came))
"""


def crawl(
    pages: dict[str, str], outside: tuple[str, ...] = (), times: int = 1, at_once: int = 99, **settings: float
) -> dict[str, list[str]]:
    order = {"pages": pages, "outside": outside, "times": times, "at_once": at_once, "timeout_s": TIMEOUT_S, "settings": settings}  # fmt: skip
    child = subprocess.run(
        [sys.executable, "-c", CRAWL], input=json.dumps(order), capture_output=True, text=True, cwd=HOME, timeout=60
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(child.stdout)
    return found


@pytest.fixture(scope="module")
def crawled(sites: dict[str, Site]) -> dict[str, list[str]]:
    pages = {name: f"{site.url}/page" for name, site in sites.items()}
    strangers = {
        "no_such_host": "http://sitecorpus.invalid/page",
        "no_tls": sites["200_allow"].url.replace("http", "https") + "/page",
    }
    return crawl(pages | strangers, outside=(sites["elsewhere"].url,))


@pytest.mark.parametrize("name", [*ANSWERS, *BROKEN])
def test_the_crawl_does_what_the_answer_means(name: str, crawled: dict[str, list[str]], sites: dict[str, Site]) -> None:
    allowed = (ANSWERS | BROKEN)[name][1]
    assert (crawled[name] == ["had"]) is allowed, crawled[name]
    assert ("/page" in sites[name].asked) is allowed
    assert "robots" in sites[name].asked[0]


def test_a_site_that_cannot_be_reached_or_trusted_is_not_asked_for_pages(crawled: dict[str, list[str]]) -> None:
    assert crawled["no_such_host"] == ["RobotsUnavailable"]
    assert crawled["no_tls"] == ["RobotsUnavailable"]


def test_only_robots_txt_may_lead_off_the_site(crawled: dict[str, list[str]], sites: dict[str, Site]) -> None:
    assert crawled["elsewhere"] == ["OutOfScope"]
    assert set(sites["elsewhere"].asked) == {"/yes", "/no"}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_vet_does_what_the_answer_means(name: str, sites: dict[str, Site], tmp_path: Path) -> None:
    allowed, url = ANSWERS[name][1], sites[name].url + "/page"
    writer = WarcWriter(tmp_path, "evidence", {})
    found = Fetcher(writer, PRODUCT, timeout_s=TIMEOUT_S).get(robots_url(url), "robots", MAX_BODY_BYTES)
    writer.close()
    rules = rules_for(None if found.error else found.status, found.body, found.truncated)
    assert rules.allows(PRODUCT, url) is allowed, (rules.why, found.error)


def test_robots_txt_is_asked_for_once_by_origin_and_again_when_it_is_old(listen: Callable[..., Site]) -> None:
    site = listen(answer(200, YES))
    assert crawl({"x": f"{site.url}/page"}, times=3) == {"x": ["had"] * 3}
    assert site.asked[0] == "/robots.txt"
    assert sorted(site.asked[1:]) == ["/page", "/page?1", "/page?2"]
    site.asked.clear()
    crawl({"x": f"{site.url}/page"}, times=3, at_once=1, SITECORPUS_ROBOTS_MAX_AGE_S=0.0)
    assert site.asked.count("/robots.txt") == 3


def test_a_site_that_is_busy_is_crawled_at_the_pace_it_asks_for(listen: Callable[..., Site]) -> None:
    site = listen(answer(429, HTML, Retry_After="1"))
    assert crawl({"x": f"{site.url}/page"}, times=2, at_once=1) == {"x": ["had"] * 2}
    assert all(after - before > 0.9 for before, after in itertools.pairwise(site.moments))
