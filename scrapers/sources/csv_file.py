"""A CSV file (RFC 4180): fields of several lines, any delimiter, fields of any size up to a document's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from scrapers.sources.columns import Columns
from scrapers.sources.decoding import codec, mended, open_binary
from scrapers.sources.entry import MAX_ENTRY_BYTES, Found, Skip
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import IntakeSettings

DELIMITERS = (",", ";", "\t", "|")
_HEAD_CHARS = 1 << 20


def read(path: Path, settings: IntakeSettings) -> Iterator[Found]:
    """Yield a row for each record; raises RecipeError where a column that the recipe names is not there."""
    encoding = codec(settings.encoding, str(path))
    csv.field_size_limit(MAX_ENTRY_BYTES)
    with open_binary(path) as raw, io.TextIOWrapper(raw, encoding, "surrogateescape", newline="") as file:
        delimiter = settings.delimiter or _delimiter(file.readline(_HEAD_CHARS), settings)
    if len(delimiter) != 1:
        raise RecipeError(f"{path}: [intake] `delimiter` is {delimiter!r}; it must be one character.")
    with open_binary(path) as raw, io.TextIOWrapper(raw, encoding, "surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            header = [mended(name, encoding).strip() for name in next(reader, [])]
        except csv.Error as error:
            raise RecipeError(f"{path}: the header of this CSV file cannot be read: {error}.") from None
        if not header:
            raise RecipeError(f"{path}: this CSV file is empty; its first row must name the columns.")
        yield from _rows(reader, header, Columns.of(settings, header, str(path)), encoding)


def _rows(reader: Iterator[list[str]], header: list[str], columns: Columns, encoding: str) -> Iterator[Found]:
    number = 0
    while True:
        number += 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Skip(str(number), "unreadable", {"error": str(error)})
            continue
        if not fields:
            number -= 1  # an empty line is no row
            continue
        if len(fields) > len(header):
            # a field with an unquoted delimiter has moved the others: which is the text is not known
            yield Skip(str(number), "unreadable", {"fields": len(fields), "columns": len(header)})
            continue
        # zip from the back, so that of two columns of one name the first counts
        yield columns.row(
            number, {k: mended(v, encoding) for k, v in reversed(list(zip(header, fields, strict=False)))}
        )


def _delimiter(head: str, settings: IntakeSettings) -> str:
    """The delimiter under which the header has the columns that the recipe names; else the most columns."""
    wanted = {getattr(settings, name) for name in ("text", "url", "title", "author", "date", "section")} - {None}

    def score(delimiter: str) -> tuple[int, int]:
        try:
            names = [n.strip() for n in next(csv.reader([head], delimiter=delimiter), [])]
        except csv.Error:
            return -1, 0
        return len(wanted & set(names)), len(names)

    return max(DELIMITERS, key=score)
