"""The arguments and options that several commands share, and how JSON is printed."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

Name = Annotated[str, typer.Argument(help="A corpus under corpora/, or the path of its folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: one per core.")]
DropDrifted = Annotated[
    bool, typer.Option("--drop-drifted", help="Take out the pages that the last `vet --diff` found drifted, and go on.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))
