"""Signatures: datasketch's own values, in bulk."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.signatures import estimates, minhash, signature

SHINGLES = st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=50)


@given(SHINGLES, st.integers(0, 2**31), st.sampled_from([1, 16, 128]))
@settings(max_examples=40)
def test_values_are_those_of_datasketch(shingles: set[int], seed: int, num_perm: int) -> None:
    reference = MinHash(num_perm=num_perm, seed=seed, hashfunc=lambda shingle: shingle & 0xFFFFFFFF)
    for shingle in shingles:
        reference.update(shingle)
    ours = signature(np.array(sorted(shingles), dtype=np.uint64), num_perm, seed)
    assert ours.tolist() == reference.hashvalues.tolist()


def test_values_are_those_of_datasketch_for_a_set_of_many_blocks() -> None:
    shingles = np.arange(5000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    reference = minhash(128, 1)
    reference.update_batch(shingles.tolist())
    assert signature(shingles, 128, 1).tolist() == reference.hashvalues.tolist()


def test_an_estimate_is_near_the_jaccard_similarity() -> None:
    shingles = np.random.default_rng(1).integers(0, 1 << 63, 1500, dtype=np.uint64)
    pair = np.stack([signature(shingles[:1000], 128, 1), signature(shingles[500:], 128, 1)])
    assert estimates(pair, np.array([[0, 1]]))[0] == pytest.approx(500 / 1500, abs=0.15)
    assert estimates(pair, np.array([[0, 0]]))[0] == 1
