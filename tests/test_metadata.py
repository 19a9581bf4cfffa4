"""What a page says about itself is found where it says it."""

from __future__ import annotations

import json

import pytest

from cleaning import markup
from cleaning.metadata import Metadata, date, metadata

LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "Site"},
        {
            "@type": "BlogPosting",
            "headline": "Tea &amp; cake",
            "author": [{"@type": "Person", "name": "Ann  Lee"}, {"name": "Bo"}],
            "datePublished": "2024-02-29T10:00:00+01:00",
            "articleSection": ["Food"],
            "keywords": ["tea", "cake"],
        },
    ],
}


def read(head: str, body: str = "", attributes: str = "", url: str = "https://site.example/a") -> Metadata:
    return metadata(markup.parse(f"<html {attributes}><head>{head}</head><body>{body}</body></html>"), url)


def test_json_ld_is_read() -> None:
    said = read(f'<script type="application/ld+json">{json.dumps(LD)}</script>', attributes='lang="en-GB"')
    assert said == Metadata("Tea & cake", "Ann Lee, Bo", "2024-02-29", "Food", ("tea", "cake"), None, "en")


@pytest.mark.parametrize(
    "broken", ["[" * 50_000, "{", '{"@type": 3, "author": {"name": 4}}', '[null, "x", {"@graph": null}]']
)
def test_broken_json_ld_is_passed_over(broken: str) -> None:
    said = read(f'<script type="application/ld+json">{broken}</script><title>A title</title>')
    assert said.title == "A title"


@pytest.mark.parametrize(
    "title", ["How it works | My Site", "How it works - My Site", "My Site: How it works", "How it works"]
)
def test_the_site_is_no_part_of_the_title(title: str) -> None:
    assert read(f'<title>{title}</title><meta property="og:site_name" content="My Site">').title == "How it works"


def test_the_heading_that_title_repeats_is_the_title() -> None:
    said = read(
        "<title>C++26: erroneous behaviour – a blog</title>", "<h1>Logo</h1><h1>C++26: erroneous behaviour</h1>"
    )
    assert said.title == "C++26: erroneous behaviour"


def test_an_author_that_is_the_site_is_none() -> None:
    assert read('<meta name="author" content="My Site"><meta property="og:site_name" content="My site">').author is None


def test_a_byline_is_an_author() -> None:
    assert read("", '<p class="byline">By Ann Lee</p>').author == "Ann Lee"


def test_the_url_may_hold_the_date() -> None:
    assert read("", url="https://site.example/blog/2021/3/9/title").published_on == "2021-03-09"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-02-30", None),
        ("20240229", "2024-02-29"),
        ("on 2020-01-02T00:00Z", "2020-01-02"),
        (None, None),
        (17, None),
    ],
)
def test_dates_are_real_days(text: object, wanted: str | None) -> None:
    assert date(text) == wanted


def test_canonical_urls_are_http() -> None:
    assert read('<link rel="canonical" href="/b">').canonical_url == "https://site.example/b"
    assert read('<link rel="canonical" href="javascript:alert(1)">').canonical_url is None
    assert read('<link rel="canonical" href="http://[bad">').canonical_url is None


def test_values_are_one_printable_line() -> None:
    assert read('<meta property="og:title" content="a\n\x1b[31mb">').title == "a [31mb"
