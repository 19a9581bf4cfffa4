"""The command line: one command a stage, and init, build, status, why, audit, report, prune, demo.

Exit codes: 0 ok, 1 a finding or work that could not be finished, 2 usage, 3 refused by policy.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable

import typer

from sitecorpus.cli import corpora, lookups, rights, sampling, stages
from sitecorpus.cli.options import print_json
from sitecorpus.errors import SitecorpusError

app = typer.Typer(
    name="sitecorpus",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A web site's archive into a licensed, deduplicated corpus, and that into a language model - with receipts.",
    epilog="Exit codes: 0 ok, 1 a finding, 2 usage, 3 refused by policy.",
)
# the menu, in the order in which it is shown
for _command in (
    stages.build,
    lookups.status,
    lookups.why,
    lookups.audit,
    lookups.report,
    corpora.init,
    corpora.prune,
    corpora.demo,
):
    app.command()(_command)
_OWN_OPTIONS: dict[str, Callable[..., None]] = {"vet": rights.vet, "sample": sampling.sample}
for _stage, _help in stages.STAGE_HELP.items():
    _does = _OWN_OPTIONS.get(_stage) or stages.stage_command(_stage)
    app.command(_stage, rich_help_panel="Stages", short_help=_help)(_does)


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
            print_json({"error": str(error), "exit_code": error.exit_code})
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
