"""STAGE clear: which captures may be used as documents, page by page; every other one is a ledger row.

The host's verdict says that we may look; the page is judged by the same policy, from what its host was asked and
from what it says itself. Its words that grant are kept beside it, and so are those for which it is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers import exhibits
from scrapers.evidence import Exchange
from scrapers.exhibits import Exhibit
from scrapers.policy import POLICY, PageFinding, Policy, Site, declaration_reason, judge_page, judge_row, load
from scrapers.scope import origin_of
from scrapers.stubs import redirect_target
from scrapers.usable import is_passing, looks_like_html, mime_of, why_no_page
from sitecorpus import ledger, warc
from sitecorpus.document import PAGES, document_id
from sitecorpus.drift import withdrawn
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Reason, Verdict, read_verdicts
from sitecorpus.shards import iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

SHARD_URLS = 256
SOURCES = ("crawl", "intake", "recheck")
"""Where captures come from; those of a recheck are newer answers to the same addresses."""
GRANTS = pa.schema(
    [
        ("url", pa.string()),
        ("license", pa.string()),
        ("rule", pa.string()),  # the line of the policy that took it
        ("said_at", pa.string()),  # the page, or the declaration
        ("sha256", pa.string()),  # of the decoded body in which it stands
        ("quote", pa.string()),
        ("header", pa.string()),  # lower-case name, where the words stand in one
        ("start", pa.int64()),  # bytes into the decoded body
        ("end", pa.int64()),
        ("verdict_id", pa.string()),
        ("fetched_at", pa.string()),
    ]
)
"""The words that grant the licence of each page, sorted by url: `grants-NNNNN.parquet`."""
Row = dict[str, Any]


def clear(job: Job) -> Counts:
    """Write `pages-NNNNN.parquet`: one row a usable capture, sorted by url over all shards."""
    verdicts = read_verdicts(job.inputs["vet"])
    sources = {name: job.inputs[name] for name in SOURCES if name in job.inputs}
    groups, gone = _by_url(sources), withdrawn(job.corpus)
    tasks = [
        ClearTask(
            tuple(tuple(g) for g in groups[i : i + SHARD_URLS]), sources, job.inputs["vet"], job.settings.rights, verdicts,
            {g[0]["url"]: gone[g[0]["url"]] for g in groups[i : i + SHARD_URLS] if g[0]["url"] in gone},
            job.output / f"pages-{i // SHARD_URLS:05d}.parquet",
        )
        for i in range(0, len(groups), SHARD_URLS)
    ]  # fmt: skip
    if not tasks:
        write_shard(job.output / "pages-00000.parquet", [], PAGES, counts=Counts())
    counts = job.map_shards(clear_shard, tasks)
    licenses: dict[str, int] = {}
    for row in iter_rows(shard_paths(job.output, "pages"), ["license"]):
        licenses[row["license"]] = licenses.get(row["license"], 0) + 1
    return counts + Counts(figures={"licenses": dict(sorted(licenses.items()))})


@dataclass(frozen=True)
class ClearTask:
    """The captures of some URLs, each group oldest first, and what they are judged by."""

    groups: tuple[tuple[Row, ...], ...]
    sources: Mapping[str, Path]
    vet: Path
    rights: RightsSettings
    verdicts: Mapping[str, Verdict]
    withdrawn: Mapping[str, Mapping[str, Any]]
    output: Path


def clear_shard(task: ClearTask) -> None:
    """Judge the captures of one shard."""
    pages: list[Row] = []
    grants: list[Row] = []
    rows: list[Decision] = []
    for group in task.groups:
        newest = _newest(group)
        for capture in group:
            if capture is not newest:
                rows.append(_drop(capture, "superseded", by=newest["fetched_at"]))
        outcome = _judge(newest, task)
        if isinstance(outcome, Decision):
            rows.append(outcome)
            continue
        verdict_id = task.verdicts[_host(newest)].verdict_id
        rights = {"license": outcome.license, "license_source": outcome.source, "verdict_id": verdict_id}
        pages.append({**newest, **rights})
        grants.append(
            {"url": newest["url"], "license": outcome.license, "verdict_id": verdict_id} | _said(outcome.reason)
        )
    number = task.output.stem.removeprefix("pages-")
    ledger.write(task.output.parent, task.output.stem, rows)
    write_shard(task.output.with_name(f"grants-{number}.parquet"), grants, GRANTS)
    read = sum(len(g) for g in task.groups)
    write_shard(task.output, pages, PAGES, counts=Counts(read, len(pages), ledger.reasons(rows)))


# --- the plan


def _by_url(sources: Mapping[str, Path]) -> list[list[Row]]:
    """All captures, grouped by URL in order, each group oldest first."""
    captures: list[Row] = []
    for source, directory in sources.items():
        captures += [{**row, "source": source} for row in iter_rows(shard_paths(directory, "captures"))]
    captures.sort(key=lambda r: (r["url"], r["fetched_at"] or "", r["warc_file"] or "", r["warc_offset"] or 0))
    return [list(group) for _, group in groupby(captures, key=lambda r: r["url"])]


def _newest(group: Sequence[Row]) -> Row:
    """The capture that stands for its URL: the newest, but an answer prevails over a server's passing failure."""
    lasting = [c for c in group if not is_passing(c["status"])]
    return (lasting or list(group))[-1]


