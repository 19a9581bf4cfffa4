"""The command line: one command a stage, and init, build, status, why, audit, report, prune, demo.

Exit codes: 0 ok, 1 a finding or work that could not be finished, 2 usage, 3 refused by policy.
"""

from __future__ import annotations

import errno
import itertools
import json
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.layout import CorpusDir
from sitecorpus.strict_toml import printable

app = typer.Typer(
    name="sitecorpus",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A web site's archive into a licensed, deduplicated corpus, and that into a language model - with receipts.",
    epilog="Exit codes: 0 ok, 1 a finding, 2 usage, 3 refused by policy.",
)

Name = Annotated[str, typer.Argument(help="A corpus under corpora/, or the path of its folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: one per core.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]

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


def main() -> None:
    """Run the command line; every expected failure is a sentence on stderr and an exit code."""
    # OpenMP reads it when torch loads; with spinning waits two threads on busy cores are many times slower
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    for noisy in (
        "httpx",
        "httpcore",
        "urllib3",
        "filelock",
        "fsspec",
        "trafilatura",
        "htmldate",
        "datasets",
        "py.warnings",
    ):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    logging.getLogger("sitecorpus.stage").setLevel(logging.WARNING)  # its last line is what `build` prints
    try:
        app()
    except SitecorpusError as error:
        if "--json" in sys.argv:
            _print_json({"error": str(error), "exit_code": error.exit_code})
        typer.secho(f"{error}", err=True, fg="red" if error.exit_code != 3 else "yellow")
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f" ({error.filename})" if error.filename else ""
        typer.secho(
            f"The disk is full{where}. What was finished is kept: make room (`sitecorpus prune NAME` lists what an "
            "older recipe left), then run the same command again.",
            err=True,
            fg="red",
        )
        raise SystemExit(1) from None


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def _run(name: str, through: str | None, workers: int | None, as_json: bool, dry_run: bool) -> None:
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
        for line in _headline(stage, manifest.counts.figures):
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
        _print_json(_status(corpus, states))
    else:
        typer.echo(f"  report: {_short(page)}")


def _headline(stage: str, figures: Any) -> list[str]:
    """The one thing a person would ask about a stage, in words."""
    if stage == "vet":
        return [
            printable(f"{host}: {row['decision']} ({', '.join(row['reasons']).replace('_', ' ')}; {_mix(row)})")
            for host, row in figures.get("hosts", {}).items()
        ]
    if stage == "train":
        return [printable(str(figures["reason"]))] if figures.get("reason") else []
    if stage == "split" and "max_cross_jaccard" in figures:
        return [
            f"train {figures.get('train_documents', 0):,}, validation {figures.get('validation_documents', 0):,}; "
            f"across them at most Jaccard {figures['max_cross_jaccard']:.2f}, "
            f"and a shared run of {figures.get('longest_shared_run_words', 0):,} words"
        ]
    if stage == "scan" and "longest_words" in figures:
        return [f"longest span copied from the training text: {figures['longest_words']} words"]
    return []


def _mix(row: Any) -> str:
    """The licences on the pages that vet looked at."""
    found = [f"{name} on {n}" for name, n in (row.get("licenses") or {}).items() if name != "none"]
    return "pages looked at: " + (", ".join(found) or "no licence")


def _short(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _plan(corpus: CorpusDir, recipe: Any, through: str, as_json: bool) -> None:
    from sitecorpus import pipeline

    names = [s.name for s in pipeline.stages_of(recipe)]
    if through not in names:
        raise RecipeError(f"{corpus.recipe}: this recipe has no stage {through!r}; its stages: {', '.join(names)}.")
    plan = [
        {"stage": s.stage, "action": {"done": "skip", "partial": "resume", "refused": "run"}.get(s.state, "run")}
        for s in pipeline.survey(corpus, recipe)[: names.index(through) + 1]
    ]
    if as_json:
        _print_json({"name": corpus.name, "plan": plan})
    for row in plan if not as_json else ():
        typer.echo(f"{row['stage']:<8} {row['action']}")


@app.command()
def build(
    name: Name,
    through: Annotated[str | None, typer.Option(help="The last stage to run; default: all.")] = None,
    workers: Workers = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring a corpus up to date; finished work is skipped, interrupted work goes on."""
    _run(name, through, workers, as_json, dry_run)


def sample(
    name: Name,
    prompt: Annotated[str | None, typer.Option(help="Continue this text instead of held-out first sentences.")] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for prompts until an empty line.")
    ] = False,
    samples: Annotated[int, typer.Option("--samples", "-n", min=1, help="With --prompt: how many.")] = 1,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="With --prompt: tokens to generate.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0.0, help="With --prompt: 0 is greedy.")] = None,
    top_k: Annotated[
        int | None, typer.Option(min=0, help="With --prompt: only the k likeliest tokens; 0 is all.")
    ] = None,
    top_p: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="With --prompt: nucleus; 1 is off.")] = None,
    seed: Annotated[int | None, typer.Option(help="With --prompt: seed.")] = None,
    step: Annotated[
        int | None, typer.Option(help="With --prompt: a checkpoint's step; default: the recommended one.")
    ] = None,
    workers: Workers = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Generate text from the recommended checkpoint: of held-out first sentences, or of a prompt of yours."""
    if prompt is None and not interactive:
        given = [max_new_tokens, temperature, top_k, top_p, seed, step]
        if any(value is not None for value in given):
            raise RecipeError(
                "these options go with --prompt or --interactive; for the sample stage write them under [sample] in the recipe."
            )
        _run(name, "sample", workers, as_json, dry_run)
        return
    from sitecorpus import pipeline
    from sitecorpus.recipe import Recipe
    from sitecorpus.stage import open_door

    corpus = CorpusDir.find(name)
    recipe = Recipe.load(corpus.recipe)
    train = next(s for s in pipeline.survey(corpus, recipe) if s.stage == "train")
    if train.manifest is None or train.directory is None:
        raise SitecorpusError(
            f"{corpus.name}: there is no trained model for this recipe yet. Run `sitecorpus train {name}`."
        )
    settings = recipe.sample
    generate = open_door("training.sample:open_sampler")(_checkpoint(train.directory, step))

    def say(text: str) -> None:
        texts = generate(
            text,
            n=samples,
            max_new_tokens=max_new_tokens or settings.max_new_tokens,
            temperature=settings.temperature if temperature is None else temperature,
            top_k=settings.top_k if top_k is None else top_k,
            top_p=settings.top_p if top_p is None else top_p,
            seed=settings.seed if seed is None else seed,
        )
        if as_json:
            _print_json([{"prompt": text, "continuation": t} for t in texts])
            return
        for number, continuation in enumerate(texts, 1):
            if len(texts) > 1:
                typer.secho(f"--- {number}", fg="blue")
            # a model can emit any character: none may steer the terminal
            typer.echo("\n".join(printable(line) for line in (text + continuation).splitlines()))

    if prompt is not None:
        say(prompt)
    while interactive:
        try:
            text = typer.prompt("prompt", default="", show_default=False, err=as_json)
        except typer.Abort:
            break
        if not text:
            break
        say(text)


def _checkpoint(directory: Path, step: int | None) -> Path:
    rows = json.loads((directory / "checkpoints.json").read_bytes())
    if step is None:
        return directory / str(next(r for r in rows if "best" in r["kinds"])["directory"])
    for row in rows:
        if row["step"] == step:
            return directory / str(row["directory"])
    raise RecipeError(
        f"{directory.name}: there is no checkpoint of step {step}; kept are {', '.join(str(r['step']) for r in rows)}."
    )


def _add_stage(stage: str) -> None:
    def command(name: Name, workers: Workers = None, dry_run: DryRun = False, as_json: Json = False) -> None:
        _run(name, stage, workers, as_json, dry_run)

    command.__doc__ = STAGE_HELP[stage] + " Stages before it run first where they are not up to date."
    app.command(stage, rich_help_panel="Stages", short_help=STAGE_HELP[stage])(command)


for _stage in STAGE_HELP:
    if _stage == "sample":  # it has options of its own
        app.command("sample", rich_help_panel="Stages", short_help=STAGE_HELP["sample"])(sample)
    else:
        _add_stage(_stage)


def _status(corpus: CorpusDir, states: list[Any]) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "recipe": str(corpus.recipe),
        "report": str(corpus.report) if corpus.report.exists() else None,
        "stages": {
            s.stage: {
                "state": s.state,
                "directory": str(s.directory) if s.directory else None,
                "counts": s.manifest.counts.as_dict() if s.manifest else None,
                "digest": s.manifest.digest if s.manifest else None,
                "fingerprint": s.manifest.fingerprint if s.manifest else None,
                "started_at": s.manifest.started_at if s.manifest else None,
                "seconds": s.manifest.seconds if s.manifest else None,
                "peak_memory_bytes": s.manifest.peak_memory_bytes if s.manifest else None,
            }
            for s in states
        },
    }


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="A corpus; without it, all are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Where each stage stands: its state, counts, directory and digest."""
    from sitecorpus import pipeline

    found = [_status(c, pipeline.survey(c, recipe)) for c, recipe in _corpora(name)]
    if as_json:
        _print_json(found[0] if name else found)
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
            where = _short(Path(row["directory"])) if row["directory"] else ""
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


@app.command()
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
        _print_json({"url": url, "corpora": stories})
    for name, story in stories.items() if not as_json else ():
        typer.secho(f"{name}: {printable(url)}", bold=True)
        told: set[tuple[str, str]] = {("url", url)}
        for row in story:
            facts = [(k, _fact(v)) for k, v in row["detail"].items() if k not in ("url", "document_id")]
            # what an earlier stage said already is not said again
            new = ", ".join(f"{k} {v}" for k, v in facts if (k, v) not in told)
            told.update(facts)
            color = "green" if row["outcome"] == "kept" else "yellow"
            typer.echo(
                f"  {row['stage']:<8} {typer.style(' '.join([row['outcome'], row['reason']]).strip(), fg=color)}  {new}"
            )
        typer.echo(f"  {_answer(story[-1])}")
    if not stories:
        raise SitecorpusError(
            f"{printable(url)}: no corpus here knows this page. It was never found: is it linked, in a sitemap or a feed, "
            "and in scope?"
        )


def _fact(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return printable(text)[:160]


def _answer(last: Any) -> str:
    """The end of a page's story in a sentence."""
    if last["outcome"] != "kept":
        return f"Not in the corpus: {last['outcome']} at {last['stage']}, {last['reason'].replace('_', ' ')}."
    if last["stage"] == "split":
        return f"In the corpus, in the {last['detail']['split']} split."
    return f"Kept through {last['stage']}; the stages after it have not run yet."


@app.command()
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
        _print_json({"name": corpus.name, "checked": checked, "findings": [f.__dict__ for f in findings]})
    else:
        for finding in findings:
            typer.secho(f"{finding.stage}: {printable(finding.path)} {printable(finding.problem)}", fg="red")
        typer.echo(f"{corpus.name}: {len(checked)} stages checked ({', '.join(checked)}), {len(findings)} findings.")
    if findings:
        raise typer.Exit(1)


@app.command("report")
def report_command(name: Name, as_json: Json = False) -> None:
    """Write one self-contained HTML page: funnel, rights, curves, samples with copied spans."""
    from sitecorpus import report
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    page = report.write(corpus, Recipe.load(corpus.recipe))
    if as_json:
        _print_json({"report": str(page)})
    else:
        typer.echo(_short(page))


@app.command()
def init(
    url: Annotated[str, typer.Argument(help="The site's address.")],
    name: Annotated[str | None, typer.Option(help="The corpus's name; default: from the host.")] = None,
    contact: Annotated[
        str | None, typer.Option(help="Your URL or email address, for the site's owner.", envvar="SITECORPUS_CONTACT")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a recipe that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Look at a site and write a commented recipe from what was found there."""
    from sitecorpus import starter

    path, notes = starter.write(url, name, contact, force)
    if as_json:
        _print_json({"recipe": str(path), "notes": notes})
        return
    for note in notes:
        typer.echo(f"  {printable(note)}")
    typer.echo(
        f"Wrote {_short(path)}. Read it, then run: {_short(Path(sys.argv[0]).absolute())} build {path.parent.name}"
    )


@app.command()
def prune(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Delete them; without it they are only listed.")] = False,
    as_json: Json = False,
) -> None:
    """List, or delete, what older recipes left in build/. Evidence (archive/) and runs/ are never touched."""
    from sitecorpus import pipeline
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    used = {s.directory for s in pipeline.survey(corpus, Recipe.load(corpus.recipe))}
    stale = [
        d
        for d in sorted((corpus.root / "build").glob("*-*"))
        if d.is_dir() and d.with_name(d.name.removesuffix(".partial")) not in used
    ]
    sizes = {d: sum(f.stat().st_size for f in d.rglob("*") if f.is_file()) for d in stale}
    for directory in stale if yes else ():
        shutil.rmtree(directory)
    if as_json:
        _print_json({"deleted": yes, "directories": {str(d): n for d, n in sizes.items()}})
        return
    for directory, size in sizes.items():
        typer.echo(f"{'deleted' if yes else 'stale'} {_short(directory)}  {size / 1e6:,.1f} MB")
    if not stale:
        typer.echo("Nothing to prune.")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the site.")] = Path("corpora/demo/site"),
) -> None:
    """Write the demo's site: the documentation inside this Python, dressed as a small real web site."""
    from sitecorpus.stage import open_door

    made = open_door("scrapers.demo:build_demo_site")(folder)
    typer.echo(f"{_short(folder.resolve())}: {made}")
