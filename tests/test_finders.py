"""What each finder finds on a page: pure functions of an answer."""

from __future__ import annotations

import gzip

import pytest

from scrapers.spiders import archive, feed, links, sitemap
from scrapers.spiders.page import Page

URL = "https://a.example/blog/my-title"


def html(body: str, status: int = 200, url: str = URL, role: str = "links", **headers: str) -> Page:
    said = {"content-type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Page(url, status, said, body.encode(), role)


def xml(body: bytes, role: str = "sitemap-index", content_type: str = "application/xml") -> Page:
    return Page("https://a.example/map.xml", 200, {"content-type": content_type}, body, role)


def urls(found: object) -> list[str]:
    return [url for _, url in found]  # type: ignore[attr-defined]


def test_links_are_absolute_and_respect_base() -> None:
    page = html('<base href="/docs/"><a href="x">1</a><area href="//b.example/y"><a href="#here"></a><a>none</a>')
    assert urls(links.find(page)) == ["https://a.example/docs/x", "https://b.example/y"]


def test_link_elements_that_lead_to_pages_are_links_and_others_are_not() -> None:
    page = html(
        '<link rel="canonical" href="/c"><link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/s">'
        '<link rel="alternate" type="application/rss+xml" href="/rss"><link rel="icon" href="/i">'
    )
    assert urls(links.find(page)) == ["https://a.example/c", "https://a.example/de"]


@pytest.mark.parametrize(
    "page",
    [
        html('<meta name="ROBOTS" content="noindex,NoFollow"><a href="/x">'),
        html('<meta name="robots" content="none"><a href="/x">'),
        html('<a href="/x">', x_robots_tag="nofollow"),
        Page(URL, 200, {"content-type": "application/pdf"}, b'<a href="/x">'),
    ],
)
def test_no_links_are_taken_where_the_page_says_so_or_is_no_html(page: Page) -> None:
    assert not list(links.find(page))
    assert not list(archive.find(page))


@pytest.mark.parametrize(
    ("page", "target"),
    [
        (html("", 301, location="../new"), "https://a.example/blog/../new"),
        (html("", 302, location="https://b.example/"), "https://b.example/"),
        (html('<meta http-equiv="refresh" content="0; URL=\'/new\'">'), "https://a.example/new"),
        (html('<META HTTP-EQUIV=Refresh CONTENT="5;url=https://b.example/x">'), "https://b.example/x"),
        (html('<meta http-equiv="refresh" content="30">'), None),
        (html("", 200, location="/new"), None),
    ],
)
def test_redirects_are_found_wherever_they_are_said(page: Page, target: str | None) -> None:
    found = list(links.find_redirect(page))
    if target and ".." in target:
        target = "https://a.example/new"
    assert found == ([("redirect", target)] if target else [])


def test_a_pagination_is_followed_and_its_pages_are_lists() -> None:
    post = html(
        '<a href="/page/2/">2</a><a href="?page=3">3</a><a href="/page4/">4</a><a href="/x">x</a><a rel="next" href="/y">'
    )
    assert urls(archive.find(post)) == [
        "https://a.example/page/2/", "https://a.example/blog/my-title?page=3", "https://a.example/page4/", "https://a.example/y",
    ]  # fmt: skip
    listed = html('<a href="/x">x</a>', url="https://a.example/page/2/")
    assert urls(archive.find(listed)) == ["https://a.example/x"]
    assert urls(archive.find(html('<a href="/x">x</a>'))) == []
    assert urls(archive.find(html('<a href="/x">x</a>', role="seed"))) == ["https://a.example/x"]


@pytest.mark.parametrize(
    ("url", "listing"),
    [
        ("https://a.example/2024/05/", True), ("https://a.example/archives/", True), ("https://a.example/tag/x", True),
        ("https://a.example/?paged=7", True), ("https://a.example/blog/page-12.html", True),
        ("https://a.example/2024/05/01/title", False), ("https://a.example/pages", False), ("https://a.example/p/title", False),
        ("http://[oops", False),
    ],
)  # fmt: skip
def test_lists_are_known_by_their_address(url: str, listing: bool) -> None:
    if url == "http://[oops":
        assert not list(archive.find(html(f'<a href="{url}">')))
    else:
        assert archive.is_listing(url) is listing


MAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc> https://a.example/1 </loc>
 <image:image><image:loc>https://a.example/i.png</image:loc></image:image></url><url><loc>https://a.example/2</loc></url></urlset>"""


@pytest.mark.parametrize(
    "body", [MAP, gzip.compress(MAP), b"\xef\xbb\xbf" + MAP, MAP.decode().replace("1.0", "1.0", 1).encode("utf-16")]
)
def test_a_sitemap_is_read_in_any_wrapping(body: bytes) -> None:
    assert list(sitemap.find(xml(body))) == [("sitemap", "https://a.example/1"), ("sitemap", "https://a.example/2")]


def test_an_index_leads_to_sitemaps_and_a_list_is_read_only_as_one() -> None:
    index = b"<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>"
    assert list(sitemap.find(xml(index))) == [("sitemap-index", "https://a.example/s.xml")]
    lines = b"https://a.example/1\nnonsense\r\nhttps://a.example/2\n"
    assert urls(sitemap.find(xml(lines, content_type="text/plain"))) == ["https://a.example/1", "https://a.example/2"]
    assert not list(sitemap.find(xml(lines, "links", "text/plain")))


def test_a_sitemap_is_read_to_where_it_breaks() -> None:
    assert urls(sitemap.find(xml(MAP[: MAP.index(b"https://a.example/2")]))) == ["https://a.example/1"]


def test_entities_are_not_expanded_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY f SYSTEM "file:///etc/passwd">]>' + MAP.split(b"?>")[1].replace(
        b"https://a.example/1", b"https://a.example/&a;&f;"
    )
    assert not list(sitemap.find(xml(bomb)))
    assert "declares entities" in caplog.text
    rss = b'<!DOCTYPE x [<!ENTITY a "boom">]><rss><channel><item><link>https://a.example/&a;</link></item></channel></rss>'
    assert not list(feed.find(xml(rss)))


