"""STAGE clear: which captures may be used as documents, page by page; every other one is a ledger row.

The host's verdict says that we may look; the page says under which licence its text may be used, or that it
may not. A page's own opt-out counts whatever was declared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.agent import PRODUCT
from scrapers.licenses import LicenseReading, page_license
from scrapers.markup import header_map, parse_html
from scrapers.policy import VERDICTS, allowed_license
from scrapers.scope import origin_of
from scrapers.signals import page_signals
from scrapers.terms import terms_text
from sitecorpus import ledger, warc
from sitecorpus.document import PAGES, document_id
from sitecorpus.errors import SitecorpusError
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Verdict
from sitecorpus.shards import iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

SHARD_URLS = 256
Row = dict[str, Any]


def clear(job: Job) -> Counts:
    """Write `pages-NNNNN.parquet`: one row a usable capture, sorted by url over all shards."""
    verdicts = _verdicts(job.inputs["vet"])
    groups = _by_url(job.inputs)
    tasks = [
        ClearTask(
            tuple(tuple(g) for g in groups[i : i + SHARD_URLS]), job.corpus.root, job.settings.rights, verdicts,
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
    root: Path  # the corpus folder
    rights: RightsSettings
    verdicts: Mapping[str, Verdict]
    output: Path


def clear_shard(task: ClearTask) -> None:
    """Judge the captures of one shard."""
    pages: list[Row] = []
    rows: list[Decision] = []
    for group in task.groups:
        newest = _newest(group)
        for capture in group:
            if capture is not newest:
                rows.append(_drop(capture, "superseded", by=newest["fetched_at"]))
        outcome = _judge(newest, task)
        if isinstance(outcome, Decision):
            rows.append(outcome)
        else:
            pages.append({**newest, **outcome})
    dropped: dict[str, int] = {}
    for row in rows:
        dropped[row.reason] = dropped.get(row.reason, 0) + 1
    ledger.write(task.output.parent, task.output.stem, rows)
    read = sum(len(g) for g in task.groups)
    write_shard(task.output, pages, PAGES, counts=Counts(read, len(pages), dict(sorted(dropped.items()))))


# --- the plan


def _verdicts(directory: Path) -> dict[str, Verdict]:
    path = directory / VERDICTS
    try:
        return {v["host"]: Verdict.from_dict(v) for v in json.loads(path.read_bytes())}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SitecorpusError(
            f"{path}: the verdicts cannot be read ({error}). Delete the folder {directory.name} and vet again."
        ) from None


def _by_url(inputs: Mapping[str, Path]) -> list[list[Row]]:
    """All captures of crawl and intake, grouped by URL in order, each group oldest first."""
    captures: list[Row] = []
    for source in ("crawl", "intake"):
        if source in inputs:
            found = iter_rows(shard_paths(inputs[source], "captures"))
            captures += [{**row, "source": source} for row in found]
    captures.sort(key=lambda r: (r["url"], r["fetched_at"] or "", r["warc_file"] or "", r["warc_offset"] or 0))
    return [list(group) for _, group in groupby(captures, key=lambda r: r["url"])]


def _newest(group: Sequence[Row]) -> Row:
    """The capture that stands for its URL: the newest, but an answer prevails over a server's passing failure."""
    lasting = [c for c in group if not _passing(c["status"])]
    return (lasting or list(group))[-1]


def _passing(status: int | None) -> bool:
    return status is not None and (status >= 500 or status in (408, 425, 429))


# --- one page


def _drop(capture: Row, reason: str, **detail: Any) -> Decision:
    return Decision.of(document_id(capture["url"]), capture["url"], "clear", "dropped", reason, **detail)


