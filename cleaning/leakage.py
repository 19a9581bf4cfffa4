"""Two splits into a certificate: how much of validation a model may have seen in training.

Shares no code with the splitter or with deduplication, and no hashing at all: shingles of validation are numbered
exactly, in an inverted index, and every training document is read past it. Memory grows with validation only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

JACCARDS = (0.3, 0.5)
"""Similarities at which validation documents are counted."""
RUNS_WORDS = (30, 50, 100)
"""Lengths of shared runs at which validation documents are counted."""
WORST_PAIRS = 10
DEFINITIONS = {
    "word": "a run of \\w characters of the text in lower case",
    "shingle": "words that follow one another, as many as shingle_words; a shorter document is one shingle of all it has",
    "jaccard": "shingles in both documents / shingles in either, each counted once",
    "shared run": "the longest sequence of words, one after another, that stands in both documents",
}


@dataclass
class Leakage:
    """What the two splits share."""

    shingle_words: int
    threshold: float
    """Jaccard similarity that no pair across the split may reach."""
    documents: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    max_jaccard: float = 0.0
    pairs: list[tuple[float, str, str]] = field(default_factory=list)
    """Jaccard, validation document, training document: of each validation document the likest, and all pairs that
    reach the threshold; the worst first."""
    at_jaccard: dict[str, int] = field(default_factory=dict)
    longest_run_words: int = 0
    longest_run: tuple[str, str] | None = None
    at_run: dict[str, int] = field(default_factory=dict)

    @property
    def violations(self) -> list[tuple[float, str, str]]:
        """Pairs across the split that reach the threshold."""
        return [pair for pair in self.pairs if pair[0] >= self.threshold]

    def certificate(self, urls: Mapping[str, str]) -> dict[str, Any]:
        """Return what is written: the claim, whether it holds, the numbers and their definitions."""
        return {
            "claim": f"no validation document has Jaccard >= {self.threshold:g} with a training document",
            "holds": not self.violations,
            "shingle_words": self.shingle_words,
            "definitions": DEFINITIONS,
            "documents": self.documents,
            "words": self.words,
            "max_cross_jaccard": self.max_jaccard,
            "validation_documents_at_jaccard": self.at_jaccard,
            "longest_shared_run_words": self.longest_run_words,
            "longest_shared_run_urls": [urls[document_id] for document_id in self.longest_run or ()],
            "validation_documents_sharing_run_words": self.at_run,
            "worst_pairs": [
                {"jaccard": jaccard, "validation_url": urls[held_out], "train_url": urls[train]}
                for jaccard, held_out, train in self.pairs[:WORST_PAIRS]
            ],
            "not_claimed": "shared phrases, quotations and site templates below these limits are counted above, not removed",
        }


def measure(
    validation: Iterable[tuple[str, str]], train: Iterable[tuple[str, str]], shingle_words: int, threshold: float
) -> Leakage:
    """Compare every training document with every validation document; both give (document_id, text)."""
    index = _Index(validation, shingle_words)
    meter = _Meter(index, threshold)
    documents = words = 0
    for document_id, text in train:
        found = _words(text)
        documents += 1
        words += len(found)
        meter.read(document_id, found)
    leakage = meter.leakage()
    leakage.documents = {"train": documents, "validation": len(index.ids)}
    leakage.words = {"train": words, "validation": index.words}
    return leakage


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _set_size(words: list[str], size: int) -> int:
    return len(set(zip(*(words[k:] for k in range(size)), strict=False))) if len(words) >= size else 1


class _Index:
    """Validation's shingles, numbered, with the documents and the places where each stands."""

    def __init__(self, documents: Iterable[tuple[str, str]], size: int) -> None:
        self.size = size
        self.ids: list[str] = []
        self.words = 0
        self.vocabulary: dict[str, int] = {}
        self.short: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        """Documents shorter than a shingle, by all their words."""
        stream: list[int] = []  # all words of validation by number; −1 ends a document
        owner: list[int] = []
        for document_id, text in documents:
            found = _words(text)
            self.words += len(found)
            if 0 < len(found) < size:
                self.short[tuple(found)].append(len(self.ids))
            stream += [self.vocabulary.setdefault(w, len(self.vocabulary)) for w in found]
            stream.append(-1)
            owner += [len(self.ids)] * (len(found) + 1)
            self.ids.append(document_id)
        self.owner = np.array(owner, dtype=np.int64)
        self.levels: list[Ints] = []
        """For 2, 3, ... words: the sorted codes (number of all but the last) × V + last."""
        grams = self._number(np.array(stream, dtype=np.int64), learn=True)
        places = np.flatnonzero(grams >= 0)
        order = np.argsort(grams[places], kind="stable")
        self.places = places[order]  # of shingle 0, then of shingle 1, ...; ascending in each
        numbered = grams[self.places]
        count = int(numbered[-1]) + 1 if len(numbered) else 0
        self.place_starts = np.searchsorted(numbered, np.arange(count + 1))
        owners = self.owner[self.places]
        first = np.ones(len(owners), dtype=bool)
        first[1:] = (numbered[1:] != numbered[:-1]) | (owners[1:] != owners[:-1])
        self.holders = owners[first]  # documents that hold shingle 0, then 1, ...; each once
        self.holder_starts = np.searchsorted(numbered[first], np.arange(count + 1))
        self.sizes = np.bincount(self.holders, minlength=len(self.ids))

    def grams(self, words: list[str]) -> Ints:
        """Return the number of the shingle at each place of a document, −1 where validation has none such."""
        return self._number(np.array([self.vocabulary.get(w, -1) for w in words], dtype=np.int64), learn=False)

    def _number(self, words: Ints, learn: bool) -> Ints:
        """Number n-grams by pairing the number of n − 1 words with the next word: exact, with no hash."""
        numbers = words
        for level in range(self.size - 1):
            following = words[level + 1 :]
            known = (numbers[:-1] >= 0) & (following >= 0)
            codes = numbers[:-1][known] * max(len(self.vocabulary), 1) + following[known]
            if learn:
                ordered = np.sort(codes)
                self.levels.append(ordered[np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]])
            table = self.levels[level]
            numbers = np.full(len(following), -1, dtype=np.int64)
            if len(table) and len(codes):
                at = np.minimum(np.searchsorted(table, codes), len(table) - 1)
                numbers[known] = np.where(table[at] == codes, at, -1)
        return numbers


