"""STAGE crawl: fetch a site's pages, gently, into WARC files.

The archive is the only memory: a crawl that was killed reads it and goes on, and what came of every URL that
was found is told from it alone.
"""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers.captures import capture_row
from scrapers.frontier import FOUND_BY, INDEXES, PREFIX, Frontier, Visit, read_archive
from scrapers.loopback import serving
from scrapers.scope import Scope, origin_of, origins
from scrapers.spider_process import Ending, Order, run_spider
from sitecorpus.document import CAPTURES, document_id
from sitecorpus.drift import refuse_old_evidence
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.ledger import Decision, reasons
from sitecorpus.manifest import Counts, Manifest
from sitecorpus.recipe import CrawlSettings
from sitecorpus.rights import read_verdicts
from sitecorpus.shards import write_shard
from sitecorpus.stage import Job
from sitecorpus.warc import archive_files, cut_torn_tail


def crawl(job: Job) -> Counts:
    """Fetch and archive; raises RefusedError without a verdict that allows, SitecorpusError where nothing came."""
    settings: CrawlSettings = job.settings.crawl
    allowed = allowed_origins(settings, job.inputs.get("vet"))
    refuse_old_verdicts(job.inputs["vet"], datetime.now(UTC))
    discard_fruitless(job.output, settings)
    ending = fetch(job, settings, allowed)
    if ending.ending != "finished":
        for path in archive_files(job.output, PREFIX):
            cut_torn_tail(path)
    harvest = gather(job, settings, allowed)
    if ending.ending != "finished":
        raise SitecorpusError(_why_stopped(ending, harvest))
    if not harvest.statuses.get("200"):
        raise SitecorpusError(_why_empty(settings, harvest))
    job.decide("crawl-00000", harvest.ledger)
    counts = harvest.counts()
    write_shard(job.output / "captures-00000.parquet", harvest.captures, CAPTURES, counts=counts)
    return counts


def refuse_old_verdicts(vet: Path, now: datetime) -> None:
    """Raise RefusedError where what `vet` read is older than its recipe's [rights] `max_age_days`."""
    manifest = Manifest.read(vet)
    if manifest is not None:
        limit = manifest.settings["rights"]["max_age_days"]
        refuse_old_evidence(vet, limit, now, "Give [crawl] `capture` a new name: that vets and crawls anew.")


def allowed_origins(settings: CrawlSettings, vet: Path | None) -> tuple[str, ...]:
    """Return the origins that may be asked: those with a verdict `allow`, which the seeds' origins need.

    A further host of the recipe that has none is left out. The https twin of an http origin belongs to the site
    where it has such a verdict too.
    """
    decisions = {v.host: v.decision for v in read_verdicts(vet).values()} if vet is not None else {}
    for origin in dict.fromkeys(map(origin_of, settings.seeds)):
        if decisions.get(origin) != "allow":
            found = decisions.get(origin, "no verdict")
            raise RefusedError(
                f"{origin}: crawl refused: {found}, where `allow` is needed. `sitecorpus vet` says why, and what would do."
            )
    wanted = [o for o in origins(settings) if decisions.get(o) == "allow"]
    twins = ["https" + o[4:] for o in wanted if o.startswith("http://")]
    return tuple(dict.fromkeys([*wanted, *(t for t in twins if decisions.get(t) == "allow")]))


def discard_fruitless(output: Path, settings: CrawlSettings) -> None:
    """Begin anew where an earlier run got no page at all: its failures are no reason not to ask again."""
    files = archive_files(output, PREFIX)
    if files and files[0].stat().st_size < 1 << 20 and len(files) == 1:
        cut_torn_tail(files[0])
        if not any(r is not None and r.status == 200 and v.item.is_page for v, r, _ in read_archive(output, 1 << 20)):
            files[0].unlink()


def fetch(job: Job, settings: CrawlSettings, allowed: tuple[str, ...]) -> Ending:
    """Run the spider, over the network or over the recipe's folder."""
    folder = job.corpus.beside(settings.serve_from) if settings.serve_from else None
    if folder is not None and not folder.is_dir():
        raise RecipeError(f"{job.corpus.recipe}: [crawl] `serve_from`: there is no folder {folder}.")
    server = serving(folder, origins(settings)[0]) if folder else nullcontext(None)
    with server as serve, job.progress("pages") as progress:
        order = Order(settings, getattr(job.settings, "contact", ""), allowed, job.output, serve)
        return run_spider(order, lambda done, found: progress.update(done=done, total=found))


