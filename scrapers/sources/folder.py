"""A folder of HTML, Markdown and plain text files (or one such file)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from scrapers.sources.entry import MAX_ENTRY_BYTES, Entry, Found, Skip
from sitecorpus.strict_toml import printable

# no charset: nothing says which it is, and the page itself may
CONTENT_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".md": "text/markdown",
    ".markdown": "text/markdown", ".txt": "text/plain",
}  # fmt: skip


def read(path: Path) -> Iterator[Found]:
    """Yield the files below `path`, sorted by relative name; hidden files and links are skipped, and said to be."""
    if path.is_file():
        yield _file(path, path.name)
        return
    for file, name in sorted(_walk(path), key=lambda x: x[1].encode("utf-8", "surrogateescape")):
        yield _file(file, name)


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    for folder, folders, files in os.walk(root):  # does not follow links to folders
        linked = [f for f in folders if (Path(folder) / f).is_symlink()]
        hidden = [f for f in folders if f.startswith(".")]
        folders[:] = [f for f in folders if f not in hidden and f not in linked]
        for name in [*files, *linked, *hidden]:
            file = Path(folder) / name
            yield file, file.relative_to(root).as_posix()


def _file(file: Path, name: str) -> Found:
    if file.is_symlink():
        return Skip(name, "symlink", {})
    if file.name.startswith("."):
        return Skip(name, "hidden", {})
    content_type = CONTENT_TYPES.get(file.suffix.lower())
    if content_type is None:
        return Skip(name, "extension", {"extension": printable(file.suffix.lower())})
    try:
        size = file.stat().st_size
        if size > MAX_ENTRY_BYTES:
            return Skip(name, "too_large", {"bytes": size})
        body = file.read_bytes()
    except OSError as error:
        return Skip(name, "unreadable", {"error": error.strerror or type(error).__name__})
    return Entry(name, content_type, body) if body.strip() else Skip(name, "empty", {"bytes": size})
