"""A page that is made to be costly takes seconds, and its links are found all the same."""

from __future__ import annotations

import time

import pytest

from scrapers.spiders import links
from scrapers.spiders.costly import is_costly
from scrapers.spiders.page import Page


def found(source: bytes) -> list[str]:
    page = Page("https://a.example/x/", 200, {"content-type": "text/html"}, source)
    return [url for _, url in links.find(page)]


BOMBS = {
    "deep": b"<div>" * 200_000,
    "deep with ends that close nothing": b"<div>" * 200_000 + b"</span>" * 200_000,
    "formatting opened anew in each paragraph": b"".join(b"<b id=%d>" % i for i in range(300)) + b"<p>x" * 100_000,
    "tags without an end": b"<div>" * 100_000 + b"<a " * 300_000 + b"<script" * 100_000 + b"<!--" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_page_that_would_take_minutes_takes_seconds_and_its_links_are_found(bomb: bytes) -> None:
    source = b"<html><base href='/docs/'><A HREF='one'>1</A>" + bomb + b"<area href='/two'><a href=\"three\">3</a>"
    began = time.process_time()
    assert found(source) == [f"https://a.example/{path}" for path in ("docs/one", "two", "docs/three")]
    assert time.process_time() - began < 5


def test_a_large_ordinary_page_is_parsed_whole() -> None:
    source = b"<html>" + b"<div><ul><li><b>x</b><li><a href=/x>y</a></ul></div>" * 20_000 + b"<!-- <a href=/hidden> -->"
    assert not is_costly(source)
    assert found(source) == ["https://a.example/x"] * 20_000
