"""Ask a site again: the same `vet` and `clear` over new evidence, into `archive/recheck-<time>/`, and a comparison."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from sitecorpus import ledger, pipeline, warc
from sitecorpus.document import document_id
from sitecorpus.drift import DRIFT, SHOWN, Change, Drift, DriftedPage
from sitecorpus.durable import sync_directory, write_atomic
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.executors import Executor
from sitecorpus.layout import PARTIAL, CorpusDir
from sitecorpus.recipe import Recipe
from sitecorpus.rights import Evidence, Verdict, read_verdicts
from sitecorpus.shards import iter_rows, shard_paths
from sitecorpus.stage import Job, only_one, open_door, settings_of
from sitecorpus.strict_toml import printable

SPEAKING = ("robots", "terms", "legal", "ai_txt", "trust_txt", "tdmrep", "rsl", "shown")
"""Kinds of evidence whose every change is told; a home page changes each day."""
UNANSWERED = frozenset({"robots_unreachable", "seed_unreachable", "signal_unreachable"})
"""Reasons that are silence, of a server that is down."""
GONE = frozenset({"not_found", "redirect", "server_error", "http_error", "denied", "empty", "not_a_document"})
"""Reasons of `clear` that say nothing of rights: the page is no longer there, is told of, and stops nothing."""


def recheck(corpus: CorpusDir, recipe: Recipe, pages: int | None, executor: Executor) -> tuple[Path, Drift]:
    """Ask the site again and compare; return the new directory and what it found.

    `pages` of the corpus are fetched again, evenly spread (None: all). Raises SitecorpusError where nothing was
    vetted yet.
    """
    states = {s.stage: s for s in pipeline.survey(corpus, recipe)}
    vet = states["vet"]
    if vet.manifest is None or vet.directory is None:
        raise SitecorpusError(
            f"{corpus.name}: there is nothing to compare with yet. Run `sitecorpus vet {corpus.name}`."
        )
    now = datetime.now(UTC)
    archive = corpus.root / "archive"
    for left in archive.glob(f"recheck-*{PARTIAL}"):  # by a kill; one that is at work holds its folder
        with suppress(SitecorpusError), only_one(left):
            shutil.rmtree(left)
    final = archive / f"recheck-{now:%Y%m%dT%H%M%S.%fZ}"
    aside = final.with_name(final.name + PARTIAL)
    aside.mkdir(parents=True)
    with only_one(aside):
        found = _ask(corpus, recipe, states, pages, executor, final, now)
        write_atomic(aside / DRIFT, json.dumps(found.as_dict(), indent=1, ensure_ascii=False).encode() + b"\n")
        aside.rename(final)
    sync_directory(archive)
    return final, found


def _ask(
    corpus: CorpusDir,
    recipe: Recipe,
    states: Mapping[str, pipeline.State],
    pages: int | None,
    executor: Executor,
    final: Path,
    now: datetime,
) -> Drift:
    """Vet and clear again, into the folder that will be called `final`."""
    aside, vet = final.with_name(final.name + PARTIAL), states["vet"].directory
    assert vet is not None
    inputs = {name: s.directory for name, s in states.items() if s.manifest is not None and s.directory is not None}

    def job(stage: str, output: Path, given: Mapping[str, Path]) -> Job:
        row = next(s for s in pipeline.STAGES if s.name == stage)
        stored = final if output == aside else final / output.name
        made = Job(stage, SimpleNamespace(**settings_of(row, recipe)), given, output, corpus, executor, stored)
        output.mkdir(exist_ok=True)
        return made

    with suppress(RefusedError):  # its reasons are in the verdicts
        open_door("scrapers.vet:vet")(job("vet", aside, {}))
    before, after = read_verdicts(vet), read_verdicts(aside)
    _refuse_silence(corpus, before, after)
    members = _members(inputs)
    asked = 0
    drifted: list[DriftedPage] = []
    if "clear" in inputs:
        captures: dict[str, Path] = {name: inputs[name] for name in ("crawl", "intake") if name in inputs}
        if "crawl" in inputs:
            chosen = _spread(sorted(members), pages)
            asked = open_door("scrapers.revisit:revisit")(job("crawl", aside / "pages", {"vet": aside}), chosen)
            captures["recheck"] = aside / "pages"
        cleared = aside / "clear"
        open_door("scrapers.clear:clear")(job("clear", cleared, {"vet": aside, **captures}))
        drifted = list(_drifted(members, cleared))
    return Drift(
        now.isoformat(timespec="seconds"),
        vet.name,
        {h: (_decision(before, h), _decision(after, h)) for h in sorted({*before, *after})},
        tuple(_changes(vet, before, aside, after)),
        tuple(p for p in drifted if p.reason not in GONE),
        tuple(p for p in drifted if p.reason in GONE),
        asked,
        len(members),
    )


def _refuse_silence(corpus: CorpusDir, before: Mapping[str, Verdict], after: Mapping[str, Verdict]) -> None:
    """Raise SitecorpusError where a host that was allowed gave no answer: that is neither a yes nor a change of mind."""
    for host, verdict in after.items():
        against = [r for r in verdict.reasons if r.answer != "allow"]
        if _decision(before, host) == "allow" and against and all(r.code in UNANSWERED for r in against):
            why = "; ".join(printable(r.detail) for r in against)
            raise SitecorpusError(
                f"{host}: it could not be asked again ({why}), so nothing is known of what has changed, and the evidence "
                f"is as old as it was. Run `sitecorpus vet {corpus.name} --diff` later."
            )


def _members(inputs: Mapping[str, Path]) -> set[str]:
    """The URLs of the corpus: of its documents where it has come so far, else of the pages that were cleared."""
    for stage, prefix in (("split", "documents"), ("clear", "pages")):
        if stage in inputs:
            return {row["url"] for row in iter_rows(shard_paths(inputs[stage], prefix), ["url"])}
    return set()


def _spread(urls: list[str], wanted: int | None) -> list[str]:
    if wanted is None or wanted >= len(urls):
        return urls
    return [urls[i * len(urls) // wanted] for i in range(wanted)]


def _drifted(members: set[str], cleared: Path) -> Iterator[DriftedPage]:
    kept = {row["url"] for row in iter_rows(shard_paths(cleared, "pages"), ["url"])}
    why = {r["url"]: r for r in ledger.read(cleared) if r["reason"] != "superseded"}
    for url in sorted(members - kept):
        row = why.get(url)
        reason, detail = (row["reason"], json.loads(row["detail"] or "{}")) if row else ("not_found", {})
        yield DriftedPage(url, document_id(url), reason, detail)


def _decision(verdicts: Mapping[str, Verdict], host: str) -> str | None:
    return verdicts[host].decision if host in verdicts else None


def _changes(then: Path, before: Mapping[str, Verdict], now: Path, after: Mapping[str, Verdict]) -> Iterator[Change]:
    for host in sorted({*before, *after}):
        old, new = before.get(host), after.get(host)
        yield from _evidence_changes(host, old.evidence if old else (), then, new.evidence if new else (), now)
        said = {(r.code, r.detail): r for r in old.reasons} if old else {}
        says = {(r.code, r.detail): r for r in new.reasons} if new else {}
        for key in [k for k in says if k not in said]:
            yield Change(host, "reason", says[key].code, "appeared", says[key].url, says[key].detail)
        for key in [k for k in said if k not in says]:
            yield Change(host, "reason", said[key].code, "gone", said[key].url, said[key].detail)


def _evidence_changes(
    host: str, old: Iterable[Evidence], then: Path, new: Iterable[Evidence], now: Path
) -> Iterator[Change]:
    was = {(e.kind, e.url): e for e in old if e.kind in SPEAKING}
    is_ = {(e.kind, e.url): e for e in new if e.kind in SPEAKING}
    for key in sorted({*was, *is_}):
        a, b = was.get(key), is_.get(key)
        if a is not None and b is not None and (a.sha256, a.status) == (b.sha256, b.status):
            continue
        how = "appeared" if a is None else "gone" if b is None else "changed"
        yield Change(host, "evidence", key[0], how, key[1], _difference(_words(a, then), _words(b, now)))


def _words(evidence: Evidence | None, directory: Path) -> list[str]:
    """The lines of an archived answer; its status where that is all there is."""
    if evidence is None:
        return []
    if evidence.status != 200 or evidence.warc_record_id is None:
        return [f"({evidence.note or f'HTTP {evidence.status}'})"]
    for path in warc.archive_files(directory, "evidence"):
        for record in warc.scan(path, max_body_bytes=1 << 20):
            if record.record_id == evidence.warc_record_id:
                return record.body.decode("utf-8", "replace").splitlines()
    return []


def _difference(before: list[str], after: list[str]) -> str:
    lines = [
        line
        for line in difflib.unified_diff(before, after, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    shown = [printable(line)[:200] for line in lines[:SHOWN]]
    return "\n".join(shown + ([f"… and {len(lines) - SHOWN} more lines"] if len(lines) > SHOWN else []))
