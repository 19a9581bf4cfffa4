"""STAGE vet: may we? Ask the site, keep what it said, and give one answer for each host; where in doubt, no.

What is judged is read back from the archive, never from the wire, so `audit` can reach the same verdicts again.
"""

from __future__ import annotations

import json
import logging
import mimetypes
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scrapers import exhibits, policy
from scrapers.advice import refusal
from scrapers.agent import user_agent
from scrapers.evidence import TIMEOUT_S, Exchange, Fetcher
from scrapers.exhibits import Case, Docket, Exhibit
from scrapers.inquiry import inquire
from scrapers.loopback import served
from scrapers.policy import POLICY, Finding
from scrapers.scope import origin_of, origins
from scrapers.signals import training_agents
from sitecorpus.document import document_id
from sitecorpus.durable import write_atomic
from sitecorpus.errors import RecipeError, RefusedError
from sitecorpus.fingerprint import plain
from sitecorpus.layout import VERDICTS
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import CrawlSettings, RightsSettings
from sitecorpus.rights import STRICTNESS, Verdict
from sitecorpus.stage import Job
from sitecorpus.strict_toml import printable
from sitecorpus.warc import WarcWriter

log = logging.getLogger(__name__)

MAX_DELAY_S = 2.0  # some fifty requests in all; the recipe's delay is meant for thousands
Judged = list[tuple[Verdict, Finding | None]]


def vet(job: Job) -> Counts:
    """Write `verdicts.json`, the policy and the evidence; raises RefusedError where a seed's host is not allowed.

    The directory stays as the record of a refusal; the next run asks afresh.
    """
    crawl: CrawlSettings | None = job.settings.crawl
    _, words = policy.load(job.settings.rights.policy, job.corpus.beside)
    write_atomic(job.output / POLICY, words)
    about = {"software": user_agent(job.settings.contact), "format": "WARC File Format 1.1"}
    writer = WarcWriter(job.output, exhibits.PREFIX, about)
    try:
        exhibits.write(writer, f"urn:sitecorpus:{job.corpus.name}", _gather(job, writer))
    finally:
        writer.close()
    found = _judged(job.output)
    verdicts = [verdict for verdict, _ in found]
    _write(job, verdicts)
    wanted = {"intake", *(origin_of(seed) for seed in (crawl.seeds if crawl else ()))}
    refused = [v for v in verdicts if v.decision != "allow" and v.host in wanted]
    for verdict in verdicts:
        if verdict.decision != "allow" and verdict not in refused:
            log.warning("%s: %s; its pages are left out", printable(verdict.host), verdict.decision)
    if refused:
        raise RefusedError(refusal(refused, job.corpus.relative(job.output)))
    return _counts(found)


def rejudge(directory: Path) -> Iterator[tuple[str, str]]:
    """Judge the archived bytes again, offline; yield (file, problem) for each host whose verdict is another.

    Raises SitecorpusError where the evidence or the policy cannot be read.
    """
    again = [verdict for verdict, _ in _judged(directory)]
    kept = (directory / VERDICTS).read_bytes()
    if kept == _as_bytes(again):
        return
    try:
        before = {v.host: v for v in (Verdict.from_dict(v) for v in json.loads(kept))}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        yield VERDICTS, f"cannot be read ({error})"
        return
    after = {v.host: v for v in again}
    differ = [h for h in dict.fromkeys([*before, *after]) if before.get(h) != after.get(h)]
    for host in differ:
        yield VERDICTS, f"{host}: {_difference(before.get(host), after.get(host))}"
    if not differ:
        yield VERDICTS, "says what the evidence says, in other bytes"


def _judged(directory: Path) -> Judged:
    """Judge what lies in a directory: a pure function of its evidence and its policy."""
    docket = exhibits.read(directory)
    rules, _ = policy.load(str(directory / POLICY))
    return policy.verdicts_of(docket, rules.called(docket.rights.policy))


def _difference(before: Verdict | None, after: Verdict | None) -> str:
    if before is None or after is None:
        return "has a verdict and no evidence" if after is None else "has evidence and no verdict"
    said = [] if before.decision == after.decision else [f"{before.decision}, where its evidence says {after.decision}"]
    gone = [r for r in before.reasons if r not in after.reasons]
    new = [r for r in after.reasons if r not in before.reasons]
    said += [f"the evidence does not say {r.code} ({r.answer}): {r.detail}" for r in gone]
    said += [f"the evidence says {r.code} ({r.answer}): {r.detail}" for r in new]
    return "; ".join(said) or "its licence, id or evidence is not what the archive holds"


# --- what is asked


