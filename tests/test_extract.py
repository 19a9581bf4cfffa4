"""Archived pages become documents; whatever a page holds, it is one document or one ledger row."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cleaning import extract as module
from cleaning.extract import extract, extract_page
from sitecorpus import ledger
from sitecorpus.document import PAGES, ROW_TYPE
from sitecorpus.executors import Executor, Processes, Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import ExtractSettings
from sitecorpus.shards import content_sha256, iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job
from sitecorpus.warc import WarcWriter

PARAGRAPH = (
    "<p>This paragraph says something in plain words, and it goes on for long enough to be taken for the text. </p>"
)
CODE = "def f(x):\n    if x:\n        return 1\n\n    return 2"
ARTICLE = f"""<html lang="en"><head><title>A title | Site</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>A title</h1><p>By Ann Lee</p><time datetime="2024-02-03">February 3, 2024</time>{PARAGRAPH * 3}<h2>Part</h2>
<pre><code>{CODE}</code></pre>{PARAGRAPH}</article><footer>Copyright Site</footer></body></html>"""
HTML = "text/html; charset=utf-8"
URL = "https://site.example/a"


def html_page(body: str) -> bytes:
    return f"<html><body>{body}</body></html>".encode()


def job_of(root: Path, pages: list[tuple[str, str, bytes]], executor: Executor, shard_pages: int = 2) -> Job:
    """A corpus whose archive holds (url, content type, body), cleared, and the job that extracts it."""
    writer = WarcWriter(root / "archive" / "crawl", "pages", {"software": "sitecorpus"})
    rows = []
    for url, kind, body in pages:
        if kind.startswith("text/html"):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}".encode()
            place = writer.exchange(url, b"GET / HTTP/1.1\r\nHost: site.example", head, body, None, [])
        else:
            place = writer.resource(url, kind, body)
        rows.append(
            {
                "url": url,
                "kind": "response" if kind.startswith("text/html") else "row" if kind == ROW_TYPE else "resource",
                "content_type": kind,
                "payload_digest": hashlib.sha256(body).hexdigest(),
                "warc_file": f"archive/crawl/{place.file}",
                "warc_offset": place.offset,
                "license": "CC-BY-4.0",
            }
        )
    writer.close()
    clear = root / "build" / "clear"
    for n, i in enumerate(range(0, len(rows), shard_pages)):
        write_shard(clear / f"pages-{n:05d}.parquet", rows[i : i + shard_pages], PAGES, counts=Counts())
    output = root / "build" / "extract.partial"
    settings = SimpleNamespace(extract=ExtractSettings())
    return Job("extract", settings, {"clear": clear}, output, CorpusDir(root), executor, root / "build" / "extract")


def digests(job: Job) -> list[str | None]:
    return [content_sha256(path) for path in shard_paths(job.output, "documents")]


PAGES_OF_EVERY_KIND = [
    (URL, HTML, ARTICLE.encode()),
    ("https://site.example/b.md", "text/markdown", b"---\nauthor: Bo\n---\n# Bread\n\nFlour first.\n"),
    ("https://site.example/c.txt", "text/plain", "Café  two\n  blanks".encode("windows-1252")),
    (
        "urn:sitecorpus:x:1",
        ROW_TYPE,
        json.dumps({"text": "Why?\nBecause.", "title": "A joke", "published_on": "2020-01-02"}).encode(),
    ),
    ("urn:sitecorpus:x:2", ROW_TYPE, b'{"no": "text"}'),
    ("https://site.example/deep", HTML, b"<div>" * 50_000),
    ("https://site.example/empty", HTML, b"<html><body><script>x()</script></body></html>"),
    ("https://site.example/moved", HTML, b'<meta http-equiv="refresh" content="0; url=/a"><h1>Redirecting</h1>'),
    ("https://site.example/pic", "image/png", b"\x89PNG"),
    (
        "https://site.example/page/2/",
        HTML,
        html_page("".join(f'<h2><a href="/p/{i}">Post {i}</a></h2>' for i in range(9))),
    ),
]


def test_every_page_is_a_document_or_a_ledger_row(tmp_path: Path) -> None:
    job = job_of(tmp_path, PAGES_OF_EVERY_KIND, Serial())
    counts = extract(job)
    documents = {row["url"]: row for row in iter_rows(shard_paths(job.output, "documents"))}
    dropped = {row["url"]: row["reason"] for row in ledger.read(job.output)}
    assert dropped == {
        "urn:sitecorpus:x:2": "unreadable",
        "https://site.example/deep": "too_deep",
        "https://site.example/empty": "empty",
        "https://site.example/moved": "redirect",
        "https://site.example/pic": "not_text",
        "https://site.example/page/2/": "listing",
    }
    assert (counts.read, counts.written, sum(counts.dropped.values())) == (10, 4, 6)
    assert counts.figures["extractors"] == {"markdown": 1, "row": 1, "text": 1, "trafilatura": 1}
    assert documents["https://site.example/b.md"]["text"] == "Flour first."
    assert documents["https://site.example/b.md"]["author"] == "Bo"
    assert documents["https://site.example/c.txt"]["text"] == "Café  two\n  blanks"
    assert documents["urn:sitecorpus:x:1"]["text"] == "Why?\nBecause."
    assert documents["urn:sitecorpus:x:1"]["published_on"] == "2020-01-02"
    assert documents[URL]["license"] == "CC-BY-4.0"
    assert documents[URL]["warc_offset"] > 0


def test_processes_and_a_resumed_stage_say_the_same(tmp_path: Path) -> None:
    one = job_of(tmp_path / "one", PAGES_OF_EVERY_KIND, Serial())
    counts = extract(one)
    two = job_of(tmp_path / "two", PAGES_OF_EVERY_KIND, Processes(2), shard_pages=2)
    assert extract(two) == counts
    assert digests(two) == digests(one)
    shard_paths(one.output, "documents")[1].unlink()  # as a kill would have left it
    assert extract(one) == counts
    assert digests(one) == digests(two)


def test_html_that_is_called_plain_text_is_read_as_html(tmp_path: Path) -> None:
    job = job_of(tmp_path, [(URL, "text/plain", b"<!doctype html>\n" + ARTICLE.encode())], Serial())
    extract(job)
    (row,) = iter_rows(shard_paths(job.output, "documents"))
    assert row["title"] == "A title" and "<p>" not in row["text"]


def test_an_archive_that_is_damaged_loses_one_page(tmp_path: Path) -> None:
    job = job_of(tmp_path, [(URL, HTML, ARTICLE.encode())], Serial())
    archive = next((tmp_path / "archive" / "crawl").glob("*.warc.gz"))
    archive.write_bytes(archive.read_bytes()[:-200])
    assert extract(job).dropped == {"damaged": 1}


def test_an_article_keeps_its_code_and_loses_title_byline_and_chrome() -> None:
    found = extract_page(ARTICLE.encode(), URL)
    assert found.reason is None
    assert CODE in found.text
    assert "\n\nPart\n\n" in found.text
    assert (found.title, found.published_on) == ("A title", "2024-02-03")
    for metadata_or_chrome in ("A title", "February", "Copyright", "Home"):
        assert metadata_or_chrome not in found.text


def test_tables_are_an_option() -> None:
    body = f"<article>{PARAGRAPH * 4}<table><tr><td>tea</td><td>1</td></tr><tr><td>cake</td><td>2</td></tr></table></article>"
    assert "tea | 1" in extract_page(html_page(body), URL).text
    assert "cake" not in extract_page(html_page(body), URL, settings=ExtractSettings(include_tables=False)).text


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<",
        bytes(range(256)) * 1000,
        b"<div>" * 190_000,
        b"<b>" * 100_000 + b"text",
        b"<p>" + b"&" * 1_000_000,
        b"<title>" + b"a - " * 500_000,
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b"<meta " + b"charset " * 200_000,
        b"<?xml version='1.0' encoding='utf-16'?><p>x</p>",
        "<p>\ud800</p>".encode("utf-8", "surrogatepass"),
        b"<frameset><frame src=x></frameset>",
    ],
)
def test_hostile_pages_end_in_an_answer(page: bytes) -> None:
    found = extract_page(page, URL)
    assert found.reason or found.text


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_CPU_S", 0.01)
    found = extract_page(html_page(PARAGRAPH * 20_000), URL)
    assert (found.reason, found.numbers) == ("timeout", {"cpu_s": 0.01})


def test_a_real_blog_gives_its_articles_and_not_its_lists(shared: Path) -> None:
    site = shared / "data" / "sites" / "sandordargo-text.tar.xz"
    if not site.exists():
        pytest.skip(f"no archive at {site}")
    articles = set((site.parent / "sandordargo-articles.txt").read_text().split())
    seen = {"article": 0, "list": 0}
    with tarfile.open(site) as tar:
        for n, member in enumerate(m for m in tar if m.name.endswith(".html")):
            path = "/" + member.name.removeprefix("./").removesuffix(".html").removesuffix("index")
            is_list = path.startswith(("/tags/", "/categories/", "/page"))
            if n % 20 or not (path in articles or is_list):
                continue
            found = extract_page(tar.extractfile(member).read(), f"https://www.sandordargo.com{path}")  # type: ignore[union-attr]
            if is_list:
                assert found.reason == "listing", path
            else:
                assert found.reason is None and len(found.text.split()) >= 50, path
                assert found.title and found.published_on, path
            seen["list" if is_list else "article"] += 1
    assert min(seen.values()) >= 15
