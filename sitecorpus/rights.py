"""Values of the question "may we?": evidence that was archived, and the verdict it led to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sitecorpus.errors import RefusedError
from sitecorpus.layout import VERDICTS

Answer = Literal["allow", "review", "deny"]
STRICTNESS: dict[str, int] = {"allow": 0, "review": 1, "deny": 2}


@dataclass(frozen=True)
class Evidence:
    """One archived thing that speaks about rights."""

    kind: str  # robots, terms, home, tdmrep, ai_txt, trust_txt, rsl, page, declaration, file, ...
    url: str
    sha256: str | None  # of the decoded body; None where nothing could be had
    status: int | None  # HTTP; None where it could not be had
    warc_record_id: str | None
    fetched_at: str
    note: str = ""


@dataclass(frozen=True)
class Quote:
    """Verbatim words of an archived answer: the value of one of its headers, or a span of its body."""

    text: str
    header: str | None = None
    """Lower-case name of the header; None for the body."""
    start: int | None = None
    """Byte offsets into the decoded body, half open; None where the words stand in a header, or cannot be placed."""
    end: int | None = None


@dataclass(frozen=True)
class Reason:
    """Why, in one word, with what was found and where."""

    code: str
    answer: Answer
    detail: str
    url: str
    sha256: str | None = None
    """Of the decoded body that was read; None where nothing could be had."""
    quote: Quote | None = None
    fetched_at: str | None = None
    rule: str | None = None
    """The line of the policy that decided, `terms.silent = allow`; None where no policy may decide otherwise."""


@dataclass(frozen=True)
class Verdict:
    """The one answer for a host: deny if any reason denies; else review if one does; else allow."""

    verdict_id: str
    host: str  # scheme://host[:port], or "intake"
    user_agent: str
    decision: Answer
    license: str | None
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    policy: str = ""
    """The name of the policy that decided; its words are kept beside the verdicts."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        return cls(
            **{
                **data,
                "reasons": tuple(
                    Reason(**{**r, "quote": Quote(**r["quote"]) if r.get("quote") else None}) for r in data["reasons"]
                ),
                "evidence": tuple(Evidence(**e) for e in data["evidence"]),
            }
        )


def read_verdicts(directory: Path) -> dict[str, Verdict]:
    """Return {host: verdict} of a `vet` directory; of two verdicts on one host the stricter holds.

    Raises RefusedError where they cannot be read: without them it is not shown that we may.
    """
    path = directory / VERDICTS
    found: dict[str, Verdict] = {}
    try:
        for verdict in (Verdict.from_dict(v) for v in json.loads(path.read_bytes())):
            known = found.get(verdict.host)
            if known is None or STRICTNESS[verdict.decision] > STRICTNESS[known.decision]:
                found[verdict.host] = verdict
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RefusedError(
            f"{path}: the verdicts cannot be read ({error}). Move the folder {directory.name} away and vet again."
        ) from None
    return found
