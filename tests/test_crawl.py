"""A real little web site on loopback, with the traps of real ones, crawled by the whole stage."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from crawling import HTML, Crawled, Site, page, settings
from fastwarc.warc import ArchiveIterator as FastWarc
from warcio.checker import Checker

from sitecorpus import ledger, warc
from sitecorpus.manifest import Counts


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


def test_a_gzip_member_of_the_archive_holds_one_record(whole: Tricky) -> None:
    (path,) = warc.archive_files(whole.crawled.output)
    ends = list(warc.member_ends(path))
    assert len(ends) == len(whole.crawled.records)
    assert gzip.GzipFile(fileobj=io.BytesIO(path.read_bytes()[: ends[0]])).read().startswith(b"WARC/1.1")
