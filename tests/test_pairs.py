"""Pairs: exact similarities, whatever the batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning import pairs
from cleaning.shingles import shingles
from sitecorpus.document import DOCUMENTS
from sitecorpus.shards import iter_rows, write_shard

SETS = st.lists(st.sets(st.integers(0, 30), min_size=1), min_size=2, max_size=8)


@given(SETS)
def test_similarity_is_shared_over_all(sets: list[set[int]]) -> None:
    named = {str(i): np.array(sorted(s), dtype=np.uint64) for i, s in enumerate(sets)}
    every = [(a, b) for a in named for b in named if a < b]
    expected = [len(sets[int(a)] & sets[int(b)]) / len(sets[int(a)] | sets[int(b)]) for a, b in every]
    assert pairs.similarities(named, every) == expected


@pytest.mark.parametrize("budget", [1, 60, 10_000])
def test_edges_do_not_depend_on_the_memory_that_a_batch_may_take(tmp_path: Path, budget: int) -> None:
    texts = [" ".join(f"w{n}" for n in range(i, i + 30)) for i in range(12)]
    rows = [{"document_id": f"d{i:02}", "url": f"https://a.org/{i}", "text": t} for i, t in enumerate(texts)]
    write_shard(tmp_path / "documents-00000.parquet", rows, DOCUMENTS)
    ids = [row["document_id"] for row in rows]
    where = {d: (tmp_path / "documents-00000.parquet", i) for i, d in enumerate(ids)}
    every = np.array([(a, b) for a in range(12) for b in range(a + 1, 12)])
    sizes = [len(shingles(t, 5)) for t in texts]
    batches = pairs.plan(tmp_path, every, ids, sizes, where, 5, 0.5, budget=budget)
    for batch in batches:
        pairs.verify(batch)
    assert (len(batches) == 1) == (budget == 10_000)
    found = {(r["a"], r["b"]): r["jaccard"] for r in iter_rows([batch.output for batch in batches])}
    assert found == {
        (ids[a], ids[b]): (26 - (b - a)) / (26 + (b - a)) for a, b in every.tolist() if (26 - (b - a)) / (26 + (b - a)) >= 0.5
    }  # fmt: skip


def test_no_pairs_make_one_empty_batch(tmp_path: Path) -> None:
    (batch,) = pairs.plan(tmp_path, np.empty((0, 2), dtype=np.int64), ["a"], [1], {}, 5, 0.5)
    pairs.verify(batch)
    assert list(iter_rows([batch.output])) == []
