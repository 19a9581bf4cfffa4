from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from training.recall import find

WORDS = st.lists(st.sampled_from(["a", "b", "c", "the", "The"]), max_size=14)


def documents(*texts: str) -> list[dict[str, str]]:
    return [{"document_id": f"d{i}", "url": f"https://x.test/{i}", "text": t} for i, t in enumerate(texts)]


def brute_force(sample: list[str], corpus: list[list[str]]) -> dict[tuple[int, int], set[int]]:
    """Every run of words of the sample that is in the corpus: {(first word, words): documents}."""
    found: dict[tuple[int, int], set[int]] = {}
    for at in range(len(sample)):
        for end in range(at + 1, len(sample) + 1):
            run = sample[at:end]
            hits = {
                d for d, words in enumerate(corpus) if any(words[j : j + len(run)] == run for j in range(len(words)))
            }
            if hits:
                found[at, end - at] = hits
    return found


@settings(max_examples=150, deadline=None)
@given(samples=st.lists(WORDS, max_size=3), corpus=st.lists(WORDS, max_size=4), min_words=st.integers(1, 5))
def test_spans_and_longest_lengths_agree_with_brute_force(
    samples: list[list[str]], corpus: list[list[str]], min_words: int
) -> None:
    texts = [" ".join(s) for s in samples]
    recall = find(texts, documents(*("\n".join(c) for c in corpus)), min_words)
    for s, sample in enumerate(samples):
        every = brute_force(sample, corpus)
        longest = max((length for _, length in every), default=0)
        assert recall.longest[s] == (longest if longest >= min(3, min_words) else 0)
        wanted = {
            (at, length): hits
            for (at, length), hits in every.items()
            if length >= min_words
            and not any((a, n) != (at, length) and a <= at and at + length <= a + n for a, n in every)
        }
        spans = [span for span in recall.spans if span.sample == s]
        got = {(len(texts[s][: span.start].split()), span.words): span for span in spans}
        assert got.keys() == wanted.keys()
        for key, span in got.items():
            assert span.document_id == f"d{min(wanted[key])}"
            assert span.also_in == len(wanted[key]) - 1
            assert texts[s][span.start : span.end].split() == sample[key[0] : key[0] + key[1]]


def test_white_space_does_not_count_and_everything_else_does() -> None:
    text = "He went   home\n\nand slept, all day."
    (span,) = find([text], documents("then He went home and\tslept, all night"), 3).spans
    assert text[span.start : span.end] == "He went   home\n\nand slept, all"
    assert not find(["he went Home and Slept all day"], documents("He went home and slept, all day"), 4).spans


def test_a_span_names_the_first_source_by_url_whatever_the_order_of_reading() -> None:
    rows = documents("one two three four", "one two three four five", "one two three four")
    (span,) = find(["x one two three four y"], reversed(rows), 3).spans
    assert (span.document_id, span.words, span.also_in) == ("d0", 4, 2)


def test_spans_come_longest_first() -> None:
    spans = find(["a b c X d e f g h"], documents("a b c", "d e f g h"), 3).spans
    assert [s.words for s in spans] == [5, 3]


def test_nothing_is_copied_from_nothing() -> None:
    assert find([], documents("a b c"), 3).spans == []
    assert find(["", "  "], documents("", "a"), 1).longest == [0, 0]
    assert find(["a b"], [], 1).longest == [0]


def test_one_word_over_and_over_is_found_once() -> None:
    (span,) = find(["na " * 60], documents("na " * 400, "na " * 30), 8).spans
    assert (span.words, span.document_id) == (60, "d0")
