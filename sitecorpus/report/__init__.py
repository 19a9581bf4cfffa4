"""Pages from what the stages left behind: self-contained, no script, no CDN, crawled text escaped."""

from __future__ import annotations

from pathlib import Path

from sitecorpus.durable import write_atomic
from sitecorpus.layout import CorpusDir
from sitecorpus.pipeline import survey
from sitecorpus.recipe import Recipe
from sitecorpus.report.overview import overview
from sitecorpus.report.rights_page import rights_page


def write(corpus: CorpusDir, recipe: Recipe) -> Path:
    """Write `build/report.html` and `build/rights.html` for the recipe as it is now; return the report's path."""
    states = {s.stage: s for s in survey(corpus, recipe)}
    write_atomic(corpus.rights_record, rights_page(corpus, recipe, states))
    write_atomic(corpus.report, overview(corpus, recipe, states))
    return corpus.report
