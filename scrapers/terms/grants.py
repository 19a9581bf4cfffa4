"""The clause on open licences: does the site put its text under one?

A licence of the terms page itself, of what users send in, or of the site's software is none of its articles' text.
"""

from __future__ import annotations

import re

from scrapers.terms.clause import Answer
from scrapers.terms.passages import Passage

# Names of licences are the same in every language.
_TEXT = re.compile(
    r"creative\s{1,4}commons|(?<!\w)cc[ -](?:by|0|zero)\b|(?<!\w)cc0\b|\bgfdl\b|free documentation licen[cs]e|open government licen[cs]e|"
    r"open data commons|\bodbl\b|\bpublic domain\b|domaine public|dominio público|pubblico dominio|domínio público|gemeinfrei|publiek domein|"
    r"licence ouverte|etalab|datenlizenz deutschland|creativecommons\.org/(?:licenses|publicdomain)"
)
_SOFTWARE = re.compile(r"\b(?:mit|apache|bsd|mpl|psf|isc)\b[^.;]{0,30}licen[cs]e|python software foundation licen[cs]e")


def open_license(passage: Passage) -> Answer:
    """Return whether the passage puts the site's text under an open licence."""
    words = passage.text
    named = _TEXT.search(words)
    if named is None and not (_SOFTWARE.search(words) and passage.pattern("grants", "of_text").search(words)):
        return "no"
    if passage.pattern("grants", "terms_page").search(words) or passage.pattern("grants", "refuses").search(words):
        return "no"
    if not (
        passage.pattern("grants", "gives").search(words) or passage.pattern("grants", "gives").search(passage.lead)
    ):
        return "no"
    if named is None or passage.pattern("grants", "some").search(words):
        return "partial" if passage.pattern("grants", "some").search(words) else "yes"
    return "yes"
