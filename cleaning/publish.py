"""Stage `publish`: a folder that `datasets.load_dataset` opens, with card, licenses, credits and plain text.

It fails closed: a document without a license, or collected under a verdict that does not allow it, stops it.
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

from cleaning.card import CardFacts, FunnelStep, SplitFacts, card, license_link, license_text
from cleaning.markdown import link, plain
from cleaning.shingles import words
from sitecorpus.document import SPLIT
from sitecorpus.durable import atomic, write_atomic
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.layout import MANIFEST, CorpusDir
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.rights import Verdict
from sitecorpus.shards import iter_rows, shard_paths, write_large_shard
from sitecorpus.stage import Job
from sitecorpus.strict_toml import printable

PUBLISHED = pa.schema([SPLIT.field(name) for name in SPLIT.names if name not in ("extractor", "split")])
"""Columns of `data/<split>-NNNNN-of-NNNNN.parquet`. All are typed, so that an empty one is no null column."""

SPLITS = ("train", "validation")
ROW_GROUP = 1000


def publish(job: Job) -> Counts:
    """Write Parquet, text, credits, licenses and the card."""
    settings = job.settings.publish
    shards = shard_paths(job.inputs["split"], "documents")
    verdicts = _verdicts(job.inputs["vet"])
    survey = _survey(shards, {verdict.verdict_id: verdict for verdict in verdicts})
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
        verdicts=verdicts,
        certificate=json.loads((job.inputs["split"] / "certificate.json").read_bytes()),
        separator=settings.separator,
    )
    _write_lines(job.output / "ATTRIBUTION.md", _attribution(shards, facts.title))
    write_atomic(job.output / "LICENSE", license_text(facts.licenses).encode())
    shutil.copyfile(job.inputs["split"] / "certificate.json", job.output / "certificate.json")
    whole = replace(facts, funnel=_funnel(job.corpus, job.inputs["split"]), collected=survey.collected)
    write_atomic(job.output / "README.md", card(whole).encode())
    job.says("README.md", card(facts))  # without the days and the funnel, which are the history of one capture
    figures = {side: asdict(numbers) for side, numbers in splits.items()}
    return Counts(
        read=sum(survey.documents.values()),
        written=sum(survey.documents.values()),
        figures={**figures, "licenses": facts.licenses, "separators_neutralized": neutralized},
    )


def _verdicts(directory: Path) -> list[Verdict]:
    path = directory / "verdicts.json"
    try:
        return [Verdict.from_dict(data) for data in json.loads(path.read_bytes())]
    except FileNotFoundError:
        raise SitecorpusError(f"{path}: there are no verdicts here; run `sitecorpus vet` again.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise SitecorpusError(
            f"{path}: the verdicts cannot be read ({error}); delete {directory.name} and vet again."
        ) from None


@dataclass
class Survey:
    """What one look at everything but the texts tells."""

    documents: Counter[str] = field(default_factory=Counter)
    """split -> documents."""
    languages: set[str] = field(default_factory=set)
    collected: tuple[str, str] | None = None


def _survey(shards: Iterable[Path], verdicts: dict[str, Verdict]) -> Survey:
    survey = Survey()
    days: list[str] = []
    for row in iter_rows(shards, ["url", "split", "license", "verdict_id", "language", "fetched_at"]):
        _check_rights(row, verdicts)
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


def _check_rights(row: dict[str, Any], verdicts: dict[str, Verdict]) -> None:
    url = printable(row["url"])
    if not (row["license"] or "").strip():
        raise RefusedError(
            f"{url}: this document has no license, so nothing is published. Declare one in [rights] "
            "(`license`, `basis`, `attested_by`, `attested_on`), or leave the page out with `deny` in [crawl]."
        )
    verdict = verdicts.get(row["verdict_id"] or "")
    if verdict is None or verdict.decision != "allow":
        said = (
            f"verdict {verdict.verdict_id} says {verdict.decision}"
            if verdict
            else f"verdict {row['verdict_id']} is not on record"
        )
        raise RefusedError(
            f"{url}: nothing is published, because {said}. Run `sitecorpus vet`, read its reasons, and build again."
        )


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


def _attribution(shards: Iterable[Path], title: str) -> Iterator[str]:
    yield f"# Sources of {plain(title)}\n\n"
    yield "Each text was extracted from the page named and cleaned; markup, navigation and repeated parts were left out.\n\n"
    for row in iter_rows(shards, ["url", "title", "author", "license"]):
        by = f" by {plain(row['author'])}" if row["author"] else ""
        where = license_link(row["license"])
        terms = link(row["license"], where) if where else plain(row["license"])
        yield f"- {link(row['title'] or row['url'], row['url'])}{by}. {terms}\n"


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
