"""Ask a site everything that bears on rights, politely and once: robots.txt first, and nothing it denies.

What comes back are exhibits, archived; what they mean is for `policy` to say. Some fifty requests at most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from scrapers.agent import PRODUCT
from scrapers.evidence import Exchange, Fetcher
from scrapers.exhibits import Exhibit
from scrapers.licenses import page_license
from scrapers.questions import Questions
from scrapers.sampling import in_sitemaps, sample, spread
from scrapers.signals import to_fetch
from scrapers.terms_pages import find_terms
from sitecorpus.recipe import RightsSettings

SAMPLE_PAGES = 8
ENOUGH_PAGES = 3  # that name the same licence: no need to take more of a site's time
MAX_DOCUMENTS = 5  # that the site's files or pages name, such as RSL licences; one that is not read is for review
WELL_KNOWN = (
    ("tdmrep", "/.well-known/tdmrep.json"),
    ("ai_txt", "/ai.txt"),
    ("trust_txt", "/trust.txt"),
    ("trust_txt", "/.well-known/trust.txt"),
)


def inquire(
    fetcher: Fetcher, seeds: Sequence[str], rights: RightsSettings, scope: re.Pattern[str] | None = None
) -> list[Exhibit]:
    """Fetch what speaks about the rights of one origin; `seeds` are pages of it. Stops where robots.txt denies.

    `scope` is a pattern that the paths of the sample must match. Where no terms are found, the exhibits of the kinds
    in `terms_pages.LOOKED` are where it was looked. What could not be read is an exhibit with an error: it is
    never left out, because that would be silence.
    """
    questions = Questions(fetcher, seeds[0])
    rules = questions.robots()
    if not all(rules.allows(PRODUCT, seed) for seed in seeds):
        return questions.exhibits
    for seed in (*seeds[:3], questions.origin + "/"):
        questions.ask("home", seed)
    for kind, path in WELL_KNOWN:
        url = questions.origin + path
        if questions.may(url) or questions.is_closed_by_name(url):  # of two places of one file the stricter holds
            questions.must_ask(kind, url)
    listed = in_sitemaps(questions, rules.sitemaps)
    if not rights.declared:
        _look_at_pages(questions, sample(questions, listed, scope))
    _read_documents(questions)
    find_terms(questions, listed, rights.terms_url)
    return questions.exhibits


def _look_at_pages(questions: Questions, candidates: Sequence[str]) -> None:
    named: Counter[str] = Counter()
    for url in spread(candidates, SAMPLE_PAGES):
        found = questions.ask("page", url)
        if found is not None and found.ok:
            reading = page_license(found.body, found.final_url, found.header_map)
            named.update([reading.spdx] if reading.confident and reading.spdx else [])
        if named and max(named.values()) >= ENOUGH_PAGES:
            return


def _read_documents(questions: Questions) -> None:
    """Ask for the documents that must be read to know what the site's files and pages say: RSL licences."""
    files = {kind: found[0].body for kind in _FILES if (found := questions.answered(kind))}
    wanted: dict[str, None] = {}
    for page in (*questions.answered("home", "page"), _nothing(questions.seed)):
        wanted |= dict.fromkeys(to_fetch(page.final_url, files, page.body, page.header_map))
    for url in list(wanted)[:MAX_DOCUMENTS]:
        questions.must_ask("rsl", url)


_FILES = ("robots", "tdmrep", "ai_txt", "trust_txt")


def _nothing(seed: str) -> Exchange:
    """A page without a word: what the site's files alone name."""
    return Exchange(seed, seed, None)
