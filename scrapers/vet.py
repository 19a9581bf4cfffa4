"""STAGE vet: may we? Ask the site, keep what it said, and give one answer for each host; where in doubt, no."""

from __future__ import annotations

import hashlib
import json
import logging
import mimetypes
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.agent import PRODUCT, user_agent
from scrapers.evidence import Exchange, Fetcher
from scrapers.inquiry import feeds, inquire
from scrapers.loopback import serving
from scrapers.markup import parse_html
from scrapers.policy import VERDICTS, Exhibit, Finding, judge, worst_of
from scrapers.scope import origin_of
from sitecorpus.document import document_id
from sitecorpus.durable import write_atomic
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.fingerprint import canonical, plain
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import CrawlSettings, RightsSettings
from sitecorpus.rights import Evidence, Reason, Verdict
from sitecorpus.stage import Job
from sitecorpus.strict_toml import printable
from sitecorpus.warc import WarcWriter

log = logging.getLogger(__name__)

MAX_DELAY_S = 2.0  # some thirty requests in all; the recipe's delay is meant for thousands


def vet(job: Job) -> Counts:
    """Write `verdicts.json` and the evidence; raises RefusedError where a seed's host is not allowed.

    The directory stays as the record of a refusal; the next run asks afresh.
    """
    rights, crawl = job.settings.rights, job.settings.crawl
    writer = WarcWriter(
        job.output, "evidence", {"software": user_agent(job.settings.contact), "format": "WARC File Format 1.1"}
    )
    try:
        declared = _declaration(job, writer)
        found: list[tuple[Verdict, Finding | None]] = []
        if crawl is not None:
            found += _vet_sites(job, writer, declared)
        if job.settings.intake is not None:
            found.append((_intake_verdict(rights, declared), None))
    finally:
        writer.close()
    verdicts = [verdict for verdict, _ in found]
    _write(job, verdicts)
    refused = [v for v in verdicts if v.decision != "allow" and v.host in _wanted(crawl)]
    for verdict in verdicts:
        if verdict.decision != "allow" and verdict not in refused:
            log.warning("%s: %s; its pages are left out", verdict.host, verdict.decision)
    if refused:
        raise RefusedError(_refusal(refused, job.corpus.relative(job.output)))
    return _counts(found)


# --- sites


def _vet_sites(job: Job, writer: WarcWriter, declared: Sequence[Evidence]) -> Iterator[tuple[Verdict, Finding]]:
    rights, crawl = job.settings.rights, job.settings.crawl
    sites = _sites(crawl)
    with _served(job, crawl, sites) as connect_to, job.progress("hosts", len(sites)) as progress:
        more = [*declared, *_evidence_pages(job, writer, connect_to)]
        for origin, seeds in sites.items():
            fetcher = Fetcher(writer, user_agent(job.settings.contact), min(crawl.delay_s, MAX_DELAY_S), connect_to)
            exhibits = inquire(fetcher, seeds, rights, _scope(crawl))
            finding = judge(exhibits, seeds, rights)
            evidence = (*(_evidence(e) for e in exhibits), *more)
            yield _verdict(origin, finding.decision, finding.license, finding.reasons, evidence), finding
            progress.advance()


def _sites(crawl: CrawlSettings) -> dict[str, list[str]]:
    """{origin: its seeds}; a further host of the recipe is asked at its root."""
    sites: dict[str, list[str]] = {}
    for seed in crawl.seeds:
        sites.setdefault(origin_of(seed), []).append(seed.partition("#")[0])
    scheme = urlsplit(crawl.seeds[0]).scheme
    for host in crawl.hosts:
        origin = origin_of(f"{scheme}://{host}/")
        sites.setdefault(origin, [origin + "/"])
    return sites


def _wanted(crawl: CrawlSettings | None) -> set[str]:
    return {"intake", *(origin_of(s) for s in (crawl.seeds if crawl else ()))}


def _scope(crawl: CrawlSettings) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in crawl.allow)) if crawl.allow else None


