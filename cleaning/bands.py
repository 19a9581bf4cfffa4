"""Signatures into candidate pairs: documents that agree in all rows of at least one band.

A pair of Jaccard similarity s becomes a candidate with probability 1 − (1 − sʳ)ᵇ (Leskovec, Rajaraman, Ullman,
Mining of Massive Datasets, 3.4). datasketch's `MinHashLSH(threshold=0.8)` picks 9 bands of 13 rows, which finds a
pair at .8 with probability .40; the recipe's 21 bands of 6 rows find it with .998. The pairs are those of
`MinHashLSH(params=(bands, rows))`, grouped by sorting instead of by dictionaries, so that memory stays flat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_BUCKET = 128
"""In a bucket with more documents, each is paired with the first 128 only: pages of one template would
otherwise give a pair for every two of them."""

_COMPACT_AT = 4_000_000


def probability(similarity: float, bands: int, rows: int) -> float:
    """Return the chance that a pair of this Jaccard similarity becomes a candidate."""
    return float(1 - (1 - similarity**rows) ** bands)


def candidate_pairs(
    signatures: NDArray[np.uint32], bands: int, rows: int, max_bucket: int = MAX_BUCKET
) -> NDArray[np.int64]:
    """Return the pairs (a, b), a < b, of rows of `signatures` (N, P) that share a band: (K, 2), sorted.

    The order of rows matters only in buckets over `max_bucket`: put the likeliest keepers first.
    """
    n = len(signatures)
    found: list[NDArray[np.uint64]] = [np.empty(0, dtype=np.uint64)]
    for band in range(bands):
        a, b = _bucket_pairs(_band_keys(signatures[:, band * rows : (band + 1) * rows], band), max_bucket)
        found.append(a.astype(np.uint64) * np.uint64(n) + b.astype(np.uint64))
        if sum(map(len, found)) > _COMPACT_AT:
            found = [_distinct(np.concatenate(found))]
    codes = _distinct(np.concatenate(found))
    divisor = np.uint64(max(n, 1))
    return np.stack([codes // divisor, codes % divisor], axis=1).astype(np.int64)


def _band_keys(columns: NDArray[np.uint32], band: int) -> NDArray[np.uint64]:
    """Return one 64-bit key per row of (N, rows); a collision only adds a candidate, which is then verified."""
    odd = np.random.default_rng(band).integers(0, 1 << 63, columns.shape[1], dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    keys: NDArray[np.uint64] = ((columns.astype(np.uint64) + np.uint64(1)) * odd).sum(axis=1, dtype=np.uint64)
    return keys ^ (keys >> np.uint64(32))


def _bucket_pairs(keys: NDArray[np.uint64], max_bucket: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every row with the earlier ones of its bucket (the first `max_bucket` of them)."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.ones(len(keys), dtype=bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    positions = np.arange(len(keys))
    start = np.maximum.accumulate(np.where(begins, positions, 0))  # where each row's bucket begins
    partners = np.minimum(positions - start, max_bucket)  # earlier rows in the bucket
    total = int(partners.sum())
    nth = np.arange(total) - np.repeat(np.cumsum(partners) - partners, partners)
    return order[np.repeat(start, partners) + nth], order[np.repeat(positions, partners)]


def _distinct(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    codes = np.sort(codes)
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    return codes[first]
