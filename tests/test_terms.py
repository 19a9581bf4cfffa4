"""What terms of use say of crawling, training, copying and open licences."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.markup import parse_html
from scrapers.terms import read_terms, terms_links, terms_text

CASES = Path(os.environ.get("SITECORPUS_SHARED", "../shared")) / "data/rights"
PADDING = "\n\nYou agree that we may change these terms at any time and you are responsible for reading them. " * 6


@pytest.mark.parametrize(
    "clause",
    [
        "You may not use any robot, spider or scraper to access the site or copy its content.",
        "Scraping the site without our prior written permission is prohibited.",
        "You agree not to:\n\n- harvest or scrape any content from the service;\n",
        "Sie dürfen Inhalte nicht automatisiert auslesen; das Auslesen mit Crawlern ist untersagt.",
    ],
)
def test_a_ban_of_automated_access_is_found(clause: str) -> None:
    reading = read_terms(clause + PADDING)
    assert reading.automated_access.answer == "yes"
    assert reading.verdict == "deny"
    start, end = reading.automated_access.spans[0]
    assert 0 <= start < end <= len(clause + PADDING)


@pytest.mark.parametrize(
    "clause",
    [
        "You may not use our content to train machine learning models.",
        "Any text and data mining of the site is prohibited; we reserve our rights.",
        "L'utilisation des contenus pour l'apprentissage automatique est interdite.",
    ],
)
def test_a_ban_of_machine_learning_is_found(clause: str) -> None:
    assert read_terms(clause + PADDING).ml_training.answer == "yes"


@pytest.mark.parametrize(
    "clause",
    [
        "You grant us the right to use Your Content to train AI and machine learning models.",
        "Your subscription will renew automatically unless you cancel it.",
        "We use automated tools to detect prohibited content.",
        "This agreement is licensed under Creative Commons Zero (CC0).",
    ],
)
def test_what_the_operator_does_and_what_covers_the_terms_themselves_is_no_clause(clause: str) -> None:
    reading = read_terms(clause + PADDING)
    assert (reading.automated_access.answer, reading.ml_training.answer, reading.open_license.answer) == (
        "no",
        "no",
        "no",
    )
    assert reading.verdict == "silent"


def test_an_open_licence_for_the_text_allows() -> None:
    text = "Text of this site is available under the Creative Commons Attribution 4.0 licence." + PADDING
    assert read_terms(text).verdict == "allow"


@pytest.mark.parametrize(
    "text", ["", "Verify you are not a robot. JavaScript is disabled.", "Terms\n\nPrivacy\n\nHome"]
)
def test_an_empty_page_or_a_bot_wall_is_unreadable_and_never_silent(text: str) -> None:
    assert read_terms(text).verdict == "unreadable"


def test_markup_becomes_paragraphs_in_reading_order() -> None:
    html = b"<body><script>x</script><div>One <b>two</b> three<ul><li>four</li><li>five</li></ul>six</div></body>"
    assert terms_text(html).split() == ["One", "two", "three", "-", "four", "-", "five", "six"]


def test_links_to_terms_are_found_on_the_same_site_only() -> None:
    html = b'<a href="/legal/terms">Terms of use</a><a href="/x">Copyright</a><a href="https://other.org/terms">Terms</a><a href="/a">Blog</a>'
    assert terms_links(parse_html(html), "https://example.org/") == (
        ("https://example.org/legal/terms", True),
        ("https://example.org/x", False),
    )


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_spans_lie_within_the_text_whatever_it_is(text: str) -> None:
    reading = read_terms(text)
    for clause in (
        reading.automated_access,
        reading.ml_training,
        reading.reproduction_or_commercial,
        reading.open_license,
    ):
        assert all(0 <= start < end <= len(text) for start, end in clause.spans)


@pytest.mark.skipif(not CASES.exists(), reason="the labelled terms are not here")
def test_the_labelled_terms_are_read_nearly_as_a_person_reads_them() -> None:
    verdicts = 0
    for case in json.loads((CASES / "tos_cases.json").read_text())["cases"]:
        reading = read_terms((CASES / case["text_file"]).read_text(), case["language"])
        wanted = case["tos_verdict_for_lm_corpus"]
        verdicts += reading.verdict == wanted
        assert wanted != "unreadable" or reading.verdict == "unreadable"
    assert verdicts >= 30
