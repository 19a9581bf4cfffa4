"""Languages are told where there is enough text to tell."""

from __future__ import annotations

import pytest

from cleaning.language import known, language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The quick brown fox jumps over the lazy dog, and everybody in the village talks about it."),
        ("de", "Der schnelle braune Fuchs springt über den faulen Hund, und das ganze Dorf redet davon."),
        ("fr", "Le renard brun saute par-dessus le chien paresseux, et tout le village en parle encore."),
        ("ja", "すばやい茶色の狐がのろまな犬を飛び越えて、村のみんながその話をしています。"),
    ],
)
def test_a_paragraph_is_told(code: str, text: str) -> None:
    found, probability = language(text)
    assert found == code
    assert 0.5 < probability <= 1


@pytest.mark.parametrize("text", ["", "Why not?", "ok ok ok ok"])
def test_too_little_text_is_unknown(text: str) -> None:
    assert language(text) == (None, 0.0)


def test_code_does_not_hide_the_language_of_an_article() -> None:
    prose = "This paragraph explains in plain English what the following program prints when it is run twice. " * 3
    code = "\n".join(f"  auto x{i} = std::make_unique<Foo>({i}); // tmp" for i in range(60))
    assert language(f"{code}\n\n{prose}\n\n{code}")[0] == "en"


def test_common_codes_are_known() -> None:
    assert {"en", "de", "fr", "es", "hu", "zh", "ja"} <= known()
