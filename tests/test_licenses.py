"""What a page grants, and what it only mentions."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.licenses import page_license

CASES = Path(os.environ.get("SITECORPUS_SHARED", "../shared")) / "data/rights"
CC = "https://creativecommons.org/licenses/by/4.0/"


def granted(html: str, headers: dict[str, str] | None = None) -> str | None:
    reading = page_license(html.encode(), "https://example.org/a", headers or {})
    return reading.spdx if reading.confident else None


@pytest.mark.parametrize(
    "html",
    [
        f'<p>Text.</p><footer>Content is <a href="{CC}">CC BY</a></footer>',
        f'<a rel="license" href="{CC}">licence</a><p>Text.</p>',
        f'<head><link rel="license" href="{CC}"></head><p>Text.</p>',
        f'<head><meta name="DCTERMS.license" content="{CC}"></head><p>Text.</p>',
        '<script type="application/ld+json">{"@graph":[{"@type":"BlogPosting","license":"' + CC + '"}]}</script>',
        f'<article><p>Words.</p><p>This article is licensed under <a href="{CC}">CC BY 4.0</a>.</p></article>',
    ],
)  # fmt: skip
def test_a_grant_for_the_text_is_found(html: str) -> None:
    assert granted(f"<html><body>{html}</body></html>") == "CC-BY-4.0"


def test_a_licence_of_the_text_prevails_only_where_nothing_disagrees() -> None:
    article = f'<article><p>This article is licensed under <a href="{CC}">CC BY 4.0</a>.</p></article>'
    reading = page_license(article.encode(), "", {"link": f'<{CC}>; rel="license"'})
    assert (reading.spdx, reading.scope, reading.confident, reading.source) == (
        "CC-BY-4.0",
        "article",
        True,
        "article:header",
    )
    other = page_license(
        article.encode(), "", {"LINK": "<https://creativecommons.org/licenses/by-nc/4.0/>; rel=license"}
    )
    assert not other.confident


def test_an_expression_of_ids_is_read_as_one() -> None:
    assert granted('<meta name="license" content="MIT OR Apache-2.0"><p>Text.</p>') == "Apache-2.0 OR MIT"
    assert granted('<meta name="license" content="MIT OR Nonsense-1"><p>Text.</p>') is None


def test_every_quote_is_words_of_the_page() -> None:
    html = f'<footer>Content is\n under <a href="{CC}">CC BY 4.0</a>, thank you.</footer>'
    assert page_license(html.encode(), "", {}).evidence[0].quote == "Content is under CC BY 4.0, thank you."


def test_two_licences_for_the_text_are_not_confident() -> None:
    html = f'<meta name="license" content="MIT"><footer>Content is under <a href="{CC}">CC BY 4.0</a></footer>'
    assert not page_license(html.encode(), "", {}).confident


def test_an_apache_footer_is_read_from_its_words() -> None:
    html = '<footer><p>Licensed under the Apache <a href="https://www.apache.org/licenses/">license</a>, version 2.0</p></footer>'
    assert granted(html) == "Apache-2.0"


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_the_reading_raise(body: bytes) -> None:
    page_license(body, "https://example.org/", {"Link": body.decode("latin-1")})


@given(st.text(alphabet="<>/=\"' acpsrelhfimgdv0licensCCBY4.{}[]:@\n", max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_markup_makes_the_reading_raise(text: str) -> None:
    page_license(f'<p><a rel="license" href="{CC}">{text}'.encode(), "https://example.org/", {})
    page_license(f'<script type="application/ld+json">{text} license'.encode(), "https://example.org/", {})


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + f'<a rel="license" href="{CC}">x</a>',
        f'<a href="{CC}">CC BY</a> ' * 2_000,
        "cc by " * 50_000,
        '<script type="application/ld+json">' + "[" * 100_000 + '"license"',
        '<script type="application/ld+json">{"@graph":['
        + '{"@type":"Article","license":"CC BY 4.0"},' * 20_000
        + "{}]}</script>",
        f'<p class="{"comment- " * 50_000}"><a rel="license" href="{CC}">x</a></p>',
        f'<p>{"not " * 50_000}<a href="{CC}">CC BY</a></p>',
        f'<meta name="dc.rights" content="{"//cc " * 50_000}">',
    ],
    ids=["deep", "links", "words", "json nest", "json nodes", "classes", "negations", "meta"],
)
def test_a_hostile_page_is_read_to_the_end(body: str) -> None:
    assert len(page_license(body.encode(), "https://example.org/", {}).evidence) < 1_000


@pytest.mark.skipif(not CASES.exists(), reason="the labelled pages are not here")
def test_the_labelled_pages_are_read_without_a_false_grant() -> None:
    right = 0
    for case in json.loads((CASES / "license_cases.json").read_text())["cases"]:
        html = (CASES / case["file"]).read_bytes() if case.get("file") else (case["html"] or "").encode()
        reading = page_license(html, case.get("url") or "", case.get("headers") or {})
        expected, got = case["expected"]["licence"], reading.spdx if reading.confident else None
        assert expected is not None or got is None, case["id"]
        assert got is None or reading.jurisdiction == case["expected"].get("jurisdiction"), case["id"]
        right += got == expected or (expected == "UNSURE" and got is None)
    assert right == 30
