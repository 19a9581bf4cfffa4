"""Shards and ledgers: round trips, digests that ignore when and where, and torn files that say so."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sitecorpus import ledger
from sitecorpus.document import CAPTURES
from sitecorpus.errors import SitecorpusError
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.shards import content_sha256, iter_rows, read_shard, shard_counts, write_shard

SCHEMA = pa.schema([("url", pa.string()), ("n", pa.int64()), ("fetched_at", pa.string())])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.fixed_dictionaries({"url": st.text(alphabet=string.printable), "n": st.none() | st.integers(0, 9)})))
def test_rows_come_back_as_they_went_in(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / "x-00000.parquet"
    write_shard(path, rows, SCHEMA, Counts(len(rows), 1, {"why": 2}))
    assert read_shard(path) == [{**r, "fetched_at": None} for r in rows]
    assert list(iter_rows([path], ["url"])) == [{"url": r["url"]} for r in rows]
    assert shard_counts(path) == Counts(len(rows), 1, {"why": 2})


def test_the_digest_ignores_when_and_where_but_not_what(tmp_path: Path) -> None:
    def digest(**row: Any) -> str | None:
        write_shard(tmp_path / "x.parquet", [row], CAPTURES)
        return content_sha256(tmp_path / "x.parquet")

    first = digest(url="u", status=200, fetched_at="2026-01-01", warc_offset=1, warc_record_id="a")
    assert first == digest(url="u", status=200, fetched_at="2027-01-01", warc_offset=9, warc_record_id="b")
    assert first != digest(url="u", status=404, fetched_at="2026-01-01", warc_offset=1, warc_record_id="a")


def test_a_corrupt_shard_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clean-abc" / "documents-00000.parquet"
    write_shard(path, [{"url": "u"}], SCHEMA)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SitecorpusError, match=r"documents-00000\.parquet.*Delete the folder clean-abc"):
        read_shard(path)


def test_ledger_rows_keep_the_numbers_behind_a_decision(tmp_path: Path) -> None:
    ledger.write(tmp_path, "a", [Decision.of("id", "u", "clean", "dropped", "too_short", words=3)])
    assert list(ledger.read(tmp_path)) == [
        {
            "item_id": "id",
            "url": "u",
            "stage": "clean",
            "outcome": "dropped",
            "reason": "too_short",
            "detail": '{"words": 3}',
        }
    ]
