"""The table of stages, in order, each with its door; and `build`, which walks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sitecorpus import drift
from sitecorpus.errors import RecipeError
from sitecorpus.executors import Executor, Processes
from sitecorpus.layout import PARTIAL, VERDICTS, WITHDRAWN, CorpusDir
from sitecorpus.manifest import Manifest
from sitecorpus.recipe import Recipe
from sitecorpus.stage import Stage, run_stage, stage_fingerprint

STAGES = (
    Stage(
        "vet",
        "scrapers.vet:vet",
        (),
        ("title", "contact", "rights", "crawl", "intake"),
        "archive",
        2,
        paths=("rights.evidence_files", "rights.policy"),
        files=("training_agents.toml",),
        check="scrapers.vet:rejudge",
    ),
    Stage("crawl", "scrapers.crawl:crawl", ("vet",), ("contact", "crawl"), "archive", 1, when="crawl"),
    Stage(
        "intake", "scrapers.intake:intake", ("vet",), ("intake",), "archive", 1, when="intake", paths=("intake.path",)
    ),
    Stage("clear", "scrapers.clear:clear", ("vet", "crawl", "intake"), ("rights",), "build", 2, files=(WITHDRAWN,)),
    Stage("extract", "cleaning.extract:extract", ("clear", "crawl", "intake"), ("extract",), "build", 1),
    Stage("clean", "cleaning.clean:clean", ("extract",), ("clean",), "build", 1),
    Stage("dedupe", "cleaning.dedupe:dedupe", ("clean",), ("dedupe",), "build", 1),
    Stage("split", "cleaning.split:split", ("dedupe",), ("split", "dedupe"), "build", 1),
    Stage(
        "publish", "cleaning.publish:publish", ("split", "vet"), ("title", "contact", "rights", "publish"), "build", 2
    ),
    Stage("train", "training.train:train", ("publish",), ("train",), "runs", 1, paths=("train.model",)),
    Stage("sample", "training.sample:sample", ("publish", "train"), ("sample",), "runs", 1),
    Stage("scan", "training.scan:scan", ("publish", "sample"), ("scan",), "runs", 1),
)
NAMES = tuple(s.name for s in STAGES)
GUARDED = ("publish", "train")
"""Stages that may not rest on rights that have lapsed."""


@dataclass(frozen=True)
class State:
    """Where one stage of a corpus stands. `directory` is where its result is, or will be."""

    stage: str
    state: str
    """done, partial (begun and interrupted), refused (vet said no; its reasons are kept), or todo."""
    directory: Path | None
    """None while a stage before it is not done: its fingerprint is not known yet."""
    manifest: Manifest | None

    def as_dict(self) -> dict[str, Any]:
        """What a script would ask about a stage."""
        made = self.manifest
        return {
            "state": self.state,
            "directory": str(self.directory) if self.directory else None,
            "counts": made.counts.as_dict() if made else None,
            "digest": made.digest if made else None,
            "fingerprint": made.fingerprint if made else None,
            "started_at": made.started_at if made else None,
            "seconds": made.seconds if made else None,
            "peak_memory_bytes": made.peak_memory_bytes if made else None,
        }


def stages_of(recipe: Recipe) -> tuple[Stage, ...]:
    """Return the stages that this recipe has, in order."""
    return tuple(s for s in STAGES if s.when is None or getattr(recipe, s.when) is not None)


def stages_through(corpus: CorpusDir, recipe: Recipe, through: str) -> tuple[Stage, ...]:
    """Return the stages of this recipe up to one; raises RecipeError where it has no such stage."""
    active = stages_of(recipe)
    names = [s.name for s in active]
    if through not in names:
        raise RecipeError(f"{corpus.recipe}: this recipe has no stage {through!r}; its stages: {', '.join(names)}.")
    return active[: names.index(through) + 1]


def survey(corpus: CorpusDir, recipe: Recipe) -> list[State]:
    """Return the state of every stage, for the recipe as it is now."""
    done: dict[str, Manifest] = {}
    found = []
    active = stages_of(recipe)
    for stage in active:
        needs = [n for n in stage.needs if n in {s.name for s in active}]
        if any(n not in done for n in needs):
            found.append(State(stage.name, "todo", None, None))
            continue
        wanted, _ = stage_fingerprint(stage, recipe, corpus, {n: done[n] for n in needs})
        directory = corpus.stage_dir(stage.root, stage.name, wanted)
        manifest = Manifest.read(directory)
        if manifest is not None:
            done[stage.name] = manifest
        found.append(State(stage.name, _state(directory, manifest), directory, manifest))
    return found


def as_dict(corpus: CorpusDir, states: Iterable[State]) -> dict[str, Any]:
    """Return where a corpus stands, for scripts."""
    return {
        "name": corpus.name,
        "recipe": str(corpus.recipe),
        "report": str(corpus.report) if corpus.report.exists() else None,
        "stages": {s.stage: s.as_dict() for s in states},
    }


def _state(directory: Path, manifest: Manifest | None) -> str:
    if manifest is not None:
        return "done"
    partial = directory.with_name(directory.name + PARTIAL)
    if (partial / VERDICTS).exists():
        return "refused"
    return "partial" if partial.exists() else "todo"


def build(
    corpus: CorpusDir | str | Path,
    through: str = "scan",
    executor: Executor | None = None,
    on_stage: Callable[[str, Path, Manifest, bool], None] | None = None,
) -> list[State]:
    """Bring a corpus up to date through one stage; finished work is skipped.

    `on_stage(name, directory, manifest, was_done)` is called after each. Raises RecipeError where there is
    no such stage, RefusedError where we may not, SitecorpusError where the work could not be finished.
    """
    if not isinstance(corpus, CorpusDir):
        corpus = CorpusDir(corpus)
    recipe = Recipe.load(corpus.recipe)
    chosen = stages_through(corpus, recipe, through)
    if recipe.crawl is not None and not recipe.contact:
        raise RecipeError(
            f"{corpus.recipe}: `contact` is empty. Write your URL or email address there: it goes into the user agent, so that "
            "the site's owner can reach you."
        )
    results: dict[str, tuple[Path, Manifest]] = {}
    states = []
    for stage in chosen:
        inputs = {n: results[n] for n in stage.needs if n in results}
        admit = _current(corpus, recipe, results["vet"][0]) if stage.name in GUARDED else _always
        directory, manifest, was_done = run_stage(stage, corpus, recipe, inputs, executor or Processes(), admit)
        results[stage.name] = (directory, manifest)
        states.append(State(stage.name, "done", directory, manifest))
        if on_stage:
            on_stage(stage.name, directory, manifest, was_done)
    return states


def _always() -> None:
    """Nothing stands against it."""


def _current(corpus: CorpusDir, recipe: Recipe, vet: Path) -> Callable[[], None]:
    """Refuse, also where all is done, pages that have opted out; return what refuses new work on old evidence."""
    drift.refuse_drifted(corpus, vet)
    remedy = f"`sitecorpus vet {corpus.name} --diff` reads it again and says what changed."
    last = drift.newest(corpus, vet)
    if recipe.crawl is None:
        return _always
    return lambda: drift.refuse_old_evidence(
        last[0] if last else vet, recipe.rights.max_age_days, datetime.now(UTC), remedy
    )


def stale(corpus: CorpusDir, recipe: Recipe) -> list[Path]:
    """Return the directories in `build/` that the recipe as it is now does not lead to."""
    used = {s.directory for s in survey(corpus, recipe)}
    return [
        d
        for d in sorted((corpus.root / "build").glob("*-*"))
        if d.is_dir() and d.with_name(d.name.removesuffix(PARTIAL)) not in used
    ]
