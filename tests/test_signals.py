"""Opt-outs, each as its specification writes it; anything else is neither yes nor no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.signals import page_signals, site_signals

URL = "https://example.org/docs/a"


def site(**bodies: str) -> set[tuple[str, str]]:
    found = site_signals({k: v.encode() for k, v in bodies.items()}, URL, "sitecorpus")
    return {(s.kind, s.answer) for s in found}


def page(html: str = "", **headers: str) -> set[tuple[str, str]]:
    found = page_signals(html.encode(), {k.replace("_", "-"): v for k, v in headers.items()}, "sitecorpus")
    return {(s.kind, s.answer) for s in found}


@pytest.mark.parametrize(
    "robots",
    [
        "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n",
        "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n",
        "User-agent: *\nContent-Usage: /docs/ train-ai=n\nContent-Usage: train-ai=y\nAllow: /\n",
        "User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
    ],
)
def test_an_opt_out_in_robots_txt_is_found(robots: str) -> None:
    assert "opt-out" in {answer for _, answer in site(robots=robots)}


@pytest.mark.parametrize(
    "robots",
    [
        "# Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n",
        "User-agent: *\nContent-Signal: search=yes, ai-train=maybe\n",
        "User-agent: *\nContent-Usage: /other/ train-ai=n\n",
        "User-agent: otherbot\nContent-Signal: ai-train=no\n\nUser-agent: *\nAllow: /\n",
        "User-agent: *\nDisallow: /admin\n",
    ],
)
def test_comments_unknown_values_and_other_scopes_say_nothing(robots: str) -> None:
    assert site(robots=robots) == set()


def test_a_licence_to_be_bought_goes_to_a_person() -> None:
    assert site(robots="License: https://example.org/license.xml\n") == {("rsl", "review")}
    assert page(link='</l.xml>; rel="license"; type="application/rsl+xml"') == {("rsl", "review")}


def test_of_a_tdmrep_file_the_first_match_decides() -> None:
    file = '[{"location": "/docs/", "tdm-reservation": 1}, {"location": "/docs/*", "tdm-reservation": 0}]'
    assert site(tdmrep=file) == {("tdmrep", "opt-out")}
    assert site(tdmrep='[{"location": "/docs/", "tdm-reservation": "2"}]') == set()
    assert site(tdmrep='{"tdm-reservation": ') == {("tdmrep", "review")}


def test_ai_txt_and_trust_txt_are_read() -> None:
    assert site(ai_txt="User-Agent: *\nDisallow: *.txt\nAllow: *.png\n") == {("ai.txt", "opt-out")}
    assert site(ai_txt="User-Agent: *\nDisallow: *.png\n") == set()
    assert site(ai_txt="<html>not found</html>") == set()
    assert site(trust_txt="member=https://x.org/\ndatatrainingallowed=no\n") == {("trust.txt", "opt-out")}


@pytest.mark.parametrize(
    ("html", "header"),
    [
        ('<meta name="robots" content="index, NoAI">', ""), ('<meta name="robots" content="noimageai">', ""),
        ('<meta name="sitecorpus" content="noml">', ""), ("", "noai, noimageai"), ("", "sitecorpus: noai"),
        ("", "otherbot: noindex, *: noai"), ("", "max-snippet: 5, noai"),
    ],
)  # fmt: skip
def test_a_page_that_opts_out_is_heard(html: str, header: str) -> None:
    assert page(html, X_Robots_Tag=header) == {("robots-meta", "opt-out")}


@pytest.mark.parametrize(
    ("html", "header"),
    [('<meta name="robots" content="noindex, nofollow, noarchive">', ""), ('<meta name="robots" content="none">', ""),
     ('<meta name="otherbot" content="noai">', ""), ("", "otherbot: noai"), ("", "noindex")],
)  # fmt: skip
def test_noindex_and_words_to_others_are_no_opt_out(html: str, header: str) -> None:
    assert page(html, X_Robots_Tag=header) == set()


def test_tdm_reservation_in_markup_prevails_over_the_header() -> None:
    assert page(tdm_reservation="1") == {("tdmrep", "opt-out")}
    assert page('<meta name="tdm-reservation" content="0">', tdm_reservation="1") == {("tdmrep", "grant")}


def test_content_usage_is_a_dictionary_whose_keys_have_their_case() -> None:
    assert page(content_usage="train-ai=n") == {("content-usage", "opt-out")}
    assert page(content_usage="Train-AI=n") == set()
    assert page(content_usage="train-ai=n, (") == {("content-usage", "review")}


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_the_readings_raise(body: bytes) -> None:
    site_signals(dict.fromkeys(("robots", "ai_txt", "trust_txt", "tdmrep"), body), URL, "sitecorpus")
    text = body.decode("latin-1")
    page_signals(body, {"X-Robots-Tag": text, "Content-Usage": text, "Link": text}, "sitecorpus")
