"""RSL 1.0: where documents are named, what they cover, and what they come to for training."""

from __future__ import annotations

import pytest

from scrapers.signals import signals_of, to_fetch

URL = "https://example.org/docs/a"
AT = "https://example.org/license.xml"
ROBOTS = f"User-agent: *\nAllow: /\n\nLicense: {AT}\n".encode()


def content(inner: str, url: str = "/", **attributes: str) -> str:
    more = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f'<content url="{url}"{more}>{inner}</content>'


def licensed(inner: str, url: str = "/", **attributes: str) -> str:
    return content(f"<license>{inner}</license>", url, **attributes)


def answers(*contents: str, url: str = URL, body: bytes | None = None) -> set[str]:
    document = f'<?xml version="1.0"?>\n<rsl xmlns="https://rslstandard.org/rsl">{"".join(contents)}</rsl>'.encode()
    found = signals_of(url, {"robots": ROBOTS, f"rsl:{AT}": document if body is None else body})
    assert {(s.kind, s.file) for s in found} <= {("rsl", f"rsl:{AT}")}
    return {s.answer for s in found}


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<prohibits type="usage">ai-train</prohibits>', "opt-out"),
        ('<prohibits type="usage">search  ai-all</prohibits>', "opt-out"),
        ("<prohibits>all</prohibits>", "opt-out"),
        ('<prohibits type="usage">train-ai,ai-use</prohibits>', "opt-out"),
        ('<permits type="usage">ai-train</permits><prohibits type="usage">all</prohibits>', "opt-out"),
        ('<permits type="usage">search ai-input</permits>', "opt-out"),
        ('<permits type="usage"/>', "opt-out"),
        ('<payment type="crawl"/>', "opt-out"),
        ('<payment type="Subscription"/>', "opt-out"),
        ('<payment type="per-token"/>', "opt-out"),
        ('<permits type="usage">ai-all</permits><payment><standard>https://x.org/l</standard></payment>', "opt-out"),
        ('<permits type="usage">ai-all</permits><payment type="contribution"/>', "opt-out"),
        ('<permits type="usage">ai-train</permits><payment type="free"/>', "grant"),
        ('<permits type="usage">all</permits><payment type="attribution"/>', "grant"),
        ('<permits type="usage">ai-all</permits><payment/>', "grant"),
        ("<permits>all</permits><prohibits>search</prohibits>", "grant"),
        ('<prohibits type="usage">model-making</prohibits><payment type="crawl"/>', "opt-out"),
        ('<permits type="user">non-commercial</permits>', "review"),
        ('<prohibits type="geo">US</prohibits>', "review"),
        ('<reporting type="telemetry" profile="https://x.org/p"/>', "review"),
    ],
)
def test_a_licence_comes_to_what_it_says_of_training(inner: str, expected: str) -> None:
    found = answers(licensed(inner))
    assert expected in found
    assert "grant" not in found or found == {"grant"}


@pytest.mark.parametrize(
    "inner", ["", '<payment type="free"/>', "<prohibits>search</prohibits>", "<legal>As is.</legal>"]
)
def test_a_licence_that_lists_no_training_and_asks_nothing_is_silent(inner: str) -> None:
    assert answers(licensed(inner)) == set()


def test_an_element_that_is_not_understood_goes_to_a_person() -> None:
    assert answers(licensed("<permits>all</permits><forbids>ai-train</forbids>")) == {"review"}


def test_an_unknown_prohibition_goes_to_a_person() -> None:
    assert "review" in answers(licensed('<prohibits type="usage">model-making</prohibits>'))


def test_of_several_licences_one_may_be_taken_but_no_prohibition_is_dropped() -> None:
    paid, free = '<license><payment type="crawl"/></license>', "<license><permits>all</permits></license>"
    assert answers(content(paid + free)) == {"grant"}
    banned = '<license><prohibits type="usage">ai-train</prohibits></license>'
    assert answers(content(free + banned)) == {"opt-out"}


