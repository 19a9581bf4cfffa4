"""What a site answered is read back from the archive exactly as it was had."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scrapers import exhibits
from scrapers.evidence import Exchange, Fetcher
from scrapers.exhibits import Case, Docket, Exhibit
from sitecorpus.errors import SitecorpusError
from sitecorpus.recipe import RightsSettings
from sitecorpus.warc import WarcWriter, archive_files

BIG = b"x" * 10_000


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, status, headers = b"hello", 200, {}
        if self.path == "/robots.txt":
            body, status = b"", 404
        elif self.path == "/moved":
            status, headers = 302, {"Location": "/end"}
        elif self.path == "/loop":
            status, headers = 302, {"Location": "/loop"}
        elif self.path == "/big":
            body = BIG
        elif self.path == "/packed":
            body, headers = gzip.compress(BIG), {"Content-Encoding": "gzip"}
        elif self.path == "/damaged":
            body, headers = gzip.compress(BIG)[:-20], {"Content-Encoding": "gzip"}
        elif self.path == "/strange":
            headers = {"Content-Encoding": "compress"}
        elif self.path == "/cut":
            self.close_connection = True
            return
        elif self.path == "/broken":
            status = 503
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "X-Twice": "é"}.items():
            self.send_header(name, value)
        self.send_header("X-Twice", "b")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_answer_is_read_back_as_it_was_had(base: str, tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "evidence", {})
    fetcher = Fetcher(writer, "test", 0.0)
    paths = ("/robots.txt", "/", "/moved", "/loop", "/big", "/packed", "/damaged", "/strange", "/cut", "/broken")
    had = [Exhibit("page", fetcher.get(base + path, "page", 1000 if path == "/big" else 1 << 20)) for path in paths]
    had.append(Exhibit("terms", Exchange(base + "/t", base + "/t", None, error="robots.txt does not let us read it")))
    where = writer.resource("urn:x:letter.txt", "text/plain", b"You may.")
    letter = Exchange(
        "urn:x:l", "urn:x:l", None, body=b"You may.", fetched_at=where.fetched_at, record_id=where.record_id
    )
    rights = RightsSettings(policy="ours.toml", allow=("MIT",), terms_url=base)
    made = Docket(rights, (Case(base, (base + "/",), tuple(had)),), (Exhibit("file", letter),), True)
    exhibits.write(writer, "urn:x", made)
    writer.close()
    assert exhibits.read(tmp_path) == made
    assert {e.exchange.error is None for e in had} == {True, False}
    assert any(e.exchange.truncated for e in had)


def test_only_the_kinds_that_are_asked_for_are_read(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "evidence", {})
    where = writer.exchange("https://x.org/robots.txt", b"GET / HTTP/1.1", b"HTTP/1.1 200 OK", b"hi", None, [])
    url = "https://x.org/robots.txt"
    robots = Exhibit(
        "robots", Exchange(url, url, 200, (), b"hi", fetched_at=where.fetched_at, record_id=where.record_id)
    )
    home = Exhibit("home", Exchange(url, url, None, error="no"))
    exhibits.write(
        writer, "urn:x", Docket(RightsSettings(), (Case("https://x.org", (url,), (robots, home)),), (), False)
    )
    writer.close()
    assert exhibits.read(tmp_path, kinds=("robots",)).cases[0].exhibits == (robots,)


def test_an_archive_whose_records_are_gone_is_not_judged(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "evidence", {})
    url = "https://x.org/"
    lost = Exhibit("home", Exchange(url, url, 200, (), b"", record_id="<urn:uuid:none>"))
    exhibits.write(writer, "urn:x", Docket(RightsSettings(), (Case("https://x.org", (url,), (lost,)),), (), False))
    writer.close()
    with pytest.raises(SitecorpusError, match="docket of its evidence cannot be read"):
        exhibits.read(tmp_path)
    for path in archive_files(tmp_path):
        path.unlink()
    with pytest.raises(SitecorpusError, match="no docket"):
        exhibits.read(tmp_path)