def test_a_feed_gives_its_entries_and_its_next_page() -> None:
    rss = (
        b'<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        b'<atom:link rel="next" href="https://a.example/feed?paged=2"/><link>https://a.example/</link>'
        b"<item><link>/1</link></item><item><title>no link</title></item></channel></rss>"
    )
    assert list(feed.find(xml(rss))) == [
        ("feed", "https://a.example/1"), ("feed-index", "https://a.example/feed?paged=2"),
    ]  # fmt: skip


def test_feeds_are_announced_or_tried_for_on_the_home_page_only() -> None:
    announced = html('<link rel="alternate" type="application/atom+xml" href="/atom">', role="seed")
    assert list(feed.find(announced)) == [("feed-index", "https://a.example/atom")]
    assert urls(feed.find(html("<p>", role="seed"))) == ["https://a.example" + path for path in feed.COMMON_PATHS]
    assert not list(feed.find(html("<p>")))


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/html", b"<?xml version='1.0'?><urlset>", "sitemap"),
        ("application/xml", b"<?xml version='1.0'?><!DOCTYPE html><html>", "html"),
        ("application/octet-stream", b"\n<rss version='2.0'>", "feed"),
        ("text/xml", b"<rdf:RDF xmlns:rdf='x'>", "feed"),
        ("text/html; charset=utf-8", b"words", "html"),
        ("", b"<!DOCTYPE HTML><title>x", "html"),
        ("text/plain", b"words", "text"),
        ("image/png", b"\x89PNG", "other"),
    ],
)
def test_what_a_body_is_is_read_from_its_first_element(content_type: str, body: bytes, kind: str) -> None:
    assert Page(URL, 200, {"content-type": content_type}, body).kind == kind
