"""Stage `publish`: a folder that `datasets.load_dataset` opens, with card, licenses, credits and plain text.

It fails closed: one document without a license, collected under a verdict that does not allow it, or under a license that
does not allow what the recipe wants with it, stops it; all of them are named in the ledger.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from cleaning import grounds
from cleaning.attribution import COLUMNS as CREDITED
from cleaning.attribution import attribution, gap_counts
from cleaning.card import CardFacts, FunnelStep, SplitFacts, card
from cleaning.grounds import Judgement, Plan
from cleaning.license_file import license_file
from cleaning.shingles import words
from sitecorpus.document import SPLIT
from sitecorpus.durable import atomic, write_atomic
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.layout import LEDGER, MANIFEST, RIGHTS, CorpusDir
from sitecorpus.ledger import Decision
from sitecorpus.licensing import Grant
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.rights import Verdict, read_verdicts
from sitecorpus.shards import iter_rows, shard_paths, write_large_shard
from sitecorpus.stage import Job

PUBLISHED = pa.schema([SPLIT.field(name) for name in SPLIT.names if name not in ("extractor", "split")])
"""Columns of `data/<split>-NNNNN-of-NNNNN.parquet`. All are typed, so that an empty one is no null column."""

SPLITS = ("train", "validation")
ROW_GROUP = 1000


def publish(job: Job) -> Counts:
    """Write Parquet, text, credits, licenses and the card."""
    settings = job.settings.publish
    shards = shard_paths(job.inputs["split"], "documents")
    verdicts = list(read_verdicts(job.inputs["vet"]).values())
    plan = Plan.of(settings, job.settings.rights.policy)
    survey = _survey(shards, {verdict.verdict_id: verdict for verdict in verdicts}, plan)
    _refuse(job, survey, plan)
    judgement = Judgement.of(plan, survey.grants)
    job.map_shards(write_data, _plan(job.output, shards, survey, settings.shard_documents))
    splits, neutralized = {}, 0
    for side in SPLITS:
        splits[side], changed = _write_text(job.output / f"{side}.txt", shards, side, settings.separator)
        neutralized += changed
    facts = CardFacts(
        title=job.settings.title or job.corpus.name,
        contact=job.settings.contact,
        splits=splits,
        languages=sorted(survey.languages),
        grants=dict(sorted(survey.grants.items(), key=lambda item: (-item[1], item[0]))),
        judgement=judgement,
        verdicts=verdicts,
        certificate=json.loads((job.inputs["split"] / "certificate.json").read_bytes()),
        separator=settings.separator,
    )
    _write_lines(job.output / "ATTRIBUTION.md", attribution(lambda: iter_rows(shards, CREDITED), facts.title))
    write_atomic(job.output / "LICENSE", license_file(facts.grants, judgement).encode())
    write_atomic(job.output / RIGHTS, json.dumps(judgement.as_dict(), indent=1, sort_keys=True).encode() + b"\n")
    shutil.copyfile(job.inputs["split"] / "certificate.json", job.output / "certificate.json")
    whole = replace(facts, funnel=_funnel(job.corpus, job.inputs["split"]), collected=survey.collected)
    write_atomic(job.output / "README.md", card(whole).encode())
    job.says("README.md", card(facts))  # without the days and the funnel, which are the history of one capture
    figures: dict[str, Any] = {side: asdict(numbers) for side, numbers in splits.items()}
    figures["license"] = judgement.publishing.license
    figures["purpose"] = judgement.publishing.use.purpose
    figures["credits"] = dict(sorted(gap_counts(iter_rows(shards, CREDITED)).items()))
    return Counts(
        read=sum(survey.documents.values()),
        written=sum(survey.documents.values()),
        figures={**figures, "licenses": facts.licenses, "separators_neutralized": neutralized},
    )


@dataclass
class Survey:
    """What one look at everything but the texts tells."""

    documents: Counter[str] = field(default_factory=Counter)
    """split -> documents."""
    languages: set[str] = field(default_factory=set)
    collected: tuple[str, str] | None = None
    grants: Counter[Grant] = field(default_factory=Counter)
    """ground -> documents."""
    refused: list[Decision] = field(default_factory=list)


def _survey(shards: Iterable[Path], verdicts: dict[str, Verdict], plan: Plan) -> Survey:
    survey = Survey()
    days: list[str] = []
    columns = ["document_id", "url", "split", "license", "license_source", "verdict_id", "language", "fetched_at"]
    for row in iter_rows(shards, columns):
        grant = grounds.grant_of(row, plan.may_share)
        if refused := _refused(row, grant, verdicts, plan):
            survey.refused.append(refused)
        survey.grants[grant] += 1
        survey.documents[row["split"]] += 1
        if row["language"]:
            survey.languages.add(row["language"])
        if row["fetched_at"]:
            day = row["fetched_at"][:10]
            days = [min([day, *days]), max([day, *days])]
    if not all(survey.documents[side] for side in SPLITS):
        raise SitecorpusError("the split has no document on one of its sides; delete its folder and build again.")
    survey.collected = (days[0], days[1]) if days else None
    return survey


def _refused(row: dict[str, Any], grant: Grant, verdicts: dict[str, Verdict], plan: Plan) -> Decision | None:
    verdict = verdicts.get(row["verdict_id"] or "")
    if not grant.license:
        reason, why = "no_license", "this document has no license"
    elif verdict is None:
        reason, why = "not_cleared", f"verdict {row['verdict_id']} is not on record"
    elif verdict.decision != "allow":
        reason, why = "not_cleared", f"verdict {verdict.verdict_id} says {verdict.decision}"
    else:
        reason, why = "license_blocks_purpose", grounds.against(grant, plan.publishing)
    if not why:
        return None
    said = {"license": grant.license, "purpose": plan.publishing.purpose, "why": why}
    return Decision.of(row["document_id"], row["url"], "publish", "refused", reason, **said)


def _refuse(job: Job, survey: Survey, plan: Plan) -> None:
    if survey.refused:
        job.decide("rights", survey.refused)
        raise RefusedError(
            grounds.refusal(job.corpus.name, survey.refused, sum(survey.documents.values()), plan.publishing)
        )
    # of an attempt that was refused before a verdict was mended
    (job.output / LEDGER / "rights.parquet").unlink(missing_ok=True)


@dataclass(frozen=True)
class DataFile:
    """Documents `start` to `stop` of one split, in the order of the shards."""

    shards: tuple[Path, ...]
    output: Path
    side: str
    start: int
    stop: int


def _plan(output: Path, shards: Sequence[Path], survey: Survey, shard_documents: int) -> list[DataFile]:
    planned = []
    for side in SPLITS:
        files = -(-survey.documents[side] // shard_documents)
        for i in range(files):
            path = output / "data" / f"{side}-{i:05}-of-{files:05}.parquet"
            planned.append(DataFile(tuple(shards), path, side, i * shard_documents, (i + 1) * shard_documents))
    return planned


def _rows(shards: Iterable[Path], side: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for row in iter_rows(shards, [*columns, "split"]):
        if row.pop("split") == side:
            yield row


def write_data(task: DataFile) -> None:
    """Write one Parquet file of the dataset, a row group at a time."""

    def rows() -> Iterator[dict[str, Any]]:
        return islice(_rows(task.shards, task.side, PUBLISHED.names), task.start, task.stop)

    write_large_shard(task.output, rows, PUBLISHED, group_rows=ROW_GROUP)


def _write_text(path: Path, shards: Iterable[Path], side: str, separator: str) -> tuple[SplitFacts, int]:
    """Write one split as one text file; return its numbers and how often the separator stood within a text."""
    facts, licenses, neutralized = SplitFacts(), Counter[str](), 0

    def lines() -> Iterator[str]:
        nonlocal neutralized
        for row in _rows(shards, side, ["text", "license"]):
            if facts.documents:
                yield separator + "\n"
            text, found = neutralize(row["text"], separator)
            neutralized += found
            facts.documents += 1
            facts.words += len(words(row["text"]))
            facts.bytes += len(row["text"].encode())
            licenses[row["license"]] += 1
            yield text.strip("\n") + "\n"

    _write_lines(path, lines())
    facts.licenses = dict(sorted(licenses.items()))
    return facts, neutralized


def neutralize(text: str, separator: str) -> tuple[str, int]:
    """Return `text` with a space inside every separator, and how many there were.

    A separator of one character becomes a space; it may not be blank itself.
    """
    found = text.count(separator)
    harmless = f"{separator[0]} {separator[1:]}" if len(separator) > 1 else " "
    if separator in harmless:
        harmless = " "
    while separator in text:  # `===` with `==` leaves one behind
        text = text.replace(separator, harmless)
    return text, found


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with atomic(path) as aside, aside.open("w", encoding="utf-8", newline="\n") as f:
        f.writelines(lines)


def _funnel(corpus: CorpusDir, directory: Path) -> list[FunnelStep]:
    """Return what the stages before counted, by following the digests in the manifests back."""
    steps: list[FunnelStep] = []
    manifest = Manifest.read(directory)
    while manifest is not None:
        counts = manifest.counts
        steps.append(FunnelStep(manifest.stage, counts.read, counts.written, counts.dropped))
        before = [m for name, digest in manifest.inputs.items() if (m := _with_digest(corpus, name, digest))]
        # the stage that feeds this one is the one that came last: extract reads clear, and bodies from crawl
        manifest = max(before, key=lambda m: m.started_at, default=None)
    return steps[::-1]


def _with_digest(corpus: CorpusDir, stage: str, digest: str) -> Manifest | None:
    for path in sorted(corpus.root.glob(f"*/{stage}-*/{MANIFEST}")):
        if not path.parent.name.endswith(".partial"):
            found = Manifest.read(path.parent)
            if found is not None and found.digest == digest:
                return found
    return None
