"""Each rule drops what it is for, with its number, and leaves the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleaning.quality import drop_reason
from sitecorpus.recipe import CleanSettings

SETTINGS = CleanSettings()
GOOD = "\n\n".join(
    f"Paragraph number {i} says something of its own about the {w} that nobody said before, in words of common length."
    for i, w in enumerate(("river", "garden", "engine", "letter", "winter", "tower", "bridge", "market", "summer"))
)


def reason(text: str, settings: CleanSettings = SETTINGS) -> str | None:
    found = drop_reason(text, settings)
    return found[0] if found else None


def test_an_article_is_kept() -> None:
    assert reason(GOOD) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Too few words here.", "too_short"),
        ("", "too_short"),
        (" ".join(["a b"] * 100), "word_length"),
        (" ".join(["x" * 30] * 60), "word_length"),
        (" ".join(["1234 5678 ab 91011"] * 60), "not_alphabetic"),
        ("This line of prose is there again and again.\n" * 30, "repeated_lines"),
        (
            "\n".join(
                "https://s.example\n- and then some words" if i % 4 == 0 else "www.ab.example" for i in range(60)
            ),
            "link_list",
        ),
        ("Sorry, the page you are looking for does not exist. Try the search.", "soft_404"),
        ("The first lines of a story. Subscribe to continue reading this article.", "paywall"),
    ],
)
def test_each_rule_names_its_reason(text: str, wanted: str) -> None:
    assert reason(text) == wanted


def test_an_article_about_missing_pages_is_kept() -> None:
    assert reason(GOOD + " A 404 error means that the page you asked for does not exist.") is None


def test_a_joke_is_kept_where_one_word_is_enough() -> None:
    settings = replace(SETTINGS, min_words=1)
    for joke in ("Knock knock.\nWho's there?\nKnock knock.\nWho's there?", "Error 404: joke not found.", "I am. U?"):
        assert drop_reason(joke, settings, stubs=False) is None


def test_code_may_repeat_itself() -> None:
    code = "int main() {\n    return 0;\n}\nConstructor called\nDestructor called\n" * 20
    assert reason(f"{GOOD}\n\n{code}") is None


def test_text_without_blanks_between_words_is_measured_too() -> None:
    assert reason("すばやい茶色の狐がのろまな犬を飛び越えて、村のみんながその話をしています。" * 3) is None


def test_too_long_is_said_with_the_number() -> None:
    assert drop_reason(GOOD, replace(SETTINGS, max_words=60)) == ("too_long", {"words": 180})
