"""The `vet` command: may we? Of a corpus, of any address before there is one, and once more after a while."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sitecorpus.cli.options import DryRun, Json, Workers, print_json
from sitecorpus.cli.stages import run_through
from sitecorpus.cli.words import short
from sitecorpus.errors import RecipeError, RefusedError
from sitecorpus.layout import CorpusDir
from sitecorpus.strict_toml import printable

COLORS = {"allow": "green", "review": "yellow", "deny": "red"}
EVERY = 200


def vet(
    target: Annotated[str, typer.Argument(metavar="NAME|URL", help="A corpus, or the address of a site or page.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Every reason for and against: its words, place, hash and time.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="NAME: ask the site again and say what has changed.")] = False,
    pages: Annotated[
        int, typer.Option(min=0, help="--diff: pages of the corpus to fetch again, evenly spread; 0 is all.")
    ] = EVERY,
    policy: Annotated[
        str | None, typer.Option(help="URL: strict, licensed (the default), own, research, or a TOML file.")
    ] = None,
    contact: Annotated[
        str, typer.Option(help="URL: your URL or email address, for the site's owner.", envvar="SITECORPUS_CONTACT")
    ] = "",
    workers: Workers = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """May we? Read robots.txt, terms, licence and opt-outs, keep them as evidence, decide."""
    if not _is_address(target):
        if policy is not None or contact:
            raise RecipeError("--policy and --contact go with a URL; a corpus has them in its recipe.")
        if diff:
            _diff(target, pages or None, workers, as_json)
        elif explain:
            _explain_corpus(target, workers, as_json)
        else:
            run_through(target, "vet", workers, as_json, dry_run)
        return
    if diff or dry_run:
        raise RecipeError("--diff and --dry-run go with the name of a corpus: a URL alone has nothing to compare with.")
    from sitecorpus.stage import open_door

    verdict = open_door("scrapers.look:ask")(target, contact, policy)
    if as_json:
        print_json(verdict.as_dict())
    else:
        typer.echo(open_door("scrapers.advice:explain")(verdict) if explain else _told(verdict))
    raise typer.Exit(0 if verdict.decision == "allow" else 3)


def _is_address(target: str) -> bool:
    try:
        CorpusDir.find(target)
    except RecipeError:
        host = target.partition("/")[0].partition(":")[0]
        return "://" in target or "." in host.strip(".") or host == "localhost"
    return False


def _told(verdict: Any) -> str:
    lines = [typer.style(printable(f"{verdict.host}: {verdict.decision}"), fg=COLORS[verdict.decision], bold=True)]
    for reason in sorted(verdict.reasons, key=lambda r: ("deny", "review", "allow").index(r.answer)):
        mark = typer.style(f"{reason.answer:<7}", fg=COLORS[reason.answer])
        lines.append(f"  {mark} {reason.code.replace('_', ' ')}: {printable(reason.detail)}")
    lines.append("  With --explain: each reason's words, place, hash and time. This is a reading, not legal advice.")
    return "\n".join(lines)


def _explain_corpus(name: str, workers: int | None, as_json: bool) -> None:
    """Vet where that is still to do; then tell every reason, whatever the answer."""
    from sitecorpus import pipeline
    from sitecorpus.executors import Processes
    from sitecorpus.recipe import Recipe
    from sitecorpus.report.traces import verdicts_of
    from sitecorpus.stage import open_door

    corpus = CorpusDir.find(name)
    refusal: RefusedError | None = None
    try:
        pipeline.build(corpus, "vet", Processes(workers))
    except RefusedError as error:
        refusal = error
    states = {s.stage: s for s in pipeline.survey(corpus, Recipe.load(corpus.recipe))}
    verdicts = verdicts_of(states)
    if as_json:
        print_json([v.as_dict() for v in verdicts])
    else:
        typer.echo("\n\n".join(open_door("scrapers.advice:explain")(v) for v in verdicts))
    if refusal is not None:
        raise typer.Exit(refusal.exit_code)


def _diff(name: str, pages: int | None, workers: int | None, as_json: bool) -> None:
    """Ask again. Exit code 0: nothing changed; 1: something did; 3: a host or pages would not be taken today."""
    from sitecorpus import report
    from sitecorpus.executors import Processes
    from sitecorpus.recheck import recheck
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    recipe = Recipe.load(corpus.recipe)
    directory, found = recheck(corpus, recipe, pages, Processes(workers))
    report.write(corpus, recipe)
    if as_json:
        print_json({"directory": str(directory), **found.as_dict()})
    else:
        for host, (then, now) in found.decisions.items():
            said = now if then == now else f"{then or 'not asked'} → {now or 'not asked'}"
            typer.secho(printable(f"{host}: {said}"), fg=COLORS.get(now or "", "yellow"), bold=True)
        for change in found.changes:
            typer.echo(printable(f"  {change.name.replace('_', ' ')} {change.how}: {change.url}"))
            for line in change.detail.splitlines():
                typer.echo(f"      {printable(line)}")
        for kind, rows in (("would not be taken today", found.pages), ("are no longer there", found.gone)):
            if rows:
                typer.echo(f"  {len(rows):,} pages {kind}:")
            for page in rows[:20]:
                typer.echo(printable(f"    {page.url}: {page.reason.replace('_', ' ')}"))
            if len(rows) > 20:
                typer.echo(f"    … and {len(rows) - 20:,} more")
        if not found.changed:
            typer.echo("  nothing has changed")
        typer.echo(f"  {found.pages_asked:,} of {found.pages_total:,} pages fetched again; kept in {short(directory)}")
        if found.pages:
            typer.echo(f"  `sitecorpus build {corpus.name} --drop-drifted` takes them out and goes on")
    raise typer.Exit(3 if found.refuses else 1 if found.changed else 0)
