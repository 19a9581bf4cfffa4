"""Shingles: the sets that documents are compared by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaning.shingles import shingles, words

GOLDEN = ["135bfd5773f27074", "3bdbcbd8634ae15d", "5c6ad4c9b071f792", "6f7b20829f1c1a07"]
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "the", "Straße", "漢字", "x1"]), max_size=40)


def tuples(text: str, size: int) -> set[tuple[str, ...]]:
    found = words(text)
    size = min(size, len(found))
    return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)} if found else {(text,)}


@given(WORDS, st.integers(1, 6))
def test_there_are_as_many_as_distinct_runs_of_words(found: list[str], size: int) -> None:
    text = " ".join(found)
    assert len(shingles(text, size)) == len(tuples(text, size))


@given(WORDS, WORDS, st.integers(1, 6))
def test_two_texts_share_as_many_shingles_as_runs_of_words(a: list[str], b: list[str], size: int) -> None:
    left, right = " ".join(a), " ".join(b)
    shared = set(shingles(left, size).tolist()) & set(shingles(right, size).tolist())
    assert len(shared) == len(tuples(left, size) & tuples(right, size))


@given(st.text(), st.sampled_from(["", " ", "\n\t", "  \r\n"]))
def test_outer_whitespace_and_case_do_not_count(text: str, around: str) -> None:
    if words(text):
        assert shingles(around + text + around, 5).tolist() == shingles(text, 5).tolist()


def test_a_text_without_words_is_like_itself_only() -> None:
    assert shingles("!!!", 5).tolist() == shingles("!!!", 5).tolist() != shingles("???", 5).tolist()


def test_short_texts_are_equal_or_wholly_different() -> None:
    assert shingles("Not found", 5).tolist() == shingles("not found!", 5).tolist()
    assert not set(shingles("not found", 5).tolist()) & set(shingles("not found here", 5).tolist())


def test_values_are_the_same_on_every_machine_and_in_every_run() -> None:
    assert [f"{v:016x}" for v in shingles("To be, or not to be: that is", 5)] == GOLDEN
