"""A held-out loss curve into a diagnosis in words: still improving, plateau, overfitting began, or cannot tell.

Patience alone raises false alarms: on a plateau, three values in a row above the lowest are common, because the lowest
was picked for being low. So the losses are compared document by document with those at the lowest evaluation, by a
one-sided paired t-test (Student 1908; each document counts once, by its summed nats), whose 5 % are divided by the
number of evaluations (Bonferroni), and several alarms in a row are needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import Evaluation, stable

ALPHA = 0.05
"""Chance of a false alarm over a whole run, at most, where documents are independent."""
MIN_DOCUMENTS = 8
"""With fewer held-out documents nothing is said about overfitting."""


@dataclass(frozen=True)
class Diagnosis:
    """What the held-out curve says."""

    status: str
    """improving, plateau, overfitting or cannot_tell."""
    best_step: int
    """Step with the lowest held-out loss: the checkpoint to use."""
    onset_step: int | None
    """The last step before the rise, where the status is overfitting."""
    last_step: int
    gap_nats: float
    """Held-out minus train loss at the last evaluation, in nats per token."""
    reason: str
    base: dict[str, Any]
    best: dict[str, Any]
    last: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def diagnose(evaluations: Sequence[Evaluation], patience: int) -> Diagnosis:
    """Judge a run by its evaluations in order of step; `patience` alarms in a row make an onset.

    Raises ValueError where there is none.
    """
    if not evaluations:
        raise ValueError("there is no evaluation to judge")
    at = min(range(len(evaluations)), key=lambda k: evaluations[k].loss)
    best, last = evaluations[at], evaluations[-1]
    status, words = _judge(evaluations, at, patience)
    return Diagnosis(
        status=status,
        best_step=best.step,
        onset_step=best.step if status == "overfitting" else None,
        last_step=last.step,
        gap_nats=last.loss - float(last.row["train_loss_nats"]),
        reason=f"{words} Use checkpoints/step-{best.step:07d}.",
        base=stable(evaluations[0].row),
        best=stable(best.row),
        last=stable(last.row),
    )


def _judge(evaluations: Sequence[Evaluation], at: int, patience: int) -> tuple[str, str]:
    best, after = evaluations[at], evaluations[at + 1 :]
    documents = len(best.nats)
    level = ALPHA / max(len(evaluations) - 1, 1)
    lowest = f"Held-out loss was lowest at step {best.step:,} ({_bits(best)})"
    if documents < MIN_DOCUMENTS:
        return "cannot_tell", (
            f"{lowest}. With {documents} held-out document{'s' * (documents != 1)} it cannot be told whether the model "
            f"overfits: hold out at least {MIN_DOCUMENTS} ([split] `validation_fraction`)."
        )
    rises = 0
    for evaluation in reversed(after):
        if rise_p(best.nats, evaluation.nats) > level:
            break
        rises += 1
    if rises >= patience:
        return "overfitting", (
            f"{lowest} and has risen at {rises} evaluation{'s' * (rises != 1)} in a row since, to {_bits(after[-1])}; "
            f"the model began to overfit after step {best.step:,}."
        )
    if len(evaluations) <= patience + 1:
        return "cannot_tell", f"{lowest}. {len(evaluations)} evaluations are too few to tell more: train longer."
    before = evaluations[:-patience]
    earlier = min(before, key=lambda e: e.loss)
    gained = best.step > earlier.step and rise_p(best.nats, earlier.nats) <= ALPHA
    if gained and rises == 0:
        return "improving", f"{lowest} and was still falling: train longer to gain more."
    if rises:
        return "cannot_tell", (
            f"{lowest} and has risen to {_bits(after[-1])}, but by more than chance only at the last "
            f"{f'{rises} evaluations' if rises != 1 else 'evaluation'}: the model may have begun to overfit. "
            f"{patience} in a row are needed to say so: train longer, or hold out more documents."
        )
    if not after:
        return "plateau", (
            f"{lowest}, the last evaluation, but over {documents} held-out documents what was gained lately may be chance: "
            "more steps promise little."
        )
    return "plateau", (
        f"{lowest} and has stayed level since: over {documents} held-out documents the differences may be chance. "
        "More steps bring nothing."
    )


def _bits(evaluation: Evaluation) -> str:
    return f"{evaluation.row['validation_bits_per_byte']:.2f} bits per byte"


def rise_p(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the one-sided p-value that documents (documents,) did not become worse: small means they did."""
    difference = after - before
    n = len(difference)
    spread = float(difference.std(ddof=1)) if n > 1 else 0.0
    mean = float(difference.mean())
    if spread == 0.0:
        return 0.0 if mean > 0 and n > 1 else 1.0
    return student_t_above(mean / (spread / math.sqrt(n)), n - 1)


def student_t_above(t: float, freedom: int) -> float:
    """Return P(T > t) for Student's t with `freedom` degrees of freedom.

    With u = arctan(x / √ν) the density becomes c · cos(u)^(ν − 1) on (−π/2, π/2), which is integrated numerically.
    """
    begin = math.atan(abs(t) / math.sqrt(freedom))
    u = np.linspace(begin, math.pi / 2, 4001)
    density = np.maximum(np.cos(u), 0.0) ** (freedom - 1)
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    tail = scale * float(np.trapezoid(density, u))
    return tail if t > 0 else 1 - tail
