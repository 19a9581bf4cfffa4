"""Answer an auditor: hash everything again, follow the chain, and tell one page's whole story."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitecorpus import drift, ledger, warc
from sitecorpus.document import document_id
from sitecorpus.errors import SitecorpusError
from sitecorpus.fingerprint import canonical, file_sha256, fingerprint
from sitecorpus.layout import MANIFEST, CorpusDir
from sitecorpus.manifest import Manifest
from sitecorpus.pipeline import STAGES, State
from sitecorpus.shards import content_sha256, iter_rows, shard_paths
from sitecorpus.stage import open_door

# The tables in which a page can be followed, in order: (stage, prefix of its shards).
TABLES = (
    ("crawl", "captures"),
    ("intake", "captures"),
    ("clear", "pages"),
    ("extract", "documents"),
    ("clean", "documents"),
    ("dedupe", "documents"),
    ("split", "documents"),
)


@dataclass(frozen=True)
class Finding:
    """Something that is not as its manifest says."""

    stage: str
    path: str
    problem: str


def verify(states: list[State], corpus: CorpusDir) -> Iterator[Finding]:
    """Yield what differs from the manifests: files changed, missing or added, digests, broken provenance."""
    digests = {s.stage: s.manifest.digest for s in states if s.manifest is not None}
    for state in states:
        if state.manifest is None or state.directory is None:
            continue
        yield from _verify_stage(state.stage, state.directory, state.manifest)
        yield from _verify_intent(state.stage, state.manifest, digests)
        yield from _open_check(state.stage, state.directory)
        if state.stage == "vet":
            for directory in drift.rechecks(corpus, state.directory):
                yield from _open_check(state.stage, directory)
        if state.stage == "split":
            try:
                yield from _verify_provenance(state.directory, corpus)
            except SitecorpusError as error:  # a shard that cannot be read; the other stages are looked at all the same
                yield Finding(state.stage, "documents", str(error))


def _verify_stage(stage: str, directory: Path, manifest: Manifest) -> Iterator[Finding]:
    here = {p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file()} - {MANIFEST}
    for name in sorted(here - set(manifest.outputs)):
        yield Finding(stage, name, "is not in the manifest")
    for name, output in manifest.outputs.items():
        path = directory / name
        if name not in here:
            yield Finding(stage, name, "is missing")
        elif file_sha256(path) != output.sha256:
            yield Finding(stage, name, f"was changed: its sha256 is no longer {output.sha256}")
        elif (
            path.suffix == ".parquet"
            and output.content_sha256
            and content_sha256(path)
            not in (
                None,
                output.content_sha256,
            )
        ):
            yield Finding(stage, name, "carries another content digest than its manifest")
    said = sorted((p, o.content_sha256) for p, o in manifest.outputs.items() if o.content_sha256)
    if hashlib.sha256(canonical(said)).hexdigest() != manifest.digest:
        yield Finding(stage, MANIFEST, "its digest does not follow from its outputs")


def _verify_intent(stage: str, manifest: Manifest, digests: dict[str, str]) -> Iterator[Finding]:
    """Hold what the manifest says was asked for against its fingerprint, and its inputs against their manifests."""
    wanted = fingerprint(manifest.stage, manifest.revision, manifest.settings, manifest.inputs)
    if wanted != manifest.fingerprint:
        yield Finding(stage, MANIFEST, "its settings or inputs are not those of its fingerprint")
    for name, digest in manifest.inputs.items():
        if digests.get(name, digest) != digest:
            yield Finding(stage, MANIFEST, f"was made from another result of {name} than lies here")


def _open_check(stage: str, directory: Path) -> Iterator[Finding]:
    """Open the stage's second door, where it has one: its work is done again, and what differs is told."""
    check = next((s.check for s in STAGES if s.name == stage), None)
    if check is None:
        return
    try:
        for path, problem in open_door(check)(directory):
            yield Finding(stage, path, problem)
    except (SitecorpusError, OSError) as error:
        yield Finding(stage, directory.name, f"cannot be checked: {error}")


def _verify_provenance(directory: Path, corpus: CorpusDir) -> Iterator[Finding]:
    """Open the archived record behind every document and hash its body again."""
    columns = ["url", "license", "payload_digest", "warc_file", "warc_offset", "warc_record_id"]
    for row in iter_rows(shard_paths(directory, "documents"), columns):
        place = f"{row['warc_file']}@{row['warc_offset']}"
        if not row["license"]:
            yield Finding("split", row["url"], "is in the corpus without a licence")
        try:
            record = warc.read(corpus.root / row["warc_file"], row["warc_offset"])
        except SitecorpusError as error:
            yield Finding("split", row["url"], str(error))
            continue
        if record.record_id != row["warc_record_id"] or record.url != row["url"]:
            yield Finding("split", row["url"], f"the record at {place} is another one: {record.url}")
        elif hashlib.sha256(record.body).hexdigest() != row["payload_digest"]:
            yield Finding("split", row["url"], f"the body at {place} has another sha256 than was recorded")


def why(url: str, states: list[State]) -> list[dict[str, Any]]:
    """Return one page's story, stage by stage: where it was found, and each decision about it.

    `url` may also be a document id. Empty where nothing is known of it.
    """
    by_name = {s.stage: s for s in states}
    wanted = {url, url.rstrip("/"), url.rstrip("/") + "/"}
    ids = {document_id(u) for u in wanted} | {url}
    story: list[dict[str, Any]] = []
    for stage in by_name:
        state = by_name[stage]
        directory = state.directory
        if directory is None:
            continue
        if state.manifest is None:
            directory = directory.with_name(directory.name + ".partial")
        for table in (prefix for name, prefix in TABLES if name == stage):
            for path in shard_paths(directory, table):
                names = [c for c in ("document_id", "url", *_TOLD) if c in _columns(path)]
                for row in iter_rows([path], names):
                    if row["url"] in wanted or document_id(row["url"]) in ids:
                        told = {k: v for k, v in row.items() if v not in (None, [], "")}
                        story.append({"stage": stage, "outcome": "kept", "reason": "", "detail": told})
        if (directory / "ledger").is_dir():
            for row in ledger.read(directory):
                if row["url"] in wanted or row["item_id"] in ids:
                    story.append(
                        {
                            "stage": stage,
                            "outcome": row["outcome"],
                            "reason": row["reason"],
                            "detail": {"url": row["url"], **json.loads(row["detail"] or "{}")},
                        }
                    )
    return story


_TOLD = (
    "status",
    "found_by",
    "fetched_at",
    "warc_file",
    "warc_offset",
    "license",
    "license_source",
    "verdict_id",
    "title",
    "author",
    "published_on",
    "extractor",
    "language",
    "cluster_id",
    "split",
)


def _columns(path: Path) -> set[str]:
    import pyarrow.parquet as pq

    return set(pq.read_schema(path).names)
