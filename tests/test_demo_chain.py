"""The whole chain on the demo's site, by the documented commands: every page's fate, the dataset, the model, the receipts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).resolve().parent.parent
# Small enough for a test; everything else is the demo's own recipe.
FASTER = {"layers": 1, "width": 64, "max_steps": 12, "eval_every_steps": 4, "milestone_every_steps": 6, "threads": 1}
SAMPLE = "[sample]\nprompts = 2\nsamples_per_prompt = 1\n"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def recipe_for_tests() -> str:
    text = (HOME / "corpora" / "demo" / "corpus.toml").read_text(encoding="utf-8")
    for name, value in FASTER.items():
        text, n = re.subn(rf"^{name} = \d+", f"{name} = {value}", text, flags=re.MULTILINE)
        assert n == 1, name
    return text.replace("[sample]\n", SAMPLE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo built through the last stage."""
    home = tmp_path_factory.mktemp("corpora")
    (home / "demo").mkdir()
    (home / "demo" / "corpus.toml").write_text(recipe_for_tests(), encoding="utf-8")
    assert run(home, "demo", str(home / "demo" / "site")).returncode == 0
    built = run(home, "build", "demo")
    assert built.returncode == 0, built.stderr
    assert "Traceback" not in built.stderr
    return home


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SITECORPUS_CORPORA": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "sitecorpus", *args], capture_output=True, text=True, env=env, check=False
    )


def stages(home: Path, name: str = "demo") -> dict[str, Any]:
    status: dict[str, Any] = json.loads(run(home, "status", name, "--json").stdout)["stages"]
    return status


def special(home: Path) -> dict[str, str]:
    parts: dict[str, str] = json.loads((home / "demo" / "site" / "demo-site.json").read_text(encoding="utf-8"))[
        "special"
    ]
    return {k: v if v.startswith("http") else f"http://docs.sitecorpus.example{v}" for k, v in parts.items()}


def story(home: Path, url: str) -> list[dict[str, Any]]:
    told = run(home, "why", url, "--corpus", "demo", "--json")
    found: list[dict[str, Any]] = json.loads(told.stdout)["corpora"].get("demo", [])
    return found


def fate(home: Path, url: str) -> tuple[str, str, str]:
    last = story(home, url)[-1]
    return last["stage"], last["outcome"], last["reason"]


def test_every_stage_is_done_and_no_page_is_unaccounted_for(home: Path) -> None:
    found = stages(home)
    assert {s["state"] for s in found.values()} == {"done"}
    for before, after in (("clear", "extract"), ("extract", "clean"), ("clean", "dedupe"), ("dedupe", "split")):
        counts = found[after]["counts"]
        assert counts["read"] == found[before]["counts"]["written"]
        assert counts["read"] == counts["written"] + sum(counts["dropped"].values()), after
    assert found["publish"]["counts"]["written"] > 180


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("disallowed", ("crawl", "refused", "robots")),
        ("opted_out", ("clear", "dropped", "opted_out")),
        ("no_license", ("clear", "dropped", "no_license")),
        ("too_short", ("clean", "dropped", "too_short")),
        ("gone", ("clear", "dropped", "not_found")),
    ],
)
def test_each_special_page_meets_its_fate(home: Path, part: str, expected: tuple[str, str, str]) -> None:
    stage, outcome, reason = fate(home, special(home)[part])
    assert (stage, reason) == (expected[0], expected[2])
    assert outcome in ("dropped", "refused")


def test_pages_that_only_one_finder_knows_are_found(home: Path) -> None:
    for part, url in special(home).items():
        if re.fullmatch(r"(feed|sitemap|links)_only_\d", part):
            told = story(home, url)
            assert told[-1]["stage"] == "split", (part, told[-1])
            # a listing page is an archive page, and its links are found there
            expected = {"feed": {"feed"}, "sitemap": {"sitemap"}, "links": {"links", "archive"}}[part.split("_")[0]]
            assert told[0]["detail"]["found_by"] in expected


def test_of_a_copy_and_its_original_one_is_kept_and_it_is_said_which(home: Path) -> None:
    parts = special(home)
    for copy, original in (("syndicated_copy", "syndicated_original"), ("print_copy", "print_original")):
        fates = {fate(home, parts[copy])[0], fate(home, parts[original])[0]}
        assert fates == {"dedupe", "split"}
    assert fate(home, parts["print_original"])[0] == "split"
    dropped = story(home, parts["print_copy"])[-1]
    assert dropped["detail"]["keeper_url"] == parts["print_original"]


def test_mojibake_is_mended(home: Path) -> None:
    train = Path(stages(home)["publish"]["directory"])
    text = (train / "train.txt").read_text(encoding="utf-8") + (train / "validation.txt").read_text(encoding="utf-8")
    assert "â€" not in text
    assert "Subscribe" not in text


def test_the_dataset_opens_with_both_splits_and_no_document_without_rights(home: Path, tmp_path: Path) -> None:
    import datasets

    published = stages(home)["publish"]
    found = datasets.load_dataset(published["directory"], cache_dir=str(tmp_path))
    assert set(found) == {"train", "validation"}
    assert len(found["train"]) + len(found["validation"]) == published["counts"]["written"]
    for split in found.values():
        assert set(split["license"]) <= {"PSF-2.0", "BSD-3-Clause"}
        assert all(split["warc_record_id"])


def test_the_model_learnt_and_the_report_shows_it(home: Path) -> None:
    found = stages(home)["train"]
    rows = [json.loads(line) for line in (Path(found["directory"]) / "metrics.jsonl").read_text().splitlines()]
    assert [r["step"] for r in rows] == [0, 4, 6, 8, 12]  # also at the milestone
    assert rows[-1]["validation_bits_per_byte"] < rows[0]["validation_bits_per_byte"] - 0.3
    html = (home / "demo" / "build" / "report.html").read_text(encoding="utf-8")
    for words in ("When to stop", "From pages to documents", "Rights", "Samples", "PSF-2.0", "<svg"):
        assert words in html


def test_a_prompt_is_continued_the_same_way_twice(home: Path) -> None:
    args = ("sample", "demo", "--prompt", "The function returns", "--max-new-tokens", "12", "--top-k", "5", "--json")
    first = run(home, *args)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == json.loads(run(home, *args).stdout)


def test_the_audit_finds_nothing_and_then_finds_one_changed_byte(home: Path) -> None:
    assert run(home, "audit", "demo").returncode == 0
    train = Path(stages(home)["publish"]["directory"], "train.txt")
    whole = train.read_bytes()
    train.write_bytes(b"X" + whole[1:])
    try:
        told = run(home, "audit", "demo")
        assert told.returncode == 1
        assert "train.txt was changed" in told.stdout
    finally:
        train.write_bytes(whole)


def test_a_second_run_from_nothing_gives_the_same_digests(home: Path, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    for name in ("corpus.toml", "site"):
        source = home / "demo" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / "demo" / name)
    built = run(tmp_path, "build", "demo", "--workers", "1")
    assert built.returncode == 0, built.stderr
    first, second = stages(home), stages(tmp_path)
    assert {k: v["digest"] for k, v in second.items()} == {k: v["digest"] for k, v in first.items()}
