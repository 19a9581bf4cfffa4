"""The clause on machine learning: may the site's content train a model, or be mined for its text and data?

Not of this kind: the operator training on its users' content, models that the site offers, content made by models,
and the training of people. "partial" where only some models (competing ones) or some content (tagged so) are meant.
"""

from __future__ import annotations

from itertools import islice

from scrapers.terms.clause import Answer
from scrapers.terms.passages import Passage
from scrapers.terms.polarity import forbidden, operators

MAX_HITS = 6  # in one passage


def ml_training(passage: Passage) -> Answer:
    """Return whether the passage prohibits training models on the site's content, or mining it."""
    words = passage.without(("training", "made"))
    weak = passage.pattern("training", "weak")
    hit = passage.pattern("training", "learn").search(words) or weak.search(words)
    rival = passage.pattern("training", "rivals").search(words)
    if rival and forbidden(passage, rival.start()) and not operators(passage, rival.start()):
        return "partial"
    if hit is None or passage.pattern("training", "describes").search(words):
        return "no"
    whole = f"{passage.lead[-300:]} {words}"
    reserved = passage.pattern("training", "statute").search(words) or passage.pattern("training", "mining").search(
        words
    )
    if not reserved and not (
        passage.pattern("training", "trains").search(whole) and passage.pattern("training", "content").search(whole)
    ):
        return "no"
    if not any(
        forbidden(passage, found.start())
        for found in islice(passage.pattern("training", "learn").finditer(words), MAX_HITS)
    ) and not forbidden(passage, hit.start()):
        return "no"
    if operators(passage, hit.start()) and not passage.pattern("training", "reserves").search(words):
        return "no"
    own = passage.pattern("speaker", "users_own")
    if own.search(words) and not passage.pattern("speaker", "addressee").search(own.sub(" ", whole)):
        return "no"
    plain = passage.pattern("training", "plainly").search(words) is not None
    if not plain and passage.pattern("training", "disclaims").search(words):
        return "no"
    if not plain and hit.re is weak and not passage.pattern("training", "wide").search(words):
        return "no"
    if passage.pattern("training", "narrow").search(whole):
        return "partial"
    return "yes"
