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


def test_a_tag_of_a_hundred_thousand_attributes_is_read_as_far_as_a_thousand() -> None:
    crowded = b"<p " + b" ".join(b"a%d=%d" % (i, i) for i in range(100_000)) + b">text</p><a href='/x'>b</a>"
    tree = parse_html(crowded)
    assert tree is not None
    assert [len(e.attrib) for e in tree.iter("p", "a")] == [1000, 1]


def test_a_long_attribute_is_no_crowd() -> None:
    path = "M 0 0 " * 20_000
    tree = parse_html(f'<svg><path id="1" d="{path}" class="x y"/></svg><p>after</p>'.encode())
    assert tree is not None
    (drawn,) = tree.iter("path")
    assert (drawn.get("d"), drawn.get("class")) == (path, "x y")
