"""Stage `dedupe`: one document of each cluster goes on; the others say whose copy they are.

Same text first, then MinHash bands for candidates, then exact Jaccard for every candidate: a document is dropped
only for one that is kept and was verified to be like it.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaning import pairs
from cleaning.bands import candidate_pairs, probability
from cleaning.clusters import Edge, Member, Place, identical_extractions, keeper_order, keepers
from cleaning.shingles import shingles
from cleaning.signatures import estimates, signature
from sitecorpus.document import CLUSTERED
from sitecorpus.errors import SitecorpusError
from sitecorpus.ledger import Decision, reasons
from sitecorpus.manifest import Counts
from sitecorpus.recipe import DedupeSettings
from sitecorpus.shards import iter_rows, read_shard, shard_paths, write_shard
from sitecorpus.stage import Job
from sitecorpus.strict_toml import printable

log = logging.getLogger(__name__)

SIGNATURES = pa.schema(
    [
        ("document_id", pa.string()),
        ("url", pa.string()),
        ("canonical_url", pa.string()),
        ("license", pa.string()),
        ("title", pa.string()),
        ("chars", pa.int64()),
        ("shingles", pa.int64()),  # distinct ones
        ("text_sha256", pa.string()),
        ("shingles_sha256", pa.string()),  # of the sorted set
        ("signature", pa.string()),  # num_perm little-endian uint32, as hex
    ]
)
"""One row per document that came in, in the order of clean's shards: `signatures-NNNNN.parquet`."""

CLUSTERS = pa.schema(
    [
        ("document_id", pa.string()),
        ("url", pa.string()),
        ("cluster_id", pa.string()),  # the keeper's document_id
        ("keeper_url", pa.string()),
        ("kind", pa.string()),  # kept; exact (the keeper's very text); near
        ("similarity", pa.float64()),  # to the keeper
    ]
)
"""Every document of every cluster of two or more, keeper first: `clusters-00000.parquet`."""

SHARD_DOCUMENTS = 256
EDGES_FROM = 0.5
"""Verified pairs are stored from this similarity on (or from min_jaccard, where that is lower)."""
ESTIMATE_MARGIN = 0.2
"""Candidates whose signatures say less than EDGES_FROM by this much are not read: 4.5 deviations at 128 permutations."""


def dedupe(job: Job) -> Counts:
    """Write the keepers, the clusters and the verified pairs."""
    settings: DedupeSettings = job.settings.dedupe
    shards = shard_paths(job.inputs["clean"], "documents")
    signed = _sign_all(job, shards, settings)
    unique, copies = _collapse(signed.members)
    candidates = _candidates(signed.signatures[unique], settings)
    compared = np.concatenate([unique[candidates], copies])
    edges = _verified(job, compared, signed, settings)
    places = _places(len(signed.members), unique, copies, edges, settings.min_jaccard)
    _write_keepers(job, signed, places)
    write_shard(job.output / "clusters-00000.parquet", _clusters(signed.members, places), CLUSTERS)
    decisions = sorted([*signed.repeated, *_drops(signed.members, places)], key=lambda d: (d.url, d.reason))
    job.decide("documents-00000", decisions)
    return Counts(
        read=len(signed.members) + len(signed.repeated),
        written=len(signed.members) - len(decisions) + len(signed.repeated),
        dropped=reasons(decisions),
        figures=_figures(signed.members, places, compared, edges, settings),
    )


@dataclass(frozen=True)
class SignShard:
    """One shard of documents to sign."""

    documents: Path
    output: Path
    shingle_words: int
    num_perm: int
    seed: int


def sign(task: SignShard) -> None:
    """Write what a shard's documents are compared by."""
    signed = []
    for row in iter_rows([task.documents], ["document_id", "url", "canonical_url", "license", "title", "text"]):
        text = row.pop("text")
        grams = shingles(text, task.shingle_words)
        row["chars"], row["shingles"] = len(text), len(grams)
        row["text_sha256"] = hashlib.sha256(text.encode()).hexdigest()
        row["shingles_sha256"] = hashlib.sha256(grams.astype("<u8").tobytes()).hexdigest()
        row["signature"] = signature(grams, task.num_perm, task.seed).astype("<u4").tobytes().hex()
        signed.append(row)
    write_shard(task.output, signed, SIGNATURES)


