"""Which URLs belong, and in which form."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.scope import Scope, canonical, clean_path, origin_of, origins
from scrapers.spiders.page import absolute
from sitecorpus.recipe import CrawlSettings

SITE = Scope.of(CrawlSettings(("https://a.example/",)), ["https://a.example"])


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("HTTP://A.Example:80/x#y", "http://a.example/x"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example:8443/x?b=2&a=1", "https://a.example:8443/x?b=2&a=1"),
        ("https://a.example/x?", "https://a.example/x"),
        ("https://a.example/a//b/./c/../d", "https://a.example/a/b/d"),
        ("https://a.example/%2e%2e/%2E/x", "https://a.example/x"),
        ("https://a.example/../../..//index.html", "https://a.example/index.html"),
        ("https://a.example/caf\u00e9 au lait", "https://a.example/caf%C3%A9%20au%20lait"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("https://a.example/a\n\tb", "https://a.example/ab"),
        ("https://[::1]:8000/x", "https://[::1]:8000/x"),
        ("https://user:secret@a.example/", None),
        ("ftp://a.example/x", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("http://[oops/", None),
        ("http://a.example:99999/", None),
        ("http:///x", None),
        ("https://a.example/" + "x" * 3000, None),
    ],
)
def test_every_address_has_one_form(url: str, found: str | None) -> None:
    assert canonical(url) == found


@given(st.text(alphabet=st.sampled_from("abc/.?#%2eE&=: \u00e9@[]\\;+~"), max_size=40))
def test_the_form_of_a_form_is_itself(rest: str) -> None:
    found = canonical("https://a.example/" + rest)
    if found is not None:
        assert canonical(found) == found
        assert origin_of(found) == "https://a.example"
        assert "//" not in found.removeprefix("https://").partition("?")[0]


SEGMENT = st.sampled_from(["a", "b.html", "..", ".", "c d"])


@given(st.lists(SEGMENT, min_size=1, max_size=6), st.booleans(), st.sampled_from(["", "?q=1"]))
def test_links_are_resolved_as_urljoin_does(segments: list[str], rooted: bool, query: str) -> None:
    base = "https://a.example/x/y/z?k=v"
    href = ("/" if rooted else "") + "/".join(segments) + query
    assert canonical(absolute(href, base) or "") == canonical(urljoin(base, href))


@pytest.mark.parametrize("href", ["//b.example/x", "?page=2", "https://c.example", "mailto:x@y", "x#part"])
def test_special_links_are_resolved_as_urljoin_does(href: str) -> None:
    base = "https://a.example/x/y?k=v"
    assert absolute(href, base) == urljoin(base, href.partition("#")[0])


@given(st.text(alphabet="ab./", max_size=20))
def test_a_clean_path_has_no_dots_and_no_runs_of_slashes(path: str) -> None:
    found = clean_path("/" + path)
    assert found.startswith("/")
    assert "//" not in found
    assert not {".", ".."} & set(found.split("/"))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("http://a.example/x", "https://a.example/x"),
        ("https://www.a.example/x", None),
        ("https://a.example:8443/x", None),
        ("https://a.example.evil.example/x", None),
        ("https://127.0.0.1/", None),
    ],
)
def test_the_site_is_its_origins_and_a_link_to_its_plain_twin_is_upgraded(url: str, found: str | None) -> None:
    assert SITE.locate(url) == found


def test_a_plain_site_is_not_upgraded_without_a_verdict() -> None:
    scope = Scope.of(CrawlSettings(("http://a.example/",)), ["http://a.example"])
    assert scope.locate("https://a.example/x") is None


def test_origins_are_those_of_the_seeds_and_then_the_hosts() -> None:
    crawl = CrawlSettings(("http://a.example/x", "http://A.example:80/y", "https://b.example"), hosts=("c.example:81",))
    assert origins(crawl) == ("http://a.example", "https://b.example", "http://c.example:81")


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/blog/post", None),
        ("/blog/post?draft=1", "denied"),
        ("/about", "not_allowed"),
        ("/blog/photo.JPG", "extension"),
        ("/blog/.htaccess.md", None),
        ("/blog/a/b/a/b/a/b/a/b/", "trap"),
        ("/blog/" + "/".join(map(str, range(30))), "trap"),
    ],
)
def test_a_page_is_refused_with_a_word(path: str, refusal: str | None) -> None:
    scope = Scope.of(
        CrawlSettings(("https://a.example/",), allow=("^/blog/",), deny=("draft=",)), ["https://a.example"]
    )
    assert scope.refuses("https://a.example" + path) == refusal


def test_sitemaps_and_feeds_need_no_allow_but_heed_deny() -> None:
    scope = Scope.of(CrawlSettings(("https://a.example/",), allow=("^/blog/",), deny=("^/old",)), ["https://a.example"])
    assert scope.refuses("https://a.example/sitemap.xml.gz", is_page=False) is None
    assert scope.refuses("https://a.example/old/sitemap.xml", is_page=False) == "denied"
