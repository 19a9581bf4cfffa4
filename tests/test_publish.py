"""Publish: a folder that `datasets` opens offline, and nothing without a license."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.publish import PUBLISHED, neutralize, publish
from sitecorpus.document import DOCUMENTS, SPLIT, document_id
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.executors import Executor, Processes, Serial
from sitecorpus.fingerprint import file_sha256
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.pipeline import STAGES
from sitecorpus.recipe import IntakeSettings, PublishSettings, Recipe
from sitecorpus.rights import Verdict
from sitecorpus.shards import content_sha256, read_shard, write_shard
from sitecorpus.stage import Job, run_stage

CERTIFICATE = {
    "claim": "no validation document has Jaccard >= 0.5 with a training document", "holds": True, "shingle_words": 5,
    "max_cross_jaccard": 0.1, "validation_documents_at_jaccard": {"0.5": 0}, "longest_shared_run_words": 9,
    "validation_documents_sharing_run_words": {"50": 0},
}  # fmt: skip


def document(i: int, **columns: Any) -> dict[str, Any]:
    url = f"https://a.org/{i:03}"
    return {
        "document_id": document_id(url), "url": url, "text": f"Text number {i}.\nIts second line.", "license": "CC-BY-4.0",
        "license_source": "rel", "verdict_id": "v1", "language": "en", "tags": ["a"] if i % 2 else None,
        "fetched_at": "2024-01-02T03:04:05Z", "warc_file": "archive/x.warc.gz", "warc_offset": i,
        "cluster_id": document_id(url), "split": "train" if i % 5 else "validation",
    } | columns  # fmt: skip


ROWS = [document(i) for i in range(23)]


def run(
    root: Path,
    rows: list[dict[str, Any]] = ROWS,
    decision: str = "allow",
    executor: Executor | None = None,
    **given: Any,
) -> tuple[Job, Counts]:
    for i in range(0, len(rows), 10):
        write_shard(root / "split" / f"documents-{i // 10:05}.parquet", rows[i : i + 10], SPLIT)
    (root / "split" / "certificate.json").write_text(json.dumps(CERTIFICATE))
    (root / "vet").mkdir(exist_ok=True)
    verdict = Verdict("v1", "https://a.org", "sitecorpus", decision, None, (), ())  # type: ignore[arg-type]
    (root / "vet" / "verdicts.json").write_text(json.dumps([verdict.as_dict()]))
    (root / "publish").mkdir(exist_ok=True)
    settings = SimpleNamespace(title="Tales", contact="me@a.org", publish=PublishSettings(**given))
    inputs = {"split": root / "split", "vet": root / "vet"}
    job = Job("publish", settings, inputs, root / "publish", CorpusDir(root), executor or Serial(), root / "publish")
    return job, publish(job)


def test_datasets_opens_it_offline_with_both_splits(tmp_path: Path) -> None:
    job, _ = run(tmp_path, shard_documents=8)
    code = (
        "import sys, datasets; d = datasets.load_dataset(sys.argv[1]); "
        "s = datasets.load_dataset(sys.argv[1], split='train', streaming=True); "
        "print({k: len(v) for k, v in d.items()}, d['train'].column_names, d['train'].features['author'].dtype, "
        "next(iter(s))['url'], d['validation'][0]['text'])"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code, str(job.output)], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == (
        f"{{'train': 18, 'validation': 5}} {PUBLISHED.names} string https://a.org/001 Text number 0.\nIts second line."
    )


def test_files_hold_the_documents_in_order_with_a_digest_of_their_contents(tmp_path: Path) -> None:
    job, counts = run(tmp_path, shard_documents=8)
    names = [p.name for p in sorted((job.output / "data").iterdir())]
    assert names == [
        "train-00000-of-00003.parquet", "train-00001-of-00003.parquet", "train-00002-of-00003.parquet",
        "validation-00000-of-00001.parquet",
    ]  # fmt: skip
    rows = [row for name in names[:3] for row in read_shard(job.output / "data" / name)]
    assert [row["url"] for row in rows] == [row["url"] for row in ROWS if row["split"] == "train"]
    write_shard(tmp_path / "same.parquet", rows[:8], PUBLISHED)
    assert content_sha256(job.output / "data" / names[0]) == content_sha256(tmp_path / "same.parquet")
    assert not any(str(field.type) == "null" for field in pq.read_schema(job.output / "data" / names[0]))
    assert counts.figures["train"]["documents"] == 18
    assert counts.figures["licenses"] == {"CC-BY-4.0": 23}
    assert counts.figures["validation"]["words"] == 5 * 6


def test_another_visit_to_the_same_pages_says_the_same(tmp_path: Path) -> None:
    job, _ = run(tmp_path / "1")
    later = [{**row, "fetched_at": "2025-05-05T00:00:00Z", "warc_offset": 7} for row in ROWS]
    again, _ = run(tmp_path / "2", later, executor=Processes(2))
    assert job.contents == again.contents
    for path in job.output.rglob("*"):
        other = again.output / path.relative_to(job.output)
        if path.suffix == ".parquet":
            assert content_sha256(path) == content_sha256(other)
        elif path.is_file():
            assert (file_sha256(path) == file_sha256(other)) == (path.name != "README.md")


def test_the_text_export_splits_back_into_the_documents(tmp_path: Path) -> None:
    rows = [*ROWS, document(23, text="He wrote <|endoftext|> and <|endoftext|>."), document(24, text="The end")]
    job, counts = run(tmp_path, rows)
    texts = (job.output / "train.txt").read_text().split("<|endoftext|>")
    assert [t.strip("\n") for t in texts[:-2]] == [r["text"] for r in ROWS if r["split"] == "train"]
    assert texts[-2].strip("\n") == "He wrote < |endoftext|> and < |endoftext|>."
    assert counts.figures["separators_neutralized"] == 2
    assert read_shard(job.output / "data" / "train-00000-of-00001.parquet")[-2]["text"] == rows[23]["text"]


@given(st.text("=- \n|", max_size=30), st.text("=- \n|", min_size=1, max_size=4).filter(str.strip))
def test_a_neutralized_text_has_no_separator(text: str, separator: str) -> None:
    found, changed = neutralize(text, separator)
    assert separator not in found
    assert (found == text) == (changed == 0)


def test_every_author_is_credited_and_hostile_titles_stay_text(tmp_path: Path) -> None:
    rows = [*ROWS, document(24, title="[click](javascript:x)<script>\n# Big", author="A * B", license="LicenseRef-Own")]
    job, _ = run(tmp_path, rows)
    lines = (job.output / "ATTRIBUTION.md").read_text().splitlines()
    assert len([line for line in lines if line.startswith("- ")]) == 24
    assert lines[-1] == (
        "- [\\[click\\]\\(javascript\\:x\\)&lt;script&gt; \\# Big](<https://a.org/024>) by A \\* B. LicenseRef-Own"
    )


@pytest.mark.parametrize("license_id", [None, "", " "])
def test_a_document_without_a_license_stops_it(tmp_path: Path, license_id: str | None) -> None:
    with pytest.raises(RefusedError, match=r"a\.org/024: this document has no license"):
        run(tmp_path, [*ROWS, document(24, license=license_id)])
    assert not list((tmp_path / "publish").iterdir())


def test_a_verdict_that_does_not_allow_stops_it(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="verdict v1 says review"):
        run(tmp_path / "1", decision="review")
    with pytest.raises(RefusedError, match="verdict v2 is not on record"):
        run(tmp_path / "2", [*ROWS, document(24, verdict_id="v2")])


def test_verdicts_that_cannot_be_read_stop_it(tmp_path: Path) -> None:
    job, _ = run(tmp_path)
    (tmp_path / "vet" / "verdicts.json").write_text('[{"host": 1}]')
    with pytest.raises(SitecorpusError, match="cannot be read"):
        publish(job)


def test_the_card_tells_the_way_from_what_was_collected(tmp_path: Path) -> None:
    corpus = CorpusDir(tmp_path)
    recipe = Recipe(intake=IntakeSettings(path="x"))
    stages = {stage.name: stage for stage in STAGES}
    rows = [{k: v for k, v in document(i, text=f"word{i} " * 9).items() if k in DOCUMENTS.names} for i in range(20)]
    clean = tmp_path / "build" / "clean-0123456789"
    write_shard(clean / "documents-00000.parquet", rows, DOCUMENTS)
    counts = Counts(25, 20, {"too_short": 5})
    given = Manifest("clean", 1, "f", {}, {}, {}, "d1", counts, {}, None, "2024-01-01", 0.0, 0)
    (clean / "manifest.json").write_bytes(given.to_json())
    vet = tmp_path / "archive" / "vet-0123456789"
    vet.mkdir(parents=True)
    (vet / "verdicts.json").write_text(json.dumps([Verdict("v1", "h", "a", "allow", None, (), ()).as_dict()]))
    done = {"clean": (clean, given), "vet": (vet, replace(given, stage="vet", digest="d2"))}
    for name in ("dedupe", "split", "publish"):
        inputs = {n: done[n] for n in stages[name].needs}
        done[name] = run_stage(stages[name], corpus, recipe, inputs, Serial())
    text = (done["publish"][0] / "README.md").read_text()
    assert "| clean | 25 | 20 | too\\_short 5 |\n| dedupe | 20 | 20 |  |\n| split | 20 | 20 |  |" in text
    assert f"# {tmp_path.name}".replace("_", "\\_") in text
