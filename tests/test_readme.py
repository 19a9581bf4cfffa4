"""What README tells a newcomer to type exists, and the recipes it shows are recipes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sitecorpus import pipeline
from sitecorpus.recipe import Recipe

HOME = Path(__file__).resolve().parent.parent
README = (HOME / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    "\n".join(line[4:] for line in block.splitlines())
    for block in re.findall(r"(?:^(?: {4}.*)?\n)+", README, re.MULTILINE)
]
RECIPES = [b for b in BLOCKS if "[rights]" in b]


@pytest.mark.parametrize("text", RECIPES)
def test_each_recipe_shown_is_read(tmp_path: Path, text: str) -> None:
    if "[intake]" not in text:
        text = 'contact = "you@example.org"\n[crawl]\nseeds = ["https://blog.example.org/"]\n' + text
    (tmp_path / "corpus.toml").write_text(text, encoding="utf-8")
    assert Recipe.load(tmp_path / "corpus.toml").rights.declared


def test_there_are_recipes_to_read() -> None:
    assert len(RECIPES) == 2


def test_each_command_shown_exists() -> None:
    named = set(re.findall(r"sitecorpus ([a-z]+) ", README))
    assert named >= {"init", "status", "why", "audit", "sample"}
    for name in named:
        run = subprocess.run([sys.executable, "-m", "sitecorpus", name, "--help"], capture_output=True, check=False)
        assert run.returncode == 0, name


def test_each_make_target_shown_exists_and_leads_to_the_command() -> None:
    targets = set(re.findall(r"(?<!\w)make ([a-z]+)", README))
    assert targets >= {"corpus", "train", "test"}
    for target in targets:
        run = subprocess.run(["make", "-n", target, "NAME=x"], cwd=HOME, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    told = subprocess.run(
        ["make", "-n", "corpus", "NAME=x"], cwd=HOME, capture_output=True, text=True, check=True
    ).stdout
    assert "sitecorpus build x --through publish" in told


def test_each_stage_has_a_make_target() -> None:
    for stage in pipeline.NAMES:
        target = "clean-text" if stage == "clean" else stage
        run = subprocess.run(["make", "-n", target, "NAME=x"], cwd=HOME, capture_output=True, text=True, check=True)
        assert re.search(rf"sitecorpus (build|{stage}) x", run.stdout)


def test_each_link_to_a_file_leads_somewhere() -> None:
    for page in (HOME / "README.md", *(HOME / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
