"""Every exchange as it was: heads and body as transferred, kept beside the response until it is written.

Twisted gives no header case, no reason phrase and no transfer coding, so the heads are not exact to the byte;
the archive's warcinfo record says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from scrapers.scope import origin_of
from sitecorpus.warc import status_line

INFO = {
    "software": "sitecorpus (Scrapy, warcio)",
    "format": "WARC File Format 1.1",
    "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    "description": (
        "Heads are as the HTTP client gives them: header names are capitalized, reason phrases are the standard "
        "ones, transfer coding is undone. Bodies are as transferred, content coding kept."
    ),
}
# of one connection, and undone by the client: kept, they would say what is no longer so
_CONNECTION_HEADERS = frozenset({b"transfer-encoding", b"connection", b"keep-alive", b"trailer", b"upgrade"})


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, ready for `WarcWriter.exchange`."""

    request_head: bytes
    response_head: bytes
    body: bytes
    ip: str | None


class Archiver:
    """Downloader middleware: keep what was on the wire in `request.meta["exchange"]`."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta["exchange"] = Exchange(
            _request_head(request), _response_head(response), response.body,
            str(response.ip_address) if response.ip_address else None,
        )  # fmt: skip
        return response


def _request_head(request: Request) -> bytes:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1".encode(), b"Host: " + parts.netloc.encode()]
    lines += [name + b": " + value for name, values in request.headers.items() for value in values if name != b"Host"]
    return b"\r\n".join(lines)


def _response_head(response: Response) -> bytes:
    lines = [status_line(response.status, response.protocol or "HTTP/1.1").encode()]
    for name, values in response.headers.items():
        lower = name.lower()
        for value in values:
            if lower in _CONNECTION_HEADERS or (
                lower == b"content-length" and value != str(len(response.body)).encode()
            ):
                continue
            lines.append(name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"\r\n".join(lines)


class SiteDownloadHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Fetch over HTTP; with `SITECORPUS_SERVE` set connect there instead, under the public URL and Host."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._serve: str | None = crawler.settings.get("SITECORPUS_SERVE")

    async def download_request(self, request: Request) -> Response:
        if self._serve is None:
            return await super().download_request(request)
        local = request.replace(url=self._serve + request.url[len(origin_of(request.url)) :])
        local.headers["Host"] = urlsplit(request.url).netloc
        response = await super().download_request(local)
        return response.replace(url=request.url)
