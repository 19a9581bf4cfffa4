"""What the stages left behind, as values for a page: figures, verdicts, licences, and who was left out why."""

from __future__ import annotations

import collections
import json
from pathlib import Path
from typing import Any

from sitecorpus import ledger
from sitecorpus.layout import PARTIAL, VERDICTS
from sitecorpus.pipeline import State
from sitecorpus.rights import Verdict, read_verdicts
from sitecorpus.shards import iter_rows, shard_paths

EXAMPLES_PER_REASON = 5
States = dict[str, State]


def directory_of(states: States, stage: str) -> Path | None:
    state = states.get(stage)
    return state.directory if state and state.manifest else None


def figures_of(states: States, stage: str) -> dict[str, Any]:
    state = states.get(stage)
    return dict(state.manifest.counts.figures) if state and state.manifest else {}


def json_of(states: States, stage: str, name: str) -> Any:
    directory = directory_of(states, stage)
    path = directory / name if directory else None
    return json.loads(path.read_bytes()) if path and path.exists() else None


def left_out(states: States, stage: str) -> list[dict[str, Any]]:
    """For each reason of a finished stage: how many, most first, with examples."""
    state = states.get(stage)
    if state is None or state.manifest is None or state.directory is None:
        return []
    examples: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in ledger.read(state.directory):
        if row["outcome"] != "kept" and len(examples[row["reason"]]) < EXAMPLES_PER_REASON:
            examples[row["reason"]].append({"url": row["url"], "detail": _detail(row["detail"])})
    reasons = sorted(state.manifest.counts.dropped.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": r, "n": n, "examples": examples.get(r, [])} for r, n in reasons]


def _detail(text: str) -> str:
    values = json.loads(text or "{}")
    return ", ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {str(v)[:120]}" for k, v in values.items())


def vet_directory(states: States) -> Path | None:
    """Where the verdicts lie: of a finished `vet`, or of one that refused."""
    state = states.get("vet")
    if state is None or state.directory is None:
        return None
    tried = (state.directory, state.directory.with_name(state.directory.name + PARTIAL))
    return next((d for d in tried if (d / VERDICTS).exists()), None)


def verdicts_of(states: States) -> list[Verdict]:
    """The verdicts, as far as there are any."""
    directory = vet_directory(states)
    return list(read_verdicts(directory).values()) if directory else []


def licenses_of(states: dict[str, State]) -> list[tuple[str, str, int]]:
    directory = directory_of(states, "split") or directory_of(states, "clear")
    if directory is None:
        return []
    prefix = "documents" if directory.name.startswith("split") else "pages"
    rows = iter_rows(shard_paths(directory, prefix), ["license", "license_source"])
    counted = collections.Counter((r["license"] or "none", r["license_source"] or "") for r in rows)
    return [(license, source, n) for (license, source), n in counted.most_common()]
