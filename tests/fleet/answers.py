"""What a little site answers: whole answers, broken ones, and the markup that most of its pages share.

In every body and header the address `https://NAME.test` stands for the site NAME of the fleet, and
`https://self.test` for the site itself; the server puts the loopback address in its place.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from typing import Literal

Headers = tuple[tuple[str, str], ...]

HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)
TEXT: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
JSON: Headers = (("Content-Type", "application/json"),)
XML: Headers = (("Content-Type", "application/xml"),)
RSL: Headers = (("Content-Type", "application/rsl+xml"),)


@dataclass(frozen=True)
class Answer:
    """One answer to GET. `behaviour` says what the connection does beside, or instead of, sending it."""

    body: bytes = b""
    status: int = 200
    headers: Headers = HTML
    behaviour: Literal["whole", "short", "reset", "close", "hang", "drip", "garbage"] = "whole"
    """short: the connection ends before the body that Content-Length announces; reset, close: it ends before
    any byte; hang: no byte comes; drip: one byte every 50 ms; garbage: `body` is sent with no HTTP around it."""

    def with_headers(self, *more: tuple[str, str]) -> Answer:
        return replace(self, headers=(*self.headers, *more))


NOT_FOUND = Answer(b"<!doctype html><title>404</title><p>There is no such page.", 404)
RESET, CLOSE, HANG = (Answer(behaviour=how) for how in ("reset", "close", "hang"))


def text(body: str | bytes, *more: tuple[str, str], status: int = 200) -> Answer:
    return Answer(_bytes(body), status, (*TEXT, *more))


def json_file(body: str | bytes) -> Answer:
    return Answer(_bytes(body), headers=JSON)


def status(code: int, body: str | bytes = b"<p>Sorry.") -> Answer:
    return Answer(_bytes(body), code)


def moved(to: str, code: int = 302) -> Answer:
    return Answer(b"", code, (*HTML, ("Location", to)))


def gzipped(body: str | bytes, headers: Headers = TEXT) -> Answer:
    return Answer(gzip.compress(_bytes(body), mtime=0), headers=(*headers, ("Content-Encoding", "gzip")))


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


# --- pages

CC_BY_URL = "https://creativecommons.org/licenses/by/4.0/"
CC_BY = f'<footer><p>The text of this site is licensed under <a rel="license" href="{CC_BY_URL}">CC BY 4.0</a>.</p></footer>'
"""The footer that makes a site usable, where nothing else speaks against it."""

PROSE = (
    "<p>The ferry leaves the old harbour at seven, when the fog still lies on the water and the gulls are louder than"
    " the engine. We crossed it twice this week, once with the bicycles and once with the dog.</p>"
    "<p>On the island the road ends at a wooden gate. Behind it grow apples that nobody picks, and the owner does not"
    " mind if you take a few, as long as the gate is shut again.</p>"
    "<p>In the evening the lamp at the pier is lit by hand. It is a slow ceremony, and visitors are asked to be quiet"
    " until the flame stands still.</p>"
)


def page(
    title: str = "A little site",
    *,
    head: str = "",
    more: str = "",
    footer: str = CC_BY,
    lang: str = "en",
    links: str = "",
) -> Answer:
    """An article with a footer. `links` stand beside the article, `more` within it; a site's own pages are linked
    where the comment is."""
    return Answer(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<nav><!--pages-->{links}</nav><main><article><h1>{title}</h1>{PROSE}{more}</article></main>{footer}"
        "</body></html>".encode()
    )
