"""What a page grants, and what it only mentions."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.licenses import licence_at, licence_named, page_license

CASES = Path(os.environ.get("SITECORPUS_SHARED", "../shared")) / "data/rights"
CC = "https://creativecommons.org/licenses/by/4.0/"


def granted(html: str, headers: dict[str, str] | None = None) -> str | None:
    reading = page_license(html.encode(), "https://example.org/a", headers or {})
    return reading.spdx if reading.confident else None


@pytest.mark.parametrize(
    ("address", "spdx"),
    [
        (CC, "CC-BY-4.0"), ("//creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.de", "CC0-1.0"),
        ("https://web.archive.org/web/2014/http://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0"),
        ("https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"), ("https://opensource.org/licenses/mit", "MIT"),
        ("https://docs.python.org/3/license.html", "PSF-2.0"), ("https://numpy.org/doc/stable/license.html", "BSD-3-Clause"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"), ("https://www.gnu.org/licenses/fdl-1.3.html", "GFDL-1.3"),
    ],
)  # fmt: skip
def test_an_address_names_its_licence(address: str, spdx: str) -> None:
    found = licence_at(address)
    assert found is not None
    assert found[0] == spdx


def test_a_ported_licence_tells_its_jurisdiction_apart() -> None:
    assert licence_at("http://creativecommons.org/licenses/by-sa/3.0/de/") == ("CC-BY-SA-3.0", "de")


@pytest.mark.parametrize(
    "address",
    ["https://creativecommons.org/", "https://creativecommons.org/licenses/by/", "https://example.org/license"],
)
def test_an_address_without_a_version_names_nothing(address: str) -> None:
    assert licence_at(address) is None


def test_a_phrase_that_names_two_licences_names_none() -> None:
    assert licence_named("under the MIT License") == "MIT"
    assert licence_named("Creative Commons Attribution-ShareAlike 3.0") == "CC-BY-SA-3.0"
    assert licence_named("under the MIT License or the Apache License, Version 2.0") is None


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


@pytest.mark.parametrize(
    "html",
    [
        f'<article><figure><img><figcaption>Photo: A, <a rel="license" href="{CC}">CC BY</a></figcaption></figure></article>',
        f'<article><p>Creative Commons explains <a href="{CC}">its licence</a> at length.</p></article>',
        f'<div id="comments"><p>I put this text under <a rel="license" href="{CC}">CC BY</a></p></div>',
        f'<aside class="widget">Icons by B, <a href="{CC}">CC BY</a></aside>',
        f'<p>These terms are licensed under <a href="{CC}">CC BY</a>.</p>',
        '<script type="application/ld+json">{"@type":"Article","image":{"@type":"ImageObject","license":"' + CC + '"}}</script>',
    ],
)  # fmt: skip
def test_a_licence_of_something_else_grants_nothing(html: str) -> None:
    assert granted(f"<html><body>{html}</body></html>") is None


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


@pytest.mark.skipif(not CASES.exists(), reason="the labelled pages are not here")
def test_the_labelled_pages_are_read_without_a_false_grant() -> None:
    right = 0
    for case in json.loads((CASES / "license_cases.json").read_text())["cases"]:
        html = (CASES / case["file"]).read_bytes() if case.get("file") else (case["html"] or "").encode()
        reading = page_license(html, case.get("url") or "", case.get("headers") or {})
        expected, got = case["expected"]["licence"], reading.spdx if reading.confident else None
        assert expected is not None or got is None, case["id"]
        right += got == expected or (expected == "UNSURE" and got is None)
    assert right == 30
