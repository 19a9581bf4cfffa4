"""One exchange: bounded, archived whole, and read back from the archive."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest

from scrapers import wire
from scrapers.evidence import MAX_UNANSWERED, Fetcher
from sitecorpus.warc import WarcWriter, archive_files, scan

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
RAW = {
    "/longer": OK + b"Content-Length: 13\r\n\r\nUser-agent: *\nDisallow: /\n",
    "/shorter": OK + b"Content-Length: 999\r\n\r\nUser-agent: *\n",
    "/two-lengths": OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nUser-agent: *\n",
    "/broken-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n",
    "/cut-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhello",
    "/no-http": b"\0\1\2",
    "/no-status": b"HTTP/1.1 two hundred\r\n\r\n",
    "/many-headers": OK + b"X-A: 1\r\n" * 1000 + b"\r\n",
    "/long-header": OK + b"X-A: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "/broken-header": OK + b"this line is no header\r\nX-Robots-Tag: noai\r\n\r\nwords",
    "/blank-end": OK + b"Content-Length: 5\r\n\r\nhello\r\n",
    "/reset": b"",
}


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path
        if path == "/robots.txt":
            self.server.robots_asked += 1  # type: ignore[attr-defined]
            said: bytes | None = self.server.robots  # type: ignore[attr-defined]
            return self.answer(404, b"no") if said is None else self.answer(200, said)
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
            self.answer(200, brotli.compress(b"hello " * 9_000), **{"Content-Encoding": "br"})
        elif path == "/zstd":
            self.answer(200, b"abc", **{"Content-Encoding": "zstd"})
        elif path == "/deflate":
            self.answer(200, zlib.compress(b"y" * 9_000), **{"Content-Encoding": "deflate"})
        elif path == "/torn":
            self.answer(200, gzip.compress(b"x" * 100_000)[:-9], **{"Content-Encoding": "gzip"})
        elif path == "/plain-gzip":
            self.answer(200, b"User-agent: *", **{"Content-Encoding": "gzip"})
        elif path == "/torn-brotli":
            self.answer(200, brotli.compress(b"hello " * 9_000)[:-3], **{"Content-Encoding": "br"})
        elif path == "/bomb":
            self.answer(200, gzip.compress(bytes(64 << 20), 9), **{"Content-Encoding": "gzip"})
        elif path.startswith("/to/"):
            self.answer(302, b"", Location=path[4:])
        elif path == "/loop":
            self.answer(302, b"", Location="/loop")
        elif path == "/utf-8":
            self.answer(302, b"", Location="/caf\u00e9".encode().decode("latin-1"))
        elif path == "/caf%C3%A9":
            self.answer(200, b"coffee")
        elif path in RAW:
            self.wfile.write(RAW[path])
            self.close_connection = True
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


SERVERS: list[ThreadingHTTPServer] = []


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    server.robots, server.robots_asked = None, 0  # type: ignore[attr-defined]
    SERVERS.append(server)
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
    record = next(r for r in scan(archive_files(tmp_path)[0]) if r.kind == "response" and r.url.endswith("/text"))
    assert (record.body, record.record_id, record.url) == (found.body, found.record_id, f"{site}/text")
    assert b"agent sitecorpus/1 (+https://example.org)" in found.body


def test_compressed_and_chunked_bodies_are_decoded(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/gzip", "page").body == b"x" * 100_000
    assert fetcher.get(f"{site}/brotli", "page").body == b"hello " * 9_000
    assert fetcher.get(f"{site}/deflate", "page").body == b"y" * 9_000
    assert fetcher.get(f"{site}/chunked", "page").body == b"hello"


def test_a_body_over_the_limit_is_cut_and_says_so(fetcher: Fetcher, site: str) -> None:
    found = fetcher.get(f"{site}/gzip", "page", max_body_bytes=1000)
    assert (len(found.body), found.truncated, found.ok) == (1000, True, False)


def test_an_encoding_that_was_not_asked_for_is_an_error(fetcher: Fetcher, site: str) -> None:
    assert "zstd" in (fetcher.get(f"{site}/zstd", "page").error or "")


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
    assert ("error", found.error) in kept[-1].fields()


def test_a_site_that_is_served_elsewhere_keeps_its_public_name(fetcher: Fetcher, site: str) -> None:
    fetcher.connect_to = {"https://example.org": site}
    found = fetcher.get("https://example.org/text", "home")
    assert found.final_url == "https://example.org/text"
    assert b"host example.org " in found.body
    assert fetcher.get("https://other.org/", "home").status is None


@pytest.mark.parametrize("path", ["/torn", "/plain-gzip", "/torn-brotli"])
def test_a_packed_body_that_is_damaged_is_no_body(fetcher: Fetcher, site: str, path: str) -> None:
    found = fetcher.get(site + path, "robots")
    assert (found.ok, found.error) == (False, "the body of the answer is damaged or cut short")


def test_a_bomb_is_cut_at_the_limit(fetcher: Fetcher, site: str) -> None:
    found = fetcher.get(f"{site}/bomb", "page", 1 << 20)
    assert (len(found.body), found.truncated) == (1 << 20, True)


@pytest.mark.parametrize("path", [p for p in RAW if p != "/blank-end"])
def test_an_answer_that_is_broken_is_a_failure_in_words(fetcher: Fetcher, site: str, path: str) -> None:
    found = fetcher.get(site + path, "robots")
    assert not found.ok
    assert found.error
    assert found.error.isprintable()


def test_a_line_end_after_the_body_is_no_part_of_it(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/blank-end", "page").ok


def test_a_loop_of_redirects_is_a_failure_and_so_is_one_out_of_the_web(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/loop", "page").error == "more than 5 redirects"
    assert fetcher.get(f"{site}/to/ftp://example.org/", "page").error == "redirected to something that is not http(s)"
    assert fetcher.get(f"{site}/to/http://[bad", "page").error


def test_a_redirect_may_be_written_in_utf_8(fetcher: Fetcher, site: str) -> None:
    assert fetcher.get(f"{site}/utf-8", "page").body == b"coffee"


# --- robots.txt


@pytest.fixture
def closed(site: str) -> Iterator[ThreadingHTTPServer]:
    """The server, with rules."""
    server = SERVERS[-1]
    server.robots, server.robots_asked = b"User-agent: *\nDisallow: /text\n", 0  # type: ignore[attr-defined]
    yield server
    server.robots = None  # type: ignore[attr-defined]


def test_robots_txt_is_asked_for_once_and_rules_redirects_too(
    fetcher: Fetcher, site: str, closed: ThreadingHTTPServer
) -> None:
    assert fetcher.get(f"{site}/gzip", "page").ok
    for path in ("/text", "/hop1", f"/to/{site}/text"):
        found = fetcher.get(site + path, "page")
        assert (found.status, found.error) == (None, "robots.txt does not let us read it")
    assert fetcher.rules(f"{site}/x").allows("sitecorpus", f"{site}/x")
    assert closed.robots_asked == 1  # type: ignore[attr-defined]


def test_robots_txt_that_was_asked_for_is_not_asked_for_again(
    fetcher: Fetcher, site: str, closed: ThreadingHTTPServer
) -> None:
    found = fetcher.get(f"{site}/robots.txt", "robots")
    assert fetcher.robots(f"{site}/text") is found
    assert closed.robots_asked == 1  # type: ignore[attr-defined]


def test_another_port_is_another_origin_with_rules_of_its_own(
    fetcher: Fetcher, site: str, closed: ThreadingHTTPServer, tmp_path: Path
) -> None:
    other = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    other.stopped, other.robots, other.robots_asked = threading.Event(), None, 0  # type: ignore[attr-defined]
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        there = f"http://127.0.0.1:{other.server_port}"
        assert fetcher.get(f"{site}/to/{there}/text", "page").final_url == f"{there}/text"
        assert fetcher.get(f"{there}/to/{site}/text", "page").status is None
        assert fetcher.get(f"{site}/to/{there}/text", "robots").ok
    finally:
        other.shutdown()
        other.server_close()
        thread.join()


# --- where it goes


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fd00::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("no address", False),
    ],
)  # fmt: skip
def test_what_is_within_a_private_network_is_told_from_what_is_public(address: str, public: bool) -> None:
    assert wire.is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_no_public_page_leads_into_a_private_network(fetcher: Fetcher, site: str, host: str) -> None:
    url = f"http://{host}:{site.rpartition(':')[2]}/text"
    for kind in ("terms", "robots"):
        found = fetcher.get(url, kind, referrer="http://93.184.216.34/")
        assert found.status is None
        assert "private network" in (found.error or "")
    assert fetcher.get(url, "terms", referrer=f"{site}/").ok


def test_a_host_that_is_not_known_is_told_in_words(fetcher: Fetcher) -> None:
    found = fetcher.get("http://sitecorpus.invalid/", "robots")
    assert "no address is known for the host sitecorpus.invalid" in (found.error or "")


def test_a_host_that_does_not_answer_is_not_asked_for_ever(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher.timeout_s = 0.2
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        errors = [fetcher.get(f"{url}/{i}", "robots").error for i in range(MAX_UNANSWERED + 2)]
    assert errors[:MAX_UNANSWERED] == ["the answer took too long"] * MAX_UNANSWERED
    assert "not asked any more" in (errors[-1] or "")


def test_a_tls_handshake_that_never_ends_ends_at_the_deadline(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher.timeout_s = 0.3
        began = time.monotonic()
        found = fetcher.get(f"https://127.0.0.1:{silent.getsockname()[1]}/", "robots")
    assert found.status is None
    assert time.monotonic() - began < 5
