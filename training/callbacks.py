"""From the Trainer's events to evaluations, kept checkpoints, resume points and progress."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from sitecorpus.progress import Progress
from sitecorpus.recipe import TrainSettings
from training import checkpoints
from training.metrics import Evaluation, History
from training.overfitting import diagnose


class Watch(TrainerCallback):  # type: ignore[misc]
    """Evaluate, keep and seal at the steps that the settings name; stop where asked.

    `evaluate(step)` returns the evaluation of the model as it is.
    """

    def __init__(
        self,
        run: Path,
        settings: TrainSettings,
        tokenizer: Any,
        evaluate: Callable[[int], Evaluation],
        history: History,
        progress: Progress,
        stop: StopRequest,
    ) -> None:
        self._run, self._settings, self._tokenizer = run, settings, tokenizer
        self._evaluate, self._history, self._progress, self._stop = evaluate, history, progress, stop

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **_: Any
    ) -> None:
        self._progress.update(done=state.global_step)
        if not self._history.evaluations:
            self._judge(0, model)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **_: Any
    ) -> TrainerControl:
        step, settings = state.global_step, self._settings
        self._progress.update(done=step)
        ends = step >= settings.max_steps
        evaluates = ends or step % settings.eval_every_steps == 0 or step % settings.milestone_every_steps == 0
        if evaluates:
            self._judge(step, model)
            if settings.early_stop and stopped_early(self._history, settings):
                ends = True
        if (
            ends
            or (settings.save_every_steps is None and evaluates)
            or self._stop.asked
            or (settings.save_every_steps is not None and step % settings.save_every_steps == 0)
        ):
            control.should_save = True
        if ends:
            checkpoints.keep(self._run, step, model, self._tokenizer)
        if ends or self._stop.asked:
            control.should_training_stop = True
        return control

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        resume = Path(str(args.output_dir))
        checkpoints.seal(resume / f"checkpoint-{state.global_step}", state.global_step)
        checkpoints.rotate(resume)
        # only now: had the process died before the seal, the checkpoint that was the best until here is needed again
        checkpoints.prune(self._run, kinds(self._history, self._settings), through=state.global_step)

    def _judge(self, step: int, model: Any) -> None:
        evaluation = self._evaluate(step)
        self._history.add(evaluation)
        best = min(self._history.evaluations, key=lambda e: e.loss)
        if best is evaluation or "milestone" in kinds(self._history, self._settings).get(step, ()):
            checkpoints.keep(self._run, step, model, self._tokenizer)
        self._progress.update(
            note=f"held-out {evaluation.row['validation_bits_per_byte']:.2f} bits/byte "
            f"(lowest {best.row['validation_bits_per_byte']:.2f} at step {best.step:,})"
        )


def kinds(history: History, settings: TrainSettings) -> dict[int, list[str]]:
    """Return {step: [milestone, best, last]} of the checkpoints that are to be kept, in order of step."""
    evaluations = history.evaluations
    found: dict[int, list[str]] = {}
    for evaluation in evaluations:
        if evaluation.step and evaluation.step % settings.milestone_every_steps == 0:
            found.setdefault(evaluation.step, []).append("milestone")
    if evaluations:
        found.setdefault(min(evaluations, key=lambda e: e.loss).step, []).append("best")
        found.setdefault(evaluations[-1].step, []).append("last")
    return dict(sorted(found.items()))


def stopped_early(history: History, settings: TrainSettings) -> bool:
    """Whether the settings ask to stop where overfitting has begun, and it has."""
    return (
        settings.early_stop
        and bool(history.evaluations)
        and diagnose(history.evaluations, settings.patience_evals).status == "overfitting"
    )


class StopRequest:
    """Turn the first Ctrl-C or SIGTERM into a request: the step at work is finished, and a resume point written.

    A second one ends the process at once; what is on disk is whole at every moment anyway.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()
