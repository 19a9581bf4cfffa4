"""Bands: the candidates of datasketch's own index, and the recall that the formula promises."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from cleaning.bands import candidate_pairs, probability


@pytest.fixture(scope="module")
def signatures() -> NDArray[np.uint32]:
    """Signatures that agree in more and more places with the first of their group."""
    rng = np.random.default_rng(1)
    rows = []
    for share in np.linspace(0, 1, 60):
        first = rng.integers(0, 1 << 32, 128, dtype=np.uint32)
        other = np.where(rng.random(128) < share, first, rng.integers(0, 1 << 32, 128, dtype=np.uint32))
        rows += [first, other]
    return np.array(rows, dtype=np.uint32)


@pytest.mark.parametrize(("bands", "rows"), [(21, 6), (32, 4), (9, 13), (128, 1)])
def test_candidates_are_those_of_datasketch(signatures: NDArray[np.uint32], bands: int, rows: int) -> None:
    index = MinHashLSH(num_perm=128, params=(bands, rows))
    sketches = [MinHash(hashvalues=row, scheme="affine32") for row in signatures]
    for i, sketch in enumerate(sketches):
        index.insert(i, sketch)
    expected = {(min(i, j), max(i, j)) for i, s in enumerate(sketches) for j in index.query(s) if i != j}
    assert {(a, b) for a, b in candidate_pairs(signatures, bands, rows).tolist()} == expected


def test_the_bands_of_the_recipe_find_what_datasketchs_own_choice_misses() -> None:
    assert probability(0.8, 21, 6) > 0.998
    assert probability(0.8, 9, 13) < 0.4


def test_in_a_crowded_bucket_each_row_meets_the_first_ones() -> None:
    same = np.ones((10, 6), dtype=np.uint32)
    assert len(candidate_pairs(same, 1, 6)) == 45
    found = {(a, b) for a, b in candidate_pairs(same, 1, 6, max_bucket=2).tolist()}
    assert found == {(a, b) for a, b in itertools.combinations(range(10), 2) if a < 2}


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_documents_have_no_pairs(count: int) -> None:
    assert candidate_pairs(np.zeros((count, 128), dtype=np.uint32), 21, 6).shape == (0, 2)
