"""Commands that do work: `build`, and one for each stage."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from sitecorpus.cli.options import DropDrifted, DryRun, Json, Name, Workers, print_json
from sitecorpus.cli.words import headline, short
from sitecorpus.layout import WITHDRAWN, CorpusDir

STAGE_HELP = {
    "vet": "May we? Read robots.txt, terms, licence and opt-outs, keep them as evidence, decide.",
    "crawl": "Fetch the site politely into a WARC archive.",
    "intake": "Bring in what was collected elsewhere, into the same archive.",
    "clear": "Clear the rights of each archived page.",
    "extract": "Turn archived pages into documents with metadata.",
    "clean": "Mend each document, or drop it with a reason.",
    "dedupe": "Keep one document of each cluster of near-duplicates.",
    "split": "Put whole clusters into train or validation.",
    "publish": "Write the dataset, its card and the text files.",
    "train": "Fit the model and watch held-out loss.",
    "sample": "Generate text from the recommended checkpoint.",
    "scan": "Find what the samples copy from the training text.",
}


def run_through(
    name: str, through: str | None, workers: int | None, as_json: bool, dry_run: bool, drop_drifted: bool = False
) -> None:
    """Build through a stage and print a line for each, then the report's address."""
    from sitecorpus import pipeline, report
    from sitecorpus.executors import Processes
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    recipe = Recipe.load(corpus.recipe)
    through = through or pipeline.stages_of(recipe)[-1].name
    if dry_run:
        _plan(corpus, recipe, through, as_json)
        return

    if drop_drifted:
        _drop(corpus, recipe, as_json)
    mark = typer.style("·", fg="blue")
    fresh = list(itertools.takewhile(lambda s: s.state == "done", pipeline.survey(corpus, recipe)))
    names = [s.stage for s in fresh]
    names = names[: names.index(through) + 1] if through in names else names
    if names and not as_json:
        typer.echo(f"{mark} up to date: {', '.join(names)}")

    def tell(stage: str, directory: Path, manifest: Any, was_done: bool) -> None:
        if as_json or stage in names:
            return
        if was_done:
            typer.echo(f"{mark} {stage:<8} up to date")
            return
        typer.echo(f"{typer.style('✓', fg='green')} {stage:<8} {manifest.seconds:>7,.1f} s  {manifest.counts}")
        for line in headline(stage, manifest.counts.figures):
            typer.echo(f"{'':<22}{line}")

    try:
        states = pipeline.build(corpus, through, Processes(workers), tell)
    except KeyboardInterrupt:
        typer.echo("Interrupted. What was finished is kept: the same command goes on from here.", err=True)
        raise typer.Exit(130) from None
    finally:
        # also after a failure or a refusal: the report then shows how far it came, and why no further
        if corpus.root.is_dir():
            page = report.write(corpus, recipe)
    if as_json:
        print_json(pipeline.as_dict(corpus, states))
    else:
        typer.echo(f"  report: {short(page)}")


def _drop(corpus: CorpusDir, recipe: Any, as_json: bool) -> None:
    from sitecorpus import drift, pipeline

    vet = pipeline.survey(corpus, recipe)[0].directory
    dropped = drift.drop(corpus, vet, datetime.now(UTC)) if vet else 0
    if not as_json:
        typer.echo(f"{dropped:,} drifted pages are taken out, as {short(corpus.root / WITHDRAWN)} says")


def _plan(corpus: CorpusDir, recipe: Any, through: str, as_json: bool) -> None:
    from sitecorpus import pipeline

    actions = {"done": "skip", "partial": "resume"}
    asked = len(pipeline.stages_through(corpus, recipe, through))
    plan = [{"stage": s.stage, "action": actions.get(s.state, "run")} for s in pipeline.survey(corpus, recipe)[:asked]]
    if as_json:
        print_json({"name": corpus.name, "plan": plan})
    for row in plan if not as_json else ():
        typer.echo(f"{row['stage']:<8} {row['action']}")


def build(
    name: Name,
    through: Annotated[str | None, typer.Option(help="The last stage to run; default: all.")] = None,
    workers: Workers = None,
    drop_drifted: DropDrifted = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring a corpus up to date; finished work is skipped, interrupted work goes on."""
    run_through(name, through, workers, as_json, dry_run, drop_drifted)


def stage_command(stage: str) -> Callable[..., None]:
    """Return the command that builds through one stage."""

    def command(
        name: Name,
        workers: Workers = None,
        drop_drifted: DropDrifted = False,
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        run_through(name, stage, workers, as_json, dry_run, drop_drifted)

    command.__doc__ = STAGE_HELP[stage] + " Stages before it run first where they are not up to date."
    return command
