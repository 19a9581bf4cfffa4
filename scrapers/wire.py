"""One HTTP exchange, over a connection of our own: bounded in bytes and in time, to an address that is known before.

The name is looked up once and the connection goes to what was found, so that no second look-up can lead it
elsewhere. One deadline holds for connection, TLS, headers and body: a slow drip ends. No proxy of the environment
is used, and TLS is verified.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import brotli
import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from scrapers.coding import decoded

MAX_WIRE_BYTES = 8 << 20
CONNECT_S = 20.0
ENCODINGS = frozenset({"", "identity", "gzip", "deflate", "br"})
"""That are asked for."""
FAILURES = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""What `resolve` and `exchange` raise."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is as it was transferred, without its chunks."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ip: str
    too_long: bool
    """The body is longer than `MAX_WIRE_BYTES` and was cut there."""
    miscounted: bool
    """More came than Content-Length announced, so `body` may be a part only."""

    @property
    def head(self) -> bytes:
        """Status line and headers, as they are archived with a body that has no chunks any more."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}".strip()]
        for name, value in self.headers:
            if name.lower() == "location":  # sent raw, in whatever encoding: RFC 3986 has these bytes as %XX
                value = "".join(c if c.isascii() else f"%{ord(c):02X}" for c in value)
            # the header that announces the chunks must not stay
            kept = "X-Archive-Orig-Transfer-Encoding" if name.lower() == "transfer-encoding" else name
            lines.append(f"{kept}: {value}")
        return "\r\n".join(lines).encode("latin-1", "replace")


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host, each once; raises OSError in words where there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(f"no address is known for the host {host} ({error.strerror})") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public network: not loopback, private, link-local or the like."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def exchange(
    scheme: str,
    host: str,
    port: int,
    addresses: Sequence[str],
    target: str,
    headers: Mapping[str, str],
    timeout_s: float,
) -> Answer:
    """GET `target` from the first of the addresses that takes the connection; raises one of `FAILURES`."""
    deadline = time.monotonic() + timeout_s
    sock = _dialled(addresses, port, deadline)
    try:
        ip = str(sock.getpeername()[0])
        with _cut_at(deadline, sock):
            connection = _over(sock, scheme, host, port, max(deadline - time.monotonic(), 0.01))
            try:
                connection.connect()
                connection.request("GET", target, headers=headers, preload_content=False, decode_content=False)
                response = connection.getresponse()
                _check(response._original_response)
                body = _read(response)
            finally:
                connection.close()
    finally:
        sock.close()
    return Answer(
        response.status, str(response.reason or ""), tuple(response.headers.iteritems()), body[:MAX_WIRE_BYTES], ip,
        len(body) > MAX_WIRE_BYTES, bool(getattr(response._original_response, "miscounted", False)),
    )  # fmt: skip


def is_whole(body: bytes, encoding: str, max_bytes: int) -> bool:
    """Say whether a body in one of `ENCODINGS` unpacks to its end: half of a robots.txt would read as consent."""
    if encoding != "br":
        return decoded(body, encoding, max_bytes) is not None
    unpacker = brotli.Decompressor()
    try:
        unpacker.process(body, output_buffer_limit=max_bytes)
    except brotli.error:
        return False
    return bool(unpacker.is_finished())


def _dialled(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    failure: OSError = OSError("there is no address to connect to")
    for address in addresses:
        left = min(deadline - time.monotonic(), CONNECT_S)
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), left)
        except TimeoutError:
            failure = TimeoutError("the connection could not be made in time")
        except OSError as error:
            failure = error
    raise failure


class _Response(http.client.HTTPResponse):
    """Looks, before it lets go of the connection, whether there is more than was announced."""

    miscounted = False

    def _close_conn(self) -> None:
        if self.fp is not None and self.length == 0:
            try:
                self.fp.raw._sock.setblocking(False)  # type: ignore[attr-defined]
                self.miscounted = bool(self.fp.peek(64).strip())
            except (OSError, ValueError, AttributeError):
                pass
        super()._close_conn()  # type: ignore[misc]


class _Plain(HTTPConnection):
    response_class = _Response
    dialled: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.dialled


class _Secure(HTTPSConnection):
    response_class = _Response
    dialled: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.dialled


def _over(sock: socket.socket, scheme: str, host: str, port: int, timeout_s: float) -> _Plain | _Secure:
    connection: _Plain | _Secure
    if scheme == "https":
        connection = _Secure(host, port, timeout=timeout_s, ssl_context=ssl.create_default_context())
    else:
        connection = _Plain(host, port, timeout=timeout_s)
    sock.settimeout(timeout_s)
    connection.dialled = sock
    return connection


@contextmanager
def _cut_at(deadline: float, sock: socket.socket) -> Iterator[None]:
    """Cut the line when the time for the whole exchange is over, whoever holds the socket by then."""
    late, line = threading.Event(), sock.dup()

    def cut() -> None:
        late.set()
        try:
            # shutdown wakes a thread that waits in recv; close alone does not
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    watch = threading.Timer(max(deadline - time.monotonic(), 0.0), cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (*FAILURES, AttributeError) as error:
        if late.is_set() or isinstance(error, (TimeoutError, urllib3.exceptions.TimeoutError)):
            raise TimeoutError("the answer took too long") from None
        raise
    finally:
        watch.cancel()
        watch.join()
        line.close()
    if late.is_set():
        raise TimeoutError("the answer took too long")


def _check(response: Any) -> None:
    """Raise ValueError where a broken line ended the headers early: an opt-out may stand below it."""
    head = response.msg
    if not head.is_multipart() and str(head.get_payload() or "").strip():
        raise ValueError("the headers of the answer cannot be read")


def _read(response: Any) -> bytes:
    """Return the body as transferred, up to one byte over the limit."""
    pieces, size = [], 0
    for piece in response.stream(1 << 16, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_WIRE_BYTES:
            break
    return b"".join(pieces)[: MAX_WIRE_BYTES + 1]
