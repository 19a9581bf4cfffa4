"""STAGE fit a model to the train split, watch its held-out loss, keep the checkpoints that matter.

transformers' Trainer is the engine; the numbers, the order of documents and the checkpoints are ours, so that a run that
was killed at any moment ends with the same bytes as one that was not, on the same device and number of threads.
"""

from __future__ import annotations

import json
import logging
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers.trainer_callback import PrinterCallback

from sitecorpus.durable import write_atomic
from sitecorpus.errors import SitecorpusError
from sitecorpus.layout import RIGHTS
from sitecorpus.licensing import require
from sitecorpus.manifest import Counts
from sitecorpus.recipe import TrainSettings
from sitecorpus.stage import Job
from training import checkpoints, optimizers
from training.blocks import Blocks, Tokens, encode, split_files, texts
from training.callbacks import StopRequest, Watch, kinds, stopped_early
from training.engine import CheckedTrainer, arguments, gentler, mixed_precision, readable_failures
from training.heldout import document_nats
from training.metrics import METRICS, Evaluation, History, bits_per_byte, nats_per_token, perplexity, stable
from training.model import Opened, open_model
from training.overfitting import Diagnosis, diagnose

log = logging.getLogger(__name__)

RESUME = "resume"
DIAGNOSIS = "diagnosis.json"


def train(job: Job) -> Counts:
    """Fit the model that [train] asks for; writes metrics, held-out table, diagnosis and checkpoints."""
    settings: TrainSettings = job.settings.train
    require(job.inputs["publish"] / RIGHTS, "training")
    resume = job.output / RESUME
    with _threads(settings.threads):
        files = split_files(job.inputs["publish"], "train")
        opened = open_model(settings, job.corpus.beside, lambda: texts(files))
        data = _read(job, opened, settings)
        history, point = _take_up(job.output, resume, data.validation, checkpoints.newest_verified(resume))
        if not _finished(history, settings):
            _fit(job, opened, data, history, point)
        diagnosis = diagnose(history.evaluations, settings.patience_evals)
        kept = _write(job, history, diagnosis)
        figures = _figures(opened, data, diagnosis, settings)
    shutil.rmtree(resume)
    return Counts(read=len(data.train), written=kept, figures=figures)


@dataclass(frozen=True)
class _Data:
    train: Tokens
    validation: Tokens
    blocks: Blocks
    sample: list[int]
    """Train documents, about as much as the validation split, on which train loss is measured."""


def _read(job: Job, opened: Opened, settings: TrainSettings) -> _Data:
    published, resume = job.inputs["publish"], job.output / RESUME
    train = encode(split_files(published, "train"), opened.tokenizer, resume / "train.tokens")
    validation = encode(split_files(published, "validation"), opened.tokenizer, resume / "validation.tokens")
    blocks = Blocks(
        train, opened.eos_id, settings.block_tokens, settings.max_steps * settings.batch_blocks, settings.seed
    )
    if len(validation) == 0 or not len(validation.flat):
        raise SitecorpusError(
            f"{published.name}: the validation split has no text, so nobody could tell whether training helps. "
            "Raise [split] `validation_fraction`, or gather more documents."
        )
    if blocks.epoch_tokens < settings.block_tokens:
        raise SitecorpusError(
            f"{published.name}: the train split has {blocks.epoch_tokens:,} tokens in {len(train):,} "
            f"document{'s' * (len(train) != 1)}, fewer than one block of {settings.block_tokens}. Lower [train] `block_tokens`, or gather more documents."
        )
    sample = train.some(int(validation.lengths.sum()), settings.seed)
    return _Data(train, validation, blocks, sample)


def _take_up(
    run: Path, resume: Path, validation: Tokens, point: checkpoints.ResumePoint | None
) -> tuple[History, checkpoints.ResumePoint | None]:
    """Bring everything on disk to the state of the resume point; without one, to that before the first step."""
    documents = list(
        zip(validation.document_ids, validation.lengths.tolist(), validation.utf8_bytes.tolist(), strict=True)
    )
    history = History(run, resume, documents)
    history.resume(point.step if point else None)
    if point is not None and not history.evaluations:
        log.warning("%s: its evaluations are gone; training begins anew", run.name)
        point = None
    step = point.step if point else -1
    checkpoints.prune(run, [s for s in checkpoints.kept_steps(run) if s <= step])
    if point is not None:
        log.info("training goes on from step %s", f"{point.step:,}")
        if point.threads != torch.get_num_threads():
            log.info("with %d CPU threads, as before: other numbers give other weights", point.threads)
            torch.set_num_threads(point.threads)
    return history, point


def _finished(history: History, settings: TrainSettings) -> bool:
    reached = bool(history.evaluations) and history.evaluations[-1].step >= settings.max_steps
    return reached or stopped_early(history, settings)


