"""The command line: exit codes, clear words, JSON for scripts, and no traceback for an expected failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def sitecorpus(*args: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sitecorpus", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "SITECORPUS_CORPORA": str(home), **env},
        check=False,
    )


def write_recipe(home: Path, name: str, text: str) -> Path:
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.toml").write_text(text, encoding="utf-8")
    return folder


CRAWL = 'contact = "me@site.example"\n[crawl]\nseeds = ["https://site.example/"]\n'
JOKES = """
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
validation_fraction = 0.2
"""


def test_a_typo_in_the_recipe_is_usage(tmp_path: Path) -> None:
    write_recipe(tmp_path, "x", CRAWL + "[dedupe]\nmin_jacard = 0.8\n")
    run = sitecorpus("build", "x", home=tmp_path)
    assert run.returncode == 2
    assert "Did you mean `min_jaccard`?" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_corpus_that_is_not_there_is_usage_and_lists_those_that_are(tmp_path: Path) -> None:
    write_recipe(tmp_path, "blog", CRAWL)
    run = sitecorpus("status", "blgo", home=tmp_path)
    assert run.returncode == 2
    assert "blog" in run.stderr


@pytest.mark.parametrize(
    "args", [("frobnicate",), ("build",), ("build", "x", "--workers", "0"), ("build", "x", "--nope")]
)
def test_wrong_options_are_usage(tmp_path: Path, args: tuple[str, ...]) -> None:
    write_recipe(tmp_path, "x", CRAWL)
    assert sitecorpus(*args, home=tmp_path).returncode == 2


def test_status_gives_each_stage_its_state_before_anything_ran(tmp_path: Path) -> None:
    write_recipe(tmp_path, "x", CRAWL)
    status = json.loads(sitecorpus("status", "x", "--json", home=tmp_path).stdout)
    assert status["name"] == "x"
    assert list(status["stages"])[:3] == ["vet", "crawl", "clear"]
    assert {s["state"] for s in status["stages"].values()} == {"todo"}
    plan = json.loads(sitecorpus("build", "x", "--dry-run", "--through", "crawl", "--json", home=tmp_path).stdout)
    assert plan["plan"] == [{"stage": "vet", "action": "run"}, {"stage": "crawl", "action": "run"}]


def test_without_a_contact_nothing_is_crawled_but_the_recipe_can_be_looked_at(tmp_path: Path) -> None:
    write_recipe(tmp_path, "x", CRAWL.replace("me@site.example", ""))
    assert sitecorpus("status", "x", home=tmp_path).returncode == 0
    run = sitecorpus("crawl", "x", home=tmp_path)
    assert run.returncode == 2
    assert "`contact` is empty" in run.stderr


def test_jokes_from_a_csv_become_a_dataset_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    folder = write_recipe(tmp_path, "jokes", JOKES)
    jokes = [
        f'"Why did number {i} cross road {i * 7}?\n\nTo reach number {i + 1}, said ""{i * 3}""."' for i in range(40)
    ]
    (folder / "jokes.csv").write_text(
        "ID,Joke\n" + "".join(f"{i},{j}\n" for i, j in enumerate([*jokes, jokes[0], '""']))
    )
    run = sitecorpus("build", "jokes", "--through", "publish", "--json", home=tmp_path)
    assert run.returncode == 0, run.stderr
    stages = json.loads(run.stdout)["stages"]
    dropped = sum(sum(s["counts"]["dropped"].values()) for s in stages.values())
    assert stages["publish"]["counts"]["written"] == 40
    assert dropped == 2  # the copy and the empty one
    train = Path(stages["publish"]["directory"], "train.txt").read_text(encoding="utf-8")
    assert "cross road" in train
    assert "\n\nTo reach" in train
    audit = sitecorpus("audit", "jokes", home=tmp_path)
    assert audit.returncode == 0, audit.stdout
    again = sitecorpus("build", "jokes", "--through", "publish", "--json", home=tmp_path)
    assert {k: v["digest"] for k, v in json.loads(again.stdout)["stages"].items()} == {
        k: v["digest"] for k, v in stages.items()
    }


def test_a_csv_without_the_column_says_which_it_has(tmp_path: Path) -> None:
    folder = write_recipe(tmp_path, "jokes", JOKES)
    (folder / "jokes.csv").write_text("ID,Jokes\n1,ha\n")
    run = sitecorpus("build", "jokes", home=tmp_path)
    assert run.returncode == 2
    assert "Joke" in run.stderr
    assert "Jokes" in run.stderr
    assert "Traceback" not in run.stderr


def test_imported_text_without_a_declaration_is_refused_and_stays_refused_in_status(tmp_path: Path) -> None:
    folder = write_recipe(tmp_path, "jokes", '[intake]\npath = "jokes.csv"\ntext = "Joke"\n')
    (folder / "jokes.csv").write_text("ID,Joke\n1,ha\n")
    run = sitecorpus("build", "jokes", home=tmp_path)
    assert run.returncode == 3
    assert "attested_by" in run.stderr
    assert (
        json.loads(sitecorpus("status", "jokes", "--json", home=tmp_path).stdout)["stages"]["vet"]["state"] == "refused"
    )


def test_an_unknown_page_has_no_story(tmp_path: Path) -> None:
    write_recipe(tmp_path, "x", CRAWL)
    run = sitecorpus("why", "https://site.example/\x1b[2J", home=tmp_path)
    assert run.returncode == 1
    assert "\x1b" not in run.stderr
