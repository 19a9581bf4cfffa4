"""Stage `split`: whole groups of documents that are alike to train or to validation, with a certificate.

A random split of 10,000 real pages left 107 of 500 validation documents with a training twin at Jaccard ≥ .5:
held-out loss is then flattering. Here documents joined at `join_jaccard` go to one side together; what the
certificate's own reading still finds across is joined too, until it finds nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleaning import leakage, pairs
from cleaning.bands import candidate_pairs
from cleaning.clusters import components
from cleaning.signatures import estimates
from sitecorpus.document import SPLIT
from sitecorpus.durable import write_atomic
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.manifest import Counts
from sitecorpus.recipe import SplitSettings
from sitecorpus.shards import iter_rows, read_shard, shard_paths, write_shard
from sitecorpus.stage import Job

log = logging.getLogger(__name__)

JOIN_ROWS = 4
"""Rows in a band when documents are joined: with 32 bands a pair at .5 is found with .87, at .6 with .99. What is
missed here is found by the certificate."""
ESTIMATE_MARGIN = 0.2
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def split(job: Job) -> Counts:
    """Write the documents with their side, and what the sides share."""
    settings: SplitSettings = job.settings.split
    shards = shard_paths(job.inputs["dedupe"], "documents")
    documents = _documents(shards)
    joined = _joined(job, documents)
    validation, found = _settle(shards, documents, joined, settings, job.settings.dedupe.shingle_words)
    job.map_shards(
        assign,
        [AssignShard(path, job.output / path.name, tuple(sorted(validation & ids))) for path, ids in _ids(shards)],
    )
    urls = {d.document_id: d.url for d in documents}
    method = {"by": settings.by, "salt": settings.salt, "validation_fraction": settings.validation_fraction}
    certificate = found.certificate(urls) | {"split": method}
    write_atomic(
        job.output / "certificate.json", json.dumps(certificate, indent=1, ensure_ascii=False).encode() + b"\n"
    )
    return Counts(
        read=len(documents),
        written=len(documents),
        figures={
            "train_documents": found.documents["train"],
            "validation_documents": found.documents["validation"],
            "train_words": found.words["train"],
            "validation_words": found.words["validation"],
            "max_cross_jaccard": round(found.max_jaccard, 4),
            "longest_shared_run_words": found.longest_run_words,
        },
    )


@dataclass(frozen=True)
class AssignShard:
    """One shard of documents, and which of them are validation."""

    documents: Path
    output: Path
    validation: tuple[str, ...]


def assign(task: AssignShard) -> None:
    """Write one shard with its sides."""
    held_out = set(task.validation)
    rows = [
        {**row, "split": "validation" if row["document_id"] in held_out else "train"}
        for row in read_shard(task.documents)
    ]
    write_shard(task.output, rows, SPLIT, counts=Counts(read=len(rows), written=len(rows)))


@dataclass(frozen=True)
class Entry:
    """What a document's side depends on."""

    document_id: str
    url: str
    published_on: str | None
    row: pairs.Row


def _documents(shards: Iterable[Path]) -> list[Entry]:
    found = [
        Entry(row["document_id"], row["url"], row["published_on"], (path, number))
        for path in shards
        for number, row in enumerate(iter_rows([path], ["document_id", "url", "published_on"]))
    ]
    if len(found) < 2:
        raise SitecorpusError(
            f"the corpus has {len(found)} document{'s' * (len(found) != 1)} after deduplication; a split into train and "
            "validation needs at least two. The ledgers say why pages were dropped: see `sitecorpus report`."
        )
    return sorted(found, key=lambda d: d.document_id)


def _ids(shards: Iterable[Path]) -> Iterator[tuple[Path, set[str]]]:
    for path in shards:
        yield path, {row["document_id"] for row in iter_rows([path], ["document_id"])}