@dataclass(frozen=True)
class Signed:
    """The documents that came in, in keeper order."""

    members: list[Member]
    signatures: NDArray[np.uint32]  # (N, num_perm)
    rows: dict[str, pairs.Row]
    """document_id -> where its text lies."""
    repeated: list[Decision]
    """Documents of a URL that was there already (from two sources, say): one URL is one document."""


def _sign_all(job: Job, shards: Sequence[Path], settings: DedupeSettings) -> Signed:
    tasks = [
        SignShard(path, job.output / f"signatures-{i:05}.parquet", settings.shingle_words, settings.num_perm, settings.seed)
        for i, path in enumerate(shards)
    ]  # fmt: skip
    job.map_shards(sign, tasks)
    found: list[tuple[Member, pairs.Row, NDArray[np.uint32]]] = []
    for task in tasks:
        job.says(task.output.name, None)  # follows from the input, but is cut where the input is cut
        for number, row in enumerate(iter_rows([task.output])):
            values = np.frombuffer(bytes.fromhex(row.pop("signature")), dtype="<u4")
            found.append((Member(**row), (task.documents, number), values))
    if not found:
        raise SitecorpusError(
            f"{job.inputs['clean'].name}: no document is left to deduplicate. The ledgers of the stages before say "
            f"why each was dropped: `sitecorpus report {job.corpus.name}` shows them. [clean] `min_words` and `languages` are "
            "the usual causes."
        )
    found.sort(key=lambda item: keeper_order(item[0]))
    first: dict[str, tuple[Member, pairs.Row, NDArray[np.uint32]]] = {}
    repeated = []
    for item in found:
        keeper = first.setdefault(item[0].document_id, item)
        if keeper is not item:
            reason = "exact_duplicate" if keeper[0].text_sha256 == item[0].text_sha256 else "same_url"
            repeated.append(_drop(item[0], keeper[0], reason))
    return Signed(
        [member for member, _, _ in first.values()],
        np.stack([values for _, _, values in first.values()]),
        {document_id: row for document_id, (_, row, _) in first.items()},
        repeated,
    )