def _judge(capture: Row, task: ClearTask) -> Row | Decision:
    """Return the columns that a usable capture gets, or why it is none."""
    reason = _not_a_page(capture)
    if reason:
        return _drop(capture, reason, status=capture["status"], content_type=capture["content_type"])
    host = "intake" if capture["source"] == "intake" else _origin(capture["url"])
    verdict = task.verdicts.get(host)
    if verdict is None or verdict.decision != "allow":
        return _drop(capture, "host_not_cleared", host=host, decision=verdict.decision if verdict else None)
    if any(e.kind == "terms" and e.url == capture["url"] for e in verdict.evidence):
        return _drop(capture, "terms_page")  # what a site says of its rights is evidence, not a text of its
    if capture["kind"] == "row":
        return _licensed(capture, None, task.rights, verdict)
    record = warc.read(task.root / capture["warc_file"], capture["warc_offset"])
    if record.truncated:
        return _drop(capture, "too_large", payload_bytes=capture["payload_bytes"])
    if not _mime(capture) and not _looks_like_html(record.body):
        return _drop(capture, "not_a_document", status=capture["status"], content_type="")
    headers = header_map(record.headers)
    if ("html" in _mime(capture) or not _mime(capture)) and (target := redirect_target(record.body)):
        return _drop(capture, "redirect", to=target[:500])
    for signal in page_signals(record.body, headers, PRODUCT):
        if signal.answer == "opt-out":
            return _drop(capture, "opted_out", kind=signal.kind, source=signal.source, value=signal.value)
        if signal.answer == "review":
            return _drop(capture, "needs_review", kind=signal.kind, source=signal.source, value=signal.value)
    return _licensed(capture, page_license(record.body, capture["url"], headers), task.rights, verdict)


def _licensed(capture: Row, page: LicenseReading | None, rights: RightsSettings, verdict: Verdict) -> Row | Decision:
    declared = {
        "license": rights.license,
        "license_source": f"declared:{rights.basis}",
        "verdict_id": verdict.verdict_id,
    }
    if rights.declared and rights.basis != "license":
        return declared
    if page is not None and page.spdx and page.confident and rights.policy != "own":
        if not allowed_license(page.spdx, rights):
            return _drop(capture, "license_not_allowed", license=page.spdx, scope=page.scope)
        return {"license": page.spdx, "license_source": f"page:{page.source}", "verdict_id": verdict.verdict_id}
    if rights.declared:
        return declared
    if page is not None and page.spdx:
        return _drop(capture, "license_unclear", named=sorted({c.spdx for c in page.evidence if c.spdx}))
    return _drop(capture, "no_license", licenses_mentioned=len(page.evidence) if page else 0)


_NO_DOCUMENTS = frozenset({"/robots.txt", "/ai.txt", "/trust.txt", "/llms.txt", "/llms-full.txt", "/humans.txt", "/security.txt", "/ads.txt", "/app-ads.txt"})  # fmt: skip
# no type at all: the body decides (RFC 9110, 8.3)
_DOCUMENTS = frozenset({"", "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown"})


def _not_a_page(capture: Row) -> str | None:
    status = capture["status"]
    if capture["kind"] == "response" and status != 200:
        if status is None or _passing(status):
            return "server_error"
        if 300 <= status < 400:
            return "redirect"
        return {404: "not_found", 410: "not_found", 401: "denied", 403: "denied", 451: "denied"}.get(
            status, "http_error"
        )
    if capture["kind"] == "row":
        return None
    parts = urlsplit(capture["url"])
    if _mime(capture) not in _DOCUMENTS or parts.path in _NO_DOCUMENTS or parts.path.startswith("/.well-known/"):
        return "not_a_document"
    return None if capture["payload_bytes"] else "empty"


def _mime(capture: Row) -> str:
    return (capture["content_type"] or "").partition(";")[0].strip().lower()


def _looks_like_html(body: bytes) -> bool:
    return (
        re.match(
            rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
            body[:2000],
            re.I | re.S,
        )
        is not None
    )


def _origin(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError:
        return ""


# --- pages that only lead elsewhere

MAX_STUB_WORDS = 60
_REFRESH = re.compile(
    r"^\s*(?P<seconds>\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?(?P<to>[^\"'\s]+)", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)|location\.(?:replace|assign)\(\s*[\"']([^\"']+)"
)


def redirect_target(html: bytes) -> str | None:
    """Return where a page leads that holds nothing but the way there, or None: an alias of a moved page."""
    lower = html[:20_000].lower()
    if b"refresh" not in lower and b"location" not in lower:
        return None
    tree = parse_html(html)
    if tree is None or len(terms_text(html).split()) > MAX_STUB_WORDS:
        return None
    return next(_targets(tree), None)


def _targets(tree: Any) -> Iterator[str]:
    for meta in tree.iter("meta"):
        found = _REFRESH.match(meta.get("content") or "")
        if (meta.get("http-equiv") or "").lower() == "refresh" and found and int(found["seconds"]) <= 10:
            yield found["to"]
    for script in tree.iter("script"):
        found = _SCRIPTED.search(script.text or "")
        if found:
            yield found[1] or found[2]
