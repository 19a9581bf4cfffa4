"""What one wants to do with documents, on what ground, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Purpose = Literal["commercial", "non-commercial"]
Form = Literal["verbatim", "mended", "merged", "analysis"]
Basis = Literal["license", "owner", "permission", "public-domain"]

OBLIGATIONS = (
    "attribution",
    "changes",
    "notice",
    "share-alike",
    "non-commercial",
    "no-derivatives",
    "all-rights-reserved",
)
"""What an outcome may ask, in this order. changes: say that the texts were changed. notice: give the licence's text along."""


@dataclass(frozen=True)
class Use:
    """One thing done with all documents of a mixture."""

    form: Form
    """verbatim: copies side by side, as they were. mended: changed copies side by side. merged: one work made from all.
    analysis: only read by a program, so that nothing of a text is handed on."""
    purpose: Purpose = "commercial"
    shared: bool = True
    """Whether it is given to others; most conditions bind only who shares."""


@dataclass(frozen=True, order=True)
class Grant:
    """The ground on which a document is used."""

    license: str
    """SPDX license expression."""
    basis: Basis = "license"
    """license: whatever its terms say. owner: the documents are one's own, so their terms bind others alone.
    permission: somebody said yes; beyond what the license allows. public-domain: no rights are left."""
    may_share: bool = False
    """permission: it covers handing the texts on, and not only using them."""


@dataclass(frozen=True, order=True)
class Blocker:
    """A ground that does not carry the use, and why, as the end of a sentence."""

    grant: Grant
    why: str


@dataclass(frozen=True)
class Outcome:
    """May it be done, and then how."""

    use: Use
    license: str | None
    """SPDX expression that the whole may be shared under; None where it may not be shared, or each document keeps its own."""
    obligations: tuple[str, ...]
    """Of OBLIGATIONS, what the grounds ask together, also where they are not bound yet because nothing is shared."""
    blockers: tuple[Blocker, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.blockers

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-able data."""
        return {"allowed": self.allowed, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outcome:
        """Read what `as_dict` wrote; raises KeyError or TypeError where it did not."""
        return cls(
            Use(**data["use"]),
            data["license"],
            tuple(data["obligations"]),
            tuple(Blocker(Grant(**b["grant"]), b["why"]) for b in data["blockers"]),
        )