def _joined(job: Job, documents: Sequence[Entry]) -> list[tuple[int, int]]:
    """Return the pairs of documents, by place, that are verified to be at least `join_jaccard` alike."""
    dedupe, floor = job.settings.dedupe, job.settings.split.join_jaccard
    place = {d.document_id: i for i, d in enumerate(documents)}
    signatures, sizes = _signatures(job.inputs["dedupe"], place, dedupe.num_perm)
    found = candidate_pairs(signatures, max(dedupe.num_perm // JOIN_ROWS, 1), min(JOIN_ROWS, dedupe.num_perm))
    likely = found[estimates(signatures, found) >= floor - ESTIMATE_MARGIN]
    batches = pairs.plan(
        job.output, likely, [d.document_id for d in documents], sizes,
        {d.document_id: d.row for d in documents}, dedupe.shingle_words, floor,
    )  # fmt: skip
    job.map_shards(pairs.verify, batches)
    return [(place[row["a"]], place[row["b"]]) for row in iter_rows([batch.output for batch in batches])]


def _signatures(directory: Path, place: Mapping[str, int], num_perm: int) -> tuple[NDArray[np.uint32], list[int]]:
    """Return what dedupe wrote of the documents that it kept: signatures (N, num_perm), and numbers of shingles."""
    signatures = np.zeros((len(place), num_perm), dtype=np.uint32)
    sizes = [1] * len(place)
    for row in iter_rows(shard_paths(directory, "signatures"), ["document_id", "signature", "shingles"]):
        at = place.get(row["document_id"])
        if at is not None:
            signatures[at] = np.frombuffer(bytes.fromhex(row["signature"]), dtype="<u4")
            sizes[at] = row["shingles"]
    return signatures, sizes


def _settle(
    shards: Sequence[Path],
    documents: Sequence[Entry],
    joined: Sequence[tuple[int, int]],
    settings: SplitSettings,
    shingle_words: int,
) -> tuple[set[str], leakage.Leakage]:
    """Choose sides, read the texts for what crosses, join that and choose again, until nothing does."""
    place = {d.document_id: i for i, d in enumerate(documents)}
    pairs_joined = list(joined)
    while True:
        groups = _groups(documents, pairs_joined)
        validation = choose(groups, settings)
        found = leakage.measure(
            _texts(shards, validation, True), _texts(shards, validation, False), shingle_words, settings.join_jaccard
        )
        if not found.violations:
            return validation, found
        log.info("split: %d more pairs joined, found by the certificate", len(found.violations))
        pairs_joined += [(place[a], place[b]) for _, a, b in found.violations]


def _texts(shards: Sequence[Path], validation: set[str], wanted: bool) -> Iterator[tuple[str, str]]:
    for row in iter_rows(shards, ["document_id", "text"]):
        if (row["document_id"] in validation) is wanted:
            yield row["document_id"], row["text"]


def _groups(documents: Sequence[Entry], joined: Iterable[tuple[int, int]]) -> list[list[Entry]]:
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for document, group in zip(documents, components(len(documents), joined), strict=True):
        found[group].append(document)
    return list(found.values())


def choose(groups: Sequence[Sequence[Entry]], settings: SplitSettings) -> set[str]:
    """Return the ids of the validation documents; raises where whole groups leave one side empty.

    `groups` are sorted by document_id within. Groups larger than half the validation split stay in train.
    """
    if len(groups) < 2:
        raise SitecorpusError(
            f"all {len(groups[0])} documents hang together at Jaccard {settings.join_jaccard:g} or more, so none can be "
            "held out without a twin in training. Look at dedupe's clusters: the pages may share one template "
            "(a fault of extraction). Or raise `join_jaccard` in [split]."
        )
    total = sum(map(len, groups))
    largest = max(1.0, settings.validation_fraction * total / 2)
    small = [group for group in groups if len(group) <= largest] or [
        min(groups, key=lambda g: (len(g), _score(g, settings)))
    ]
    by = _newest if settings.by == "time" else _lowest
    chosen = by(small, settings, settings.validation_fraction * total)
    if len(chosen) == len(groups):  # something must be left to train on
        chosen = chosen[:-1]
    return {document.document_id for group in chosen for document in group}


def _lowest(groups: Sequence[Sequence[Entry]], settings: SplitSettings, wanted: float) -> list[Sequence[Entry]]:
    """Choose groups whose hash is under the fraction: a group's side does not depend on the others, so a corpus
    that grows does not shuffle. At least one."""
    ordered = sorted(groups, key=lambda group: _score(group, settings))
    return [g for g in ordered if _score(g, settings) < settings.validation_fraction] or list(ordered[:1])


def _newest(groups: Sequence[Sequence[Entry]], settings: SplitSettings, wanted: float) -> list[Sequence[Entry]]:
    """Choose the newest groups until there are `wanted` documents; a group is as old as its oldest document."""
    dated = [g for g in groups if all(d.published_on and DATE.fullmatch(d.published_on) for d in g)]
    if not dated:
        raise RecipeError(
            '[split] by = "time" needs dates of publication, and no group of documents has them. '
            'Use by = "cluster", or see with `sitecorpus why URL` what was extracted from a page.'
        )
    # newest first; within a day by hash
    ordered = sorted(dated, key=lambda group: _score(group, settings))
    ordered.sort(key=lambda group: min(d.published_on or "" for d in group), reverse=True)
    chosen: list[Sequence[Entry]] = []
    for group in ordered:
        if chosen and sum(map(len, chosen)) >= wanted:
            break
        chosen.append(group)
    return chosen


def _score(group: Sequence[Entry], settings: SplitSettings) -> float:
    """Return a number in [0, 1) from the salt and the group's smallest document_id."""
    smallest = min(document.document_id for document in group)
    return int.from_bytes(hashlib.sha256(f"{settings.salt}\0{smallest}".encode()).digest()[:8], "big") / 2**64
