"""Candidate pairs into exact Jaccard similarities, a batch of texts in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaning.clusters import components
from cleaning.shingles import shingles
from sitecorpus.manifest import Counts
from sitecorpus.shards import read_shard, write_shard

EDGES = pa.schema([("a", pa.string()), ("b", pa.string()), ("jaccard", pa.float64())])
"""Verified pairs by document_id, a < b: `edges-NNNNN.parquet`."""

BATCH_SHINGLES = 16_000_000
"""Shingles in memory at a time, about: 8 bytes each, and as much again for their numbers."""

Row = tuple[Path, int]
"""Where a document's text lies: its shard, and its row there."""


@dataclass(frozen=True)
class PairBatch:
    """Some candidate pairs, and where the texts of their documents lie."""

    output: Path
    pairs: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Path, tuple[tuple[int, str], ...]], ...]
    """(shard, ((row, document_id), ...)): each shard is opened once."""
    shingle_words: int
    min_jaccard: float
    """Pairs below are not written."""


def plan(
    directory: Path,
    pairs: NDArray[np.int64],
    ids: Sequence[str],
    sizes: Sequence[int],
    rows: Mapping[str, Row],
    shingle_words: int,
    min_jaccard: float,
    budget: int = BATCH_SHINGLES,
) -> list[PairBatch]:
    """Cut `pairs` (K, 2) of places in `ids` into batches of documents with `budget` shingles in all, at least one.

    Pairs of one component stay together where they fit, so that a text is seldom read twice. The batches
    depend on the documents alone, not on the shards they came in.
    """
    return [
        PairBatch(
            directory / f"edges-{number:05}.parquet",
            tuple((ids[a], ids[b]) for a, b in batch),
            _by_shard({ids[i] for pair in batch for i in pair}, rows),
            shingle_words,
            min_jaccard,
        )
        for number, batch in enumerate(_cut(pairs, sizes, budget))
    ]


def _cut(pairs: NDArray[np.int64], sizes: Sequence[int], budget: int) -> Iterator[list[tuple[int, int]]]:
    joined = components(len(sizes), pairs)
    batch: list[tuple[int, int]] = []
    members: set[int] = set()
    held = 0
    for a, b in sorted(((int(a), int(b)) for a, b in pairs), key=lambda p: (joined[p[0]], p)):
        held += sum(sizes[i] for i in (a, b) if i not in members)
        if held > budget and batch:
            yield batch
            batch, members, held = [], set(), sizes[a] + sizes[b]
        batch.append((a, b))
        members.update((a, b))
    yield batch


def _by_shard(ids: set[str], rows: Mapping[str, Row]) -> tuple[tuple[Path, tuple[tuple[int, str], ...]], ...]:
    found: dict[Path, list[tuple[int, str]]] = {}
    for document_id in ids:
        path, row = rows[document_id]
        found.setdefault(path, []).append((row, document_id))
    return tuple((path, tuple(sorted(picks))) for path, picks in sorted(found.items()))


def verify(batch: PairBatch) -> None:
    """Write the pairs of a batch that reach `min_jaccard`, with their exact similarity."""
    sets: dict[str, NDArray[np.uint64]] = {}
    for path, picks in batch.rows:
        texts = read_shard(path, ["text"])
        for row, document_id in picks:
            sets[document_id] = shingles(texts[row]["text"], batch.shingle_words)
    edges = [
        {"a": min(a, b), "b": max(a, b), "jaccard": jaccard}
        for (a, b), jaccard in zip(batch.pairs, similarities(sets, batch.pairs), strict=True)
        if jaccard >= batch.min_jaccard
    ]
    edges.sort(key=lambda e: (e["a"], e["b"]))
    write_shard(batch.output, edges, EDGES, counts=Counts(read=len(batch.pairs), written=len(edges)))


def similarities(sets: Mapping[str, NDArray[np.uint64]], pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return |A ∩ B| / |A ∪ B| of each pair, exactly.

    Shingles are numbered once, so that the intersection of one document with all its partners is one look
    into a table of marks.
    """
    if not pairs:
        return []
    numbers = _numbered(sets)
    marks = np.zeros(max(int(n.max()) for n in numbers.values()) + 1, dtype=np.uint8)
    partners: dict[str, list[int]] = {}
    for place, (a, _) in enumerate(pairs):
        partners.setdefault(a, []).append(place)
    found = [0.0] * len(pairs)
    for a, places in partners.items():
        marks[numbers[a]] = 1
        for start in range(0, len(places), 512):  # a bound on what is gathered at once
            some = places[start : start + 512]
            others = [numbers[pairs[place][1]] for place in some]
            sizes = np.array([len(o) for o in others])
            common = np.add.reduceat(marks[np.concatenate(others)], np.cumsum(sizes) - sizes, dtype=np.int64)
            for place, both, size in zip(some, common.tolist(), sizes.tolist(), strict=True):
                found[place] = both / (len(numbers[a]) + size - both)
        marks[numbers[a]] = 0
    return found


def _numbered(sets: Mapping[str, NDArray[np.uint64]]) -> dict[str, NDArray[np.int64]]:
    """Return the same sets with shingles replaced by 0, 1, 2, ..."""
    together = np.concatenate(list(sets.values()))
    order = np.argsort(together)
    ordered = together[order]
    new = np.zeros(len(ordered), dtype=np.int64)
    new[1:] = ordered[1:] != ordered[:-1]
    numbers = np.empty(len(ordered), dtype=np.int64)
    numbers[order] = np.cumsum(new)
    ends = np.cumsum([len(s) for s in sets.values()])
    return dict(zip(sets, np.split(numbers, ends[:-1]), strict=True))
