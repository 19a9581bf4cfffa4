from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.metrics import Evaluation
from training.overfitting import diagnose, rise_p, student_t_above


def run(curve: list[float], documents: int = 40, noise: float = 0.01, seed: int = 1) -> list[Evaluation]:
    """Simulated evaluations: a mean curve in nats per token, each document with a level and noise of its own."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(100, 500, documents)
    level = rng.normal(0, 0.5, documents)
    found = []
    for k, mean in enumerate(curve):
        nats: NDArray[np.float64] = tokens * (mean + level + rng.normal(0, noise, documents))
        loss = float(nats.sum() / tokens.sum())
        row: dict[str, Any] = {
            "step": k * 100,
            "validation_loss_nats": loss,
            "validation_bits_per_byte": loss / 2,
            "train_loss_nats": mean - 0.5,
            "seconds": float(k),
        }
        found.append(Evaluation(row, nats))
    return found


FALL = [4.0, 3.0, 2.5, 2.2, 2.0]


def test_a_rise_that_lasts_is_overfitting_from_the_lowest_step_on() -> None:
    diagnosis = diagnose(run([*FALL, 2.05, 2.1, 2.2]), patience=3)
    assert (diagnosis.status, diagnosis.best_step, diagnosis.onset_step, diagnosis.last_step) == (
        "overfitting",
        400,
        400,
        700,
    )
    assert "began to overfit after step 400. Use checkpoints/step-0000400." in diagnosis.reason
    assert "3 evaluations in a row" in diagnosis.reason
    assert diagnosis.gap_nats == pytest.approx(diagnosis.last["validation_loss_nats"] - 1.7)
    assert "seconds" not in diagnosis.best


def test_a_curve_that_falls_is_improving() -> None:
    diagnosis = diagnose(run([*FALL, 1.9, 1.85, 1.8]), patience=3)
    assert (diagnosis.status, diagnosis.best_step, diagnosis.onset_step) == ("improving", 700, None)


def test_a_level_curve_is_a_plateau() -> None:
    assert diagnose(run([*FALL, *[1.999] * 8]), patience=3).status == "plateau"


def test_a_curve_whose_last_evaluation_is_the_lowest_by_chance_says_nothing_about_what_came_since() -> None:
    level = (run([*FALL, *[1.999] * 7], noise=0.05, seed=seed) for seed in range(99))
    diagnosis = next(d for d in (diagnose(curve, patience=3) for curve in level) if d.best_step == d.last_step)
    assert diagnosis.status == "plateau"
    assert "the last evaluation" in diagnosis.reason
    assert "since" not in diagnosis.reason


def test_a_rise_shorter_than_patience_cannot_be_told_yet() -> None:
    diagnosis = diagnose(run([*FALL, 1.8, 1.9, 2.0]), patience=3)
    assert (diagnosis.status, diagnosis.best_step, diagnosis.onset_step) == ("cannot_tell", 500, None)
    assert "train longer" in diagnosis.reason


def test_a_second_descent_below_the_old_minimum_is_not_overfitting() -> None:
    diagnosis = diagnose(run([*FALL, 2.1, 2.2, 2.1, 1.9, 1.8]), patience=3)
    assert (diagnosis.status, diagnosis.best_step) == ("improving", 900)


@pytest.mark.parametrize("documents", [1, 3])
def test_with_a_few_documents_nothing_is_claimed(documents: int) -> None:
    diagnosis = diagnose(run([*FALL, 2.5, 3.0, 4.0], documents=documents), patience=3)
    assert diagnosis.status == "cannot_tell"
    assert diagnosis.best_step == 400


def test_one_evaluation_is_too_few() -> None:
    assert diagnose(run([4.0]), patience=3).status == "cannot_tell"
    with pytest.raises(ValueError, match="no evaluation"):
        diagnose([], patience=3)


def test_a_rise_of_one_odd_document_is_not_overfitting() -> None:
    evaluations = run([*FALL, 2.0, 2.0, 2.0], noise=0.0)
    for evaluation in evaluations[5:]:
        evaluation.nats[0] += 5_000
        evaluation.row["validation_loss_nats"] += 0.4
    assert diagnose(evaluations, patience=3).status != "overfitting"


def test_plateaus_raise_hardly_any_false_alarm() -> None:
    curve = [*FALL, *[2.0] * 15]
    alarms = [diagnose(run(curve, seed=s), patience=2).status == "overfitting" for s in range(200)]
    assert sum(alarms) <= 10  # 5 %


def test_onsets_are_found_soon() -> None:
    found = [
        diagnose(run([*FALL, *[2.0 + 0.01 * k for k in range(1, 7)]], seed=s), patience=3).status == "overfitting"
        for s in range(50)
    ]
    assert sum(found) >= 45


def test_the_student_tail_agrees_with_tables() -> None:
    # Student (1908) and any table since: upper 5 % points
    for freedom, point in ((1, 6.3138), (2, 2.9200), (10, 1.8125), (30, 1.6973), (1000, 1.6464)):
        assert student_t_above(point, freedom) == pytest.approx(0.05, abs=1e-4)
        assert student_t_above(-point, freedom) == pytest.approx(0.95, abs=1e-4)


def test_equal_losses_are_no_rise_and_a_rise_everywhere_is_one() -> None:
    same = np.arange(10.0)
    assert rise_p(same, same) == 1.0
    assert rise_p(same, same + 1) == 0.0
    assert rise_p(same, same - 1) == 1.0
