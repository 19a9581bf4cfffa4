"""STAGE documents → mended documents: normal form, site boilerplate off, then kept or dropped for one reason.

Two passes: the first counts what the site repeats at the edges of its pages, the second mends and judges.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaning import boilerplate
from cleaning.language import known, language
from cleaning.normal_form import mojibake, normalize
from cleaning.quality import drop_reason
from sitecorpus import ledger
from sitecorpus.document import DOCUMENTS
from sitecorpus.durable import write_atomic
from sitecorpus.errors import RecipeError
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import CleanSettings
from sitecorpus.shards import iter_rows, read_shard, shard_counts, shard_paths, write_shard
from sitecorpus.stage import Job

FROM_PAGES = "trafilatura"  # text that a template surrounded; a row of a table has no site around it
_KEYS = pa.schema([("key", pa.int64()), ("context", pa.int64())])
_REPEATED = pa.schema([("key", pa.int64()), ("documents", pa.int64())])
_REMOVED = pa.schema([("document_id", pa.string()), ("url", pa.string()), ("edge", pa.string()), ("text", pa.string())])


def clean(job: Job) -> Counts:
    """Mend every document, or drop it with one reason and the numbers behind it."""
    _check_languages(job)
    shards = shard_paths(job.inputs["extract"], "documents")
    repeated = _count_repeated(job, shards)
    items = [DocumentShard(s, repeated, job.output / s.name, job.settings.clean) for s in shards]
    counts = job.map_shards(clean_shard, items)
    removed = _list_removed(job, [item.removed for item in items])
    return Counts(counts.read, counts.written, counts.dropped, _figures(items) | removed)


@dataclass(frozen=True)
class EdgeShard:
    """One shard of documents, to count what is at their edges."""

    documents: Path
    output: Path


@dataclass(frozen=True)
class DocumentShard:
    """One shard of documents, to mend or drop."""

    documents: Path
    repeated: Path
    output: Path
    settings: CleanSettings

    @property
    def removed(self) -> Path:
        """Where the boilerplate that was taken off is listed."""
        return self.output.with_name(self.output.name.replace("documents-", "removed-"))


def count_edges(task: EdgeShard) -> None:
    """Write (key, context) for each run of lines at the edges of each document."""
    rows, pages = [], 0
    for row in read_shard(task.documents, ("text", "title", "extractor")):
        if row["extractor"] != FROM_PAGES:
            continue
        pages += 1
        found, context = boilerplate.keys(normalize(row["text"]), row["title"])
        rows += [{"key": key, "context": context} for key in found]
    write_shard(task.output, rows, _KEYS, counts=Counts(figures={"pages": pages}))


def clean_shard(task: DocumentShard) -> None:
    """Mend or drop the documents of one shard."""
    table = {row["key"]: row["documents"] for row in read_shard(task.repeated)}
    kept, decisions, removed = [], [], []
    languages: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    rows = read_shard(task.documents)
    for row in rows:
        text = normalize(row["text"])
        _count_mending(figures, row["text"], text)
        found = boilerplate.runs(text, table) if row["extractor"] == FROM_PAGES else []
        removed += [
            {"document_id": row["document_id"], "url": row["url"], "edge": r.edge, "text": r.text} for r in found
        ]
        mended = boilerplate.without(text, found)
        code, probability = language(mended)
        certain = code if probability >= task.settings.min_language_probability else None
        drop = _drop(row, mended, found, certain, (code, probability), task.settings)
        if drop:
            decisions.append(Decision.of(row["document_id"], row["url"], "clean", "dropped", drop[0], **drop[1]))
            continue
        languages[certain or "unknown"] += 1
        figures["characters_after"] += len(mended)
        title, author = (normalize(row[name]) or None if row[name] else None for name in ("title", "author"))
        kept.append(row | {"text": mended, "language": certain, "title": title, "author": author})
    ledger.write(task.output.parent, task.output.stem, decisions)
    write_shard(task.removed, removed, _REMOVED)
    said = {"languages": dict(sorted(languages.items())), **dict(sorted(figures.items()))}
    write_shard(task.output, kept, DOCUMENTS, counts=Counts(len(rows), len(kept), ledger.reasons(decisions), said))


def _drop(
    row: dict[str, Any], text: str, found: list[boilerplate.Run], certain: str | None,
    guess: tuple[str | None, float], settings: CleanSettings,
) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    if found and not text:
        return "boilerplate", {"characters": sum(len(run.text) for run in found)}
    reason = drop_reason(text, settings, stubs=row["extractor"] == FROM_PAGES)
    if reason:
        return reason
    if settings.languages and certain not in settings.languages:
        return "language", {"language": guess[0], "probability": round(guess[1], 2)}
    return None


def _count_mending(figures: Counter[str], before: str, after: str) -> None:
    figures["characters_before"] += len(before)
    bad_before = mojibake(before)
    figures["mojibake_documents_before"] += bad_before > 0
    if bad_before:
        figures["mojibake_places_before"] += bad_before
        bad_after = mojibake(after)
        figures["mojibake_places_after"] += bad_after
        figures["mojibake_documents_after"] += bad_after > 0
        figures["mojibake_documents_mended"] += bad_after < bad_before


def _count_repeated(job: Job, shards: list[Path]) -> Path:
    """First pass: which runs at the edges of documents are frequent. Its own shards go once they are merged."""
    merged = job.output / "repeated-00000.parquet"
    items = [EdgeShard(s, job.output / s.name.replace("documents-", "edges-")) for s in shards]
    if not merged.exists():
        job.map_shards(count_edges, items, unit="shards counted")
        pages = sum(shard_counts(item.output).figures["pages"] for item in items)
        pairs = [np.empty((0, 2), np.int64), *(_pairs(item.output) for item in items)]
        table = boilerplate.repeated(np.concatenate(pairs), pages)
        write_shard(merged, [{"key": k, "documents": n} for k, n in sorted(table.items())], _REPEATED)
    for item in items:  # also those that a kill after the merge left behind
        item.output.unlink(missing_ok=True)
    return merged


def _pairs(path: Path) -> NDArray[np.int64]:
    """The (n, 2) keys and contexts of one shard."""
    rows = [(row["key"], row["context"]) for row in read_shard(path)]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _list_removed(job: Job, shards: list[Path]) -> dict[str, Any]:
    """Write `boilerplate.json`: each text that was removed, how often, and three pages to look at."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    characters, documents = 0, set()
    for row in iter_rows(shards):
        entry = found.setdefault((row["edge"], row["text"]), {"documents": 0, "examples": []})
        entry["documents"] += 1
        entry["examples"] += [row["url"]] if len(entry["examples"]) < 3 else []
        characters += len(row["text"])
        documents.add(row["document_id"])
    listed = [{"edge": edge, "text": text, **entry} for (edge, text), entry in found.items()]
    listed.sort(key=lambda entry: (-entry["documents"], entry["edge"], entry["text"]))
    write_atomic(job.output / "boilerplate.json", json.dumps(listed, indent=1, ensure_ascii=False).encode() + b"\n")
    return {
        "boilerplate_texts": len(listed),
        "boilerplate_documents": len(documents),
        "boilerplate_characters": characters,
    }


def _figures(items: list[DocumentShard]) -> dict[str, Any]:
    languages: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    for item in items:
        said = dict(shard_counts(item.output).figures)
        languages.update(said.pop("languages"))
        figures.update(said)
    return {"languages": dict(sorted(languages.items())), **dict(sorted(figures.items()))}


def _check_languages(job: Job) -> None:
    for code in job.settings.clean.languages:
        if code not in known():
            close = difflib.get_close_matches(code.lower()[:2], known(), n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise RecipeError(
                f"{job.corpus.recipe}: [clean] languages has {code!r}, which is no language that can be told.{hint} "
                f"Known: {', '.join(sorted(known()))}. An empty list keeps all."
            )
