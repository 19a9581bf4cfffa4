"""transformers' Trainer as this house drives it: its arguments, and its failures in words."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import Trainer, TrainingArguments

from sitecorpus.errors import SitecorpusError
from sitecorpus.recipe import TrainSettings
from training import optimizers


class CheckedTrainer(Trainer):  # type: ignore[misc]
    """The Trainer, but a loss that is no number ends the run at its step."""

    mend = ""
    """What to do then."""

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        loss: torch.Tensor = super().training_step(*args, **kwargs)
        if not torch.isfinite(loss):
            raise SitecorpusError(
                f"training loss is {loss.item()} at step {self.state.global_step + 1:,}: training has diverged. {self.mend}"
            )
        return loss


def arguments(resume: Path, settings: TrainSettings) -> TrainingArguments:
    """Return the Trainer's arguments: what to save, measure and say is not its business."""
    cuda = torch.cuda.is_available()
    made = TrainingArguments(
        output_dir=str(resume),
        max_steps=settings.max_steps,
        per_device_train_batch_size=settings.batch_blocks,
        train_sampling_strategy="sequential",  # the blocks are in order already
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=settings.warmup_steps,
        max_grad_norm=1.0,
        bf16=mixed_precision(settings),
        seed=settings.seed,
        use_cpu=not cuda,
        eval_strategy="no",
        save_strategy="no",  # callbacks.Watch says when
        logging_strategy="no",
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=cuda,
        remove_unused_columns=False,
    )
    if made.n_gpu > 1:
        made._n_gpu = 1  # otherwise the Trainer would split and enlarge the batch over all devices it sees
    return made


def mixed_precision(settings: TrainSettings) -> bool:
    """Whether to train in bfloat16: as the recipe says, else where the device gains by it."""
    if settings.bf16 is not None:
        return settings.bf16
    return torch.cuda.is_bf16_supported() if torch.cuda.is_available() else optimizers.cpu_has_bfloat16()


def gentler(settings: TrainSettings) -> str:
    """Return what to change in the recipe when training diverges, as a sentence."""
    rates = "`learning_rate`" + " and `muon_learning_rate`" * (settings.optimizer == "muon")
    return f"Lower [train] {rates}" + (", or set `bf16 = false`." if mixed_precision(settings) else ".")


@contextmanager
def readable_failures(run: Path) -> Iterator[None]:
    """Give the failures that torch reports in its own words the form that the rest of the house knows."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise SitecorpusError(
            "the device's memory does not hold this training. Halve [train] `batch_blocks` or `block_tokens`, or take a "
            "smaller model."
        ) from None
    except (RuntimeError, SafetensorError) as error:
        # torch.save and safetensors do not say ENOSPC
        if shutil.disk_usage(run).free < 2**20:
            raise OSError(errno.ENOSPC, str(error).splitlines()[0], str(run)) from None
        raise
