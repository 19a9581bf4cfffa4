"""Shingles into a MinHash signature: the very values of `datasketch.MinHash`, computed in bulk.

datasketch chooses the permutations, so whoever has datasketch can check or extend an index made here; only
the loop over shingles is done in numpy, a block of shingles under all permutations at a time.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

BLOCK = 1024
"""Shingles permuted at a time: 1024 x 128 x 4 bytes stay in a core's cache."""


def minhash(num_perm: int, seed: int) -> MinHash:
    """Return the empty datasketch MinHash that `signature` agrees with; it takes shingles, not bytes."""
    return MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=lambda shingle: int(shingle) & 0xFFFFFFFF)


@lru_cache(maxsize=8)
def _permutations(num_perm: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    a, b = minhash(num_perm, seed).permutations
    return a.astype(np.uint32).reshape(-1, 1), b.astype(np.uint32).reshape(-1, 1)


def signature(shingles: NDArray[np.uint64], num_perm: int, seed: int) -> NDArray[np.uint32]:
    """Return the MinHash of one document, (num_perm,): min over shingles of a·h + b mod 2^32."""
    a, b = _permutations(num_perm, seed)  # (P, 1) each
    hashed = _fmix32(shingles.astype(np.uint32))  # (S,); astype keeps the low 32 bits
    smallest = np.full(num_perm, 0xFFFFFFFF, dtype=np.uint32)
    for start in range(0, len(hashed), BLOCK):
        permuted = a * hashed[start : start + BLOCK]  # (P, BLOCK)
        permuted += b
        np.minimum(smallest, permuted.min(axis=1), out=smallest)
    return smallest


def estimates(signatures: NDArray[np.uint32], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of equal places for each pair of rows, (K,): Jaccard within ±1/√num_perm or so."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), 65536):
        some = pairs[start : start + 65536]
        found[start : start + 65536] = (signatures[some[:, 0]] == signatures[some[:, 1]]).mean(axis=1)
    return found


def _fmix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mix as datasketch's scheme affine32 does: MurmurHash3's 32-bit finalizer."""
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))
