"""Findings as verdicts: the record that is kept, the same from the same archive, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scrapers.agent import PRODUCT
from scrapers.exhibits import Docket, Exhibit
from scrapers.policy.findings import worst_of
from scrapers.policy.grants import declaration_reason
from scrapers.policy.host import Finding, judge
from scrapers.policy.rules import Policy
from sitecorpus.fingerprint import canonical
from sitecorpus.rights import Evidence, Reason, Verdict


def verdicts_of(docket: Docket, policy: Policy) -> list[tuple[Verdict, Finding | None]]:
    """Judge all that lies on a docket; of documents from elsewhere there is no finding."""
    found: list[tuple[Verdict, Finding | None]] = []
    for case in docket.cases:
        finding = judge(case.exhibits, case.seeds, docket.rights, policy, docket.declared)
        evidence = [evidence_of(e) for e in (*case.exhibits, *docket.declared)]
        found.append((verdict_of(case.host, finding.license, finding.reasons, evidence, policy), finding))
    if docket.intake:
        found.append((_intake(docket, policy), None))
    return found


def _intake(docket: Docket, policy: Policy) -> Verdict:
    rights = docket.rights
    reason = declaration_reason(rights, docket.declared, policy, "intake") or Reason(
        "not_declared", "review", "documents that were collected elsewhere need a declaration in [rights]", "intake"
    )
    return verdict_of("intake", rights.license, [reason], [evidence_of(e) for e in docket.declared], policy)


def verdict_of(
    host: str, license_id: str | None, reasons: Sequence[Reason], evidence: Sequence[Evidence], policy: Policy
) -> Verdict:
    """Make the verdict; its id is the same as long as what the site says is."""
    made = Verdict("", host, PRODUCT, worst_of(reasons), license_id, tuple(reasons), tuple(evidence), policy.name)
    return replace(made, verdict_id=hashlib.sha256(canonical(stable(made))).hexdigest()[:16])


def stable(verdict: Verdict) -> dict[str, Any]:
    """The verdict without what differs between two visits to an unchanged site."""
    data = verdict.as_dict()
    for key in ("evidence", "reasons"):
        data[key] = [{k: v for k, v in e.items() if k not in ("fetched_at", "warc_record_id")} for e in data[key]]
    return data


def evidence_of(exhibit: Exhibit) -> Evidence:
    """Return the record of an exhibit in a verdict."""
    found = exhibit.exchange
    moved = f"redirected to {found.final_url}" if found.final_url != found.url else ""
    note = found.error or (f"longer than {len(found.body):,} bytes" if found.truncated else moved)
    record = found.record_id if exhibit.archived else None
    return Evidence(exhibit.kind, found.url, exhibit.sha256, found.status, record, found.fetched_at, note)
