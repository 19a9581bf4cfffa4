"""How a crawl ends when it is killed, refused, left alone by the site, or out of disk; and that it goes on."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crawling import HTML, Crawled, Site, page, settings

from scrapers.crawl import crawl, refuse_old_verdicts
from sitecorpus import warc
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.recipe import CrawlSettings
from sitecorpus.rights import Evidence, Verdict
from sitecorpus.shards import content_sha256

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


def test_evidence_older_than_the_recipe_allows_is_not_used(tmp_path: Path) -> None:
    vetted = Manifest(
        stage="vet", revision=1, fingerprint="f", settings={"rights": {"max_age_days": 90}}, inputs={}, outputs={},
        digest="d", counts=Counts(), tools={}, commit=None, started_at="2026-01-01T00:00:00+00:00", seconds=1.0,
        peak_memory_bytes=1,
    )  # fmt: skip
    (tmp_path / "manifest.json").write_bytes(vetted.to_json())
    evidence = Evidence("robots", "https://a.example/robots.txt", None, 404, None, "2026-01-01T00:00:00Z")
    verdict = Verdict("v", "https://a.example", "sitecorpus", "allow", None, (), (evidence,))
    (tmp_path / "verdicts.json").write_text(json.dumps([verdict.as_dict()]))
    refuse_old_verdicts(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(RefusedError, match="119 days ago"):
        refuse_old_verdicts(tmp_path, datetime(2026, 4, 30, 12, tzinfo=UTC))
