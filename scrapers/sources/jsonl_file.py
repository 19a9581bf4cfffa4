"""JSON lines: an object on each line."""

from __future__ import annotations

import codecs
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.sources.columns import Columns
from scrapers.sources.decoding import codec, mended, open_binary
from scrapers.sources.entry import MAX_ENTRY_BYTES, Found, Skip
from sitecorpus.recipe import IntakeSettings

_LOOK_AT_OBJECTS = 200


def read(path: Path, settings: IntakeSettings) -> Iterator[Found]:
    """Yield a row for each line; raises RecipeError where none of the first lines has a column that is named."""
    lines = _objects(path, codec(settings.encoding, str(path)))
    first: list[tuple[int, dict[str, Any] | Skip]] = []
    keys: dict[str, None] = {}
    seen = 0
    for number, value in lines:
        first.append((number, value))
        if isinstance(value, dict):
            keys |= dict.fromkeys(value)
            seen += 1
        if seen >= _LOOK_AT_OBJECTS:
            break
    columns = Columns.of(settings, list(keys), str(path)) if seen else None
    for number, value in itertools.chain(first, lines):
        if isinstance(value, Skip):
            yield value
        elif columns is not None:
            yield columns.row(number, value)


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, Any] | Skip]]:
    with open_binary(path) as file:
        number = 0
        while line := file.readline(MAX_ENTRY_BYTES + 1):
            number += 1
            if len(line) > MAX_ENTRY_BYTES:
                size = len(line)
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_ENTRY_BYTES)
                    size += len(line)
                yield number, Skip(str(number), "too_large", {"line": number, "bytes": size})
                continue
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if not line.strip():
                continue
            try:
                value = json.loads(mended(line.decode(encoding, "surrogateescape"), encoding))
            except (ValueError, RecursionError) as error:
                yield number, Skip(str(number), "unreadable", {"line": number, "error": str(error)[:200]})
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                yield (
                    number,
                    Skip(
                        str(number), "unreadable", {"line": number, "error": f"a {type(value).__name__}, not an object"}
                    ),
                )
