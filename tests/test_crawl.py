"""A real little web site on loopback, with the traps of real ones, crawled by the whole stage."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastWarc
from warcio.checker import Checker

from scrapers.crawl import crawl, refuse_old_evidence
from scrapers.scope import origins
from sitecorpus import ledger, warc
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.recipe import CrawlSettings
from sitecorpus.shards import content_sha256, read_shard
from sitecorpus.stage import Job

Answer = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(*links: str, head: str = "", text: str = "Some words.") -> Answer:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return 200, HTML, f"<!doctype html><html><head>{head}</head><body><p>{text}</p>{anchors}</body></html>".encode()


@dataclass
class Site:
    """Routes by path and query, and a log of what was asked: (time, path, headers)."""

    routes: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    log: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    on_request: Callable[[int], None] | None = None
    url: str = ""
    down: bool = False

    @property
    def asked(self) -> list[str]:
        return [path for _, path, _ in self.log]

    def answer(self, path: str) -> Answer:
        route = self.routes.get(path, (404, HTML, b"<h1>Not here</h1>"))
        return route() if callable(route) else route


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.log.append((time.monotonic(), self.path, dict(self.headers)))
        if site.on_request:
            site.on_request(len(site.log))
        if site.down:
            self.close_connection = True
            return
        status, headers, body = site.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if headers.get("Transfer-Encoding") == "chunked":
            self.end_headers()
            half = len(body) // 2
            for part in (body[:half], body[half:], b""):
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Site], Site]]:
    servers = []

    def start(site: Site) -> Site:
        server = Server(("127.0.0.1", 0), Handler)
        server.site = site  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        servers.append(server)
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Crawled:
    """One corpus folder, and what its crawl wrote."""

    root: Path
    settings: CrawlSettings

    def job(self, decision: str = "allow") -> Job:
        vet = self.root / "archive" / "vet-1"
        vet.mkdir(parents=True, exist_ok=True)
        verdicts = [
            {"verdict_id": "v", "host": o, "user_agent": "sitecorpus", "decision": decision, "license": None, "reasons": [], "evidence": []}
            for o in origins(self.settings)
        ]  # fmt: skip
        (vet / "verdicts.json").write_text(json.dumps(verdicts))
        settings = SimpleNamespace(contact="me@example.org", crawl=self.settings)
        final = self.root / "archive" / "crawl-1"
        return Job("crawl", settings, {"vet": vet}, self.output, CorpusDir(self.root), Serial(), final)

    def run(self, decision: str = "allow") -> Counts:
        return crawl(self.job(decision))

    @property
    def output(self) -> Path:
        return self.root / "archive" / "crawl-1.partial"

    @property
    def captures(self) -> dict[str, dict[str, Any]]:
        return {row["url"]: row for row in read_shard(self.output / "captures-00000.parquet")}

    @property
    def reasons(self) -> dict[str, str]:
        return {row["url"]: row["reason"] for row in ledger.read(self.output)}

    @property
    def records(self) -> list[warc.Record]:
        return [r for path in warc.archive_files(self.output) for r in warc.scan(path)]


def settings(site: Site, **more: Any) -> CrawlSettings:
    return CrawlSettings(seeds=(site.url + "/",), **{"delay_s": 0.0, "retries": 1, "timeout_s": 10.0, **more})


# --- one site with everything


def tricky(elsewhere: str) -> Site:
    site = Site()
    busy = iter([(429, {"Retry-After": "1", **HTML}, b"slow down")])
    calendar = {f"/calendar/{n}": page(f"/calendar/{n + 1}") for n in range(200)}
    lazy_urls = "".join(f"<url><loc>@/in-sitemap/{n}</loc></url>" for n in range(2))

    def here(text: str) -> bytes:
        return text.replace("@", site.url).encode()

    site.routes = {
        "/robots.txt": lambda: (
            200, {"Content-Type": "text/plain"}, here("User-agent: *\nDisallow: /private/\nSitemap: @/sitemap-all.xml\n")
        ),
        "/sitemap-all.xml": lambda: (
            200, {"Content-Type": "application/xml"},
            here("<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
                 "<sitemap><loc>@/part.xml.gz</loc></sitemap><sitemap><loc>@/sitemap-all.xml</loc></sitemap></sitemapindex>"),
        ),
        "/part.xml.gz": lambda: (
            200, {"Content-Type": "application/gzip"},
            gzip.compress(here(f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{lazy_urls}</urlset>")),
        ),
        "/": page(
            "/about#team", "about", "/private/diary", "/moved", "/away", "/refresh", "/busy", "/broken", "/missing", "/zipped",
            "/calendar/0", "/photo.JPG", "/big", "/bomb", "/chunked", "/page/2/", "/skip/this", "ftp://127.0.0.1/x",
            "file:///etc/passwd", "http://[oops", "javascript:void(0)", f"{elsewhere}/linked", "..//a//./b/../twice", "/in-sitemap/0",
            head='<link rel="alternate" type="application/atom+xml" href="/atom">',
        ),
        "/about": page("/"),
        "/moved": (301, {"Location": "/arrived", **HTML}, b""),
        "/arrived": page(),
        "/away": (302, {"Location": f"{elsewhere}/lured", **HTML}, b""),
        "/refresh": page(head=f'<meta http-equiv="Refresh" content="0; url={elsewhere}/refreshed">'),
        "/busy": lambda: next(busy, page(text="at last")),
        "/broken": (503, HTML, b"down"),
        "/zipped": (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(page("/from-zipped")[2])),
        "/from-zipped": page(),
        "/big": (200, HTML, b"x" * 300_000),
        "/bomb": (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(b"x" * 3_000_000)),
        "/chunked": (200, {**HTML, "Transfer-Encoding": "chunked"}, page("/from-chunked")[2]),
        "/from-chunked": (200, HTML, "<p>caf\u00e9".encode("latin-1")),
        "/a/twice": page(),
        "/in-sitemap/0": page(),
        "/in-sitemap/1": page("/nofollowed", head='<meta name="robots" content="noindex, nofollow">'),
        "/page/2/": page("/old-article", "/page/3/"),
        "/page/3/": page(),
        "/old-article": page(),
        "/atom": lambda: (
            200, {"Content-Type": "application/atom+xml"},
            here("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='@/atom?page=2'/>"
                 "<entry><link href='@/in-feed/new'/></entry></feed>"),
        ),
        "/atom?page=2": lambda: (
            200, {"Content-Type": "application/atom+xml"},
            here("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='@/in-feed/old'/></entry></feed>"),
        ),
        "/in-feed/new": page(),
        "/in-feed/old": page(),
        **calendar,
    }  # fmt: skip
    return site


@dataclass
class Tricky:
    site: Site
    elsewhere: Site
    crawled: Crawled
    counts: Counts

    def url(self, path: str) -> str:
        return self.site.url + path


@pytest.fixture(scope="module")
def whole(serve: Callable[[Site], Site], tmp_path_factory: pytest.TempPathFactory) -> Tricky:
    elsewhere = serve(Site(routes={"/lured": page(), "/refreshed": page(), "/linked": page()}))
    site = serve(tricky(elsewhere.url))
    options = settings(site, max_depth=5, max_body_bytes=200_000, deny=("^/skip/",))
    crawled = Crawled(tmp_path_factory.mktemp("whole"), options)
    return Tricky(site, elsewhere, crawled, crawled.run())


@pytest.mark.parametrize(
    ("path", "found_by"),
    [
        ("/", "seed"), ("/robots.txt", "seed"), ("/sitemap-all.xml", "sitemap"), ("/part.xml.gz", "sitemap"),
        ("/in-sitemap/0", "sitemap"), ("/in-sitemap/1", "sitemap"), ("/atom", "feed"), ("/atom?page=2", "feed"),
        ("/in-feed/new", "feed"), ("/in-feed/old", "feed"), ("/page/2/", "archive"), ("/page/3/", "archive"),
        ("/old-article", "archive"), ("/arrived", "redirect"), ("/from-zipped", "links"), ("/from-chunked", "links"),
        ("/a/twice", "archive"),
    ],
)  # fmt: skip
def test_every_finder_finds_its_pages_and_the_first_of_them_is_said(whole: Tricky, path: str, found_by: str) -> None:
    row = whole.crawled.captures[whole.url(path)]
    assert (row["status"], row["found_by"], row["kind"]) == (200, found_by, "response")


def test_what_robots_txt_denies_is_never_asked_for(whole: Tricky) -> None:
    assert whole.site.asked[0] == "/robots.txt"
    assert "/private/diary" not in whole.site.asked
    assert whole.crawled.reasons[whole.url("/private/diary")] == "robots"


def test_no_redirect_refresh_or_link_leads_to_another_host(whole: Tricky) -> None:
    assert whole.elsewhere.asked == []
    assert whole.crawled.captures[whole.url("/away")]["status"] == 302
    assert whole.counts.figures["links_out_of_scope"] == 3


def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(whole: Tricky) -> None:
    first, second = (i for i, path in enumerate(whole.site.asked) if path == "/busy")
    assert second == first + 1, "no other request went to the host meanwhile"
    assert whole.site.log[second][0] - whole.site.log[first][0] >= 0.95
    assert whole.crawled.captures[whole.url("/busy")]["status"] == 200


def test_a_page_that_stays_broken_is_in_the_ledger_with_its_error_and_tries(whole: Tricky) -> None:
    (row,) = (r for r in ledger.read(whole.crawled.output) if r["url"] == whole.url("/broken"))
    assert (row["outcome"], row["reason"]) == ("failed", "failed")
    assert json.loads(row["detail"]) == {"error": "HTTP 503", "tries": 2}
    assert whole.url("/broken") not in whole.crawled.captures


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/big", "too_large"), ("/bomb", "too_large"), ("/photo.JPG", "extension"), ("/skip/this", "denied"), ("/calendar/5", "max_depth")],
)  # fmt: skip
def test_what_was_found_and_not_kept_is_in_the_ledger(whole: Tricky, path: str, reason: str) -> None:
    assert whole.crawled.reasons[whole.url(path)] == reason
    assert whole.url(path) not in whole.crawled.captures


def test_an_endless_site_ends(whole: Tricky) -> None:
    assert "/calendar/4" in whole.site.asked
    assert "/calendar/5" not in whole.site.asked
    assert "/nofollowed" not in whole.site.asked


def test_each_url_is_asked_for_once_but_for_retries_and_recorded_once(whole: Tricky) -> None:
    asked = [p for p in whole.site.asked if p not in ("/busy", "/broken")]
    assert len(asked) == len(set(asked))
    responses = [r.url for r in whole.crawled.records if r.kind == "response"]
    assert len(responses) == len(set(responses))


def test_requests_name_us_and_whom_to_write_to_and_nothing_else(whole: Tricky) -> None:
    for _, _, headers in whole.site.log:
        assert headers["User-Agent"].startswith("sitecorpus/")
        assert "(+me@example.org)" in headers["User-Agent"]
        assert "Cookie" not in headers
        assert "Referer" not in headers


def test_the_archive_is_whole_for_independent_readers(whole: Tricky, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = warc.archive_files(whole.crawled.output)
    assert Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all() == 0
    with path.open("rb") as f:
        seen = [(r.headers["WARC-Type"], r.verify_block_digest()) for r in FastWarc(f, parse_http=False)]
    assert all(whole for _, whole in seen)
    assert sum(name == "response" for name, _ in seen) == sum(name == "request" for name, _ in seen)
    assert seen[0][0] == "warcinfo"


def test_a_body_is_archived_as_transferred_and_read_back_decoded(whole: Tricky) -> None:
    row = whole.crawled.captures[whole.url("/zipped")]
    path = whole.crawled.output / Path(row["warc_file"]).name
    assert row["warc_file"].startswith("archive/crawl-1/")
    record = warc.read(path, row["warc_offset"])
    assert record.body == page("/from-zipped")[2]
    assert dict(record.headers)["Content-Encoding"] == "gzip"
    with path.open("rb") as f:
        f.seek(row["warc_offset"])
        raw = next(iter(FastWarc(f, parse_http=True, auto_decode="none"))).reader.read()
    assert raw.startswith(b"\x1f\x8b")


def test_heads_do_not_claim_a_transfer_coding_that_was_undone(whole: Tricky) -> None:
    (record,) = (r for r in whole.crawled.records if r.kind == "response" and r.url == whole.url("/chunked"))
    assert "transfer-encoding" not in {name.lower() for name, _ in record.headers}
    assert record.body == page("/from-chunked")[2]
    (request,) = (r for r in whole.crawled.records if r.kind == "request" and r.url == whole.url("/chunked"))
    assert dict(request.headers)["Host"] == whole.site.url.removeprefix("http://")


# --- killed, and run again


def small_site() -> Site:
    site = Site(routes={"/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /no\n")})
    for n in range(40):
        links = [f"/{m}" for m in (2 * n + 1, 2 * n + 2) if m < 40]
        site.routes[f"/{n}"] = page(*links, "/no", text="word " * 2000)
    site.routes["/"] = page("/0", "/gone")
    return site


def our_child() -> int:
    children = [
        int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
    ]
    (child,) = (p for p in children if b"scrapers.spider_process" in Path(f"/proc/{p}/cmdline").read_bytes())
    return child


@pytest.mark.skipif(sys.platform != "linux", reason="finds its child in /proc")
def test_a_crawl_that_was_killed_ends_with_the_same_captures(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    site = serve(small_site())
    straight = Crawled(tmp_path / "straight", settings(site))
    straight.run()
    site.log.clear()
    killed = Crawled(tmp_path / "killed", settings(site))
    for moment in (9, 20):
        site.on_request = lambda n, moment=moment: os.kill(our_child(), signal.SIGKILL) if n == moment else None
        with pytest.raises(SitecorpusError, match="run the same command again"):
            killed.run()
    site.on_request = None
    # and a tail torn within a record, as by a full disk
    (archive,) = warc.archive_files(killed.output)
    with archive.open("ab") as f:
        f.write(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n")[:-9])
    killed.run()
    sums = [content_sha256(c.output / "captures-00000.parquet") for c in (straight, killed)]
    assert sums[0] == sums[1]
    assert straight.reasons == killed.reasons == {site.url + "/no": "robots"}
    responses = [r.url for r in killed.records if r.kind == "response"]
    assert len(responses) == len(set(responses)) == 49


def test_no_more_pages_are_asked_for_than_the_recipe_allows_in_all_runs_together(
    serve: Callable[[Site], Site], tmp_path: Path
) -> None:
    site = serve(small_site())
    crawled = Crawled(tmp_path, settings(site, max_pages=5))
    counts = crawled.run()
    assert counts.dropped["max_pages"] == 5
    assert sum(r["status"] == 200 and not u.endswith("robots.txt") for u, r in crawled.captures.items()) == 4
    asked = len(site.log)
    crawled.run()
    assert len(site.log) == asked


def test_a_site_that_goes_away_stops_the_crawl_and_costs_no_page(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    site = serve(small_site())
    crawled = Crawled(tmp_path, settings(site, retries=0))

    def go_away(n: int) -> None:
        site.down = n >= 12

    site.on_request = go_away
    with pytest.raises(SitecorpusError, match=r"the site cannot be reached.*11 answers are kept"):
        crawled.run()
    site.on_request, site.down = None, False
    assert crawled.run().written == 49
    assert crawled.reasons == {site.url + "/no": "robots"}


def test_a_full_disk_stops_the_crawl_and_costs_no_page(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    site = serve(small_site())
    crawled = Crawled(tmp_path, settings(site))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # the child inherits it; a write over it fails
    try:
        with pytest.raises(
            SitecorpusError, match=r"pages-00000.warc.gz: File too large: the archive cannot be written"
        ):
            crawled.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert 3 < len([r for r in crawled.records if r.kind == "response"]) < 49
    assert crawled.run().written == 49


# --- refused, empty, gone


@pytest.mark.parametrize("decision", ["review", "deny"])
def test_without_a_verdict_that_allows_nothing_is_asked_for(serve: Callable[[Site], Site], tmp_path: Path, decision: str) -> None:  # fmt: skip
    site = serve(small_site())
    with pytest.raises(RefusedError, match=f"crawl refused: {decision}"):
        Crawled(tmp_path, settings(site)).run(decision)
    job = Crawled(tmp_path, settings(site)).job()
    job.inputs = {}
    with pytest.raises(RefusedError, match="no verdict"):
        crawl(job)
    assert site.log == []


def test_an_empty_site_is_an_error_that_says_what_came_back(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    site = serve(Site())
    crawled = Crawled(tmp_path, settings(site, discover=("links",)))
    with pytest.raises(SitecorpusError, match=r"no page was captured with status 200.*HTTP 404 2×"):
        crawled.run()
    site.routes["/"] = page()
    assert crawled.run().written == 2, "the next run asks again"


def test_an_unreachable_site_is_an_error_and_the_next_run_tries_again(serve: Callable[[Site], Site], tmp_path: Path) -> None:  # fmt: skip
    crawled = Crawled(tmp_path, CrawlSettings(seeds=("http://127.0.0.1:9/",), delay_s=0.0, retries=0))
    with pytest.raises(SitecorpusError, match="nothing may be asked for"):
        crawled.run()


def test_while_robots_txt_answers_503_nothing_is_asked_for(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    site = serve(Site(routes={"/": page(), "/robots.txt": (503, HTML, b"")}))
    with pytest.raises(SitecorpusError, match="HTTP 503"):
        Crawled(tmp_path, settings(site, retries=0)).run()
    assert site.asked == ["/robots.txt"]


def test_a_longer_crawl_delay_prevails(serve: Callable[[Site], Site], tmp_path: Path) -> None:
    robots = b"User-agent: *\nDisallow:\nCrawl-delay: 0.4\n"
    site = serve(
        Site(routes={"/robots.txt": (200, {"Content-Type": "text/plain"}, robots), "/": page("/a"), "/a": page()})
    )
    Crawled(tmp_path, settings(site, discover=("links",))).run()
    assert site.asked == ["/robots.txt", "/", "/a"]
    moments = [moment for moment, _, _ in site.log]
    assert all(after - before >= 0.35 for before, after in itertools.pairwise(moments))


# --- a folder as if it were the site


def test_a_folder_is_crawled_under_its_public_address(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "blog").mkdir(parents=True)
    (folder / "index.html").write_bytes(page("https://blog.example/blog", "http://blog.example/blog/one")[2])
    (folder / "blog" / "index.html").write_bytes(page()[2])
    (folder / "blog" / "one.html").write_bytes(page()[2])
    options = CrawlSettings(seeds=("https://blog.example/",), delay_s=0.0, serve_from="site", discover=("links",))
    crawled = Crawled(tmp_path, options)
    crawled.run()
    assert {u.removeprefix("https://blog.example"): r["status"] for u, r in crawled.captures.items()} == {
        "/": 200, "/blog": 301, "/blog/": 200, "/blog/one": 200, "/robots.txt": 404,
    }  # fmt: skip
    hosts = {dict(r.headers)["Host"] for r in crawled.records if r.kind == "request"}
    assert hosts == {"blog.example"}


def test_a_folder_that_is_not_there_is_an_error_of_the_recipe(tmp_path: Path) -> None:
    options = CrawlSettings(seeds=("https://blog.example/",), serve_from="nowhere")
    with pytest.raises(RecipeError, match="there is no folder"):
        Crawled(tmp_path, options).run()


def test_a_gzip_member_of_the_archive_holds_one_record(whole: Tricky) -> None:
    (path,) = warc.archive_files(whole.crawled.output)
    ends = list(warc.member_ends(path))
    assert len(ends) == len(whole.crawled.records)
    assert gzip.GzipFile(fileobj=io.BytesIO(path.read_bytes()[: ends[0]])).read().startswith(b"WARC/1.1")


def test_evidence_older_than_the_recipe_allows_is_not_used(tmp_path: Path) -> None:
    vetted = Manifest(
        stage="vet", revision=1, fingerprint="f", settings={"rights": {"max_age_days": 90}}, inputs={}, outputs={},
        digest="d", counts=Counts(), tools={}, commit=None, started_at="2026-01-01T00:00:00+00:00", seconds=1.0,
        peak_memory_bytes=1,
    )  # fmt: skip
    (tmp_path / "manifest.json").write_bytes(vetted.to_json())
    refuse_old_evidence(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(RefusedError, match="119 days ago"):
        refuse_old_evidence(tmp_path, datetime(2026, 4, 30, 12, tzinfo=UTC))