def test_the_most_specific_content_decides_and_prohibitions_of_wider_ones_stay() -> None:
    paid, free = licensed('<payment type="crawl"/>'), licensed("<permits>ai-train</permits>", "/docs/")
    assert answers(paid, free) == {"grant"}
    assert answers(paid, free, url="https://example.org/shop") == {"opt-out"}
    assert answers(licensed("<prohibits>ai-train</prohibits>"), free) == {"opt-out"}
    assert answers(free, url="https://example.org/shop") == set()


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        ("/", True), ("", True), ("/docs/*", True), ("*/a$", True), ("docs/", True), ("/docs$", False), ("/shop/", False),
        ("https://example.org/docs/", True), ("https://example.org", True), ("//example.org/", True),
        ("https://EXAMPLE.org/*", True), ("https://*.example.org/", True), ("https://other.org/", False),
    ],
)  # fmt: skip
def test_a_content_covers_paths_as_rules_of_robots_txt_do(pattern: str, covers: bool) -> None:
    assert answers(licensed('<payment type="crawl"/>', pattern)) == ({"opt-out"} if covers else set())


def test_a_licence_server_or_encryption_goes_to_a_person() -> None:
    assert answers(licensed("", server="https://api.example.org")) >= {"review"}
    assert answers(licensed("", encrypted="true")) >= {"review"}
    assert answers(content("")) == {"review"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not xml", b"<rsl>", b"<html><body>404</body></html>", b"<rsl/>", bytes(range(256)), b"<a>" * 100_000,
        b'<!DOCTYPE rsl [<!ENTITY a "b">]><rsl><content url="/"><license>&a;</license></content></rsl>',
        b'<!DOCTYPE rsl SYSTEM "http://localhost/x.dtd"><rsl><content url="/"><license/></content></rsl>',
        b'<?xml version="1.0" encoding="utf-7"?><rsl/>', b"<rsl>" + b" " * (2 << 20) + b"</rsl>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><content type='text'/><license/></feed>",
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_no_silence(body: bytes) -> None:
    assert answers(body=body) == {"review"}


def test_without_its_namespace_a_document_may_forbid_and_not_permit() -> None:
    bare = "<rsl><content url='/'><license><{0} type='usage'>ai-train</{0}></license></content></rsl>"
    assert answers(body=bare.format("permits").encode()) == {"review"}
    assert "opt-out" in answers(body=bare.format("prohibits").encode())


def test_feeds_and_prefixes_and_other_charsets_are_read() -> None:
    feed = (
        '<rss xmlns:rsl="https://rslstandard.org/rsl"><channel><item><rsl:content url="/docs/"><rsl:license>'
        '<rsl:prohibits type="usage">ai-train</rsl:prohibits></rsl:license></rsl:content></item></channel></rss>'
    )
    assert answers(body=feed.encode()) == {"opt-out"}
    assert answers(body=f'<?xml version="1.0" encoding="utf-16"?>{feed}'.encode("utf-16")) == {"opt-out"}


def test_documents_are_named_in_robots_txt_in_the_header_and_in_the_page() -> None:
    html = (
        b'<html><head><base href="https://example.org/b/"><link rel="license" type="application/rsl&#43;xml" href="l.xml">'
        b'<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"></head></html>'
    )
    headers = {"LINK": '<https://cdn.example/x.xml>; rel="license"; type="application/rsl+xml", </y>; rel="license"'}
    robots = b"License: /r.xml#a\nUser-agent: otherbot\nLicense: https://example.org/o.xml\nLicense: mailto:a@b.org\n"
    expected = ("https://example.org/r.xml", "https://example.org/o.xml", "https://cdn.example/x.xml", "https://example.org/b/l.xml")  # fmt: skip
    assert to_fetch(URL, {"robots": robots}, html, headers) == expected
    found = signals_of(URL, {"robots": robots}, html, headers)
    assert [s.answer for s in found] == ["review"] * 5
    assert {s.file for s in found} == {"robots", *(f"rsl:{u}" for u in expected)}
    assert to_fetch(URL, {"robots": ROBOTS, f"rsl:{AT}": b""}) == ()


def test_only_so_many_documents_are_asked_for() -> None:
    robots = b"".join(b"License: https://example.org/%d.xml\n" % n for n in range(1000))
    assert len(to_fetch(URL, {"robots": robots})) == 20
    assert len(signals_of(URL, {"robots": robots})) == 21


def test_a_licence_within_the_page_is_the_pages() -> None:
    inline = '<rsl xmlns="https://rslstandard.org/rsl"><content url=""><license><prohibits type="usage">ai-all</prohibits></license></content></rsl>'
    html = f'<html><head><script type="application/rsl+xml">{inline}</script></head></html>'.encode()
    assert {(s.answer, s.file) for s in signals_of(URL, {}, html)} == {("opt-out", "page")}
