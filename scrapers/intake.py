"""STAGE intake (instead of crawl, or beside it): what was collected elsewhere, into the same archive.

Rights are not asked of a site here but declared in the recipe; `vet` has kept the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scrapers.captures import capture_row
from scrapers.scope import canonical
from scrapers.sources import csv_file, dataset, folder, jsonl_file, text_file, warc_files
from scrapers.sources.entry import Entry, Exchanged, Found, Row, Skip, Stored, path_quoted
from sitecorpus.document import CAPTURES, ROW_TYPE, document_id
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.fingerprint import canonical as canonical_json
from sitecorpus.ledger import Decision, reasons
from sitecorpus.manifest import Counts
from sitecorpus.recipe import IntakeSettings
from sitecorpus.rights import read_verdicts
from sitecorpus.shards import write_shard
from sitecorpus.stage import Job
from sitecorpus.strict_toml import printable
from sitecorpus.warc import Location, WarcWriter, archive_files, status_line

PREFIX = "pages"
FORMATS = ("folder", "warc", "csv", "jsonl", "text", "dataset")
INFO = {
    "software": "sitecorpus (warcio)",
    "format": "WARC File Format 1.1",
    "description": (
        "Not fetched by us: files and rows as resource records, and exchanges copied from other archives with "
        "their dates, bodies decoded."
    ),
}


def intake(job: Job) -> Counts:
    """Archive every file, row or exchange; raises RecipeError where there is nothing of the kind."""
    settings: IntakeSettings = job.settings.intake
    require_declaration(job.inputs.get("vet"))
    path = job.corpus.beside(settings.path)
    kind = settings.format or guess_format(path)
    for left in archive_files(job.output, PREFIX):
        left.unlink()  # of a run that was killed: reading again is quick, and cannot go wrong
    shelf = Shelf(job, settings)
    with job.progress("documents") as progress:
        for found in read(kind, path, settings):
            try:
                shelf.take(found)
            except OSError as error:
                raise SitecorpusError(f"{job.output}: {error.strerror}. Make room and run again.") from None
            progress.advance()
    shelf.writer.close()
    if not shelf.captures:
        raise SitecorpusError(_why_empty(path, kind, shelf.ledger))
    job.decide("intake-00000", shelf.ledger)
    figures = {"format": kind, "body_bytes": sum(row["payload_bytes"] for row in shelf.captures)}
    read_count = len(shelf.captures) + len(shelf.ledger)
    counts = Counts(read_count, len(shelf.captures), reasons(shelf.ledger), figures)
    captures = sorted(shelf.captures, key=lambda row: row["url"])
    write_shard(job.output / "captures-00000.parquet", captures, CAPTURES, counts=counts)
    return counts


def require_declaration(vet: Path | None) -> None:
    """Raise RefusedError unless the verdict on `intake` is `allow`."""
    verdict = read_verdicts(vet).get("intake") if vet is not None else None
    decision = verdict.decision if verdict is not None else None
    if decision != "allow":
        raise RefusedError(
            f"intake refused: {decision or 'no verdict'}, where `allow` is needed. Declare in [rights] the `license` and "
            "`basis` on which you hold these documents, with `attested_by` and `attested_on`."
        )


def guess_format(path: Path) -> str:
    """Return the format that a path's name, or a folder's contents, says; raises RecipeError where it says none."""
    if not path.exists():
        raise RecipeError(f"{path}: [intake] `path`: there is no such file or folder.")
    name = path.name.lower().removesuffix(".gz")
    if path.is_dir():
        if any((path / n).is_file() for n in ("dataset_dict.json", "dataset_info.json", "state.json")):
            return "dataset"
        names = [p for p in path.rglob("*") if p.is_file()]
        if any(warc_files.is_warc(p) for p in names):
            return "warc"
        return "dataset" if any(p.suffix == ".parquet" for p in names) else "folder"
    if warc_files.is_warc(path):
        return "warc"
    by_suffix = {
        ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "dataset", ".arrow": "dataset",
        ".txt": "text", **dict.fromkeys((".html", ".htm", ".xhtml", ".md", ".markdown"), "folder"),
    }  # fmt: skip
    found = by_suffix.get(Path(name).suffix)
    if found is None:
        raise RecipeError(
            f"{path}: its name does not say what it is; set [intake] `format` to one of {', '.join(FORMATS)}."
        )
    return found


def read(kind: str, path: Path, settings: IntakeSettings) -> Iterator[Found]:
    """Open `path` as `kind`; raises RecipeError where it is a file and should be a folder, or the other way."""
    if not path.exists():
        raise RecipeError(f"{path}: [intake] `path`: there is no such file or folder.")
    if kind in ("csv", "jsonl", "text") and not path.is_file():
        raise RecipeError(f"{path}: [intake] `format` is {kind}, so `path` must be a file; this is a folder.")
    try:
        if kind in ("folder", "warc"):
            yield from {"folder": folder.read, "warc": warc_files.read}[kind](path)
        else:
            tables = {"csv": csv_file.read, "jsonl": jsonl_file.read, "text": text_file.read, "dataset": dataset.read}
            yield from tables[kind](path, settings)
    except (UnicodeError, EOFError) as error:
        raise SitecorpusError(
            f"{path}: cannot be read as {settings.encoding}: {error}. Set [intake] `encoding`."
        ) from None
    except OSError as error:  # it may not be read, or is a broken .gz
        raise SitecorpusError(f"{path}: cannot be read: {error}.") from None


class Shelf:
    """Puts what was found into the archive, and notes where."""

    def __init__(self, job: Job, settings: IntakeSettings) -> None:
        self.captures: list[dict[str, Any]] = []
        self.ledger: list[Decision] = []
        self.writer = WarcWriter(job.output, PREFIX, INFO)
        self._stage = job.stage
        self._folder = job.corpus.relative(job.stored_as)
        self._base = settings.base_url
        self._urn = f"urn:sitecorpus:{quote(job.corpus.name, safe='')}:"
        self._rows_taken: set[str] = set()

    def take(self, found: Found) -> None:
        """Archive one thing, or note why not."""
        if isinstance(found, Skip):
            url = found.name if found.name.startswith(("http://", "https://")) else self._url(found.name)
            detail = found.detail
            self.ledger.append(Decision.of(document_id(url), url, self._stage, "dropped", found.reason, **detail))
        elif isinstance(found, Row):
            self._row(found)
        elif isinstance(found, Entry):
            self._resource(self._url(found.name), "resource", found.content_type, found.body)
        elif isinstance(found, Stored):
            # rows of an archive of ours stay rows
            kind = "row" if found.content_type == ROW_TYPE else "resource"
            self._resource(printable(found.url), kind, found.content_type, found.body, found.fetched_at)
        else:
            self._exchange(found)

    def _url(self, name: str) -> str:
        path = path_quoted(name)
        return f"{self._base.rstrip('/')}/{path}" if self._base else self._urn + path

    def _row(self, row: Row) -> None:
        url = self._url(str(row.number))
        if row.url:
            # a URL is text from outside: taken only where it is one
            given = row.url if "://" in row.url else f"{(self._base or '').rstrip('/')}/{row.url.lstrip('/')}"
            if canonical(given) and given.isascii() and given.isprintable() and " " not in given:
                url = given
        if url in self._rows_taken:
            url = f"{url}#row-{row.number}"  # two texts from one page are two documents
        self._rows_taken.add(url)
        said = asdict(row)
        body = canonical_json({k: said[k] for k in ("text", "title", "author", "published_on", "section")})
        self._resource(url, "row", ROW_TYPE, body)

    def _resource(self, url: str, kind: str, content_type: str, body: bytes, date: str | None = None) -> None:
        self._note(self.writer.resource(url, content_type, body, date), url, kind, None, content_type, body)

    def _exchange(self, found: Exchanged) -> None:
        url = printable(found.url)
        head = [
            status_line(found.status),
            *(f"{k}: {v}" for k, v in found.headers),
            f"Content-Length: {len(found.body)}",
        ]
        where = self.writer.exchange(
            url, f"GET {url} HTTP/1.1".encode(), "\r\n".join(head).encode("latin-1", "replace"), found.body, None,
            [("found_by", "intake")], {"WARC-Date": found.fetched_at} if found.fetched_at else None,
        )  # fmt: skip
        self._note(where, url, "response", found.status, found.content_type, found.body)

    def _note(self, where: Location, url: str, kind: str, status: int | None, content_type: str, body: bytes) -> None:
        self.captures.append(capture_row(
            url=url, kind=kind, status=status, content_type=content_type, body=body, found_by="intake",
            fetched_at=where.fetched_at, warc_file=f"{self._folder}/{where.file}", warc_offset=where.offset,
            warc_record_id=where.record_id,
        ))  # fmt: skip


def _why_empty(path: Path, kind: str, ledger: list[Decision]) -> str:
    return (
        f"{path}: read as {kind}, and found no document. Left out: "
        f"{', '.join(f'{reason} {n}' for reason, n in reasons(ledger).items()) or 'nothing'}. Look at [intake] `path`, "
        "`format` and `text`."
    )
