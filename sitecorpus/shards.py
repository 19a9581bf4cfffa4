"""Parquet shards: written atomically, each with its counts and a digest of its contents.

The content digest covers the rows but for the volatile columns (when and where a record was fetched):
two crawls that saw the same pages give the same digest, and so everything after them is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sitecorpus.durable import atomic
from sitecorpus.errors import SitecorpusError
from sitecorpus.manifest import Counts

VOLATILE = frozenset({"fetched_at", "warc_file", "warc_offset", "warc_record_id"})
"""Columns that differ between two visits to an unchanged site; they stay out of content digests."""


def write_shard(path: Path, rows: Sequence[dict[str, Any]], schema: pa.Schema, counts: Counts | None = None) -> None:
    """Write `rows` (dicts with the schema's columns; missing ones are null) as one Parquet file."""
    write_large_shard(path, lambda: rows, schema, counts or Counts(), max(len(rows), 1))


def write_large_shard(
    path: Path,
    rows: Callable[[], Iterable[dict[str, Any]]],
    schema: pa.Schema,
    counts: Counts | None = None,
    group_rows: int = 1000,
) -> None:
    """Write rows that need not fit into memory, a row group at a time.

    `rows` is called twice and must give the same both times: the digest goes into the schema, which is written first.
    """
    stable = [name for name in schema.names if name not in VOLATILE]
    digest = hashlib.sha256()
    for row in rows():
        line = [[name, row.get(name)] for name in stable]
        digest.update(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    metadata = {"content_sha256": digest.hexdigest()}
    if counts is not None:
        metadata["counts"] = json.dumps(counts.as_dict())
    described = schema.with_metadata({**(schema.metadata or {}), **metadata})
    again = iter(rows())
    with atomic(path) as aside, pq.ParquetWriter(aside, described, compression="zstd") as writer:
        while group := list(islice(again, group_rows)):
            named = [{n: row.get(n) for n in schema.names} for row in group]
            writer.write_table(pa.Table.from_pylist(named, schema=described))


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
