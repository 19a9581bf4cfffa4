"""A text of terms → four clauses and one verdict."""

from __future__ import annotations

from itertools import islice

from scrapers.terms.automated import automated_access
from scrapers.terms.clause import Clause, TermsReading, Verdict, clause
from scrapers.terms.copying import reproduction_or_commercial
from scrapers.terms.grants import open_license
from scrapers.terms.passages import passages
from scrapers.terms.readable import is_readable, is_wall
from scrapers.terms.training import ml_training
from scrapers.terms.words import folded, pattern

MAX_TEXT = 400_000  # characters read; the longest real terms seen have a third of that
MAX_PASSAGES = 12_000  # and these a fifth of that; what is longer is never read as silence


def read_terms(text: str, language: str | None = None) -> TermsReading:
    """Read the text of a terms page into clauses.

    The question is narrow: would these terms, alone, let an unaffiliated crawler copy the articles and train a
    language model on them, without asking? `language` (ISO 639-1) is not needed: the patterns of all known languages
    are tried, and a text in none of them is unreadable. Pure, offline, in time linear in the text; it is no legal
    advice.
    """
    del language  # what a page says of its language is often wrong; the text itself is not
    found = list(islice(passages(text[:MAX_TEXT]), MAX_PASSAGES))
    whole = len(text) <= MAX_TEXT and len(found) < MAX_PASSAGES
    automated = clause(found, automated_access)
    training = clause(found, ml_training)
    copying = clause(found, reproduction_or_commercial)
    granted = clause(found, open_license)
    return TermsReading(
        automated, training, copying, granted, _verdict(text, whole, automated, training, copying, granted)
    )


def _verdict(text: str, whole: bool, automated: Clause, training: Clause, copying: Clause, granted: Clause) -> Verdict:
    banned = "yes" in (automated.answer, training.answer)
    if is_wall(text, banned):
        return "unreadable"
    if banned:
        return "deny"
    if not is_readable(text):
        return "unreadable"
    if any(pattern("training", "tagged").search(folded(text[start:end])) for start, end in training.spans):
        return "deny"  # tagged content may not train, and terms do not say which content that is
    if not whole:
        return "review"
    if granted.answer == "yes" and training.answer == "no":
        return "allow"
    if "partial" in (automated.answer, training.answer, granted.answer) or copying.answer != "no":
        return "review"
    return "silent"
