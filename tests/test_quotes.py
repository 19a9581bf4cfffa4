"""A quotation is found again in the bytes of its page, whatever the markup around and between its words."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.markup import parse_html
from scrapers.quotes import find_quote, find_source

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\ufeff"), min_size=1, max_size=12
)
BETWEEN = st.sampled_from(
    [" ", "\n ", " <b>", "</b> ", " <!-- a > b --> ", "<br> ", ' <a href="/x" title="1 > 2">', "</a> ", "&nbsp;",
     " <script>var x = '<p>no</p>';</script> ", " <style>p > b {}</style> ", "\t<img alt='it said &quot;so&quot;'> "]
)  # fmt: skip
CHARSETS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "shift_jis", "gb18030"])


def stripped(found: str) -> str:
    """What a piece of HTML shows, white space left out, by other means than those under test."""
    found = re.sub(r"<!--.*?-->|<script>.*?</script>|<style>.*?</style>", "", found, flags=re.S)
    found = re.sub(r"""<(?:"[^"]*"|'[^']*'|[^"'>])*>""", "", found)
    return "".join(html.unescape(found).split())


@given(st.lists(st.tuples(WORDS, BETWEEN), min_size=1, max_size=8), st.integers(0, 7), CHARSETS)
def test_the_bytes_found_say_the_words_that_were_looked_for(
    parts: list[tuple[str, str]], first: int, charset: str
) -> None:
    page = "<html><head><meta charset='utf-8'></head><body><p>" + "".join(html.escape(w) + gap for w, gap in parts)
    body = page.replace("charset='utf-8'", f"charset='{charset}'").encode(charset, "xmlcharrefreplace")
    words = " ".join(w for w, _ in parts[first % len(parts) :])
    place = find_quote(body, words)
    if charset.startswith("utf"):
        assert place is not None
    if place is None:
        return
    start, end = place
    here = body[start:end].decode("utf-16-le" if charset == "utf-16" else charset.removesuffix("-sig"))
    assert stripped(here) == "".join(words.split())


@given(st.binary(max_size=300), st.text(max_size=20))
def test_no_bytes_and_no_words_are_too_strange(body: bytes, words: str) -> None:
    for place in (find_quote(body, words), find_source(body, words)):
        if place is not None:
            start, end = place
            assert 0 <= start < end <= len(body)


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("<p>Text is <b>under</b>\n CC&nbsp;BY.</p>", "Text is under CC BY.", "Text is <b>under</b>\n CC&nbsp;BY."),
        ("<p>caf&eacute; &#8230; caf&#xe9;</p>", "café … café", "caf&eacute; &#8230; caf&#xe9;"),
        ("<title>No bots</title><p>No bots</p>", "No bots", "No bots"),
        ("<p>1 < 2 & 3 > 2</p>", "1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<p>İstanbul is no place for bots</p>", "no place", "no place"),
    ],
)
def test_words_are_found_where_they_stand(page: str, words: str, found: str) -> None:
    body = page.encode()
    place = find_quote(body, words)
    assert place is not None
    assert body[slice(*place)].decode() == found


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<script>no bots</script>", "no bots"),
        ("<!-- no bots -->", "no bots"),
        ("<p title='no bots'>", "no bots"),
        ("<p>other words</p>", "no bots"),
        ("<p>words</p>", ""),
    ],
)
def test_what_a_page_does_not_show_is_no_quotation_of_it(page: str, words: str) -> None:
    assert find_quote(page.encode(), words) is None


def test_attributes_and_scripts_are_found_as_source() -> None:
    body = (
        b'<link rel=license href="https://x.org/by?a=1&amp;b=2"><script>{"license": "https:\\/\\/x.org\\/by"}</script>'
    )
    assert find_source(body, "https://x.org/by?a=1&b=2") == (24, 52)
    place = find_source(b"<script>{'l': 'https:\\/\\/y.org'}</script>", "https://y.org")
    assert place is not None


def test_a_page_in_latin_1_that_says_so_or_does_not_is_counted_in_its_own_bytes() -> None:
    for head in (b"<meta charset=iso-8859-1>", b"<meta charset=punycode>", b""):
        body = head + b"<p>d\xe9j\xe0 vu</p>"
        place = find_quote(body, "déjà vu")
        assert place is not None
        assert body[slice(*place)] == b"d\xe9j\xe0 vu"


@pytest.mark.parametrize(
    "evil",
    [b"<", b'<a "', b"<!--", b"<script>", b"<a x='", b"&amp;", b"</", b"<a x=\"<b y='", b"&", b"<![CDATA["],
    ids=lambda b: b.decode(),
)
def test_markup_without_measure_takes_no_time_without_measure(evil: bytes) -> None:
    started = time.process_time()
    assert find_quote(evil * (1_000_000 // len(evil)), "hello") is None
    assert time.process_time() - started < 3


def test_every_block_of_a_real_page_is_found_again(shared) -> None:  # type: ignore[no-untyped-def]
    found = total = 0
    for path in sorted((shared / "data/rights/pages").glob("*.html"))[:8]:
        body = path.read_bytes()
        tree = parse_html(body)
        for element in tree.iter("p", "li", "h1", "h2") if tree is not None else ():
            if element.xpath(".//script | .//style | .//template"):
                continue
            words = " ".join("".join(element.itertext()).split())
            if words:
                total += 1
                found += find_quote(body, words) is not None
    assert total > 100
    assert found / total > 0.99