@contextmanager
def _served(job: Job, crawl: CrawlSettings, sites: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Serve the recipe's folder of static files, where it has one, as the sites; yield where to connect to."""
    with ExitStack() as stack:
        if crawl.serve_from is None:
            yield {}
            return
        folder = job.corpus.beside(crawl.serve_from)
        if not folder.is_dir():
            raise RecipeError(
                f"{job.corpus.recipe}: [crawl] `serve_from`: there is no folder {folder}. Make it, or correct the path."
            )
        yield {origin: stack.enter_context(serving(folder, origin)) for origin in sites}


# --- the declaration, and what is shown for it


def _declaration(job: Job, writer: WarcWriter) -> list[Evidence]:
    rights: RightsSettings = job.settings.rights
    if not rights.declared:
        return []
    urn = f"urn:sitecorpus:{job.corpus.name}"
    body = json.dumps(plain(rights), indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    found = [_resource(writer, "declaration", f"{urn}:declaration", "application/json", body)]
    for name in rights.evidence_files:
        path = job.corpus.beside(name)
        try:
            body = path.read_bytes()
        except OSError:
            raise RecipeError(
                f"{job.corpus.recipe}: [rights] `evidence_files`: {path} cannot be read. Put the file there, or take it off the list."
            ) from None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found.append(_resource(writer, "file", f"{urn}:evidence:{path.name}", kind, body))
    if job.settings.crawl is None:
        found += _evidence_pages(job, writer, {})
    return found


def _evidence_pages(job: Job, writer: WarcWriter, connect_to: Mapping[str, str]) -> list[Evidence]:
    fetcher = Fetcher(writer, user_agent(job.settings.contact), 1.0, connect_to)
    found = [_evidence(Exhibit("shown", fetcher.get(url, "shown"))) for url in job.settings.rights.evidence_urls]
    for evidence in found:
        if evidence.status != 200:
            log.warning(
                "%s: this evidence could not be had (%s)", printable(evidence.url), evidence.note or evidence.status
            )
    return found


def _resource(writer: WarcWriter, kind: str, url: str, content_type: str, body: bytes) -> Evidence:
    where = writer.resource(url, content_type, body)
    return Evidence(kind, url, hashlib.sha256(body).hexdigest(), None, where.record_id, where.fetched_at)


def _intake_verdict(rights: RightsSettings, declared: Sequence[Evidence]) -> Verdict:
    if rights.declared:
        detail = f"{rights.license}, by {rights.basis}: {rights.attested_by}, {rights.attested_on}"
        reason = Reason("declared", "allow", detail, declared[0].url, declared[0].sha256)
    else:
        reason = Reason(
            "not_declared", "review", "documents that were collected elsewhere need a declaration in [rights]", "intake"
        )
    return _verdict("intake", worst_of([reason]), rights.license, (reason,), tuple(declared))


# --- the record


def _evidence(exhibit: Exhibit) -> Evidence:
    found: Exchange = exhibit.exchange
    sha256 = hashlib.sha256(found.body).hexdigest() if found.status is not None else None
    note = found.error or (f"redirected to {found.final_url}" if found.final_url != found.url else "")
    return Evidence(exhibit.kind, found.url, sha256, found.status, found.record_id, found.fetched_at, note)


def _verdict(
    host: str, decision: Any, license_id: str | None, reasons: tuple[Reason, ...], evidence: tuple[Evidence, ...]
) -> Verdict:
    made = Verdict("", host, PRODUCT, decision, license_id, reasons, evidence)
    return Verdict(hashlib.sha256(canonical(_stable(made))).hexdigest()[:16], *list(vars(made).values())[1:])


def _stable(verdict: Verdict) -> dict[str, Any]:
    """The verdict without what differs between two visits to an unchanged site."""
    data = verdict.as_dict()
    data["evidence"] = [
        {k: v for k, v in e.items() if k not in ("fetched_at", "warc_record_id")} for e in data["evidence"]
    ]
    return data


def _write(job: Job, verdicts: Sequence[Verdict]) -> None:
    data = [v.as_dict() for v in verdicts]
    write_atomic(job.output / VERDICTS, json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n")
    job.says(VERDICTS, [_stable(v) for v in verdicts])
    rows = [
        Decision.of(
            document_id(v.host), v.host, "vet", {"allow": "kept"}.get(v.decision, "refused"), v.decision,
            verdict_id=v.verdict_id, license=v.license, reasons=[f"{r.code}: {r.detail}" for r in v.reasons],
        )
        for v in verdicts
    ]  # fmt: skip
    job.decide("vet-00000", rows)


def _counts(found: Sequence[tuple[Verdict, Finding | None]]) -> Counts:
    dropped: dict[str, int] = {}
    for verdict, _ in found:
        if verdict.decision != "allow":
            dropped[verdict.decision] = dropped.get(verdict.decision, 0) + 1
    hosts = {}
    for verdict, finding in found:
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
    figures = {"decision": worst_of([r for v, _ in found for r in v.reasons]), "hosts": hosts}
    return Counts(len(found), len(found) - sum(dropped.values()), dropped, figures)


_LINES = """
      [rights]
      policy = "own"
      license = "LicenseRef-proprietary"  # or its SPDX id, such as CC-BY-4.0
      basis = "owner"                     # or license, permission, public-domain
      attested_by = "Your Name"
      attested_on = "YYYY-MM-DD" """.rstrip()
_ADVICE = {
    "robots_denies": "The site's robots.txt says no: ask its owner, or choose other seeds.",
    "robots_unreachable": "Without a robots.txt that can be asked (RFC 9309, 2.3.1.4) the answer is no: check the address and the network, and run again later.",
    "robots_unreadable": "A robots.txt that cannot be read is a no: write to the site's owner.",
    "opted_out": "The site does not want its pages in training data. If it is your own, take the opt-out off; else choose another site.",
    "terms_deny": "The terms ban it: ask for permission. With it in hand (or where the site is your own) declare it in [rights] under policy = \"own\".",
    "terms_unreadable": "Read the terms yourself; then set `terms_url` and `terms_sha256` in [rights].",
    "terms_changed": "Read the terms again; then update `terms_sha256` and `attested_on` in [rights].",
    "terms_review": "Read the terms yourself; if they allow it, set `terms_url` and `terms_sha256` in [rights].",
    "no_license": "If you own the site, have permission, or know its licence, declare it in the recipe (which has one [rights] section at most):" + _LINES,
    "not_declared": "Declare it in the recipe (which has one [rights] section at most):" + _LINES,
    "no_terms_page": "Set `terms_url` in [rights], or use policy = \"licensed\".",
    "signal_to_read": "A person has to read it: this version does not judge such a licence.",
    "signal_unreachable": "Run again later; a server that fails may be hiding an opt-out.",
    "seed_leads_elsewhere": "Write the address it leads to as the seed.",
    "seed_unreachable": "Check the address and the network, and run again.",
}  # fmt: skip


def _refusal(refused: Sequence[Verdict], where: str) -> str:
    """Every reason against, with what to do about it."""
    lines = []
    for verdict in refused:
        answer = "no" if verdict.decision == "deny" else "not without a person's decision"
        lines.append(f"{printable(verdict.host)}: may we? The answer is {answer} ({verdict.decision}).")
        against = [r for r in verdict.reasons if r.answer != "allow"]
        lines += [f"  - {r.code}: {printable(r.detail)} [{printable(r.url)}]" for r in against]
        lines += [f"  → {advice}" for advice in dict.fromkeys(_ADVICE[r.code] for r in against if r.code in _ADVICE)]
    if any(verdict.host != "intake" for verdict in refused):
        lines.append(f"What the site said is kept in {where}; nothing else was fetched.")
    return "\n".join(lines)


# --- a look, before there is a recipe


@dataclass(frozen=True)
class Look:
    """What a first visit to a site found; for `init`. It writes nothing and decides nothing."""

    url: str
    robots: str  # in words
    robots_allows: bool
    crawl_delay_s: float | None
    sitemaps: tuple[str, ...]
    feeds: tuple[str, ...]
    title: str
    language: str | None  # as the page declares it, primary subtag
    licenses: Mapping[str, int]  # pages of the sample by licence; `none` grants nothing
    suggested_license: str | None
    terms: tuple[tuple[str, str], ...]  # (URL, deny | review | allow | silent | unreadable)
    opt_outs: tuple[str, ...]
    decision: str  # what `vet` would say of it with no declaration
    reasons: tuple[str, ...]


def look(url: str, contact: str, connect_to: Mapping[str, str] | None = None) -> Look:
    """Visit a site once, politely; raises SitecorpusError where it cannot be reached, RecipeError for no URL."""
    try:
        origin = origin_of(url)
    except ValueError:
        origin = ""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or not origin:
        raise RecipeError(f"{printable(url)!r} is not an http(s) URL; write it as https://example.org/.")
    rights = RightsSettings()
    with tempfile.TemporaryDirectory() as folder:
        writer = WarcWriter(Path(folder), "evidence", {})
        try:
            exhibits = inquire(Fetcher(writer, user_agent(contact), 1.0, connect_to or {}), [url], rights)
        finally:
            writer.close()
    robots = exhibits[0].exchange
    home = next((e.exchange for e in exhibits if e.kind == "home"), robots)
    for tried in (robots, home):
        if tried.status is None:
            raise SitecorpusError(
                f"{printable(url)}: the site cannot be reached ({tried.error}). Check the address and the network, and try again."
            )
    return _look(url, exhibits, home, judge(exhibits, [url], rights))


def _look(url: str, exhibits: Sequence[Exhibit], home: Exchange, finding: Finding) -> Look:
    tree = parse_html(home.body) if home is not exhibits[0].exchange and home.ok else None
    title = " ".join((tree.findtext(".//title") or "").split()) if tree is not None else ""
    language = (tree.get("lang") or "").split("-")[0].lower() if tree is not None else ""
    return Look(
        url=home.final_url if home is not exhibits[0].exchange and home.ok else url,
        robots=finding.robots.why,
        robots_allows=not any(r.code.startswith("robots_") and r.answer == "deny" for r in finding.reasons),
        crawl_delay_s=finding.robots.crawl_delay(PRODUCT),
        sitemaps=finding.robots.sitemaps
        or tuple(e.exchange.url for e in exhibits if e.kind == "sitemap" and e.exchange.ok),
        feeds=tuple(feeds([home])) if home.ok else (),
        title=printable(title)[:200],
        language=language if re.fullmatch(r"[a-z]{2,3}", language) else None,
        licenses=finding.licenses,
        suggested_license=finding.license,
        terms=tuple((r.url, r.code.removeprefix("terms_")) for r in finding.reasons if r.code.startswith("terms_")),
        opt_outs=tuple(f"{s.kind}: {printable(s.value)}" for s in finding.signals if s.answer != "grant"),
        decision=finding.decision,
        reasons=tuple(f"{r.code}: {printable(r.detail)}" for r in finding.reasons if r.answer != "allow"),
    )
