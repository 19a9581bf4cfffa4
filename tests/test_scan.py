from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import ScanSettings
from sitecorpus.shards import read_shard, write_shard
from sitecorpus.stage import Job
from training.sample import SCHEMA as SAMPLES
from training.scan import scan

DOCUMENTS = pa.schema([("document_id", pa.string()), ("url", pa.string()), ("text", pa.string())])
TRAIN = [
    "All the shrines of the valley open at dawn in winter.",
    "Nothing to see here.",
    "The shrines of the valley open late.",
]


def scanned(folder: Path, samples: dict[str, str], min_words: int) -> tuple[list[dict[str, Any]], Counts]:
    rows = [{"document_id": f"d{i}", "url": f"https://x.test/{i}", "text": t} for i, t in enumerate(TRAIN)]
    for i, row in enumerate(rows):
        write_shard(folder / "publish" / "data" / f"train-{i:05d}-of-00003.parquet", [row], DOCUMENTS)
    held_out = [{"document_id": "v", "url": "https://x.test/v", "text": "held out words are not the training text"}]
    write_shard(folder / "publish" / "data" / "validation-00000-of-00001.parquet", held_out, DOCUMENTS)
    drawn = [{"sample_id": k, "prompt": TRAIN[0], "continuation": v} for k, v in samples.items()]
    write_shard(folder / "sample" / "samples-00000.parquet", drawn, SAMPLES)
    (folder / "out").mkdir()
    inputs = {"publish": folder / "publish", "sample": folder / "sample"}
    settings = SimpleNamespace(scan=ScanSettings(min_words=min_words))
    counts = scan(Job("scan", settings, inputs, folder / "out", CorpusDir(folder), Serial(), folder / "out"))
    return read_shard(folder / "out" / "overlaps-00000.parquet"), counts


def test_copied_spans_are_rows_with_their_place_and_source_and_prompts_do_not_count(tmp_path: Path) -> None:
    samples = {
        "s0": " once\nthe shrines of  the valley open at dawn, they say.",
        "s1": "held out words are not the training text",
        "s2": "",
    }
    rows, counts = scanned(tmp_path, samples, 4)
    (row,) = rows
    assert (row["sample_id"], row["words"], row["document_id"], row["url"]) == ("s0", 7, "d0", "https://x.test/0")
    assert samples["s0"][row["start"] : row["end"]] == row["text"] == "the shrines of  the valley open at"
    assert row["also_in"] == 0
    assert (counts.read, counts.written) == (3, 1)
    assert counts.figures == {"samples": 3, "documents": 3, "longest_words": 7, "samples_with_copies": 1}


def test_where_nothing_is_copied_the_table_is_empty_and_the_longest_overlap_is_said(tmp_path: Path) -> None:
    rows, counts = scanned(tmp_path, {"s0": "we open at dawn today"}, 8)
    assert rows == []
    assert counts.figures["longest_words"] == 3
    assert counts.figures["samples_with_copies"] == 0
