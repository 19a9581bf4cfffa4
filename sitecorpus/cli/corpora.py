"""Commands about corpora as folders: `init` makes one, `prune` tidies one, `demo` writes a site to make one of."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from sitecorpus.cli.options import Json, Name, print_json
from sitecorpus.cli.words import short
from sitecorpus.layout import CorpusDir
from sitecorpus.strict_toml import printable


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
        print_json({"recipe": str(path), "notes": notes})
        return
    for note in notes:
        typer.echo(f"  {printable(note)}")
    typer.echo(
        f"Wrote {short(path)}. Read it, then run: {short(Path(sys.argv[0]).absolute())} build {path.parent.name}"
    )


def prune(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Delete them; without it they are only listed.")] = False,
    as_json: Json = False,
) -> None:
    """List, or delete, what older recipes left in build/. Evidence (archive/) and runs/ are never touched."""
    from sitecorpus import pipeline
    from sitecorpus.recipe import Recipe

    corpus = CorpusDir.find(name)
    directories = pipeline.stale(corpus, Recipe.load(corpus.recipe))
    sizes = {d: sum(f.stat().st_size for f in d.rglob("*") if f.is_file()) for d in directories}
    for directory in directories if yes else ():
        shutil.rmtree(directory)
    if as_json:
        print_json({"deleted": yes, "directories": {str(d): n for d, n in sizes.items()}})
        return
    for directory, size in sizes.items():
        typer.echo(f"{'deleted' if yes else 'stale'} {short(directory)}  {size / 1e6:,.1f} MB")
    if not directories:
        typer.echo("Nothing to prune.")


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the site.")] = Path("corpora/demo/site"),
) -> None:
    """Write the demo's site: the documentation inside this Python, dressed as a small real web site."""
    from sitecorpus.stage import open_door

    made = open_door("scrapers.demo:build_demo_site")(folder)
    typer.echo(f"{short(folder.resolve())}: {made}")
