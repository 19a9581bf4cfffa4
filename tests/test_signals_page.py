"""Directives for robots in a page's headers and markup: to whom they are said, and what is no opt-out."""

from __future__ import annotations

import pytest

from scrapers.signals import signals_of


def answers(html: str = "", header: str = "") -> set[tuple[str, str]]:
    found = signals_of("https://example.org/a", {}, html.encode(), {"X-Robots-Tag": header} if header else {})
    return {(s.kind, s.answer) for s in found}


OUT = {("robots-meta", "opt-out")}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("noai, noimageai", OUT), ("NoAI", OUT), ("noimageai", OUT), ("noml", OUT), ("noindex, noai", OUT),
        ("sitecorpus: noai", OUT), ("SiteCorpus: noindex, noai", OUT), ("*: noai", OUT), ("GPTBot: noai", OUT),
        ("otherbot: noindex, *: noai", OUT), ("Kangaroo Bot: noai", OUT),
        ("max-snippet: 5, noai", OUT), ("max-image-preview:large, max-video-preview:-1, noai", OUT),
        ("unavailable_after: Saturday, 25-Jun-26 15:00:00 GMT, noai", OUT),
        ("unavailable_after: 25 Jun 2026 15:00:00 PST, noai", OUT), ("unavailable_after: 2026-06-25T15:00:00+02:00, noai", OUT),
        ("otherbot: noai", set()), ("otherbot: noai, googlebot: noml", set()),
        ("otherbot: noindex, noai", set()), ("otherbot: unavailable_after: Sat, 25-Jun-26 15:00:00 GMT, noai", set()),
        ("otherbot: noindex\nnoai", OUT), ("noindex\notherbot: noai", set()),
        ("noindex, nofollow, noarchive, nosnippet", set()), ("none", set()), ("noaids", set()), ("all", set()),
    ],
)  # fmt: skip
def test_a_header_speaks_to_all_or_to_the_agent_it_names(header: str, expected: set[tuple[str, str]]) -> None:
    assert answers(header=header) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<meta name="robots" content="index, NoAI">', OUT), ("<META NAME=ROBOTS CONTENT='noimageai'>", OUT),
        ('<meta name="robots" content="noai noimageai">', OUT), ('<meta name="sitecorpus" content="noml">', OUT),
        ('<meta name="GPTBot" content="noai">', OUT), ('<meta http-equiv="X-Robots-Tag" content="noai">', OUT),
        ('<meta name="robots" content="no&#97;i">', OUT), ('<body><meta name="robots" content="noai">', OUT),
        ('<meta name="robots" content="noindex, nofollow, noarchive">', set()),
        ('<meta name="robots" content="none">', set()), ('<meta name="otherbot" content="noai">', set()),
        ('<meta name="description" content="noai">', set()), ('<!-- <meta name="robots" content="noai"> -->', set()),
        ('<pre>&lt;meta name="robots" content="noai"&gt;</pre>', set()),
        ('<meta name="content-usage" content="train-ai=n">', {("content-usage", "opt-out")}),
        ('<meta http-equiv="Content-Signal" content="ai-train=no">', {("content-signal", "opt-out")}),
    ],
)  # fmt: skip
def test_markup_speaks_in_the_metas_for_robots(html: str, expected: set[tuple[str, str]]) -> None:
    assert answers(f"<html><head>{html}</head><body>x</body></html>") == expected


def test_a_page_in_utf_16_is_heard_too() -> None:
    html = '<html><head><meta name="robots" content="noai"></head></html>'.encode("utf-16")
    assert [s.answer for s in signals_of("https://example.org/", {}, html)] == ["opt-out"]
