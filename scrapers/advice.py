"""A verdict in words: why, what it rests on, and what to do about it. A reading, not legal advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sitecorpus.rights import Evidence, Reason, Verdict
from sitecorpus.strict_toml import printable

DISCLAIMER = "This is a reading of what the site publishes, not legal advice."
MAX_QUOTE_CHARS = 600
_HARDEST_FIRST = ("deny", "review", "allow")
_ANSWERS = {"deny": "no", "review": "not without a person's decision", "allow": "yes"}
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
    "permission_not_shown": "Put the signed permission beside the recipe and name it in [rights] `evidence_files`, or the page that shows it in `evidence_urls`.",
    "declared": "The policy does not take a declaration on this basis: see its [declarations].",
    "no_terms_page": "Set `terms_url` in [rights], or use policy = \"licensed\".",
    "signal_to_read": "A person has to read it: what it says to machines is not clear.",
    "signal_unreachable": "Run again later; a server that fails may be hiding an opt-out.",
    "seed_leads_elsewhere": "Write the address it leads to as the seed.",
    "seed_unreachable": "Check the address and the network, and run again.",
}  # fmt: skip


def refusal(refused: Sequence[Verdict], where: str) -> str:
    """Say every reason against, with what to do about it; `where` is the folder of the evidence."""
    lines = []
    for verdict in refused:
        lines.append(_headline(verdict))
        against = [r for r in verdict.reasons if r.answer != "allow"]
        lines += [f"  - {r.code}: {printable(r.detail)} [{printable(r.url)}]" for r in against]
        lines += [f"  {DISCLAIMER}"] if verdict is refused[0] else []  # before the advice, whose lines are to be copied
        lines += [f"  → {advice}" for advice in advice_on(verdict)]
    if any(verdict.host != "intake" for verdict in refused):
        lines.append(f"What the site said is kept in {where}; nothing else was fetched.")
    return "\n".join(lines)


def explain(verdict: Verdict) -> str:
    """Tell all reasons, the hardest first: words, place, hash, time, and the line of the policy that decided."""
    lines = [_headline(verdict), f"  policy {printable(verdict.policy)}, verdict {verdict.verdict_id}"]
    if verdict.license:
        lines.append(f"  licence {printable(verdict.license)}")
    for answer in _HARDEST_FIRST:
        lines += [line for r in verdict.reasons if r.answer == answer for line in _told(r)]
    lines += [f"  → {advice}" for advice in advice_on(verdict)]
    if verdict.evidence:
        lines.append("  Evidence, in the order in which it was had:")
        lines += [f"    {_shown(e)}" for e in verdict.evidence]
    lines.append(DISCLAIMER)
    return "\n".join(lines)


def advice_on(verdict: Verdict) -> tuple[str, ...]:
    """Return what to do about the reasons against, each once."""
    against = [r.code for r in verdict.reasons if r.answer != "allow"]
    return tuple(dict.fromkeys(_ADVICE[code] for code in against if code in _ADVICE))


def _headline(verdict: Verdict) -> str:
    return f"{printable(verdict.host)}: may we? The answer is {_ANSWERS[verdict.decision]} ({verdict.decision})."


def _told(reason: Reason) -> Iterator[str]:
    yield f"  {reason.answer:<6} {reason.code}: {printable(reason.detail)}"
    quote = reason.quote
    if quote is not None:
        words = printable(" ".join(quote.text.split()))
        shown = words if len(words) <= MAX_QUOTE_CHARS else words[:MAX_QUOTE_CHARS] + "…"
        if quote.header is not None:
            place = f"header {printable(quote.header)}"
        elif quote.start is not None:
            place = f"bytes {quote.start} to {quote.end} of the decoded body"
        else:
            place = "no place in the body can be given"
        yield f"         “{shown}” ({place})"
    where = [printable(reason.url)]
    where += [f"sha256 {reason.sha256}"] if reason.sha256 else []
    where += [f"fetched {reason.fetched_at}"] if reason.fetched_at else []
    yield f"         {', '.join(where)}"
    if reason.rule or reason.answer != "allow":
        yield f"         decided by {printable(reason.rule or 'what no policy can change')}"


def _shown(evidence: Evidence) -> str:
    had = evidence.sha256 or "nothing could be had"
    status = f" HTTP {evidence.status}" if evidence.status is not None else ""
    note = f" ({printable(evidence.note)})" if evidence.note else ""
    return f"{evidence.kind:<11} {printable(evidence.url)}{status} {had} {evidence.fetched_at}{note}"
