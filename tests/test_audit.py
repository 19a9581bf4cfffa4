"""An audit finds what was changed after the fact, whichever file it is in, and looks on after a damaged one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sitecorpus.audit import verify, why
from sitecorpus.document import document_id
from sitecorpus.executors import Serial
from sitecorpus.layout import MANIFEST, CorpusDir
from sitecorpus.pipeline import build, survey
from sitecorpus.recipe import Recipe

RECIPE = """
[rights]
license = "CC0-1.0"
basis = "owner"
attested_by = "Me"
attested_on = "2026-11-01"
[intake]
path = "jokes.csv"
text = "Joke"
[clean]
languages = []
min_words = 1
[split]
validation_fraction = 0.5
"""


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusDir:
    (tmp_path / "corpus.toml").write_text(RECIPE)
    jokes = [f"Why did animal {i} cross street {i * 7}? To reach house {i + 1}." for i in range(8)]
    (tmp_path / "jokes.csv").write_text("Joke\n" + "\n".join(jokes) + "\n")
    made = CorpusDir(tmp_path)
    build(made, through="publish", executor=Serial())
    return made


def findings(corpus: CorpusDir) -> list[str]:
    states = survey(corpus, Recipe.load(corpus.recipe))
    return [f"{f.stage}: {f.path} {f.problem}" for f in verify(states, corpus)]


def folder(corpus: CorpusDir, stage: str) -> Path:
    return next(p for p in corpus.root.glob(f"*/{stage}-*") if (p / MANIFEST).exists())


def rewrite(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_was_just_built_has_no_findings(corpus: CorpusDir) -> None:
    assert findings(corpus) == []


def test_settings_or_inputs_changed_in_a_manifest_are_found(corpus: CorpusDir) -> None:
    manifest = folder(corpus, "clean") / MANIFEST
    before = json.loads(manifest.read_text())
    rewrite(manifest, settings=before["settings"] | {"invented": 1})
    assert findings(corpus) == ["clean: manifest.json its settings or inputs are not those of its fingerprint"]
    rewrite(manifest, settings=before["settings"], inputs={"extract": "0" * 64})
    assert findings(corpus) == [
        "clean: manifest.json its settings or inputs are not those of its fingerprint",
        "clean: manifest.json was made from another result of extract than lies here",
    ]


def test_a_shard_that_cannot_be_read_is_a_finding_and_the_stages_after_it_are_still_looked_at(
    corpus: CorpusDir,
) -> None:
    next(folder(corpus, "split").glob("documents-*.parquet")).write_bytes(b"junk")
    (folder(corpus, "publish") / "train.txt").write_text("changed")
    found = findings(corpus)
    assert any(f.startswith("split: documents ") and "cannot be read" in f for f in found)
    assert any(f.startswith("publish: train.txt was changed") for f in found)


def test_a_file_that_was_changed_added_or_taken_away_is_found(corpus: CorpusDir) -> None:
    published = folder(corpus, "publish")
    (published / "evil.py").write_text("x")
    (published / "validation.txt").unlink()
    archived = next(folder(corpus, "intake").glob("*.warc.gz"))
    archived.write_bytes(archived.read_bytes()[:-40])
    found = findings(corpus)
    assert "publish: evil.py is not in the manifest" in found
    assert "publish: validation.txt is missing" in found
    assert any(f.startswith(f"intake: {archived.name} was changed") for f in found)


def test_a_document_id_tells_the_same_story_as_its_url(corpus: CorpusDir) -> None:
    states = survey(corpus, Recipe.load(corpus.recipe))
    url = f"urn:sitecorpus:{corpus.name}:3"
    story = why(url, states)
    assert [row["stage"] for row in story] == ["intake", "clear", "extract", "clean", "dedupe", "split"]
    assert why(document_id(url), states) == story
