"""Lists of pages are told from pages."""

from __future__ import annotations

import pytest

from cleaning import listing, markup

SENTENCE = "This is a sentence of an article that goes on for at least twenty words so that it counts as prose here. "
TEASERS = "".join(
    f'<div><h2><a href="/post/{i}">Post number {i}</a></h2><p>{SENTENCE[:60]}...</p></div>' for i in range(10)
)
ARTICLE = f"<article><h1>A title</h1>{''.join(f'<h2>Part {i}</h2><p>{SENTENCE * 4}</p>' for i in range(4))}</article>"
RELATED = "<ul>" + "".join(f'<li><a href="/post/{i}">Post number {i}</a></li>' for i in range(12)) + "</ul>"


def is_listing(body: str, path: str) -> bool:
    return (
        listing.is_listing(markup.parse(f"<html><body>{body}</body></html>"), f"https://site.example{path}") is not None
    )


@pytest.mark.parametrize(
    "path",
    ["/page/2/", "/page10/", "/tags/cpp/", "/category/news/", "/archives/", "/", "/2024/05/", "/blog/?page=3", "/x"],
)
def test_teasers_are_a_listing(path: str) -> None:
    assert is_listing(f"<h1>Posts</h1>{TEASERS}", path)


@pytest.mark.parametrize("path", ["/post/1", "/tags/cpp/", "/2024/05/03/a-title", "/", "/blog/"])
def test_an_article_is_none_whatever_its_path(path: str) -> None:
    assert not is_listing(ARTICLE, path)


def test_related_links_do_not_make_an_article_a_listing() -> None:
    assert not is_listing(ARTICLE + RELATED, "/post/1")


def test_navigation_does_not_count() -> None:
    assert not is_listing(f"<nav>{RELATED}</nav><p>Short page.</p>", "/about")


def test_an_empty_tag_page_is_a_listing() -> None:
    assert is_listing(
        '<h1>cpp</h1><ul><li><a href="/post/1">Post one</a> <span>Jan 1</span></li></ul><p>Read it.</p>', "/tags/cpp/"
    )
