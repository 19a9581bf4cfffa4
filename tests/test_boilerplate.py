"""What the site repeats goes; what articles say stays."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaning import boilerplate

BLURB = "Connect deeper\n\nIf you liked this article, please\n\n- subscribe to my newsletter\n- and write to me soon"


def article(i: int, lines: int = 30) -> str:
    return "\n\n".join(
        f"Sentence {chr(97 + i % 26)}{'x' * (i // 26)} number {chr(97 + k)} of the text is here." for k in range(lines)
    )


def table(documents: list[tuple[str, str]]) -> dict[int, int]:
    pairs = [
        (key, context)
        for text, title in documents
        for found, context in [boilerplate.keys(text, title)]
        for key in found
    ]
    return boilerplate.repeated(np.array(pairs, dtype=np.int64).reshape(-1, 2), len(documents))


def cleaned(text: str, known: dict[int, int]) -> str:
    return boilerplate.without(text, boilerplate.runs(text, known))


def test_a_blurb_at_the_end_goes_and_the_article_stays() -> None:
    texts = [f"{article(i)}\n\n{BLURB}" for i in range(12)]
    known = table([(t, f"t{i}") for i, t in enumerate(texts)])
    assert [cleaned(t, known) for t in texts] == [article(i) for i in range(12)]


def test_a_notice_above_the_text_goes() -> None:
    texts = [f"This tutorial needs a review by somebody.\n\n{article(i)}" for i in range(12)]
    known = table([(t, None) for t in texts])
    assert cleaned(texts[0], known) == article(0)


def test_too_few_documents_prove_nothing() -> None:
    texts = [f"{article(i)}\n\n{BLURB}" for i in range(boilerplate.MIN_DOCUMENTS - 1)]
    known = table([(t, f"t{i}") for i, t in enumerate(texts)])
    assert cleaned(texts[0], known) == texts[0]


def test_copies_of_one_page_prove_nothing() -> None:
    text = f"{article(1)}\n\n{BLURB}"
    assert cleaned(text, table([(text, "one title")] * 50)) == text


def test_one_blurb_on_pages_with_different_titles_leaves_nothing() -> None:
    blurb = "One email a week on what it takes to grow.\n\nUnsubscribe at any time."
    known = table([(blurb, f"tag {i}") for i in range(20)])
    assert cleaned(blurb, known) == ""


def test_a_brace_before_the_blurb_and_a_common_heading_stay() -> None:
    texts = [f"{article(i)}\n\nConclusion\n\nThis one is {i * 'very '}special.\n\n}}\n\n{BLURB}" for i in range(30)]
    others = [f"{article(100 + i)}\n\n{BLURB}" for i in range(300)]
    known = table([(t, f"t{i}") for i, t in enumerate(texts + others)])
    assert cleaned(texts[3], known).endswith("special.\n\n}")
    assert "Conclusion" in cleaned(texts[3], known)


def test_table_rows_stay() -> None:
    texts = [f"{article(i)}\n\nName of the thing | Price of the thing | Date of it" for i in range(12)]
    known = table([(t, f"t{i}") for i, t in enumerate(texts)])
    assert cleaned(texts[0], known) == texts[0]


def test_what_introduces_lines_that_stay_is_kept() -> None:
    texts = [
        f"{article(i)}\n\nFor more information see the following resources:\n\n- Unique link {chr(97 + i)}"
        for i in range(12)
    ]
    known = table([(t, f"t{i}") for i, t in enumerate(texts)])
    assert cleaned(texts[0], known) == texts[0]


@given(st.lists(st.text(alphabet="ab \n|", max_size=60), max_size=12))
def test_removing_nothing_changes_nothing_and_removal_only_shortens(texts: list[str]) -> None:
    known = table([(t, None) for t in texts])
    for text in texts:
        assert cleaned(text, {}) == text
        assert len(cleaned(text, known)) <= len(text)
