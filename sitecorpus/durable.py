"""Files that are there whole or not at all, also after a power cut: written aside, synced, renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".tmp"
"""What a file's name ends with until it is whole; a stage that finds one left by a kill deletes it."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield the path to write to; when the block ends well it is synced and becomes `path`, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + UNFINISHED)
    yield aside
    with aside.open("rb") as f:
        os.fsync(f.fileno())
    aside.replace(path)


def write_atomic(path: Path, data: bytes) -> None:
    """Write a small file."""
    with atomic(path) as aside:
        aside.write_bytes(data)


def sync_directory(directory: Path) -> None:
    """Make the renames in a directory last."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
