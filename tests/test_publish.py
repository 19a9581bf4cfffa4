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

from cleaning.publish import PUBLISHED, RIGHTS, neutralize, publish
from sitecorpus import ledger
from sitecorpus.document import DOCUMENTS, SPLIT, document_id
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.executors import Executor, Processes, Serial
from sitecorpus.fingerprint import file_sha256
from sitecorpus.layout import CorpusDir
from sitecorpus.licensing import Outcome
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.pipeline import STAGES
from sitecorpus.recipe import IntakeSettings, PublishSettings, Recipe, RightsSettings
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
    rights: RightsSettings | None = None,
    **given: Any,
) -> tuple[Job, Counts]:
    for i in range(0, len(rows), 10):
        write_shard(root / "split" / f"documents-{i // 10:05}.parquet", rows[i : i + 10], SPLIT)
    (root / "split" / "certificate.json").write_text(json.dumps(CERTIFICATE))
    (root / "vet").mkdir(exist_ok=True)
    verdict = Verdict("v1", "https://a.org", "sitecorpus", decision, None, (), ())  # type: ignore[arg-type]
    (root / "vet" / "verdicts.json").write_text(json.dumps([verdict.as_dict()]))
    (root / "publish").mkdir(exist_ok=True)
    settings = SimpleNamespace(
        title="Tales", contact="me@a.org", rights=rights or RightsSettings(), publish=PublishSettings(**given)
    )
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


@pytest.mark.parametrize("license_id", [None, "", " "])
def test_a_document_without_a_license_stops_it(tmp_path: Path, license_id: str | None) -> None:
    with pytest.raises(RefusedError, match=r"a\.org/024: this document has no license"):
        run(tmp_path, [*ROWS, document(24, license=license_id)])
    assert [p.name for p in (tmp_path / "publish").iterdir()] == ["ledger"]


def test_a_verdict_that_does_not_allow_stops_it(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="verdict v1 says review"):
        run(tmp_path / "1", decision="review")
    with pytest.raises(RefusedError, match="verdict v2 is not on record"):
        run(tmp_path / "2", [*ROWS, document(24, verdict_id="v2")])


def licensed(*licenses: str, source: str = "page:rel") -> list[dict[str, Any]]:
    return [*ROWS, *(document(i, license=name, license_source=source) for i, name in enumerate(licenses, 24))]


def test_one_non_commercial_page_stops_what_is_for_any_purpose_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="24 documents") as caught:
        run(tmp_path, licensed("CC-BY-NC-4.0"))
    assert caught.value.exit_code == 3
    assert "license_blocks_purpose (1):\n  https://a.org/024: CC-BY-NC-4.0: it allows non-commercial use" in str(
        caught.value
    )
    (row,) = ledger.read(tmp_path / "publish")
    assert (row["url"], row["outcome"], row["reason"]) == ("https://a.org/024", "refused", "license_blocks_purpose")
    assert json.loads(row["detail"])["purpose"] == "commercial"
    assert not list((tmp_path / "publish").glob("*.*"))


def test_a_refusal_names_the_first_pages_and_the_ledger_has_all(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"license_blocks_purpose \(14\):") as caught:
        run(tmp_path, licensed(*["CC-BY-NC-SA-3.0"] * 14), purpose="commercial")
    assert str(caught.value).count("https://a.org/") == 10
    assert "and 4 more" in str(caught.value)
    assert len(list(ledger.read(tmp_path / "publish"))) == 14


@pytest.mark.parametrize(
    ("license_id", "policy", "given", "goes"),
    [
        ("CC-BY-NC-4.0", "licensed", {"purpose": "non-commercial"}, True),
        ("CC-BY-NC-4.0", "research", {}, True),
        ("CC-BY-NC-4.0", "research", {"purpose": "commercial"}, False),
        ("CC-BY-NC-4.0", "licensed", {"audience": "private"}, False),
        ("CC-BY-ND-4.0", "research", {}, False),
        ("CC-BY-ND-4.0", "licensed", {"audience": "private"}, True),
        ("CC-BY-ND-3.0", "licensed", {"audience": "private"}, False),
        ("CC-BY-ND-3.0", "licensed", {"audience": "private", "weights": "analysis"}, True),
        ("CC-BY-SA-3.0 OR CC-BY-NC-4.0", "licensed", {}, True),
        ("CC-BY-SA-3.0 AND CC-BY-NC-4.0", "licensed", {}, False),
        ("GFDL-1.3", "licensed", {}, True),
        ("LicenseRef-whatever", "licensed", {}, False),
        ("LicenseRef-proprietary", "licensed", {"audience": "private"}, False),
        ("see footer", "licensed", {}, False),
    ],
)
def test_a_page_is_published_where_its_license_carries_the_purpose(
    tmp_path: Path, license_id: str, policy: Any, given: dict[str, Any], goes: bool
) -> None:
    rows, rights = licensed(license_id), RightsSettings(policy=policy)
    if goes:
        assert run(tmp_path, rows, rights=rights, **given)[1].written == 24
    else:
        with pytest.raises(RefusedError, match=r"a\.org/024"):
            run(tmp_path, rows, rights=rights, **given)


@pytest.mark.parametrize(
    ("source", "given", "goes"),
    [
        ("declared:owner", {}, True),
        ("declared:permission", {}, False),
        ("declared:permission", {"audience": "private"}, True),
        ("declared:permission", {"permission": "publish"}, True),
        ("declared:license", {"permission": "publish"}, False),
        ("page:footer", {"permission": "publish"}, False),
        ("declared:public-domain", {}, True),
    ],
)
def test_a_declaration_reaches_as_far_as_it_says(
    tmp_path: Path, source: str, given: dict[str, Any], goes: bool
) -> None:
    rows = licensed("LicenseRef-proprietary", source=source)
    if goes:
        assert run(tmp_path, rows, **given)[1].written == 24
    else:
        with pytest.raises(RefusedError, match=r"license_blocks_purpose \(1\)"):
            run(tmp_path, rows, **given)


def test_what_may_be_done_is_written_for_programs_too(tmp_path: Path) -> None:
    job, counts = run(tmp_path, licensed("CC-BY-SA-4.0", "GFDL-1.3"))
    said = json.loads((job.output / RIGHTS).read_bytes())
    assert Outcome.from_dict(said["publishing"]).allowed
    assert Outcome.from_dict(said["training"]).allowed
    weights = Outcome.from_dict(said["weights"])
    assert [b.grant.license for b in weights.blockers] == ["CC-BY-4.0", "CC-BY-SA-4.0", "GFDL-1.3"]
    assert counts.figures["license"] is None
    assert counts.figures["credits"] == {"author": 25, "credited": 25, "documents": 25, "incomplete": 25, "title": 25}


def test_a_refusal_is_forgotten_once_its_cause_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        run(tmp_path, decision="review")
    job, _ = run(tmp_path)
    assert not list(ledger.read(job.output))


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
        done[name] = run_stage(stages[name], corpus, recipe, inputs, Serial())[:2]
    text = (done["publish"][0] / "README.md").read_text()
    assert "| clean | 25 | 20 | too\\_short 5 |\n| dedupe | 20 | 20 |  |\n| split | 20 | 20 |  |" in text
    assert f"# {tmp_path.name}".replace("_", "\\_") in text
