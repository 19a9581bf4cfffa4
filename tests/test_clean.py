"""Documents leave mended, or stay behind with one reason; interrupted or not, the result is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cleaning.clean import clean
from sitecorpus import ledger
from sitecorpus.document import DOCUMENTS, document_id
from sitecorpus.errors import RecipeError
from sitecorpus.executors import Executor, Processes, Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import CleanSettings
from sitecorpus.shards import content_sha256, iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

BLURB = "Connect deeper\n\nIf you liked this article, please\n\n- subscribe to my newsletter"
THINGS = (
    "river",
    "garden",
    "engine",
    "letter",
    "winter",
    "tower",
    "bridge",
    "market",
    "summer",
    "forest",
    "mirror",
    "candle",
)
GERMAN = "Der schnelle braune Fuchs springt über den faulen Hund, und das ganze Dorf redet noch lange davon. " * 5


def prose(i: int) -> str:
    return "\n\n".join(
        f"The {THINGS[i % 12]} and the {THINGS[(i + k) % 12]} are the subject of part {'abcdefghijklmnopqrstuvwxyz'[k]} of page {'abcdefghijkl'[i]}."
        for k in range(1, 22)
    )


def document(name: str, text: str, **columns: Any) -> dict[str, Any]:
    url = f"https://site.example/{name}"
    return {
        "document_id": document_id(url),
        "url": url,
        "text": text,
        "title": name,
        "extractor": "trafilatura",
    } | columns


def job_of(root: Path, documents: list[dict[str, Any]], executor: Executor | None = None, **settings: Any) -> Job:
    extracted = root / "extract"
    for n, i in enumerate(range(0, len(documents), 5)):
        write_shard(extracted / f"documents-{n:05d}.parquet", documents[i : i + 5], DOCUMENTS, counts=Counts())
    chosen = SimpleNamespace(clean=replace(CleanSettings(), **settings))
    return Job(
        "clean", chosen, {"extract": extracted}, root / "out", CorpusDir(root), executor or Serial(), root / "done"
    )


def kept(job: Job) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in iter_rows(shard_paths(job.output, "documents"))}


def dropped(job: Job) -> dict[str, str]:
    return {row["url"].rpartition("/")[2]: row["reason"] for row in ledger.read(job.output)}


def site() -> list[dict[str, Any]]:
    pages = [document(f"a{i}", f"{prose(i)}\n\n{BLURB}") for i in range(12)]
    pages += [
        document("german", GERMAN),
        document("short", "Only this."),
        document("gone", "The page was not found. Sorry!"),
    ]
    return [*pages, document("mojibake", prose(3).replace("The ", "CafÃ© and the "), author="JosÃ©")]


def test_documents_are_mended_or_dropped_for_one_reason(tmp_path: Path) -> None:
    job = job_of(tmp_path, site())
    counts = clean(job)
    assert dropped(job) == {"german": "language", "short": "too_short", "gone": "soft_404"}
    assert (counts.read, counts.written) == (16, 13)
    documents = kept(job)
    assert documents["a1"]["text"] == prose(1)
    assert documents["a1"]["language"] == "en"
    assert documents["mojibake"]["text"].startswith("Café and the")
    assert documents["mojibake"]["author"] == "José"
    assert counts.figures["languages"] == {"en": 13}
    assert counts.figures["mojibake_documents_mended"] == 1
    assert counts.figures["boilerplate_documents"] == 12
    assert counts.figures["characters_after"] < counts.figures["characters_before"]


def test_removed_boilerplate_is_listed_with_its_count_and_examples(tmp_path: Path) -> None:
    job = job_of(tmp_path, site())
    clean(job)
    (entry,) = json.loads((job.output / "boilerplate.json").read_text())
    assert (entry["documents"], entry["edge"], len(entry["examples"])) == (12, "tail", 3)
    assert entry["text"].startswith("Connect deeper\nIf you liked")


def test_the_same_blurb_from_many_lists_is_no_document(tmp_path: Path) -> None:
    blurb = "One email a week on modern tools and what it takes to grow.\nUnsubscribe at any time."
    job = job_of(tmp_path, [document(f"tag{i}", blurb) for i in range(8)], min_words=1)
    assert clean(job).dropped == {"boilerplate": 8}


def test_short_rows_are_kept_where_the_recipe_says_so(tmp_path: Path) -> None:
    jokes = [document(f"j{i}", f"Knock knock.\nWho's there?\n{t}.", extractor="row") for i, t in enumerate(THINGS)]
    jokes.append(document("tiny", "Why not?", extractor="row"))
    job = job_of(tmp_path, jokes, min_words=1, languages=())
    clean(job)
    assert not dropped(job)
    assert kept(job)["j0"]["text"] == "Knock knock.\nWho's there?\nriver."
    assert kept(job)["tiny"]["language"] is None


def test_an_interrupted_stage_ends_the_same(tmp_path: Path) -> None:
    whole, torn = job_of(tmp_path / "a", site(), Processes(2)), job_of(tmp_path / "b", site())
    counts = clean(whole)
    clean(torn)
    shard_paths(torn.output, "documents")[1].unlink()  # killed in the second pass
    (torn.output / "edges-00000.parquet").write_bytes(b"left by a kill after the merge")
    assert clean(torn) == counts
    names = sorted(p.relative_to(whole.output).as_posix() for p in whole.output.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(torn.output).as_posix() for p in torn.output.rglob("*") if p.is_file())
    for name in names:
        if name.endswith(".parquet"):
            assert content_sha256(whole.output / name) == content_sha256(torn.output / name), name
    assert (whole.output / "boilerplate.json").read_bytes() == (torn.output / "boilerplate.json").read_bytes()


def test_an_unknown_language_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"languages has 'english'.*Did you mean `en`"):
        clean(job_of(tmp_path, site(), languages=("english",)))


def test_nothing_in_is_nothing_out(tmp_path: Path) -> None:
    job = job_of(tmp_path, [])
    write_shard(job.inputs["extract"] / "documents-00000.parquet", [], DOCUMENTS, counts=Counts())
    assert clean(job).written == 0
    assert shard_paths(job.output, "documents")
