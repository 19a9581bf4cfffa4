"""Where everything of one corpus lies: every path is said once, here."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sitecorpus.errors import RecipeError

RECIPE = "corpus.toml"
MANIFEST = "manifest.json"
LEDGER = "ledger"
PARTIAL = ".partial"
VERDICTS = "verdicts.json"
RIGHTS = "rights.json"
"""In a published folder: what its licences together allow of it, of training on it, and of sharing such a model."""
WITHDRAWN = "archive/withdrawn.json"


class CorpusDir:
    """One corpus's folder: the recipe, `archive/` (evidence), `build/` (can be made again), `runs/` (costly)."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).resolve()

    @classmethod
    def find(cls, name: str) -> CorpusDir:
        """Open a corpus by its name under `corpora/` (or SITECORPUS_CORPORA), or by its folder's path."""
        home = Path(os.environ.get("SITECORPUS_CORPORA", "corpora"))
        for candidate in (Path(name), home / name):
            if (candidate / RECIPE).is_file():
                return cls(candidate)
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or not home.is_dir():
            known = sorted(p.parent.name for p in home.glob(f"*/{RECIPE}")) if home.is_dir() else []
            here = f" Here are: {', '.join(known)}." if known else ""
            raise RecipeError(
                f"{home / name / RECIPE}: there is no such corpus.{here} "
                f"`sitecorpus init URL --name {name}` writes a recipe for a site."
            )
        raise RecipeError(f"{name!r} is neither a corpus in {home} nor a folder with a {RECIPE}.")

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def recipe(self) -> Path:
        return self.root / RECIPE

    @property
    def report(self) -> Path:
        return self.root / "build" / "report.html"

    @property
    def rights_record(self) -> Path:
        return self.root / "build" / "rights.html"

    def beside(self, path: str) -> Path:
        """A path written in the recipe: absolute, or relative to the recipe's folder."""
        return (self.root / path).resolve()

    def stage_dir(self, root: str, stage: str, fingerprint: str) -> Path:
        """Return `<root>/<stage>-<first ten hex of the fingerprint>`."""
        return self.root / root / f"{stage}-{fingerprint[:10]}"

    def relative(self, path: Path) -> str:
        """`path` as it is stored: relative to the corpus, with forward slashes."""
        return path.relative_to(self.root).as_posix()
