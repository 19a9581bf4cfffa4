"""A text as its set of word n-grams, hashed to 64 bits: what two documents are compared by.

A hash that is the same on every machine and in every run (XXH3), never Python's own, which is salted.
At 64 bits, two different shingles of a corpus of a billion words meet with a chance of about one in forty.
"""

from __future__ import annotations

import re

import numpy as np
import xxhash
from numpy.typing import NDArray

WORD = re.compile(r"\w+")
KNOWN_WORDS = 1 << 18
"""Hashes of words that are remembered, at most; beyond it the memory begins anew."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd: 2^64 / golden ratio
_FINISH = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finalizer


class _WordHashes(dict[str, bytes]):
    """word -> its 8 bytes of XXH3; a lookup is cheaper than a hash, and words repeat."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= KNOWN_WORDS:
            self.clear()
        value = self[word] = xxhash.xxh3_64_digest(word.encode())
        return value


_hashes = _WordHashes()


def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters, digits and underscores, in lower case."""
    return WORD.findall(text.lower())


def shingles(text: str, size: int) -> NDArray[np.uint64]:
    """Return the distinct shingles of `size` words, sorted; never empty.

    A text shorter than a shingle is one shingle of what it has; a text without words is itself.
    """
    found = words(text)
    if not found:
        return np.array([xxhash.xxh3_64_intdigest(text.encode())], dtype=np.uint64)
    size = min(size, len(found))
    hashed = np.frombuffer(b"".join(map(_hashes.__getitem__, found)), dtype=">u8").astype(np.uint64)
    count = len(hashed) - size + 1
    value = np.full(count, size, dtype=np.uint64)  # so that a short text is not the tail of another's hash
    for k in range(size):  # a polynomial in the words' hashes, modulo 2^64
        value *= _MULTIPLIER
        value += hashed[k : k + count]
    value ^= value >> np.uint64(33)
    value *= _FINISH
    value ^= value >> np.uint64(33)
    return distinct(value)


def distinct(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `values` sorted, each once. (Sort and mask: np.unique is ten times slower here.)"""
    values = np.sort(values)
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
