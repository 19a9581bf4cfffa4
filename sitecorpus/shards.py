"""Parquet shards: written atomically, each with its counts and a digest of its contents.

The content digest covers the rows but for the volatile columns (when and where a record was fetched):
two crawls that saw the same pages give the same digest, and so everything after them is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sitecorpus.errors import SitecorpusError
from sitecorpus.manifest import Counts

VOLATILE = frozenset({"fetched_at", "warc_file", "warc_offset", "warc_record_id"})
"""Columns that differ between two visits to an unchanged site; they stay out of content digests."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    with partial.open("wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    partial.replace(path)


def write_shard(path: Path, rows: Sequence[dict[str, Any]], schema: pa.Schema, counts: Counts | None = None) -> None:
    """Write `rows` (dicts with the schema's columns; missing ones are null) as one Parquet file."""
    stable = [name for name in schema.names if name not in VOLATILE]
    digest = hashlib.sha256()
    for row in rows:
        line = [[name, row.get(name)] for name in stable]
        digest.update(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    metadata = {"content_sha256": digest.hexdigest(), "counts": json.dumps((counts or Counts()).as_dict())}
    table = pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema=schema)
    table = table.replace_schema_metadata({**(schema.metadata or {}), **metadata})
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    pq.write_table(table, partial, compression="zstd")
    with partial.open("rb") as f:
        os.fsync(f.fileno())
    partial.replace(path)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SitecorpusError(
            f"{path}: this shard cannot be read ({str(error).splitlines()[0]}). "
            f"Delete the folder {path.parent.name} and build again; it will be made anew."
        ) from None


def read_shard(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of one shard as dicts; raises SitecorpusError where the file is not whole."""
    with _open(path) as shard:
        rows: list[dict[str, Any]] = shard.read(columns=list(columns) if columns else None).to_pylist()
    return rows


def iter_rows(paths: Iterable[Path], columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of shards in the order given, a batch in memory at a time."""
    for path in paths:
        with _open(path) as shard:
            for batch in shard.iter_batches(batch_size=512, columns=list(columns) if columns else None):
                yield from batch.to_pylist()


def shard_paths(directory: Path, prefix: str) -> list[Path]:
    """Return the shards `<prefix>-NNNNN.parquet` of a directory, in order."""
    return sorted(directory.glob(f"{prefix}-[0-9]*.parquet"))


def shard_counts(path: Path) -> Counts:
    """Return the counts that were stored with a shard."""
    with _open(path) as shard:
        metadata = shard.schema_arrow.metadata or {}
    return Counts.from_dict(json.loads(metadata.get(b"counts", b"{}")))


def content_sha256(path: Path) -> str | None:
    """Return the content digest stored in a Parquet file, or None where it has none."""
    with _open(path) as shard:
        value = (shard.schema_arrow.metadata or {}).get(b"content_sha256")
    return value.decode() if value else None