def _gather(job: Job, writer: WarcWriter) -> Docket:
    rights, crawl = job.settings.rights, job.settings.crawl
    sites = _sites(crawl) if crawl is not None else {}
    with ExitStack() as stack:
        connect_to = stack.enter_context(served(job.corpus, crawl)) if crawl is not None else {}
        progress = stack.enter_context(job.progress("hosts", len(sites)))

        def fetcher(delay_s: float) -> Fetcher:
            timeout_s = min(crawl.timeout_s, TIMEOUT_S) if crawl is not None else TIMEOUT_S
            return Fetcher(writer, user_agent(job.settings.contact), delay_s, connect_to, timeout_s)

        agents = _training_agents(job, writer)
        declared = [*_declaration(job, writer), *_shown(fetcher(1.0), rights.evidence_urls)]
        cases = []
        for origin, seeds in sites.items():
            asked = inquire(fetcher(min(crawl.delay_s, MAX_DELAY_S)), seeds, rights, _scope(crawl))
            cases.append(Case(origin, tuple(seeds), (*asked, agents)))
            progress.advance()
    return Docket(rights, tuple(cases), tuple(declared), job.settings.intake is not None)


def _sites(crawl: CrawlSettings) -> dict[str, list[str]]:
    """{origin: its seeds}; a further host of the recipe is asked at its root."""
    seeds = [seed.partition("#")[0] for seed in crawl.seeds]
    return {o: [s for s in seeds if origin_of(s) == o] or [f"{o}/"] for o in origins(crawl)}


def _scope(crawl: CrawlSettings) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in crawl.allow)) if crawl.allow else None


# --- the declaration, and what is shown for it


def _declaration(job: Job, writer: WarcWriter) -> Iterator[Exhibit]:
    rights: RightsSettings = job.settings.rights
    if not rights.declared:
        return
    urn = f"urn:sitecorpus:{job.corpus.name}"
    body = json.dumps(plain(rights), indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    yield _resource(writer, "declaration", f"{urn}:declaration", "application/json", body)
    for name in rights.evidence_files:
        path = job.corpus.beside(name)
        try:
            body = path.read_bytes()
        except OSError:
            raise RecipeError(
                f"{job.corpus.recipe}: [rights] `evidence_files`: {path} cannot be read. Put the file there, or take it off the list."
            ) from None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield _resource(writer, "file", f"{urn}:evidence:{path.name}", kind, body)


def _training_agents(job: Job, writer: WarcWriter) -> Exhibit:
    """Archive the list of training agents: the one beside the recipe, or that which comes with the program."""
    own = job.corpus.beside(training_agents.FILE)
    body = own.read_bytes() if own.is_file() else training_agents.shipped_bytes()
    training_agents.TrainingAgents.parse(body, str(own))
    return _resource(
        writer, exhibits.TRAINING_AGENTS, f"urn:sitecorpus:{training_agents.FILE}", "application/toml", body
    )


def _resource(writer: WarcWriter, kind: str, url: str, content_type: str, body: bytes) -> Exhibit:
    where = writer.resource(url, content_type, body)
    return Exhibit(kind, Exchange(url, url, None, body=body, fetched_at=where.fetched_at, record_id=where.record_id))


def _shown(fetcher: Fetcher, urls: Sequence[str]) -> Iterator[Exhibit]:
    for url in urls:
        found = fetcher.get(url, "shown")
        if not found.ok:
            log.warning("%s: this evidence could not be had (%s)", printable(url), found.error or found.status)
        yield Exhibit("shown", found)


# --- the record


def _as_bytes(verdicts: Sequence[Verdict]) -> bytes:
    text = json.dumps([v.as_dict() for v in verdicts], indent=1, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _write(job: Job, verdicts: Sequence[Verdict]) -> None:
    write_atomic(job.output / VERDICTS, _as_bytes(verdicts))
    job.says(VERDICTS, [policy.stable(v) for v in verdicts])
    rows = [
        Decision.of(
            document_id(v.host), v.host, "vet", {"allow": "kept"}.get(v.decision, "refused"), v.decision,
            verdict_id=v.verdict_id, license=v.license, policy=v.policy, reasons=[f"{r.code}: {r.detail}" for r in v.reasons],
        )
        for v in verdicts
    ]  # fmt: skip
    job.decide("vet-00000", rows)


def _counts(found: Judged) -> Counts:
    dropped: dict[str, int] = {}
    hosts = {}
    for verdict, finding in found:
        if verdict.decision != "allow":
            dropped[verdict.decision] = dropped.get(verdict.decision, 0) + 1
        about: dict[str, Any] = {
            "decision": verdict.decision,
            "license": verdict.license,
            "reasons": [r.code for r in verdict.reasons],
        }
        if finding is not None:
            about |= {
                "robots": finding.robots.why,
                "terms": finding.terms,
                "signals": [f"{s.kind}: {s.value}" for s in finding.signals],
                "licenses": finding.licenses,
            }
        hosts[verdict.host] = about
    hardest = max((v.decision for v, _ in found), key=lambda answer: STRICTNESS[answer])
    figures = {"decision": hardest, "hosts": hosts}
    return Counts(len(found), len(found) - sum(dropped.values()), dropped, figures)
