"""The house keeps its plan: doors, imports, names and documents."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from sitecorpus import pipeline
from sitecorpus.stage import open_door

HOME = Path(__file__).resolve().parent.parent
MODULES = sorted(p for top in ("sitecorpus", "scrapers", "cleaning", "training") for p in (HOME / top).rglob("*.py"))

# One library, one door: who may import it.
DOORS = {
    "scrapy": "scrapers/",
    "twisted": "scrapers/",
    "trafilatura": "cleaning/extract.py",
    "ftfy": "cleaning/normal_form.py",
    "py3langid": "cleaning/language.py",
    "datasketch": "cleaning/signatures.py",
    "warcio": "sitecorpus/warc/",
    "typer": "sitecorpus/cli/",
    "jinja2": ("sitecorpus/report/", "sitecorpus/starter.py", "scrapers/demo/", "cleaning/card.py"),
    "torch": "training/",
    "transformers": "training/",
    "tokenizers": "training/",
}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOME).as_posix())
def test_each_library_is_opened_by_its_own_door(path: Path) -> None:
    place = path.relative_to(HOME).as_posix()
    for name in {i.split(".")[0] for i in imports_of(path)} & set(DOORS):
        doors = DOORS[name]
        assert place.startswith(doors), f"{place} imports {name}, whose door is {doors}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(HOME).as_posix())
def test_each_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path.name} has no docstring"


def test_every_stage_has_a_door_that_opens() -> None:
    for stage in pipeline.STAGES:
        assert callable(open_door(stage.door)), stage.name


def test_stages_need_only_what_comes_before_them() -> None:
    seen: set[str] = set()
    for stage in pipeline.STAGES:
        assert set(stage.needs) <= seen, stage.name
        seen.add(stage.name)


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys\nfrom sitecorpus.cli import app\n"
        "heavy = {'torch', 'twisted', 'scrapy', 'datasets', 'transformers', 'trafilatura', 'pyarrow', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def commands() -> set[str]:
    out = subprocess.run(
        [sys.executable, "-m", "sitecorpus", "--help"], capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"^[│ ]+([a-z]+) {2,}\S", out, re.MULTILINE))


def test_every_command_is_documented() -> None:
    text = (HOME / "docs" / "commands.md").read_text(encoding="utf-8")
    found = commands()
    assert {"build", "status", "why", "report", "init", *pipeline.NAMES} <= found
    for command in found:
        assert f"sitecorpus {command}" in text, f"docs/commands.md does not mention `sitecorpus {command}`"


def test_the_recipe_page_is_made_from_the_settings() -> None:
    made = runpy.run_path(str(HOME / "docs" / "make_recipe_page.py"))["page"]()
    written = (HOME / "docs" / "recipe.md").read_text(encoding="utf-8")
    assert written == made, "run: python docs/make_recipe_page.py"
