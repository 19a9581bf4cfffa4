"""Leakage: exact, against brute force."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.leakage import measure

# few different words, so that texts share much
TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=40).map(" ".join), max_size=5)


def gram_set(text: str, size: int) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)} or {tuple(words)}


def jaccard(a: str, b: str, size: int) -> float:
    left, right = gram_set(a, size), gram_set(b, size)
    return len(left & right) / len(left | right) if a and b else 0.0


def longest_run(a: str, b: str, size: int) -> int:
    """Longest common substring of words, by the textbook's table; whole short documents count."""
    left, right = a.split(), b.split()
    if min(len(left), len(right)) < size:
        return len(left) if left == right else 0
    best, row = 0, [0] * (len(right) + 1)
    for word in left:
        row = [0] + [row[j] + 1 if word == other else 0 for j, other in enumerate(right)]
        best = max(best, *row)
    return best if best >= size else 0


@given(TEXTS, TEXTS, st.sampled_from([1, 2, 3, 5]))
@settings(max_examples=200, deadline=None)
def test_it_agrees_with_brute_force(held_out: list[str], train: list[str], size: int) -> None:
    found = measure(
        [(f"v{i}", t) for i, t in enumerate(held_out)], [(f"t{i}", t) for i, t in enumerate(train)], size, 0.5
    )
    every = {(f"v{i}", f"t{j}"): jaccard(a, b, size) for i, a in enumerate(held_out) for j, b in enumerate(train)}
    assert found.max_jaccard == max(every.values(), default=0.0)
    assert {(v, t): j for j, v, t in found.violations} == {pair: j for pair, j in every.items() if j >= 0.5}
    for limit in (0.3, 0.5):
        assert found.at_jaccard[f"{limit:g}"] == len({v for (v, _), j in every.items() if j >= limit})
    runs = {(i, j): longest_run(a, b, size) for i, a in enumerate(held_out) for j, b in enumerate(train)}
    assert found.longest_run_words == max(runs.values(), default=0)
    assert found.at_run["30"] == len({i for (i, _), words in runs.items() if words >= 30})
    assert found.documents == {"train": len(train), "validation": len(held_out)}


def test_a_shared_run_counts_whatever_stands_around_it() -> None:
    run = " ".join(f"w{i}" for i in range(60))
    found = measure([("v", f"one two {run} three"), ("u", "nothing of it")], [("t", f"{run}, four")], 5, 0.5)
    assert (found.longest_run_words, found.longest_run) == (60, ("v", "t"))
    assert found.at_run == {"30": 1, "50": 1, "100": 0}


@pytest.mark.parametrize(
    ("copy", "holds"), [("one two three four five six", False), ("something else altogether is here", True)]
)
def test_the_certificate_says_what_is_claimed_and_whether_it_holds(copy: str, holds: bool) -> None:
    found = measure([("v", "One, two, three: four five six!")], [("t", copy)], 5, 0.5)
    certificate = found.certificate({"v": "https://a.org/v", "t": "https://a.org/t"})
    assert certificate["claim"] == "no validation document has Jaccard >= 0.5 with a training document"
    assert certificate["holds"] is holds
    assert [pair["train_url"] for pair in certificate["worst_pairs"]] == [] if holds else ["https://a.org/t"]
