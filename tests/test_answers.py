"""The bytes of an answer are read to their end, and lines of a header that speak to different agents stay apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrapers.markup import header_map, parse_html


def test_what_stands_after_the_end_of_the_page_is_read_as_browsers_do() -> None:
    tree = parse_html(b"<html><body><p>a</p></body></HTML ><p>after <a href=x>b</a></p>")
    assert tree is not None
    assert [e.tag for e in tree.iter("p", "a")] == ["p", "p", "a"]


def test_lines_of_one_header_are_joined_but_for_those_that_name_agents() -> None:
    pairs = [("X-Robots-Tag", "otherbot: noindex"), ("x-robots-tag", "noai"), ("Link", "<a>"), ("link", "<b>")]
    assert header_map(pairs) == {"x-robots-tag": "otherbot: noindex\nnoai", "link": "<a>, <b>"}


@given(st.binary(max_size=400))
def test_no_bytes_are_too_odd_to_be_parsed(html: bytes) -> None:
    parse_html(html)
