"""Nats, perplexity and bits per byte, and the history of evaluations on disk.

Nats per token depend on the tokenizer; bits per UTF-8 byte do not, so two models with different vocabularies can
be compared by them: bits per byte = (nats of all tokens / ln 2) / (bytes of all documents).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sitecorpus.durable import write_atomic
from sitecorpus.errors import SitecorpusError
from sitecorpus.shards import read_shard, shard_paths, write_shard

METRICS = "metrics.jsonl"
HELDOUT = "heldout.parquet"

HELDOUT_SCHEMA = pa.schema(
    [
        ("step", pa.int64()),
        ("document_id", pa.string()),
        ("nats", pa.float64()),
        ("tokens", pa.int64()),
        ("bytes", pa.int64()),
    ]
)

_MAX_EXPONENT = 700.0  # e^700 is still a float; JSON has no infinity


def nats_per_token(nats: NDArray[np.float64], tokens: NDArray[np.int64]) -> float:
    """Return the token-weighted mean: every token counts the same, whichever document it is in."""
    return float(nats.sum()) / int(tokens.sum())


def bits_per_byte(nats: NDArray[np.float64], utf8_bytes: NDArray[np.int64]) -> float:
    """Return (nats / ln 2) / bytes over all documents."""
    return float(nats.sum()) / math.log(2) / int(utf8_bytes.sum())


def perplexity(loss_nats: float) -> float:
    """Return e^loss, for a loss in nats per token."""
    return math.exp(min(loss_nats, _MAX_EXPONENT))


@dataclass(frozen=True)
class Evaluation:
    """One row of metrics, and the validation nats of each document behind it, (documents,)."""

    row: dict[str, Any]
    nats: NDArray[np.float64]

    @property
    def step(self) -> int:
        return int(self.row["step"])

    @property
    def loss(self) -> float:
        """Held-out nats per token."""
        return float(self.row["validation_loss_nats"])


def stable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of metrics without what differs between two equal runs."""
    return {k: v for k, v in row.items() if k != "seconds"}


class History:
    """The evaluations of one run, on disk as they happen: `metrics.jsonl` and one small shard each in `scratch`.

    `documents` are (document_id, tokens, bytes) of the validation split, in the order of `Evaluation.nats`.
    """

    def __init__(self, run: Path, scratch: Path, documents: Sequence[tuple[str, int, int]]) -> None:
        self._run, self._scratch, self._documents = run, scratch, documents
        self.evaluations: list[Evaluation] = []

    def resume(self, step: int | None) -> None:
        """Take up the evaluations up to `step` and forget later ones: they will be made again. None: forget all."""
        rows = {r["step"]: r for r in _read_jsonl(self._run / METRICS)}
        for path in shard_paths(self._scratch, "heldout"):
            at = int(path.stem.rpartition("-")[2])
            if step is None or at > step or at not in rows:
                path.unlink()
                continue
            nats = np.array([r["nats"] for r in read_shard(path, ["nats"])], dtype=np.float64)
            self.evaluations.append(Evaluation(rows[at], nats))
        self._write_metrics()

    def add(self, evaluation: Evaluation) -> None:
        """Store one evaluation: its documents first, then its row."""
        rows = [
            {"step": evaluation.step, "document_id": d, "nats": float(n), "tokens": t, "bytes": b}
            for (d, t, b), n in zip(self._documents, evaluation.nats, strict=True)
        ]
        write_shard(self._scratch / f"heldout-{evaluation.step:09d}.parquet", rows, HELDOUT_SCHEMA)
        self.evaluations.append(evaluation)
        self._write_metrics()

    def gather(self) -> None:
        """Write `heldout.parquet`: every document at every evaluation."""
        rows = [row for path in shard_paths(self._scratch, "heldout") for row in read_shard(path)]
        write_shard(self._run / HELDOUT, rows, HELDOUT_SCHEMA)

    @property
    def seconds(self) -> float:
        """Seconds of training up to the last evaluation, over all the processes that took part."""
        return float(self.evaluations[-1].row["seconds"]) if self.evaluations else 0.0

    def _write_metrics(self) -> None:
        lines = [json.dumps(e.row, allow_nan=False) + "\n" for e in self.evaluations]
        write_atomic(self._run / METRICS, "".join(lines).encode())


def _read_jsonl(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        rows = [dict(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            _ = (
                int(row["step"]),
                float(row["seconds"]),
                float(row["validation_loss_nats"]),
                float(row["train_loss_nats"]),
            )
        return rows
    except (ValueError, TypeError, KeyError) as error:
        raise SitecorpusError(
            f"{path}: this file of the interrupted run is damaged ({error}). Delete the folder {path.parent.name} and train again."
        ) from None