def _fit(job: Job, opened: Opened, data: _Data, history: History, point: checkpoints.ResumePoint | None) -> None:
    settings: TrainSettings = job.settings.train
    clock = time.monotonic() - history.seconds
    with job.progress("steps", settings.max_steps) as progress, StopRequest() as stop, readable_failures(job.output):
        watch = Watch(
            job.output, settings, opened.tokenizer,
            lambda step: evaluate(opened, data, settings, step, time.monotonic() - clock),
            history, progress, stop,
        )  # fmt: skip
        trainer = CheckedTrainer(
            model=opened.model,
            args=arguments(job.output / RESUME, settings),
            train_dataset=data.blocks,
            optimizers=(optimizers.make(settings, opened.model), None),
            callbacks=[watch],
        )
        trainer.mend = f"The checkpoints before it are kept in {job.output / checkpoints.KEPT}. {gentler(settings)}"
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=str(point.directory) if point else None)
    if _finished(history, settings):
        return
    if stop.signal == signal.SIGTERM:
        raise SitecorpusError(
            f"training was asked to stop (SIGTERM) and did so after step {trainer.state.global_step:,}. "
            "What was learnt is kept: the same command goes on from there."
        )
    raise KeyboardInterrupt


def evaluate(opened: Opened, data: _Data, settings: TrainSettings, step: int, seconds: float) -> Evaluation:
    """Measure held-out loss over the whole validation split, and train loss the same way over the fixed sample.

    Raises SitecorpusError where a loss is not finite.
    """

    def nats_of(tokens: Tokens, documents: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return document_nats(opened.model, tokens, documents, opened.eos_id, settings.block_tokens)

    held_out = nats_of(data.validation, list(range(len(data.validation))))
    seen = nats_of(data.train, data.sample)
    for tokens, documents, nats in ((data.validation, None, held_out), (data.train, data.sample, seen)):
        bad = np.flatnonzero(~np.isfinite(nats))
        if len(bad):
            first = tokens.document_ids[documents[bad[0]] if documents else int(bad[0])]
            why = (
                f"training has diverged. {gentler(settings)}"
                if step
                else f"the weights of {settings.model!r} are damaged, or no model of this text. Take another model."
            )
            raise SitecorpusError(
                f"the loss is not a number at step {step:,} ({len(bad)} document{'s' * (len(bad) != 1)}, the first is "
                f"{first}): {why}"
            )
    loss = nats_per_token(held_out, data.validation.lengths)
    tokens_seen = step * settings.batch_blocks * settings.block_tokens
    row = {
        "step": step,
        "tokens_seen": tokens_seen,
        "train_loss_nats": nats_per_token(seen, data.train.lengths[data.sample]),
        "validation_loss_nats": loss,
        "validation_bits_per_byte": bits_per_byte(held_out, data.validation.utf8_bytes),
        "validation_perplexity": perplexity(loss),
        "epoch": round(tokens_seen / data.blocks.epoch_tokens, 4),
        "seconds": round(seconds, 3),
    }
    return Evaluation(row, held_out)


def _write(job: Job, history: History, diagnosis: Diagnosis) -> int:
    """Write what the run says about itself; return the number of checkpoints kept."""
    wanted = kinds(history, job.settings.train)
    checkpoints.prune(job.output, wanted)
    rows = {e.step: e.row for e in history.evaluations}
    listing = [
        {
            "step": step,
            "directory": checkpoints.kept_directory(job.output, step).relative_to(job.output).as_posix(),
            "kinds": names,
            "validation_loss_nats": rows[step]["validation_loss_nats"],
            "validation_bits_per_byte": rows[step]["validation_bits_per_byte"],
        }
        for step, names in wanted.items()
    ]
    lost = sorted(set(wanted) - set(checkpoints.kept_steps(job.output)))
    if lost:
        raise SitecorpusError(
            f"{job.output}: the checkpoint of step {lost[0]} is gone; somebody deleted it while the run was at work. "
            f"Delete the folder {job.output.name} and train again."
        )
    write_atomic(job.output / checkpoints.LISTING, json.dumps(listing, indent=1).encode() + b"\n")
    write_atomic(job.output / DIAGNOSIS, json.dumps(diagnosis.as_dict(), indent=1).encode() + b"\n")
    history.gather()
    job.says(METRICS, [stable(e.row) for e in history.evaluations])
    return len(listing)


def _figures(opened: Opened, data: _Data, diagnosis: Diagnosis, settings: TrainSettings) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "status": diagnosis.status,
        "reason": diagnosis.reason,
        "best_step": diagnosis.best_step,
        "last_step": diagnosis.last_step,
        "parameters": opened.parameters,
        "train_tokens": int(data.train.lengths.sum()),
        "validation_tokens": int(data.validation.lengths.sum()),
        "precision": "bf16" if mixed_precision(settings) else "fp32",
        "device": "cuda" if torch.cuda.is_available() else "cpu",
    }
    for name, row in (("base", diagnosis.base), ("best", diagnosis.best), ("last", diagnosis.last)):
        figures[f"{name}_loss_nats"] = row["validation_loss_nats"]
        figures[f"{name}_bits_per_byte"] = row["validation_bits_per_byte"]
    return figures


@contextmanager
def _threads(wanted: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    try:
        if wanted is not None:
            torch.set_num_threads(wanted)
        yield
    finally:
        torch.set_num_threads(before)
