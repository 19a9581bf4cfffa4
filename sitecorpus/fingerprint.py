"""What a stage is asked to do, as one hash: settings by value, inputs by content.

Workers, paths and the executor do not count. A setting that is None stays out, so that a setting added
in a later version does not make finished work stale until somebody uses it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


def plain(value: Any) -> Any:
    """Return `value` as JSON-able data with None left out; raises TypeError where it has no stable form."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{type(value).__name__} has no stable form; use str, int, float, bool or a list of them")


def canonical(value: Any) -> bytes:
    """Return the one byte string that stands for `value` (sorted keys, no spaces)."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def fingerprint(stage: str, revision: int, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Return sha256 hex of (stage, revision, settings, {input: digest of its outputs})."""
    return hashlib.sha256(canonical([stage, revision, settings, inputs])).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the sha256 hex of a file's bytes."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def path_digest(path: Path) -> str:
    """Return one sha256 hex for a file, or for a folder's relative names and contents."""
    if path.is_file():
        return _unchanged_sha256(path)
    entries = [
        (p.relative_to(path).as_posix(), _unchanged_sha256(p))
        for p in sorted(path.rglob("*"))
        if p.is_file()  # through links too: a hub cache's snapshot is nothing but links
    ]
    return hashlib.sha256(canonical(entries)).hexdigest()


def _unchanged_sha256(path: Path) -> str:
    """The sha256 of a file, read once as long as its size and times stay: one build asks for it several times."""
    now = path.stat()
    return _known_sha256(path, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


@lru_cache(maxsize=100_000)
def _known_sha256(path: Path, *_: int) -> str:
    return file_sha256(path)
