"""What crawl tests are made of: a real little web site on loopback, and a corpus folder that crawls it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapers.crawl import crawl
from scrapers.scope import origins
from sitecorpus import ledger, warc
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import CrawlSettings
from sitecorpus.shards import read_shard
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


@contextmanager
def serving() -> Iterator[Callable[[Site], Site]]:
    """Yield what puts a site on loopback until the end."""
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
