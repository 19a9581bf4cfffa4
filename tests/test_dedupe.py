"""Dedupe: one document of each cluster goes on, and the others say whose copy they are."""

from __future__ import annotations

import json
import logging
import random
from itertools import combinations
from pathlib import Path
from pydoc_data.topics import topics
from types import SimpleNamespace
from typing import Any

import pytest

from cleaning.dedupe import dedupe
from sitecorpus import ledger
from sitecorpus.document import DOCUMENTS, document_id
from sitecorpus.errors import SitecorpusError
from sitecorpus.executors import Executor, Processes, Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import DedupeSettings
from sitecorpus.shards import content_sha256, iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

REAL = [text for _, text in sorted(topics.items()) if len(text) > 2000]


def page(url: str, text: str, **columns: Any) -> dict[str, Any]:
    return {
        "document_id": document_id(url), "url": url, "canonical_url": url, "text": text, "title": "T",
        "license": "PSF-2.0", "language": "en", **columns,
    }  # fmt: skip


def edited(text: str, share: float, rng: random.Random) -> str:
    return " ".join("changed" if rng.random() < share else word for word in text.split())


def run(
    root: Path, rows: list[dict[str, Any]], shard: int = 256, executor: Executor | None = None, **settings: Any
) -> tuple[Job, Counts]:
    clean, output = root / "clean", root / "dedupe"
    for i in range(0, len(rows), shard):
        write_shard(clean / f"documents-{i // shard:05}.parquet", rows[i : i + shard], DOCUMENTS)
    output.mkdir(parents=True, exist_ok=True)
    given = SimpleNamespace(dedupe=DedupeSettings(**settings))
    job = Job("dedupe", given, {"clean": clean}, output, CorpusDir(root), executor or Serial(), output)
    return job, dedupe(job)


def digests(job: Job) -> dict[str, str | None]:
    return {p.name: content_sha256(p) for p in job.output.glob("*.parquet") if p.name not in job.contents}


