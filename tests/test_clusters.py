"""Clusters: nobody is lost to a chain, and the keeper is chosen by a rule people can read."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cleaning.clusters import Edge, Member, Place, components, identical_extractions, keeper_order, keepers

PAGE = Member("1", "https://a.org/x", "https://a.org/x", "MIT", "T", 100, 20, "t", "s")
EDGES = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(0, 1)).filter(lambda e: e[0] != e[1]), max_size=40
)


def test_a_document_is_not_lost_to_a_keeper_that_it_does_not_resemble() -> None:
    chain = [Edge(0, 1, 0.9), Edge(1, 2, 0.9)]
    assert keepers(3, chain, 0.8) == [Place(0, 1.0), Place(0, 0.9), Place(2, 1.0)]


def test_of_several_keepers_a_document_goes_to_the_likest() -> None:
    assert keepers(3, [Edge(2, 0, 0.85), Edge(2, 1, 0.95)], 0.8)[2] == Place(1, 0.95)


@given(EDGES)
def test_each_document_is_kept_or_verified_to_be_like_one_that_is(edges: list[tuple[int, int, float]]) -> None:
    known = {frozenset(e[:2]): e[2] for e in edges}
    unique = [Edge(min(pair), max(pair), jaccard) for pair, jaccard in known.items()]
    places = keepers(12, unique, 0.8)
    kept = {i for i, place in enumerate(places) if place.keeper == i}
    for i, place in enumerate(places):
        assert place.keeper in kept
        assert i in kept or place.similarity == known[frozenset((i, place.keeper))] >= 0.8
    assert not [e for e in unique if e.jaccard >= 0.8 and {e.a, e.b} <= kept]


def test_the_keeper_has_a_license_then_its_own_url_then_more_text_then_the_shorter_url() -> None:
    ordered = [
        PAGE,
        replace(PAGE, url="https://a.org/xx", canonical_url="https://a.org/xx"),
        replace(PAGE, chars=50),
        replace(PAGE, url="https://a.org/x?print=1", chars=900),
        replace(PAGE, license=None, chars=900),
    ]
    assert all(keeper_order(a) < keeper_order(b) for a, b in pairwise(ordered))


def test_components_are_what_hangs_together() -> None:
    assert components(6, [(1, 0), (4, 5), (5, 1)]) == [0, 0, 2, 3, 0, 0]


def test_many_pages_with_one_text_are_reported() -> None:
    pages = [replace(PAGE, url=f"https://a.org/{i}", title=str(i % 3)) for i in range(12)]
    assert identical_extractions(pages[:9]) == []
    (found,) = identical_extractions(pages)
    assert (found["documents"], found["titles"], len(found["urls"])) == (12, 3, 5)