class _Meter:
    """Training documents read past the index."""

    def __init__(self, index: _Index, threshold: float) -> None:
        self.index = index
        self.threshold = threshold
        self.best = np.zeros(len(index.ids))  # highest Jaccard of each validation document
        self.runs = np.zeros(len(index.ids), dtype=np.int64)  # longest shared run of each, in words
        self.nearest: dict[int, str] = {}  # the training document with that Jaccard
        self.reached: list[tuple[float, int, str]] = []  # pairs at or above the threshold
        self.longest_run: tuple[int, str] | None = None

    def read(self, document_id: str, words: list[str]) -> None:
        """Compare one training document with all of validation."""
        index = self.index
        if len(words) < index.size:
            for held_out in index.short.get(tuple(words), ()):
                self._pair(1.0, held_out, document_id)
                self._run(len(words), held_out, document_id)
            return
        grams = index.grams(words)
        matched = np.flatnonzero(grams >= 0)
        if not len(matched):
            return
        self._jaccard(document_id, words, _distinct(grams[matched]))
        self._shared_runs(document_id, grams, matched)

    def _jaccard(self, document_id: str, words: list[str], shared: Ints) -> None:
        index = self.index
        holders = np.sort(index.holders[_ranges(index.holder_starts[shared], index.holder_starts[shared + 1])])
        starts = np.flatnonzero(np.r_[True, holders[1:] != holders[:-1]])
        common = np.diff(np.r_[starts, len(holders)])
        held_out = holders[starts]
        # |A ∪ B| is at least the larger of A and what of B was matched: enough to pass over most pairs
        bound = common / np.maximum(index.sizes[held_out], len(shared))
        worth = (bound >= min(self.threshold, *JACCARDS)) | (bound > self.best[held_out])
        if worth.any():
            size = _set_size(words, index.size)
            for doc, both in zip(held_out[worth].tolist(), common[worth].tolist(), strict=True):
                self._pair(both / (int(index.sizes[doc]) + size - both), doc, document_id)

    def _pair(self, jaccard: float, held_out: int, document_id: str) -> None:
        if jaccard > self.best[held_out]:
            self.best[held_out] = jaccard
            self.nearest[held_out] = document_id
        if jaccard >= self.threshold:
            self.reached.append((jaccard, held_out, document_id))

    def _shared_runs(self, document_id: str, grams: Ints, matched: Ints) -> None:
        """Find runs of words, at least 30 or longer than the longest so far, that stand in a validation document.

        A run of w words is w − size + 1 shingles at places that advance together: same place in validation
        minus place in training, one after another.
        """
        index = self.index
        wanted = min(min(RUNS_WORDS), int(self.runs.max()) + 1) - index.size + 1
        ends = np.r_[np.flatnonzero(np.diff(matched) != 1), len(matched) - 1]
        lengths = np.diff(np.r_[-1, ends])
        matched = matched[np.repeat(lengths >= wanted, lengths)]
        if not len(matched):
            return
        starts, stops = index.place_starts[grams[matched]], index.place_starts[grams[matched] + 1]
        places = index.places[_ranges(starts, stops)]
        here = np.repeat(matched, stops - starts)
        width = len(grams) + 1
        keys = np.sort((places - here + width) * width + here)  # by offset, then by place in training
        begins = np.r_[0, np.flatnonzero(np.diff(keys) != 1) + 1]
        run_words = np.diff(np.r_[begins, len(keys)]) + index.size - 1
        for key, run in zip(keys[begins].tolist(), run_words.tolist(), strict=True):
            if run >= wanted + index.size - 1:
                place = key // width - width + key % width
                self._run(run, int(index.owner[place]), document_id)

    def _run(self, words: int, held_out: int, document_id: str) -> None:
        if words > self.runs.max():
            self.longest_run = (held_out, document_id)
        self.runs[held_out] = max(self.runs[held_out], words)

    def leakage(self) -> Leakage:
        """Return what was found."""
        ids = self.index.ids
        longest = self.longest_run
        nearest = {(float(self.best[held_out]), held_out, train) for held_out, train in self.nearest.items()}
        ordered = sorted((-jaccard, ids[held_out], train) for jaccard, held_out, train in nearest.union(self.reached))
        return Leakage(
            shingle_words=self.index.size,
            threshold=self.threshold,
            max_jaccard=float(self.best.max(initial=0.0)),
            pairs=[(-jaccard, held_out, train) for jaccard, held_out, train in ordered],
            at_jaccard={f"{j:g}": int((self.best >= j).sum()) for j in JACCARDS},
            longest_run_words=int(self.runs.max(initial=0)),
            longest_run=(ids[longest[0]], longest[1]) if longest else None,
            at_run={str(words): int((self.runs >= words).sum()) for words in RUNS_WORDS},
        )


def _distinct(values: Ints) -> Ints:
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]]


def _ranges(starts: Ints, stops: Ints) -> Ints:
    """Return starts[0] … stops[0] − 1, starts[1] … stops[1] − 1, ... in one array."""
    lengths = stops - starts
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    found: Ints = np.repeat(starts, lengths) + within
    return found
