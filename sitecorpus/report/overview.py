"""The report: what went in, what did not and why, under which rights, and what a model learned from it."""

from __future__ import annotations

import collections
import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import Recipe
from sitecorpus.report.charts import Line, line_chart
from sitecorpus.report.html import link, render
from sitecorpus.report.traces import States, directory_of, figures_of, json_of, left_out, licenses_of, verdicts_of
from sitecorpus.shards import iter_rows, shard_paths

CLUSTERS_SHOWN = 12
# What a stage's documents are called, in the order of the funnel.
FUNNEL = (
    ("crawl", "pages archived"),
    ("intake", "items brought in"),
    ("clear", "pages with rights"),
    ("extract", "documents extracted"),
    ("clean", "clean documents"),
    ("dedupe", "without duplicates"),
)


def overview(corpus: CorpusDir, recipe: Recipe, states: States) -> bytes:
    """Return the page: the funnel, the rights, the curves, the samples with what they copied, the receipts."""
    return render(
        "report.html",
        corpus=corpus.name,
        title=recipe.title or corpus.name,
        states=list(states.values()),
        funnel=_funnel(states),
        verdicts=verdicts_of(states),
        licenses=licenses_of(states),
        clusters=_clusters(states),
        certificate=json_of(states, "split", "certificate.json"),
        training=_training(states),
        samples=_samples(states),
        scan=figures_of(states, "scan"),
        published=figures_of(states, "publish"),
    )


def _funnel(states: States) -> list[dict[str, Any]]:
    """One bar a stage: how many went on, and for each reason how many did not, with examples."""
    bars: list[dict[str, Any]] = []
    for stage, label in FUNNEL:
        state = states.get(stage)
        if state is not None and state.manifest is not None:
            n = state.manifest.counts.written
            bars.append({"stage": stage, "label": label, "n": n, "reasons": left_out(states, stage)})
    widest = max((b["n"] for b in bars), default=1) or 1
    for bar in bars:
        bar["share"] = bar["n"] / widest
    return bars


def _clusters(states: States) -> list[dict[str, Any]]:
    directory = directory_of(states, "dedupe")
    if directory is None:
        return []
    rows = [r for r in iter_rows(shard_paths(directory, "clusters")) if r["document_id"] != r["cluster_id"]]
    rows.sort(key=lambda r: (r["cluster_id"], r["url"]))
    groups = [
        {"keeper": members[0].get("keeper_url") or key, "members": members}
        for key, members in ((k, list(g)) for k, g in itertools.groupby(rows, key=lambda r: r["cluster_id"]))
    ]
    return sorted(groups, key=lambda g: -len(g["members"]))[:CLUSTERS_SHOWN]


def _training(states: States) -> dict[str, Any] | None:
    directory = directory_of(states, "train")
    if directory is None:
        return None
    rows = [json.loads(line) for line in (directory / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    diagnosis = json.loads((directory / "diagnosis.json").read_bytes())
    # an untrained model's loss would flatten everything after it
    drawn = (
        rows[1:] if len(rows) > 3 and rows[0]["validation_loss_nats"] > 1.3 * rows[1]["validation_loss_nats"] else rows
    )
    marks = [(diagnosis["best_step"], f"use step {diagnosis['best_step']:,}")]
    chart = line_chart(
        [
            Line("held out", "held", [(r["step"], r["validation_loss_nats"]) for r in drawn]),
            Line("train", "train", [(r["step"], r["train_loss_nats"]) for r in drawn]),
        ],
        "optimizer step",
        "loss, nats per token",
        marks,
    )
    return {
        "chart": chart,
        "rows": rows,
        "diagnosis": diagnosis,
        "figures": figures_of(states, "train"),
        "checkpoints": json.loads((directory / "checkpoints.json").read_bytes()),
        "directory": directory.name,
    }


def _samples(states: States) -> list[dict[str, Any]]:
    directory = directory_of(states, "sample")
    if directory is None:
        return []
    scanned = directory_of(states, "scan")
    spans: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in iter_rows(shard_paths(scanned, "overlaps")) if scanned else ():
        spans[row["sample_id"]].append(row)
    groups: dict[str, dict[str, Any]] = {}
    for row in iter_rows(shard_paths(directory, "samples")):
        group = groups.setdefault(row["prompt"], {"prompt": row["prompt"], "url": row["url"], "texts": []})
        group["texts"].append(
            # small models love empty lines; no tag holds a newline, so they can be folded in the markup
            Markup(re.sub(r"\n{3,}", "\n\n", marked(row["continuation"], spans[row["sample_id"]]).strip("\n")))  # noqa: S704
        )
    return list(groups.values())


def marked(text: str, spans: Iterable[dict[str, Any]]) -> Markup:
    """The text, escaped, with each copied span marked and linked to the page it was copied from."""
    out, at = Markup(""), 0
    for span in sorted(spans, key=lambda s: (s["start"], -s["end"])):
        start = max(span["start"], at)
        if start >= span["end"]:
            continue
        title = f"{span['words']} words as in {span['url']}"
        out += Markup("{}").format(text[at:start])
        out += Markup('<mark title="{}">{}</mark>').format(title, link(span["url"], text[start : span["end"]]))
        at = span["end"]
    return out + Markup("{}").format(text[at:])
