"""The rights record: every reason with its words, its place, its hash and its time, to print and to keep."""

from __future__ import annotations

from sitecorpus import drift
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import Recipe
from sitecorpus.report.html import render
from sitecorpus.report.traces import States, directory_of, left_out, licenses_of, verdicts_of, vet_directory

POLICY = "policy.toml"


def rights_page(corpus: CorpusDir, recipe: Recipe, states: States) -> bytes:
    """Return the page for the recipe as it is now, as far as its stages have come."""
    vet = vet_directory(states)
    policy = vet / POLICY if vet else None
    published = directory_of(states, "publish")
    last = drift.newest(corpus, vet) if vet else None
    read_at = drift.evidence_time(vet) if vet else None
    return render(
        "rights.html",
        corpus=corpus.name,
        title=recipe.title or corpus.name,
        rights=recipe.rights,
        verdicts=verdicts_of(states),
        vet=vet.name if vet else "",
        vetted_at=read_at.isoformat() if read_at else None,
        policy_text=policy.read_text(encoding="utf-8") if policy and policy.exists() else None,
        licenses=licenses_of(states),
        attribution=f"{corpus.relative(published)}/ATTRIBUTION.md" if published else None,
        left_out=left_out(states, "clear"),
        drift=last[1] if last else None,
        withdrawn=drift.withdrawn(corpus),
    )