def _host(capture: Row) -> str:
    if capture["source"] == "intake":
        return "intake"
    try:
        return origin_of(capture["url"])
    except ValueError:
        return ""


@dataclass(frozen=True)
class Bench:
    """What every page is judged by: the policy, and what `vet` archived of each host."""

    policy: Policy
    sites: Mapping[str, Site]
    declared: tuple[Exhibit, ...]


def _bench_of(vet: Path) -> Bench:
    """Read it once a process, as long as the archive stays as it is."""
    kept = (path.stat() for path in (vet / POLICY, *warc.archive_files(vet, exhibits.PREFIX)))
    return _bench(vet, tuple((s.st_ino, s.st_size, s.st_mtime_ns) for s in kept))


@lru_cache(maxsize=2)
def _bench(vet: Path, state: tuple[tuple[int, int, int], ...]) -> Bench:
    policy, _ = load(str(vet / POLICY))
    docket = exhibits.read(vet, kinds=(*Site.KINDS, "declaration", "file", "shown"))
    sites = {case.host: Site.of(case.exhibits) for case in docket.cases}
    return Bench(policy.called(docket.rights.policy), sites, docket.declared)


# --- one page


def _drop(capture: Row, reason: str, **detail: Any) -> Decision:
    return Decision.of(document_id(capture["url"]), capture["url"], "clear", "dropped", reason, **detail)


def _judge(capture: Row, task: ClearTask) -> PageFinding | Decision:
    """Return under which licence a usable capture may be used, or why it is none."""
    reason = why_no_page(capture)
    if reason:
        return _drop(capture, reason, status=capture["status"], content_type=capture["content_type"])
    if capture["url"] in task.withdrawn:
        return _drop(capture, "withdrawn", withdrawal=dict(task.withdrawn[capture["url"]]))
    verdict = task.verdicts.get(_host(capture))
    if verdict is None or verdict.decision != "allow":
        return _drop(capture, "host_not_cleared", host=_host(capture), decision=verdict.decision if verdict else None)
    if any(e.kind == "terms" and e.url == capture["url"] for e in verdict.evidence):
        return _drop(capture, "terms_page")  # what a site says of its rights is evidence, not a text of its
    bench = _bench_of(task.vet)
    declaration = declaration_reason(task.rights, bench.declared, bench.policy, capture["url"])
    if capture["kind"] == "row":
        found = judge_row(task.rights, declaration, capture["url"])
        return found if found.license else _against(capture, found)
    record = warc.read(task.sources[capture["source"]] / Path(capture["warc_file"]).name, capture["warc_offset"])
    if record.truncated:
        return _drop(capture, "too_large", payload_bytes=capture["payload_bytes"])
    if not mime_of(capture) and not looks_like_html(record.body):
        return _drop(capture, "not_a_document", status=capture["status"], content_type="")
    if ("html" in mime_of(capture) or not mime_of(capture)) and (target := redirect_target(record.body)):
        return _drop(capture, "redirect", to=target[:500])
    answer = Exchange(
        capture["url"], capture["url"], 200, record.headers, record.body,
        fetched_at=capture["fetched_at"] or record.fetched_at, record_id=record.record_id,
    )  # fmt: skip
    found = judge_page(Exhibit("page", answer), bench.sites.get(_host(capture)), task.rights, bench.policy, declaration)
    return found if found.license else _against(capture, found)


def _against(capture: Row, found: PageFinding) -> Decision:
    """The ledger row of a page that may not be used, with the words that say so."""
    reason = found.reason
    code = "needs_review" if reason.code == "signal_to_read" else reason.code
    return _drop(capture, code, answer=reason.answer, said=reason.detail, named=list(found.named), **_said(reason))


def _said(reason: Reason) -> Row:
    """A reason's place: where its words stand, whose bytes those are, and the line of the policy that decided."""
    quote = reason.quote
    return {
        "rule": reason.rule,
        "said_at": reason.url,
        "sha256": reason.sha256,
        "fetched_at": reason.fetched_at,
        "quote": quote.text if quote else None,
        "header": quote.header if quote else None,
        "start": quote.start if quote else None,
        "end": quote.end if quote else None,
    }