@dataclass
class Harvest:
    """What an archive says."""

    captures: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[Decision] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    found_by: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    out_of_scope: int = 0
    asked: int = 0

    def counts(self) -> Counts:
        figures = {
            "statuses": dict(sorted(self.statuses.items())),
            "found_by": {name: self.found_by[name] for name in FOUND_BY if self.found_by[name]},
            "links_out_of_scope": self.out_of_scope,
            "body_bytes": sum(row["payload_bytes"] for row in self.captures),
        }
        return Counts(len(self.captures) + len(self.ledger), len(self.captures), reasons(self.ledger), figures)


def gather(job: Job, settings: CrawlSettings, allowed: tuple[str, ...]) -> Harvest:
    """Read the archive: captures sorted by URL, and a ledger row for each URL that was found and not kept."""
    frontier = Frontier(settings, Scope.of(settings, allowed))
    ranks: dict[str, int] = dict.fromkeys(frontier.seeds, 0)
    rows: dict[str, dict[str, Any]] = {}
    ledger: dict[str, Decision] = {}
    harvest = Harvest()
    for visit, record, name in read_archive(job.output, settings.max_body_bytes):
        frontier.replay(visit)
        harvest.asked += visit.outcome != "robots"
        harvest.out_of_scope += visit.out_of_scope
        for found_by, url in ((visit.item.found_by, visit.item.url), *visit.outlinks):
            rank = FOUND_BY.index(INDEXES.get(found_by, found_by))
            ranks[url] = min(ranks.get(url, rank), rank)
        if visit.outcome == "answered" and record is not None:
            rows[visit.item.url] = capture_row(
                url=record.url, kind="response", status=record.status, content_type=record.content_type, body=record.body,
                found_by="", fetched_at=record.fetched_at, warc_file=f"{job.corpus.relative(job.stored_as)}/{name}",
                warc_offset=record.offset, warc_record_id=record.record_id,
            )  # fmt: skip
            ledger.pop(visit.item.url, None)
        elif visit.item.url not in rows:
            ledger[visit.item.url] = _failure(job.stage, visit)
            harvest.errors[visit.error] += 1
    for url, reason in frontier.left().items():
        ledger[url] = Decision.of(document_id(url), url, job.stage, "dropped", reason)
    for url, row in sorted(rows.items()):
        row["found_by"] = FOUND_BY[ranks[url]]
        harvest.captures.append(row)
        harvest.statuses[str(row["status"])] += 1
        harvest.found_by[row["found_by"]] += 1
    harvest.ledger = [decision for _, decision in sorted(ledger.items())]
    return harvest


def _failure(stage: str, visit: Visit) -> Decision:
    url = visit.item.url
    if visit.outcome == "failed":
        return Decision.of(document_id(url), url, stage, "failed", "failed", error=visit.error, tries=visit.tries)
    return Decision.of(document_id(url), url, stage, "dropped", visit.outcome, why=visit.error)


def _why_stopped(ending: Ending, harvest: Harvest) -> str:
    kept = f"{len(harvest.captures):,} answers are kept: the same command goes on from there."
    what = {
        "unreachable": "the site cannot be reached. Look whether it is up and the network is there, and run again.",
        "robots": "while robots.txt cannot be had, nothing may be asked for. Run again later.",
        "storage": "the archive cannot be written. Make room and run again.",
        "shutdown": "the crawl was stopped.",
    }.get(ending.ending, f"the crawl ended early ({ending.ending}).")
    return f"{ending.why + ': ' if ending.why else ''}{what} {kept}"


def _why_empty(settings: CrawlSettings, harvest: Harvest) -> str:
    said = [f"HTTP {status} {n}×" for status, n in sorted(harvest.statuses.items())]
    said += [f"{error} {n}×" for error, n in sorted(harvest.errors.items()) if error]
    return (
        f"{', '.join(settings.seeds)}: no page was captured with status 200. Asked for {harvest.asked} URLs; came back: "
        f"{', '.join(said) or 'nothing'}. Left out: {', '.join(f'{r} {n}' for r, n in reasons(harvest.ledger).items()) or 'nothing'}; "
        f"{harvest.out_of_scope} links lead off the site. If the site redirects to another host or to https, give that "
        "address in [crawl] `seeds`; else look at `allow`, `deny` and the site's robots.txt."
    )
