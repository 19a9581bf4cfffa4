"""What a reading of terms is made of: four clauses, each an answer and the places that give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from scrapers.terms.passages import Passage
from scrapers.terms.sentences import Span

Answer = Literal["yes", "partial", "no"]
Verdict = Literal["deny", "review", "allow", "silent", "unreadable"]


@dataclass(frozen=True)
class Clause:
    """Whether the text prohibits something (for `open_license`: grants it), and where it says so.

    `spans` are the places of the strongest answer only, sorted, as (start, end) character offsets; empty for "no".
    """

    answer: Answer = "no"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class TermsReading:
    """The four clauses and what they come to. `verdict` silent: readable terms that say nothing of the kind."""

    automated_access: Clause
    ml_training: Clause
    reproduction_or_commercial: Clause
    open_license: Clause
    verdict: Verdict


def clause(found: Iterable[Passage], judge: Callable[[Passage], Answer]) -> Clause:
    """Return the strongest answer that any passage gives, and the passages that give it."""
    spans: dict[str, list[Span]] = {"yes": [], "partial": []}
    for passage in found:
        answer = judge(passage)
        if answer in spans:
            spans[answer].append((passage.start, passage.end))
    if spans["yes"]:
        return Clause("yes", tuple(sorted(spans["yes"])))
    if spans["partial"]:
        return Clause("partial", tuple(sorted(spans["partial"])))
    return Clause()