def kept(job: Job) -> list[str]:
    return [row["url"] for row in iter_rows(shard_paths(job.output, "documents"))]


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    """Real texts with copies, edited copies and cut ones."""
    rng = random.Random(1)
    rows = [page(f"https://a.org/{i:03}", text) for i, text in enumerate(REAL)]
    for i, text in enumerate(REAL):
        rows.append(page(f"https://b.org/{i:03}", edited(text, rng.choice([0, 0.002, 0.01, 0.02, 0.05, 0.1]), rng)))
    return rows + [page(f"https://c.org/{i:03}", text[: len(text) * 9 // 10]) for i, text in enumerate(REAL[:20])]


Grams = set[tuple[str, ...]]


def grams(text: str) -> Grams:
    words = tokens(text)
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(left: Grams, right: Grams) -> float:
    return len(left & right) / len(left | right)


def tokens(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text.lower()).split()


def test_it_agrees_with_brute_force(tmp_path: Path, corpus: list[dict[str, Any]]) -> None:
    job, _ = run(tmp_path, corpus)
    by_id = {row["document_id"]: grams(row["text"]) for row in corpus}
    truth = {(a, b) for a, b in combinations(sorted(by_id), 2) if jaccard(by_id[a], by_id[b]) >= 0.8}
    edges = {(e["a"], e["b"]): e["jaccard"] for e in iter_rows(shard_paths(job.output, "edges"))}
    near = {pair for pair, similarity in edges.items() if similarity >= 0.8}
    assert near <= truth  # precision 1
    assert len(near) >= 0.99 * len(truth) > 40
    for (a, b), similarity in edges.items():
        assert similarity == jaccard(by_id[a], by_id[b])


def test_what_is_dropped_is_like_a_document_that_is_kept(tmp_path: Path, corpus: list[dict[str, Any]]) -> None:
    job, counts = run(tmp_path, corpus)
    urls, by_url = set(kept(job)), {row["url"]: grams(row["text"]) for row in corpus}
    rows = list(iter_rows([job.output / "clusters-00000.parquet"]))
    gone = [row for row in rows if row["kind"] != "kept"]
    assert gone
    for row in gone:
        assert row["keeper_url"] in urls
        assert row["similarity"] == jaccard(by_url[row["url"]], by_url[row["keeper_url"]]) >= 0.8
    assert {row["url"] for row in gone} | urls == set(by_url)
    assert counts.read == len(corpus)
    assert counts.written == len(urls) == len(corpus) - len(gone)
    assert sum(counts.dropped.values()) == len(gone)


@pytest.mark.parametrize(
    ("shard", "executor"), [(7, Serial()), (1000, Serial()), (40, Processes(2))], ids=["7", "1000", "40 by 2"]
)
def test_the_result_does_not_depend_on_order_shards_or_workers(
    tmp_path: Path, corpus: list[dict[str, Any]], shard: int, executor: Executor
) -> None:
    expected, _ = run(tmp_path / "a", corpus)
    shuffled = random.Random(shard).sample(corpus, len(corpus))
    job, _ = run(tmp_path / "b", shuffled, shard, executor)
    assert digests(job) == digests(expected)


def test_a_killed_stage_ends_with_what_an_unbroken_one_gives(tmp_path: Path, corpus: list[dict[str, Any]]) -> None:
    job, counts = run(tmp_path, corpus, 50)
    before = digests(job)
    for name in ("signatures-00001", "edges-00000", "documents-00000", "clusters-00000"):
        (job.output / f"{name}.parquet").unlink()
    job, again = run(tmp_path, corpus, 50)
    assert (digests(job), again) == (before, counts)


def test_each_drop_is_in_the_ledger_with_its_keeper(tmp_path: Path) -> None:
    text = REAL[0]
    rows = [
        page("https://a.org/post", text),
        page("https://a.org/post?print=1", text, canonical_url="https://a.org/post"),
        page("https://b.org/post", text[: len(text) * 95 // 100]),
        page("https://a.org/other", REAL[1]),
    ]
    job, counts = run(tmp_path, rows)
    assert kept(job) == ["https://a.org/other", "https://a.org/post"]
    assert counts.dropped == {"exact_duplicate": 1, "near_duplicate": 1}
    found = {row["url"]: row for row in ledger.read(job.output)}
    assert found["https://a.org/post?print=1"]["reason"] == "exact_duplicate"
    near = json.loads(found["https://b.org/post"]["detail"])
    assert near["keeper_url"] == "https://a.org/post"
    assert near["keeper_id"] == document_id("https://a.org/post")
    assert 0.9 < near["similarity"] < 1


def test_one_url_from_two_sources_is_one_document(tmp_path: Path) -> None:
    job, counts = run(tmp_path, [page("https://a.org/", REAL[0]), page("https://a.org/", REAL[1])])
    assert len(kept(job)) == 1
    assert counts.dropped == {"same_url": 1}


def test_short_documents_that_differ_are_not_copies(tmp_path: Path) -> None:
    job, _ = run(tmp_path, [page(f"https://a.org/{i}", f"Error {i}") for i in range(20)])
    assert len(kept(job)) == 20


def test_one_text_from_many_pages_is_reported_as_a_fault_of_extraction(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [
        page(f"https://a.org/list/{i:02}", "Subscribe to our newsletter now, please.", title=str(i)) for i in range(12)
    ]
    with caplog.at_level(logging.WARNING):
        job, counts = run(tmp_path, [*rows, page("https://a.org/post", REAL[0])])
    assert counts.figures["identical_extractions"][0]["documents"] == 12
    assert "12 pages gave the very same text" in caplog.text
    assert len(kept(job)) == 2


def test_no_documents_is_an_error_that_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(SitecorpusError, match="no document is left"):
        run(tmp_path, [])
