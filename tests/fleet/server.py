"""The fleet on loopback: one thread, one listener a site, raw enough to send broken answers."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from fleet.answers import NOT_FOUND, Answer

_NAMED = re.compile(rb"https://([a-z0-9-]+)\.test(?![a-z0-9.-])")
DRIP_S = 0.05


@dataclass
class Fleet:
    """The sites that are being served: their addresses, and what was asked of whom."""

    sites: Mapping[str, Mapping[str, Answer]] = field(repr=False)
    origins: dict[str, str] = field(default_factory=dict, repr=False)
    """{site: http://127.0.0.1:PORT}"""
    log: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """(site, path), in the order in which they were asked for."""

    def name(self, url: str) -> str:
        """The site of a URL."""
        return next(name for name, origin in self.origins.items() if url == origin or url.startswith(origin + "/"))

    def placed(self, site: str, body: bytes) -> bytes:
        """Put addresses in the place of names."""
        return _NAMED.sub(lambda m: self.origins[site if m[1] == b"self" else m[1].decode()].encode(), body)

    def answer(self, site: str, path: str) -> Answer:
        answers = self.sites[site]
        return answers.get(path) or answers.get("*") or NOT_FOUND


@contextmanager
def serving(sites: Mapping[str, Mapping[str, Answer]]) -> Iterator[Fleet]:
    """Serve {site: {path: answer}} while the block runs; the path `*` answers whatever has no answer of its own."""
    fleet, loop, ready = Fleet(sites), asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        servers = []
        for site in sites:
            server = await asyncio.start_server(_talk(fleet, site), "127.0.0.1", 0, limit=1 << 16)
            fleet.origins[site] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            servers.append(server)
        ready.set()
        await stop.wait()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield fleet
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _talk(fleet: Fleet, site: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1")
            fleet.log.append((site, path))
            await _send(writer, fleet, site, fleet.answer(site, path))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return talk


async def _send(writer: asyncio.StreamWriter, fleet: Fleet, site: str, answer: Answer) -> None:
    if answer.behaviour == "reset":  # linger of zero seconds: close sends RST
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    if answer.behaviour == "close":
        return
    if answer.behaviour == "hang":
        await asyncio.sleep(3600)
    if answer.behaviour == "garbage":
        writer.write(answer.body)
        await writer.drain()
        return
    encoded = any(name.lower() == "content-encoding" for name, _ in answer.headers)
    body = answer.body if encoded else fleet.placed(site, answer.body)
    size = len(body) + (1000 if answer.behaviour == "short" else 0)
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{n}: {v}" for n, v in answer.headers)]
    head = "\r\n".join([*lines, f"Content-Length: {size}", "Connection: close", "", ""]).encode("latin-1")
    writer.write(fleet.placed(site, head))
    if answer.behaviour == "drip":
        for i in range(len(body)):
            writer.write(body[i : i + 1])
            await writer.drain()
            await asyncio.sleep(DRIP_S)
    else:
        writer.write(body)
    await writer.drain()
