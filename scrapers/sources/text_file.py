"""One big text file with a separator between its documents, read a piece at a time."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

from scrapers.sources.decoding import codec, mended, open_binary
from scrapers.sources.entry import MAX_ENTRY_BYTES, Found, Row, Skip
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import IntakeSettings

log = logging.getLogger(__name__)

_PIECE_CHARS = 1 << 20


def read(path: Path, settings: IntakeSettings) -> Iterator[Found]:
    """Yield a row for each document; their numbers count the separators before them."""
    if not settings.separator:
        raise RecipeError(f"{path}: [intake] `separator` is empty; say what stands between two documents.")
    encoding = codec(settings.encoding, str(path))
    number = 0
    for number, (text, size) in enumerate(_documents(path, settings.separator, encoding), start=1):
        if size > MAX_ENTRY_BYTES:
            yield Skip(str(number), "too_large", {"characters": size})
        elif text.strip():
            yield Row(number, mended(text.strip("\r\n"), encoding))
        else:
            yield Skip(str(number), "empty", {})
    if number == 1:
        log.warning("%s: [intake] `separator` %r does not occur in it: it is one document", path, settings.separator)


def _documents(path: Path, separator: str, encoding: str) -> Iterator[tuple[str, int]]:
    """(text, its length); the text of one that is too long is dropped while it is read."""
    rest, dropped = "", 0
    with open_binary(path) as raw, io.TextIOWrapper(raw, encoding, "surrogateescape") as file:
        while piece := file.read(_PIECE_CHARS):
            searched = max(len(rest) - len(separator) + 1, 0)
            rest += piece
            while (at := rest.find(separator, searched)) >= 0:
                yield rest[:at], dropped + at
                rest, dropped, searched = rest[at + len(separator) :], 0, 0
            if len(rest) > MAX_ENTRY_BYTES:
                keep = len(separator) - 1
                dropped += len(rest) - keep
                rest = rest[len(rest) - keep :]
    if rest.strip() or dropped:  # a separator at the end of the file ends the last document, it begins none
        yield rest, dropped + len(rest)
