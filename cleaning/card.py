"""What a published folder holds, as the dataset card that the Hugging Face hub and people read.

The YAML head is written by the hub's own library; everything that came from the web is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub import DatasetCardData

from cleaning.attribution import license_links
from cleaning.grounds import Judgement
from cleaning.hub_license import hub_license
from cleaning.license_file import ASKED, asked_words, whole
from cleaning.markdown import plain
from sitecorpus.licensing import Grant, alternatives
from sitecorpus.rights import Verdict

SHOWN_BLOCKERS = 4
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass
class SplitFacts:
    """One split in numbers."""

    documents: int = 0
    words: int = 0
    bytes: int = 0
    """Of text in UTF-8."""
    licenses: dict[str, int] = field(default_factory=dict)
    """SPDX id -> documents."""


@dataclass(frozen=True)
class FunnelStep:
    """One stage before this one, as its manifest counted it."""

    stage: str
    read: int
    written: int
    dropped: Mapping[str, int]


@dataclass(frozen=True)
class CardFacts:
    """All that the card says."""

    title: str
    contact: str
    splits: Mapping[str, SplitFacts]
    languages: Sequence[str]
    grants: Mapping[Grant, int]
    """Ground -> documents, the most first."""
    judgement: Judgement
    verdicts: Sequence[Verdict]
    certificate: Mapping[str, Any]
    separator: str
    funnel: Sequence[FunnelStep] = ()
    collected: tuple[str, str] | None = None
    """First and last day of collection; with the funnel the only facts that two equal corpora may differ in."""

    @property
    def licenses(self) -> dict[str, int]:
        """SPDX id -> documents of all splits."""
        total: dict[str, int] = {}
        for facts in self.splits.values():
            for license_id, documents in facts.licenses.items():
                total[license_id] = total.get(license_id, 0) + documents
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def card(facts: CardFacts) -> str:
    """Return README.md."""
    sections = [
        f"---\n{_front_matter(facts)}\n---",
        f"# {plain(facts.title)}",
        _summary(facts),
        _splits(facts),
        _rights(facts),
        _how_made(facts),
        _leakage(facts.certificate),
        _loading(facts),
        _removal(facts),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _front_matter(facts: CardFacts) -> str:
    documents = sum(split.documents for split in facts.splits.values())
    licenses = sorted({hub_license(spdx) for spdx in _offered(facts)})
    other = "other" in licenses  # then the hub wants a name and where to read it
    languages = [code for code in facts.languages if re.fullmatch(r"[a-z]{2,3}", code)]
    data = DatasetCardData(
        pretty_name=" ".join(facts.title.split()),
        language=languages or None,
        license=licenses[0] if len(licenses) == 1 else licenses,
        license_name="see-license-file" if other else None,
        license_link="LICENSE" if other else None,
        annotations_creators=["no-annotation"],
        language_creators=["found"],
        multilinguality="monolingual" if len(languages) == 1 else "multilingual" if languages else None,
        size_categories=[next((name for limit, name in _SIZES if documents < limit), "1M<n<10M")],
        source_datasets=["original"],
        task_categories=["text-generation"],
        task_ids=["language-modeling"],
        configs=[
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": f"data/{name}-*.parquet"} for name in facts.splits],
            }
        ],
    )
    return str(data.to_yaml())


def _offered(facts: CardFacts) -> Iterable[str]:
    """The licences a reader of the hub may rely on: of the whole, or else of each document."""
    if facts.judgement.private:
        return ["LicenseRef-private"]
    whole_ways = alternatives(facts.judgement.publishing.license or "")
    return whole_ways[0] if whole_ways else facts.licenses


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _summary(facts: CardFacts) -> str:
    documents = sum(split.documents for split in facts.splits.values())
    words = sum(split.words for split in facts.splits.values())
    when = f" It was collected from {facts.collected[0]} to {facts.collected[1]}." if facts.collected else ""
    return (
        f"{documents:,} documents, {words:,} words, made with sitecorpus: collected with rights on record, "
        f"extracted, cleaned, deduplicated, and split so that no document held out has a near copy in training.{when}"
    )


def _splits(facts: CardFacts) -> str:
    rows = [
        (name, f"{s.documents:,}", f"{s.words:,}", f"{s.bytes:,}", _mix(s.licenses)) for name, s in facts.splits.items()
    ]
    return "## Splits\n\n" + _table(("split", "documents", "words", "bytes of text", "licenses (documents)"), rows)


def _mix(licenses: Mapping[str, int]) -> str:
    ordered = sorted(licenses.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{plain(spdx)} ({documents:,})" for spdx, documents in ordered)


def _rights(facts: CardFacts) -> str:
    rows = [(license_links(grant.license), f"{n:,}", asked_words(grant)) for grant, n in facts.grants.items()]
    parts = [
        "## Rights",
        whole(facts.judgement),
        "Each document carries its own license, where it was said (`license_source`), and the verdict under which it "
        "was collected (`verdict_id`). ATTRIBUTION.md lists the title, source and license of "
        "every document, and its author where the page names one. All texts were changed: extracted and cleaned.",
        _table(("license", "documents", "what it asks"), rows),
        _weights(facts.judgement),
        "These are readings of licences by rules (`rights.json` has them for programs), and no legal advice.",
    ]
    if facts.verdicts:
        reasons = [
            (plain(v.verdict_id), plain(v.host), v.decision, plain(", ".join(sorted({r.code for r in v.reasons}))))
            for v in facts.verdicts
        ]
        parts.append(_table(("verdict", "host", "decision", "reasons"), reasons))
    return "\n\n".join(parts)


def _weights(judgement: Judgement) -> str:
    weights = judgement.weights
    reading = (
        "It is not settled what a trained model is in law. Read with care, it is one work made from all texts: "
        if weights.use.form == "merged"
        else "This folder's maker holds that training is analysis, which hands on nothing of a text: "
    )
    limit = " for non-commercial purposes" if weights.use.purpose == "non-commercial" else ""
    if not weights.allowed:
        why = "; ".join(f"{plain(b.grant.license)}: {b.why}" for b in weights.blockers[:SHOWN_BLOCKERS])
        return f"**Models.** {reading}it may be trained{limit}, and not be given away ({why})."
    under = f" under {plain(weights.license)}" if weights.license else ""
    asked = ", ".join(ASKED[name] for name in weights.obligations)
    return f"**Models.** {reading}it may be given away{limit}{under}" + (f" ({asked})." if asked else ".")


def _how_made(facts: CardFacts) -> str:
    if not facts.funnel:
        return ""
    rows = [
        (
            step.stage,
            f"{step.read:,}",
            f"{step.written:,}",
            ", ".join(f"{plain(r)} {n:,}" for r, n in step.dropped.items()),
        )
        for step in facts.funnel
    ]
    return "## How it was made\n\n" + _table(("stage", "in", "out", "left out, and why"), rows)


def _leakage(certificate: Mapping[str, Any]) -> str:
    at = certificate["validation_documents_at_jaccard"]
    runs = certificate["validation_documents_sharing_run_words"]
    rows = [
        ("highest Jaccard similarity across the split", f"{certificate['max_cross_jaccard']:.3f}"),
        *((f"validation documents at Jaccard {j} or more", f"{n:,}") for j, n in at.items()),
        ("longest run of words shared across the split", f"{certificate['longest_shared_run_words']:,}"),
        *((f"validation documents that share a run of {w} words", f"{n:,}") for w, n in runs.items()),
    ]
    claim = certificate["claim"] if certificate["holds"] else f"NOT so: {certificate['claim']}"
    return (
        f"## What validation shares with train\n\n{claim[:1].upper()}{claim[1:]} "
        f"(sets of {certificate['shingle_words']} successive words; compared exactly, every pair).\n\n"
        + _table(("measure", "value"), rows)
        + "\n\n`certificate.json` has the definitions, the salt of the split and the worst pairs."
    )


def _loading(facts: CardFacts) -> str:
    return (
        "## Loading\n\n```python\nfrom datasets import load_dataset\n\n"
        'dataset = load_dataset("path/to/this/folder")  # train, validation\n```\n\n'
        f"`train.txt` and `validation.txt` hold the same texts with a line {code(facts.separator)} between two documents."
    )


def code(text: str) -> str:
    """Return `text` as a code span; more backticks around it than it has within (CommonMark 6.1)."""
    line = " ".join(text.split())
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def _removal(facts: CardFacts) -> str:
    if not facts.contact:
        return ""
    return f"## Contact\n\nTo correct a credit or to have a text removed: {plain(facts.contact)}"
