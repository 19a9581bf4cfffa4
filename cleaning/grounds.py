"""The grounds on which the documents of a corpus stand, what the recipe wants with them, and what comes of the two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from sitecorpus.ledger import Decision
from sitecorpus.licensing import Basis, Form, Grant, Mixture, Outcome, Purpose, Use
from sitecorpus.recipe import PublishSettings
from sitecorpus.strict_toml import printable

SHOWN = 10
"""Pages that a refusal names; the ledger has all."""

_BASES: dict[str, Basis] = {
    "declared:owner": "owner",
    "declared:permission": "permission",
    "declared:public-domain": "public-domain",
}
_ADVICE = {
    "no_license": "declare one in [rights] (`license`, `basis`, `attested_by`, `attested_on`)",
    "not_cleared": "run `sitecorpus vet`, read its reasons, and build again",
    "license_blocks_purpose": (
        'say in [publish] what is so: `purpose = "non-commercial"`, `audience = "private"` (it stays with you), or '
        '`permission = "publish"` (docs/licences.md)'
    ),
}


@dataclass(frozen=True)
class Plan:
    """What the recipe wants with the documents."""

    publishing: Use
    training: Use
    """What the train stage does: nothing leaves the house by it."""
    weights: Use
    """Giving a model away that was trained on them."""
    may_share: bool
    """Whether a declared permission covers handing the texts on."""

    @classmethod
    def of(cls, settings: PublishSettings, policy: str) -> Plan:
        """Read [publish]; where it does not say the purpose, policy `research` is non-commercial, and any other all there is."""
        purpose: Purpose = settings.purpose or ("non-commercial" if policy == "research" else "commercial")
        reading: Form = "analysis" if settings.weights == "analysis" else "merged"
        training = Use(reading, purpose, shared=False)
        # the clean stage has mended every text; a folder that stays here is no more than a step of training
        publishing = training if settings.audience == "private" else Use("mended", purpose)
        return cls(publishing, training, Use(reading, purpose), settings.permission == "publish")


@dataclass(frozen=True)
class Judgement:
    """What comes of a plan."""

    publishing: Outcome
    training: Outcome
    weights: Outcome

    @classmethod
    def of(cls, plan: Plan, grants: Iterable[Grant]) -> Judgement:
        """Judge documents that stand on these grounds."""
        mixture = Mixture.of(grants)
        return cls(mixture.outcome(plan.publishing), mixture.outcome(plan.training), mixture.outcome(plan.weights))

    @property
    def private(self) -> bool:
        """Whether the folder may not be handed on."""
        return not self.publishing.use.shared

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-able data."""
        return {name: getattr(self, name).as_dict() for name in ("publishing", "training", "weights")}


def grant_of(row: dict[str, Any], may_share: bool) -> Grant:
    """Return the ground of a document, from its columns `license` and `license_source`."""
    return _grant((row["license"] or "").strip(), row["license_source"] or "", may_share)


@lru_cache(maxsize=4096)
def _grant(license_id: str, source: str, may_share: bool) -> Grant:
    basis = _BASES.get(source, "license")
    return Grant(license_id, basis, may_share and basis == "permission")


@lru_cache(maxsize=4096)
def against(grant: Grant, use: Use) -> str:
    """Return why a document on this ground may not be used so, or an empty text."""
    return next((b.why for b in Mixture.of([grant]).outcome(use).blockers), "")


@lru_cache(maxsize=4096)
def asks(grant: Grant) -> tuple[str, ...]:
    """Return the obligations (`sitecorpus.licensing.OBLIGATIONS`) that come with one document."""
    return Mixture.of([grant]).outcome(Use("analysis", "non-commercial")).obligations


def refusal(corpus: str, refused: Sequence[Decision], documents: int, use: Use) -> str:
    """Return the message that names the pages in the way, the first few of each reason, and what to do."""
    what = "published" if use.shared else "prepared for training"
    lines = [
        f"{corpus}: nothing is {what} for {'any' if use.purpose == 'commercial' else 'a non-commercial'} purpose, because of "
        f"{len(refused):,} of {documents:,} documents."
    ]
    reasons = sorted({row.reason for row in refused})
    for reason in reasons:
        rows = [row for row in refused if row.reason == reason]
        lines.append(f"{reason} ({len(rows):,}):")
        lines += [f"  {printable(row.url)}: {_why(row)}" for row in islice(rows, SHOWN)]
        if len(rows) > SHOWN:
            lines.append(f"  and {len(rows) - SHOWN:,} more; the ledger beside this stage has them all")
    advice = [_ADVICE[reason] for reason in reasons if reason in _ADVICE]
    lines.append(f"Leave these pages out with `deny` in [crawl], or: {'; '.join(advice)}.")
    return "\n".join(lines)


def _why(row: Decision) -> str:
    detail = json.loads(row.detail)
    return printable(": ".join(detail[name] for name in ("license", "why") if detail.get(name)))
