"""Commands that look and change nothing: `status`, `why`, `audit`, and `report`, which writes what it saw."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from sitecorpus.cli.options import Json, Name, print_json
from sitecorpus.cli.words import answer, fact, short
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.layout import CorpusDir
from sitecorpus.strict_toml import printable


def status(
    name: Annotated[str | None, typer.Argument(help="A corpus; without it, all are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Where each stage stands: its state, counts, directory and digest."""
    from sitecorpus import pipeline

    found = [pipeline.as_dict(c, pipeline.survey(c, recipe)) for c, recipe in _corpora(name)]
    if as_json:
        print_json(found[0] if name else found)
        return
    for one in found:
        typer.secho(one["name"], bold=True)
        for stage, row in one["stages"].items():
            counts = row["counts"] or {}
            numbers = (
                f"{counts.get('written', 0):>9,}  {(row['digest'] or '')[:10]}"
                if row["counts"]
                else f"{'':>9}  {'':10}"
            )
            where = short(Path(row["directory"])) if row["directory"] else ""
            typer.echo(f"  {stage:<8} {row['state']:<8} {numbers}  {where}")


def _corpora(name: str | None) -> list[tuple[CorpusDir, Any]]:
    """One corpus and its recipe, or all; among all, one whose recipe is at fault is named and left out."""
    from sitecorpus.recipe import Recipe

    if name:
        corpus = CorpusDir.find(name)
        return [(corpus, Recipe.load(corpus.recipe))]
    home = Path(os.environ.get("SITECORPUS_CORPORA", "corpora"))
    found = []
    for path in sorted(home.glob("*/corpus.toml")):
        corpus = CorpusDir(path.parent)
        try:
            found.append((corpus, Recipe.load(corpus.recipe)))
        except RecipeError as error:
            typer.secho(str(error), err=True, fg="yellow")
    if not found:
        raise RecipeError(f"there is no corpus under {home}/. `sitecorpus init URL` writes a recipe for a site.")
    return found


def why(
    url: Annotated[str, typer.Argument(help="A page's URL, or a document id.")],
    corpus: Annotated[str | None, typer.Option("--corpus", "-c", help="Look in this corpus only.")] = None,
    as_json: Json = False,
) -> None:
    """Tell one page's story: where it was found, and why it is in the corpus or is not."""
    from sitecorpus import audit, pipeline

    stories = {}
    for one, recipe in _corpora(corpus):
        story = audit.why(url, pipeline.survey(one, recipe))
        if story:
            stories[one.name] = story
    if as_json:
        print_json({"url": url, "corpora": stories})
    for name, story in stories.items() if not as_json else ():
        typer.secho(f"{name}: {printable(url)}", bold=True)
        told: set[tuple[str, str]] = {("url", url)}
        for row in story:
            facts = [(k, fact(v)) for k, v in row["detail"].items() if k not in ("url", "document_id")]
            # what an earlier stage said already is not said again
            new = ", ".join(f"{k} {v}" for k, v in facts if (k, v) not in told)
            told.update(facts)
            color = "green" if row["outcome"] == "kept" else "yellow"
            typer.echo(
                f"  {row['stage']:<8} {typer.style(' '.join([row['outcome'], row['reason']]).strip(), fg=color)}  {new}"
            )
        typer.echo(f"  {answer(story[-1])}")
    if not stories:
        raise SitecorpusError(
            f"{printable(url)}: no corpus here knows this page. It was never found: is it linked, in a sitemap or a feed, "
            "and in scope?"
        )


def audit(name: Name, as_json: Json = False) -> None:
    """Hash every file again, and open the archived record behind every document."""
    from sitecorpus import audit as auditing
    from sitecorpus import pipeline
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    states = pipeline.survey(corpus, Recipe.load(corpus.recipe))
    findings = list(auditing.verify(states, corpus))
    checked = [s.stage for s in states if s.manifest]
    if as_json:
        print_json({"name": corpus.name, "checked": checked, "findings": [f.__dict__ for f in findings]})
    else:
        for finding in findings:
            typer.secho(f"{finding.stage}: {printable(finding.path)} {printable(finding.problem)}", fg="red")
        typer.echo(f"{corpus.name}: {len(checked)} stages checked ({', '.join(checked)}), {len(findings)} findings.")
    if findings:
        raise typer.Exit(1)


def report(name: Name, as_json: Json = False) -> None:
    """Write one self-contained HTML page: funnel, rights, curves, samples with copied spans."""
    from sitecorpus import report as reporting
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    page = reporting.write(corpus, Recipe.load(corpus.recipe))
    if as_json:
        print_json({"report": str(page)})
    else:
        typer.echo(short(page))
