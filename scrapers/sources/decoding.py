"""Text files opened in the encoding that the recipe names, with the bytes that do not fit it kept readable."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO

from sitecorpus.errors import RecipeError


def open_binary(path: Path) -> IO[bytes]:
    """Open a file, or what a `.gz` file holds."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def codec(encoding: str, where: str) -> str:
    """Return the codec to open with (a byte order mark is dropped); raises RecipeError where there is none."""
    try:
        "".encode(encoding)
    except LookupError:
        raise RecipeError(f"{where}: [intake] `encoding` is {encoding!r}, which Python does not know.") from None
    return "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding


def mended(text: str, encoding: str) -> str:
    """Return text that was decoded with `surrogateescape`, with what did not fit read as Windows-1252.

    A field in a legacy encoding comes out right; one of mixed encodings becomes mojibake, which the clean
    stage mends.
    """
    if text.isascii() or not any("\udc80" <= c <= "\udcff" for c in text):
        return text
    return text.encode(encoding.removesuffix("-sig"), "surrogateescape").decode("cp1252", "replace")
