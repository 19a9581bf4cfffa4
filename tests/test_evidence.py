"""One exchange: bounded, archived whole, and read back from the archive."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scrapers.evidence import Fetcher
from sitecorpus.warc import WarcWriter, archive_files, scan


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path
        if path == "/drip":
            self.send_response(200)
            self.end_headers()
            stopped: threading.Event = self.server.stopped  # type: ignore[attr-defined]
            try:
                while not stopped.wait(0.05):
                    self.wfile.write(b"x")
            except OSError:
                pass
            return
        if path.startswith("/hop"):
            n = int(path[4:])
            self.answer(302, b"", Location=f"/hop{n - 1}" if n > 1 else "/text")
        elif path == "/gzip":
            self.answer(200, gzip.compress(b"x" * 100_000), **{"Content-Encoding": "gzip"})
        elif path == "/brotli":
            self.answer(200, b"abc", **{"Content-Encoding": "br"})
        elif path == "/text":
            self.answer(200, f"host {self.headers['Host']} agent {self.headers['User-Agent']}".encode())
        elif path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")
        else:
            self.answer(404, b"no")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetcher(tmp_path: Path) -> Iterator[Fetcher]:
    writer = WarcWriter(tmp_path, "evidence", {})
    yield Fetcher(writer, "sitecorpus/1 (+https://example.org)", timeout_s=5)
    writer.close()


def test_an_exchange_is_what_the_archive_holds(fetcher: Fetcher, site: str, tmp_path: Path) -> None:
    found = fetcher.get(f"{site}/text", "home")
    assert found.ok
    record = next(r for r in scan(archive_files(tmp_path)[0]) if r.kind == "response")
    assert (record.body, record.record_id, record.url) == (found.body, found.record_id, f"{site}/text")
    assert b"agent sitecorpus/1 (+https://example.org)" in found.body


def test_compressed_and_chunked_bodies_are_decoded(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/gzip", "page").body == b"x" * 100_000
    assert fetcher.get(f"{site}/chunked", "page").body == b"hello"


def test_a_body_over_the_limit_is_cut_and_says_so(fetcher: Fetcher, site: str) -> None:
    found = fetcher.get(f"{site}/gzip", "page", max_body_bytes=1000)
    assert (len(found.body), found.truncated, found.ok) == (1000, True, False)


def test_an_encoding_that_was_not_asked_for_is_an_error(fetcher: Fetcher, site: str) -> None:
    assert "br" in (fetcher.get(f"{site}/brotli", "page").error or "")


def test_five_redirects_are_followed_and_six_are_not(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/hop5", "page").final_url == f"{site}/text"
    found = fetcher.get(f"{site}/hop6", "page")
    assert (found.status, found.error) == (None, "more than 5 redirects")


def test_an_answer_that_drips_ends_at_the_deadline(fetcher: Fetcher, site: str) -> None:
    fetcher.timeout_s = 0.4
    assert fetcher.get(f"{site}/drip", "page").error == "the answer took too long"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://example.org/", "http://[bad/", "https://"])
def test_what_cannot_be_had_is_a_value_and_is_archived(fetcher: Fetcher, url: str, tmp_path: Path) -> None:
    found = fetcher.get(url, "home")
    assert found.status is None
    assert found.error
    kept = [r for r in scan(archive_files(tmp_path)[0]) if r.kind == "metadata"]
    assert ("error", found.error) in kept[0].fields()


def test_a_site_that_is_served_elsewhere_keeps_its_public_name(fetcher: Fetcher, site: str) -> None:
    fetcher.connect_to = {"https://example.org": site}
    found = fetcher.get("https://example.org/text", "home")
    assert found.final_url == "https://example.org/text"
    assert b"host example.org " in found.body
    assert fetcher.get("https://other.org/", "home").status is None
