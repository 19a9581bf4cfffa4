"""STAGE what the samples copy from the training text, with the address of each source."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sitecorpus.manifest import Counts
from sitecorpus.recipe import ScanSettings
from sitecorpus.shards import iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job
from training.blocks import split_files
from training.recall import find

SCHEMA = pa.schema(
    [
        ("sample_id", pa.string()),
        ("words", pa.int64()),
        ("start", pa.int64()),  # characters into the continuation
        ("end", pa.int64()),
        ("text", pa.string()),
        ("document_id", pa.string()),  # of the training document, the first by URL
        ("url", pa.string()),
        ("also_in", pa.int64()),  # further training documents with the same words
    ]
)


def scan(job: Job) -> Counts:
    """Find the words that the continuations copy; writes `overlaps-00000.parquet`, longest first for each sample."""
    settings: ScanSettings = job.settings.scan
    samples = list(iter_rows(shard_paths(job.inputs["sample"], "samples"), ["sample_id", "continuation"]))
    continuations = [s["continuation"] for s in samples]
    files = split_files(job.inputs["publish"], "train")
    read = 0
    with job.progress("documents") as progress:

        def documents() -> Any:
            nonlocal read
            for row in iter_rows(files, ["document_id", "url", "text"]):
                yield row
                read += 1
                progress.advance()

        recall = find(continuations, documents(), settings.min_words)
    rows = [
        {
            "sample_id": samples[s.sample]["sample_id"],
            "words": s.words,
            "start": s.start,
            "end": s.end,
            "text": continuations[s.sample][s.start : s.end],
            "document_id": s.document_id,
            "url": s.url,
            "also_in": s.also_in,
        }
        for s in recall.spans
    ]
    figures = {
        "samples": len(samples),
        "documents": read,
        "longest_words": max(recall.longest, default=0),
        "samples_with_copies": len({s.sample for s in recall.spans}),
    }
    counts = Counts(read=len(samples), written=len(rows), figures=figures)
    write_shard(job.output / "overlaps-00000.parquet", rows, SCHEMA, counts)
    return counts