def _collapse(members: Sequence[Member]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first of each set of equal shingles, (U,), and the pairs (first, other) of the rest, (C, 2).

    Equal texts have equal shingles. Without this, 351 copies would give 61,425 pairs.
    """
    first: dict[str, int] = {}
    copies = []
    for i, member in enumerate(members):
        keeper = first.setdefault(member.shingles_sha256, i)
        if keeper != i:
            copies.append((keeper, i))
    return np.array(list(first.values()), dtype=np.int64), np.array(copies, dtype=np.int64).reshape(-1, 2)


def _candidates(signatures: NDArray[np.uint32], settings: DedupeSettings) -> NDArray[np.int64]:
    found = candidate_pairs(signatures, settings.bands, settings.rows)
    likely = estimates(signatures, found) >= min(EDGES_FROM, settings.min_jaccard) - ESTIMATE_MARGIN
    return found[likely]


def _verified(job: Job, compared: NDArray[np.int64], signed: Signed, settings: DedupeSettings) -> list[Edge]:
    """Compare texts; return the edges by places in keeper order."""
    ids = [member.document_id for member in signed.members]
    sizes = [member.shingles for member in signed.members]
    floor = min(EDGES_FROM, settings.min_jaccard)
    batches = pairs.plan(job.output, compared, ids, sizes, signed.rows, settings.shingle_words, floor)
    job.map_shards(pairs.verify, batches)
    number = {document_id: i for i, document_id in enumerate(ids)}
    return [
        Edge(number[row["a"]], number[row["b"]], row["jaccard"])
        for row in iter_rows([batch.output for batch in batches])
    ]


def _places(
    count: int, unique: NDArray[np.int64], copies: NDArray[np.int64], edges: Sequence[Edge], min_jaccard: float
) -> list[Place]:
    """Choose keepers among the unique; a copy goes where the first of its kind goes."""
    position = {int(member): i for i, member in enumerate(unique)}
    among_unique = (Edge(position[e.a], position[e.b], e.jaccard) for e in edges if e.a in position and e.b in position)
    places = [Place(i, 1.0) for i in range(count)]
    for i, place in enumerate(keepers(len(unique), among_unique, min_jaccard)):
        places[int(unique[i])] = Place(int(unique[place.keeper]), place.similarity)
    for keeper, copy in copies.tolist():
        places[copy] = places[keeper]
    return places


@dataclass(frozen=True)
class KeeperShard:
    """Rows of input shards that make one output shard, as (shard, rows)."""

    output: Path
    picks: tuple[tuple[Path, tuple[int, ...]], ...]


def write_keepers(task: KeeperShard) -> None:
    """Write one shard of documents that are kept, sorted by url; each is its own cluster's id."""
    kept = []
    for path, numbers in task.picks:
        rows = read_shard(path)
        kept += [{**rows[n], "cluster_id": rows[n]["document_id"]} for n in numbers]
    kept.sort(key=lambda row: row["url"])
    write_shard(task.output, kept, CLUSTERED, counts=Counts(written=len(kept)))


def _write_keepers(job: Job, signed: Signed, places: Sequence[Place]) -> None:
    kept = sorted((m.url, m.document_id) for i, m in enumerate(signed.members) if places[i].keeper == i)
    tasks = []
    for start in range(0, len(kept), SHARD_DOCUMENTS):
        picks: defaultdict[Path, list[int]] = defaultdict(list)
        for _, document_id in kept[start : start + SHARD_DOCUMENTS]:
            path, number = signed.rows[document_id]
            picks[path].append(number)
        output = job.output / f"documents-{start // SHARD_DOCUMENTS:05}.parquet"
        tasks.append(KeeperShard(output, tuple((path, tuple(numbers)) for path, numbers in picks.items())))
    job.map_shards(write_keepers, tasks)


def _kind(member: Member, keeper: Member) -> str:
    if member.document_id == keeper.document_id:
        return "kept"
    return "exact" if member.text_sha256 == keeper.text_sha256 else "near"


def _clusters(members: Sequence[Member], places: Sequence[Place]) -> list[dict[str, Any]]:
    followers = Counter(place.keeper for place in places)
    rows = [
        {
            "document_id": member.document_id,
            "url": member.url,
            "cluster_id": members[place.keeper].document_id,
            "keeper_url": members[place.keeper].url,
            "kind": _kind(member, members[place.keeper]),
            "similarity": place.similarity,
        }
        for member, place in zip(members, places, strict=True)
        if followers[place.keeper] > 1
    ]
    return sorted(rows, key=lambda row: (row["keeper_url"], row["kind"] != "kept", row["url"]))


def _drops(members: Sequence[Member], places: Sequence[Place]) -> Iterator[Decision]:
    for i, (member, place) in enumerate(zip(members, places, strict=True)):
        if place.keeper != i:
            keeper = members[place.keeper]
            yield _drop(member, keeper, f"{_kind(member, keeper)}_duplicate", place.similarity)


def _drop(member: Member, keeper: Member, reason: str, similarity: float | None = None) -> Decision:
    numbers = {} if similarity is None else {"similarity": round(similarity, 4)}
    return Decision.of(
        member.document_id, member.url, "dedupe", "dropped", reason,
        keeper_id=keeper.document_id, keeper_url=keeper.url, **numbers,
    )  # fmt: skip


def _figures(
    members: Sequence[Member],
    places: Sequence[Place],
    compared: NDArray[np.int64],
    edges: Sequence[Edge],
    settings: DedupeSettings,
) -> dict[str, Any]:
    sizes = Counter(place.keeper for place in places)
    return {
        "clusters": sum(size > 1 for size in sizes.values()),
        "largest_cluster": max(sizes.values()),
        "pairs_compared": len(compared),
        "pairs_at_threshold": sum(edge.jaccard >= settings.min_jaccard for edge in edges),
        "recall_at_threshold": round(probability(settings.min_jaccard, settings.bands, settings.rows), 5),
        "identical_extractions": _identical(members),
    }


def _identical(members: Sequence[Member]) -> list[dict[str, Any]]:
    found = identical_extractions(members)
    for group in found:
        log.warning(
            "%d pages gave the very same text of %d characters, such as %s: their own text may have been missed",
            group["documents"], group["chars"], printable(group["urls"][0]),
        )  # fmt: skip
    return found
