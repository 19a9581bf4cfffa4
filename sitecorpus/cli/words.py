"""What the commands print, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sitecorpus.strict_toml import printable


def headline(stage: str, figures: Any) -> list[str]:
    """The one thing a person would ask about a stage, in words."""
    if stage == "vet":
        return [
            printable(f"{host}: {row['decision']} ({', '.join(row['reasons']).replace('_', ' ')}; {_mix(row)})")
            for host, row in figures.get("hosts", {}).items()
        ]
    if stage == "train":
        return [printable(str(figures["reason"]))] if figures.get("reason") else []
    if stage == "split" and "max_cross_jaccard" in figures:
        return [
            f"train {figures.get('train_documents', 0):,}, validation {figures.get('validation_documents', 0):,}; "
            f"across them at most Jaccard {figures['max_cross_jaccard']:.2f}, "
            f"and a shared run of {figures.get('longest_shared_run_words', 0):,} words"
        ]
    if stage == "scan" and "longest_words" in figures:
        return [f"longest span copied from the training text: {figures['longest_words']} words"]
    return []


def _mix(row: Any) -> str:
    """The licences on the pages that vet looked at."""
    found = [f"{name} on {n}" for name, n in (row.get("licenses") or {}).items() if name != "none"]
    return "pages looked at: " + (", ".join(found) or "no licence")


def short(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def fact(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return printable(text)[:160]


def answer(last: Any) -> str:
    """The end of a page's story in a sentence."""
    if last["outcome"] != "kept":
        return f"Not in the corpus: {last['outcome']} at {last['stage']}, {last['reason'].replace('_', ' ')}."
    if last["stage"] == "split":
        return f"In the corpus, in the {last['detail']['split']} split."
    return f"Kept through {last['stage']}; the stages after it have not run yet."
