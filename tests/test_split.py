"""Split: what is alike goes to one side, and the certificate holds."""

from __future__ import annotations

import json
import random
from pathlib import Path
from pydoc_data.topics import topics
from types import SimpleNamespace
from typing import Any

import pytest

from cleaning.dedupe import dedupe
from cleaning.leakage import measure
from cleaning.split import Entry, choose, split
from sitecorpus.document import DOCUMENTS, document_id
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import DedupeSettings, SplitSettings
from sitecorpus.shards import content_sha256, iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

REAL = [text for _, text in sorted(topics.items()) if len(text) > 2000]


def run(root: Path, texts: dict[str, str], dates: dict[str, str] | None = None, **given: Any) -> tuple[Job, Counts]:
    rows = [
        {"document_id": document_id(url), "url": url, "canonical_url": url, "text": text, "license": "PSF-2.0",
         "published_on": (dates or {}).get(url)}
        for url, text in sorted(texts.items())
    ]  # fmt: skip
    write_shard(root / "clean" / "documents-00000.parquet", rows, DOCUMENTS)
    settings = SimpleNamespace(dedupe=DedupeSettings(), split=SplitSettings(**given))
    for stage, needs, door in (("dedupe", "clean", dedupe), ("split", "dedupe", split)):
        (root / stage).mkdir()
        job = Job(stage, settings, {needs: root / needs}, root / stage, CorpusDir(root), Serial(), root / stage)
        counts = door(job)
    return job, counts


def sides(job: Job) -> dict[str, str]:
    return {row["url"]: row["split"] for row in iter_rows(shard_paths(job.output, "documents"))}


def half_shared(texts: list[str]) -> dict[str, str]:
    """Each text, and a sibling that shares about two thirds of its shingles with it: no duplicate, but alike."""
    rng = random.Random(1)
    found = {}
    for i, text in enumerate(texts):
        words = text.split()
        found[f"https://a.org/{i:03}"] = text
        found[f"https://b.org/{i:03}"] = " ".join(words[: len(words) * 7 // 10] + rng.sample(words, len(words) // 5))
    return found


def test_siblings_go_to_one_side_and_the_certificate_holds(tmp_path: Path) -> None:
    job, counts = run(tmp_path, half_shared(REAL), validation_fraction=0.3)
    found = sides(job)
    held_out = [url for url, side in found.items() if side == "validation"]
    assert held_out and len(held_out) < len(found)
    for url in held_out:
        for sibling in (url.replace("a.org", "b.org"), url.replace("b.org", "a.org")):
            assert found.get(sibling, "validation") == "validation"
    certificate = json.loads((job.output / "certificate.json").read_bytes())
    assert certificate["holds"]
    assert certificate["max_cross_jaccard"] < 0.5
    assert certificate["validation_documents_at_jaccard"]["0.5"] == 0
    assert certificate["split"] == {"by": "cluster", "salt": "1", "validation_fraction": 0.3}
    assert counts.figures["train_documents"] + counts.figures["validation_documents"] == counts.written == len(found)


def test_the_certificate_says_what_the_written_files_say(tmp_path: Path) -> None:
    job, _ = run(tmp_path, half_shared(REAL[:20]), validation_fraction=0.3)
    rows = list(iter_rows(shard_paths(job.output, "documents")))
    by_side = {
        side: [(r["document_id"], r["text"]) for r in rows if r["split"] == side] for side in ("validation", "train")
    }
    again = measure(by_side["validation"], by_side["train"], 5, 0.5)
    certificate = json.loads((job.output / "certificate.json").read_bytes())
    assert certificate["max_cross_jaccard"] == again.max_jaccard
    assert certificate["longest_shared_run_words"] == again.longest_run_words
    assert certificate["documents"] == again.documents
    assert certificate["words"] == again.words


def test_the_same_input_gives_the_same_split_and_another_salt_another(tmp_path: Path) -> None:
    texts = {f"https://a.org/{i}": text for i, text in enumerate(REAL)}
    first, _ = run(tmp_path / "1", texts, validation_fraction=0.3)
    again, _ = run(tmp_path / "2", dict(reversed(texts.items())), validation_fraction=0.3)
    other, _ = run(tmp_path / "3", texts, validation_fraction=0.3, salt="2")
    name = "documents-00000.parquet"
    assert content_sha256(first.output / name) == content_sha256(again.output / name)
    assert sides(first) != sides(other)


def test_documents_keep_their_side_when_the_corpus_grows(tmp_path: Path) -> None:
    texts = {f"https://a.org/{i}": text for i, text in enumerate(REAL)}
    few, _ = run(tmp_path / "few", dict(list(texts.items())[:25]), validation_fraction=0.4)
    more, _ = run(tmp_path / "more", texts, validation_fraction=0.4)
    before, after = sides(few), sides(more)
    assert {url: after[url] for url in before} == before


def test_by_time_the_newest_are_held_out_and_the_undated_stay(tmp_path: Path) -> None:
    texts = {f"https://a.org/{i:02}": text for i, text in enumerate(REAL[:20])}
    dates = {url: f"2024-03-{i + 1:02}" for i, url in enumerate(sorted(texts)) if i < 18}
    job, _ = run(tmp_path, texts, dates, by="time", validation_fraction=0.2)
    held_out = {url for url, side in sides(job).items() if side == "validation"}
    assert held_out == {f"https://a.org/{i:02}" for i in (14, 15, 16, 17)}


def test_by_time_without_dates_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="dates of publication"):
        run(tmp_path, {f"https://a.org/{i}": text for i, text in enumerate(REAL[:5])}, by="time")


@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_small_corpus_has_a_document_on_each_side(tmp_path: Path, count: int) -> None:
    _, counts = run(tmp_path, {f"https://a.org/{i}": text for i, text in enumerate(REAL[:count])})
    assert counts.figures["validation_documents"] >= 1
    assert counts.figures["train_documents"] >= 1


def test_one_document_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(SitecorpusError, match="1 document after deduplication"):
        run(tmp_path, {"https://a.org/": REAL[0]})


def test_documents_that_all_hang_together_cannot_be_split(tmp_path: Path) -> None:
    common = REAL[0].split()[:200]  # 196 shingles shared of 196 + 2 × 64: Jaccard .6
    texts = {f"https://a.org/{i}": " ".join([*common, *(f"own{i}x{k}" for k in range(64))]) for i in range(2)}
    with pytest.raises(SitecorpusError, match="all 2 documents hang together"):
        run(tmp_path, texts)


def test_a_giant_group_stays_in_train() -> None:
    def group(name: str, size: int) -> list[Entry]:
        return [Entry(f"{name}{i:03}", f"https://a.org/{name}{i}", None, (Path(), 0)) for i in range(size)]

    groups = [group("giant", 60), *(group(f"small{i}", 2) for i in range(20))]
    for salt in "12345678":
        held_out = choose(groups, SplitSettings(validation_fraction=0.5, salt=salt))
        assert held_out and not any(document.startswith("giant") for document in held_out)
