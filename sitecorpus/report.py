"""One self-contained HTML page from what the stages left behind: no script, no CDN, crawled text escaped."""

from __future__ import annotations

import collections
import itertools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from sitecorpus import ledger
from sitecorpus.charts import Line, line_chart
from sitecorpus.durable import write_atomic
from sitecorpus.layout import PARTIAL, VERDICTS, CorpusDir
from sitecorpus.pipeline import State, survey
from sitecorpus.recipe import Recipe
from sitecorpus.shards import iter_rows, shard_paths

EXAMPLES_PER_REASON = 5
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


def write(corpus: CorpusDir, recipe: Recipe) -> Path:
    """Write `build/report.html` for the recipe as it is now; return its path."""
    states = {s.stage: s for s in survey(corpus, recipe)}
    html = (
        _environment()
        .get_template("report.html")
        .render(
            corpus=corpus.name,
            title=recipe.title or corpus.name,
            states=list(states.values()),
            funnel=_funnel(states),
            verdicts=_verdicts(states),
            licenses=_licenses(states),
            clusters=_clusters(states),
            certificate=_json(states, "split", "certificate.json"),
            training=_training(states),
            samples=_samples(states),
            scan=_figures(states, "scan"),
            published=_figures(states, "publish"),
        )
    )
    write_atomic(corpus.report, html.encode("utf-8", "replace"))
    return corpus.report


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sitecorpus"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["link"] = _link
    environment.filters["n"] = lambda v: f"{v:,}" if isinstance(v, int) else f"{v:,.3f}" if isinstance(v, float) else v
    return environment


def _link(url: str, text: str | None = None) -> Markup:
    """A link, where the address is http(s); else the bare text: a crawled `javascript:` never becomes one."""
    shown = text or url or ""
    try:
        safe = urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        safe = False
    if not safe:
        return Markup("{}").format(shown)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, shown)


def _directory(states: dict[str, State], stage: str) -> Path | None:
    state = states.get(stage)
    return state.directory if state and state.manifest else None


def _figures(states: dict[str, State], stage: str) -> dict[str, Any]:
    state = states.get(stage)
    return dict(state.manifest.counts.figures) if state and state.manifest else {}


def _json(states: dict[str, State], stage: str, name: str) -> Any:
    directory = _directory(states, stage)
    path = directory / name if directory else None
    return json.loads(path.read_bytes()) if path and path.exists() else None


def _funnel(states: dict[str, State]) -> list[dict[str, Any]]:
    """One bar a stage: how many went on, and for each reason how many did not, with examples."""
    bars: list[dict[str, Any]] = []
    for stage, label in FUNNEL:
        state = states.get(stage)
        if state is None or state.manifest is None or state.directory is None:
            continue
        counts = state.manifest.counts
        examples: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
        for row in ledger.read(state.directory):
            if row["outcome"] != "kept" and len(examples[row["reason"]]) < EXAMPLES_PER_REASON:
                examples[row["reason"]].append({"url": row["url"], "detail": _detail(row["detail"])})
        reasons = sorted(counts.dropped.items(), key=lambda item: (-item[1], item[0]))
        bars.append(
            {
                "stage": stage,
                "label": label,
                "n": counts.written,
                "reasons": [{"reason": r, "n": n, "examples": examples.get(r, [])} for r, n in reasons],
            }
        )
    widest = max((b["n"] for b in bars), default=1) or 1
    for bar in bars:
        bar["share"] = bar["n"] / widest
    return bars


def _detail(text: str) -> str:
    values = json.loads(text or "{}")
    return ", ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {str(v)[:120]}" for k, v in values.items())


def _verdicts(states: dict[str, State]) -> list[dict[str, Any]]:
    state = states.get("vet")
    if state is None or state.directory is None:
        return []
    for directory in (state.directory, state.directory.with_name(state.directory.name + PARTIAL)):
        if (directory / VERDICTS).exists():
            found: list[dict[str, Any]] = json.loads((directory / VERDICTS).read_bytes())
            return found
    return []


def _licenses(states: dict[str, State]) -> list[tuple[str, str, int]]:
    directory = _directory(states, "split") or _directory(states, "clear")
    if directory is None:
        return []
    prefix = "documents" if directory.name.startswith("split") else "pages"
    rows = iter_rows(shard_paths(directory, prefix), ["license", "license_source"])
    counted = collections.Counter((r["license"] or "none", r["license_source"] or "") for r in rows)
    return [(license, source, n) for (license, source), n in counted.most_common()]


def _clusters(states: dict[str, State]) -> list[dict[str, Any]]:
    directory = _directory(states, "dedupe")
    if directory is None:
        return []
    rows = [r for r in iter_rows(shard_paths(directory, "clusters")) if r["document_id"] != r["cluster_id"]]
    rows.sort(key=lambda r: (r["cluster_id"], r["url"]))
    groups = [
        {"keeper": members[0].get("keeper_url") or key, "members": members}
        for key, members in ((k, list(g)) for k, g in itertools.groupby(rows, key=lambda r: r["cluster_id"]))
    ]
    return sorted(groups, key=lambda g: -len(g["members"]))[:CLUSTERS_SHOWN]


def _training(states: dict[str, State]) -> dict[str, Any] | None:
    directory = _directory(states, "train")
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
        "figures": _figures(states, "train"),
        "checkpoints": json.loads((directory / "checkpoints.json").read_bytes()),
        "directory": directory.name,
    }


def _samples(states: dict[str, State]) -> list[dict[str, Any]]:
    directory = _directory(states, "sample")
    if directory is None:
        return []
    scanned = _directory(states, "scan")
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
        out += Markup('<mark title="{}">{}</mark>').format(title, _link(span["url"], text[start : span["end"]]))
        at = span["end"]
    return out + Markup("{}").format(text[at:])
