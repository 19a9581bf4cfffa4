"""A folder of static files as a web site on loopback, so that a demo or a test is crawled like any site.

It answers as nginx does with `try_files $uri $uri/index.html $uri.html =404`, the setting that sites built by
generators (GitHub Pages and its like) expect.
"""

from __future__ import annotations

import hashlib
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scrapers.scope import origins
from sitecorpus.errors import RecipeError
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import CrawlSettings

# the table inside Python, not the machine's: the same file has the same type everywhere
_TYPES = mimetypes.MimeTypes(filenames=())
_OWN_TYPES = {
    ".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8", ".xml": "application/xml", ".atom": "application/atom+xml",
    ".rss": "application/rss+xml", ".gz": "application/gzip",
}  # fmt: skip


@contextmanager
def serving(folder: Path, origin: str) -> Iterator[str]:
    """Serve `folder` as the site `origin` (scheme://host[:port]) while the block runs; yield `http://127.0.0.1:PORT`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.folder, server.origin = folder.resolve(), origin.rstrip("/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served(corpus: CorpusDir, crawl: CrawlSettings) -> Iterator[dict[str, str]]:
    """Serve the recipe's folder of static files, where it has one, as its sites; yield {origin: where to connect to}.

    Raises RecipeError where there is no such folder.
    """
    with ExitStack() as stack:
        if crawl.serve_from is None:
            yield {}
            return
        folder = corpus.beside(crawl.serve_from)
        if not folder.is_dir():
            raise RecipeError(
                f"{corpus.recipe}: [crawl] `serve_from`: there is no folder {folder}. Make it, or correct the path."
            )
        yield {origin: stack.enter_context(serving(folder, origin)) for origin in origins(crawl)}


def find_file(folder: Path, path: str) -> Path | None:
    """Return the file that answers a URL path, or None; nothing outside `folder` (resolved), nor through a link."""
    try:
        target = (folder / unquote(path).lstrip("/")).resolve()
        if not target.is_relative_to(folder):
            return None
        candidates = [target, target / "index.html"]
        if target != folder and not path.endswith("/"):
            candidates.append(target.with_name(target.name + ".html"))
        for candidate in candidates:
            if candidate.is_file() and candidate.resolve().is_relative_to(folder):
                return candidate
    except (OSError, ValueError):  # a name too long, a NUL byte
        return None
    return None


def content_type(path: Path) -> str:
    """Return the Content-Type of a file, by its name."""
    suffix = path.suffix.lower()
    return _OWN_TYPES.get(suffix) or _TYPES.types_map[True].get(suffix) or "application/octet-stream"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    folder: Path
    origin: str

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up in the middle is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # a head and a small body in two writes would wait for each other (Nagle and delayed acknowledgement)
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        path = urlsplit(path).path or "/"
        found = find_file(self.server.folder, path)
        if found is None:
            page = self.server.folder / "404.html"
            body = page.read_bytes() if page.is_file() else b"<!doctype html><title>404</title><p>Not found"
            return self._answer(404, body, {"Content-Type": "text/html; charset=utf-8"})
        if found.name == "index.html" and not path.endswith(("/", "index.html")):
            where = self.server.origin + quote(unquote(path)) + "/" + (f"?{query}" if query else "")
            return self._answer(301, b"", {"Location": where})
        body = found.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"Content-Type": content_type(found), "ETag": etag}
        if self.headers.get("If-None-Match") == etag:
            return self._answer(304, b"", headers)
        return self._answer(200, body, headers)

    do_HEAD = do_GET

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
