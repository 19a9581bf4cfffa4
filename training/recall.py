"""Generated text against the training text: the longest runs of words that are copied verbatim.

A word is a run of characters that are not white space, compared as it is; the white space between words does not
count. The samples' runs of a few words are indexed and the training text is streamed past them once, so memory follows
the samples, not the corpus. Every hit is compared word by word: hashes only say where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\S+")
_SEED_WORDS = 3
"""Length of the indexed runs, at most: copies shorter than this are looked for only where there is no longer one."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_UNKNOWN = 0  # a word of the corpus that no sample has


@dataclass
class Span:
    """A run of words of a sample that stands in the training text, and is part of no longer such run."""

    sample: int
    words: int
    start: int
    """Characters into the sample."""
    end: int
    document_id: str
    url: str
    also_in: int
    """Further training documents with this very span."""


@dataclass(frozen=True)
class Recall:
    """What `find` found: the spans, and the longest copied run of each sample in words, (samples,)."""

    spans: list[Span]
    longest: list[int]


def find(samples: Sequence[str], documents: Iterable[dict[str, Any]], min_words: int) -> Recall:
    """Return the copied spans of at least `min_words` words; each names the first document, by URL, that has it.

    `documents` are {document_id, url, text} and are read once. `longest` is exact from three words up (or from
    `min_words`, where that is less), and 0 below.
    """
    index = _Index([[m.group() for m in _WORD.finditer(s)] for s in samples], min(_SEED_WORDS, min_words))
    longest = [0] * len(samples)
    found: dict[tuple[int, int, int], Span] = {}
    for document in documents:
        words = _WORD.findall(document["text"])
        seen: set[tuple[int, int, int]] = set()
        for sample, at, length in index.matches(words):
            longest[sample] = max(longest[sample], length)
            if length >= min_words:
                seen.add((sample, at, length))
        for key in seen:
            _remember(found, key, document)
    places = [[(m.start(), m.end()) for m in _WORD.finditer(s)] for s in samples]
    spans = []
    for (sample, at, length), span in _maximal(found).items():
        span.start, span.end = places[sample][at][0], places[sample][at + length - 1][1]
        spans.append(span)
    spans.sort(key=lambda s: (s.sample, -s.words, s.start))
    return Recall(spans, longest)


def _remember(found: dict[tuple[int, int, int], Span], key: tuple[int, int, int], document: dict[str, Any]) -> None:
    sample, _, length = key
    known = found.get(key)
    if known is None:
        found[key] = Span(sample, length, 0, 0, document["document_id"], document["url"], 0)
        return
    known.also_in += 1
    if document["url"] < known.url:
        known.document_id, known.url = document["document_id"], document["url"]


def _maximal(found: dict[tuple[int, int, int], Span]) -> dict[tuple[int, int, int], Span]:
    """Return the spans that lie in no longer span of the same sample."""
    kept: dict[tuple[int, int, int], Span] = {}
    furthest: dict[int, int] = {}
    # by start, the longest first: a span lies in an earlier one exactly where it ends no later than all before it
    for key in sorted(found, key=lambda k: (k[0], k[1], -k[2])):
        sample, at, length = key
        if at + length > furthest.get(sample, -1):
            kept[key] = found[key]
            furthest[sample] = at + length
    return kept


class _Index:
    """The runs of `k` words of all samples, by hash."""

    def __init__(self, samples: list[list[str]], k: int) -> None:
        self._samples, self._k = samples, k
        self._ids: dict[str, int] = {}
        for words in samples:
            for word in words:
                self._ids.setdefault(word, len(self._ids) + 1)
        hashes, places = [], []
        for s, words in enumerate(samples):
            rolled = self._hashes(np.array([self._ids[w] for w in words], dtype=np.uint64))
            hashes.append(rolled)
            places += [(s, at) for at in range(len(rolled))]
        flat = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)
        by_hash = np.argsort(flat, kind="stable")
        self._hashes_sorted = flat[by_hash]
        self._places = [places[i] for i in by_hash]

    def _hashes(self, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return a polynomial hash modulo 2^64 of each run of k words, (words - k + 1,)."""
        n = len(ids) - self._k + 1
        if n <= 0:
            return np.zeros(0, dtype=np.uint64)
        value = np.zeros(n, dtype=np.uint64)
        for i in range(self._k):
            value = value * _BASE + ids[i : i + n]  # wraps
        return value

    def matches(self, words: list[str]) -> list[tuple[int, int, int]]:
        """Return (sample, first word, words) of each run of at least k words that cannot be extended either way."""
        get = self._ids.get
        ids = np.array([get(w, _UNKNOWN) for w in words], dtype=np.uint64)
        hashes = self._hashes(ids)
        left = np.searchsorted(self._hashes_sorted, hashes, side="left")
        right = np.searchsorted(self._hashes_sorted, hashes, side="right")
        found = []
        for j in np.flatnonzero(right > left).tolist():
            for sample, at in self._places[left[j] : right[j]]:
                own = self._samples[sample]
                if at and j and own[at - 1] == words[j - 1]:
                    continue  # the run that begins one word earlier has it
                length = _common(own, at, words, j)
                if length >= self._k:
                    found.append((sample, at, length))
        return found


def _common(a: list[str], i: int, b: list[str], j: int) -> int:
    length = 0
    most = min(len(a) - i, len(b) - j)
    while length < most and a[i + length] == b[j + length]:
        length += 1
    return length
