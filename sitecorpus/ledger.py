"""One row per decision about one page or document: what happened to it, where, why, with the numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sitecorpus.layout import LEDGER
from sitecorpus.shards import iter_rows, write_shard

SCHEMA = pa.schema(
    [
        ("item_id", pa.string()),
        ("url", pa.string()),
        ("stage", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)


@dataclass(frozen=True)
class Decision:
    """`outcome` is kept, dropped, refused or failed; `reason` one word of a fixed set; `detail` JSON numbers."""

    item_id: str
    url: str
    stage: str
    outcome: str
    reason: str
    detail: str = "{}"

    @classmethod
    def of(cls, item_id: str, url: str, stage: str, outcome: str, reason: str, **detail: Any) -> Decision:
        """Make a row with the numbers or texts behind it."""
        return cls(item_id, url, stage, outcome, reason, json.dumps(detail, ensure_ascii=False, sort_keys=True))


def reasons(rows: Iterable[Decision]) -> dict[str, int]:
    """Return how many rows there are of each reason, by name."""
    return dict(sorted(Counter(row.reason for row in rows).items()))


def write(directory: Path, shard: str, rows: Iterable[Decision]) -> None:
    """Write `<directory>/ledger/<shard>.parquet`, replacing what was there."""
    write_shard(directory / LEDGER / f"{shard}.parquet", [asdict(r) for r in rows], SCHEMA)


def read(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a stage directory's ledger."""
    return iter_rows(sorted((directory / LEDGER).glob("*.parquet")))
