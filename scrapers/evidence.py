"""Fetch one URL and keep the exchange: what is judged is read back from the archive, never from the wire.

Scrapy is not used here: rights are asked before there is a crawl, and its robots middleware fails open. The
exchange is bounded in bytes, in time (one deadline over connect, headers and body, so that a slow drip ends)
and in redirects; no proxy of the environment is used and TLS is verified.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from scrapers.markup import header_map
from scrapers.scope import origin_of
from sitecorpus import warc
from sitecorpus.errors import SitecorpusError
from sitecorpus.strict_toml import printable

REDIRECTS = 5  # RFC 9309, 2.3.1.2: at least five
MAX_WIRE_BYTES = 8 << 20
TIMEOUT_S = 30.0
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


@dataclass(frozen=True)
class Exchange:
    """What came of asking for `url`. `status` is None where nothing could be had; `error` says why, in words."""

    url: str
    final_url: str
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """Decoded, at most the bytes asked for."""
    truncated: bool = False
    error: str | None = None
    fetched_at: str = ""
    record_id: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a whole body to read."""
        return self.status == 200 and self.error is None and not self.truncated

    def header(self, name: str) -> str:
        """All values of one header, joined with commas (RFC 9110, 5.2); "" where there is none."""
        return self.header_map.get(name.lower(), "")

    @property
    def header_map(self) -> dict[str, str]:
        """The headers by lower-case name."""
        return header_map(self.headers)


@dataclass
class Fetcher:
    """Fetches politely, one at a time, and archives every exchange.

    `connect_to` maps an origin (`scheme://host[:port]`) to the base URL to connect to instead; the Host header
    and the archived URL stay public. Where it is given, no other origin is fetched.
    """

    writer: warc.WarcWriter
    agent: str
    delay_s: float = 1.0
    connect_to: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S
    _last: dict[str, float] = field(default_factory=dict)

    def get(self, url: str, kind: str, max_body_bytes: int = 4 << 20) -> Exchange:
        """Fetch `url`, following redirects; failures are values too, archived as metadata records."""
        current = url
        for _ in range(REDIRECTS + 1):
            try:
                found = self._once(current, kind, max_body_bytes)
            except (HTTPError, OSError, ValueError, SitecorpusError) as error:
                return self._failed(url, current, kind, _words(error))
            location = found.header("location")
            if found.status not in (301, 302, 303, 307, 308) or not location:
                return Exchange(**{**vars(found), "url": url})
            current = urljoin(current, location).partition("#")[0]
            if urlsplit(current).scheme not in ("http", "https"):
                return self._failed(url, current, kind, "redirected to something that is not http(s)")
        return self._failed(url, current, kind, f"more than {REDIRECTS} redirects")

    def _failed(self, url: str, current: str, kind: str, error: str) -> Exchange:
        self.writer.failure(url, [("via", kind), ("fetched-url", current), ("error", error)])
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Exchange(url, current, None, error=error, fetched_at=now)

    def _once(self, url: str, kind: str, max_body_bytes: int) -> Exchange:
        public = parse_url(url)
        if not public.host or public.scheme not in ("http", "https"):
            raise ValueError("this is not an http(s) URL")
        origin, url = origin_of(url), public.url
        base = parse_url(self.connect_to[origin]) if origin in self.connect_to else public
        if self.connect_to and origin not in self.connect_to:
            raise ValueError("this address is not served from the folder of the recipe")
        self._wait(origin, base.host or "")
        headers = {
            "Host": public.netloc or "",
            "User-Agent": self.agent,
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        target = public.request_uri
        with self._connection(base) as connection:
            ip = connection.sock.getpeername()[0]
            connection.request("GET", target, headers=headers, preload_content=False, decode_content=False)
            response = connection.getresponse()
            body = _read(response)
        request = "\r\n".join([f"GET {target} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())])
        location = self.writer.exchange(
            url, request.encode(), _head(response), body[:MAX_WIRE_BYTES], ip, [("via", kind)],
            {"WARC-Truncated": "length"} if len(body) > MAX_WIRE_BYTES else None,
        )  # fmt: skip
        encoding = str(response.headers.get("Content-Encoding", "")).strip().lower()
        known = encoding in ENCODINGS
        limit = max_body_bytes if known else 0
        record = warc.read(self.writer.directory / location.file, location.offset, limit)
        return Exchange(
            url, url, record.status, record.headers, record.body, (known and record.truncated) or len(body) > MAX_WIRE_BYTES,
            None if known else f"the answer is encoded as {encoding[:40]!r}, which was not asked for",
            location.fetched_at, location.record_id,
        )  # fmt: skip

    def _wait(self, origin: str, host: str) -> None:
        if host not in ("127.0.0.1", "localhost", "[::1]"):  # our own machine needs no rest
            time.sleep(max(0.0, self._last.get(origin, 0.0) + self.delay_s - time.monotonic()))
        self._last[origin] = time.monotonic()

    @contextmanager
    def _connection(self, base: Any) -> Iterator[Any]:
        """Connect, and cut the line when the time for the whole exchange is over."""
        host = (base.host or "").strip("[]")
        limit = min(self.timeout_s, 20.0)
        connection: HTTPConnection
        if base.scheme == "https":
            connection = HTTPSConnection(
                host, base.port or 443, timeout=limit, ssl_context=ssl.create_default_context()
            )
        else:
            connection = HTTPConnection(host, base.port or 80, timeout=limit)
        late = threading.Event()

        try:
            connection.connect()
            watch = threading.Timer(self.timeout_s, _cut, (connection.sock, late))
            watch.daemon = True
            watch.start()
            try:
                yield connection
            finally:
                watch.cancel()
                watch.join()
            if late.is_set():
                raise TimeoutError("the answer took too long")
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            raise (TimeoutError("the answer took too long") if late.is_set() else error) from None
        finally:
            connection.close()


def _cut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        # shutdown wakes a thread that waits in recv; close alone does not
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _read(response: Any) -> bytes:
    """Return the body as transferred, up to one byte over the limit."""
    pieces, size = [], 0
    for piece in response.stream(1 << 16, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_WIRE_BYTES:
            break
    return b"".join(pieces)[: MAX_WIRE_BYTES + 1]


def _head(response: Any) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {response.reason or ''}".strip()]
    for name, value in response.headers.iteritems():
        # the body is stored without its chunks, so the header that announces them must not stay
        kept = "X-Archive-Orig-Transfer-Encoding" if name.lower() == "transfer-encoding" else name
        lines.append(f"{kept}: {value}")
    return "\r\n".join(lines).encode("latin-1", "replace")


def _words(error: Exception) -> str:
    """Say in a few words what went wrong, with nothing that could end a line."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return printable(re.sub(r"^<?HTTPS?Connection\([^)]*\)[^:]*: ", "", text))[:200]
