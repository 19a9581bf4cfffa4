"""What made this directory: one `manifest.json` in each, written last, so that its presence means done."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sitecorpus.errors import SitecorpusError
from sitecorpus.layout import MANIFEST


@dataclass(frozen=True)
class Counts:
    """How many came in, how many went on, and why the others did not."""

    read: int = 0
    written: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    """What else a stage wants to say in numbers or words: losses, licences, a verdict."""

    def __add__(self, other: Counts) -> Counts:
        dropped = dict(self.dropped)
        for reason, n in other.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + n
        return Counts(
            self.read + other.read,
            self.written + other.written,
            dict(sorted(dropped.items())),
            {**self.figures, **other.figures},
        )

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Counts:
        return cls(**data)

    def __str__(self) -> str:
        parts = [f"read {self.read:,}", f"written {self.written:,}"]
        if self.dropped:
            reasons = ", ".join(f"{r} {n:,}" for r, n in sorted(self.dropped.items(), key=lambda x: -x[1]))
            parts.append(f"dropped {sum(self.dropped.values()):,} ({reasons})")
        return ", ".join(parts)


@dataclass(frozen=True)
class Output:
    """One file of a stage: its bytes, and what it says (None where it is evidence or a ledger)."""

    bytes: int
    sha256: str
    content_sha256: str | None = None


@dataclass(frozen=True)
class Manifest:
    """Intent (fingerprint, settings, inputs), result (outputs, digest, counts), circumstances (the rest)."""

    stage: str
    revision: int
    fingerprint: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    outputs: Mapping[str, Output]
    digest: str
    counts: Counts
    tools: Mapping[str, str]
    commit: str | None
    started_at: str
    seconds: float
    peak_memory_bytes: int

    def to_json(self) -> bytes:
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, directory: Path) -> Manifest | None:
        """Return the manifest of a finished directory, or None; raises SitecorpusError where it is damaged."""
        path = directory / MANIFEST
        try:
            data = json.loads(path.read_bytes())
            data["counts"] = Counts.from_dict(data["counts"])
            data["outputs"] = {k: Output(**v) for k, v in data["outputs"].items()}
            return cls(**data)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise SitecorpusError(
                f"{path}: the manifest is damaged ({error}). Delete {directory.name} and build again."
            ) from None
