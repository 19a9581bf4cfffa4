"""Checkpoints on disk: those that are kept, which anybody can open, and those to resume from, which must be whole.

A kept checkpoint is a folder in Hugging Face format that appears by a rename. A resume checkpoint is the Trainer's own,
with a list of its files' sizes and sha256 written last: without that, a checkpoint that lost its optimizer file
resumes silently with other weights.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sitecorpus.durable import sync_directory, write_atomic
from sitecorpus.fingerprint import file_sha256

log = logging.getLogger(__name__)

KEPT = "checkpoints"
LISTING = "checkpoints.json"
_SEAL = "seal.json"
_NEEDED = ("model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")
_RESUME_KEPT = 2


def kept_directory(run: Path, step: int) -> Path:
    """Return where the checkpoint of a step is kept."""
    return run / KEPT / f"step-{step:07d}"


def keep(run: Path, step: int, model: Any, tokenizer: Any) -> None:
    """Write `checkpoints/step-NNNNNNN`, whole or not at all."""
    final = kept_directory(run, step)
    if final.exists():
        return
    partial = final.with_name(final.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    # the Trainer turns the cache off for training; whoever opens the checkpoint wants it to generate
    training_cache, model.config.use_cache = model.config.use_cache, True
    try:
        model.save_pretrained(partial)
    finally:
        model.config.use_cache = training_cache
    tokenizer.save_pretrained(partial)
    _sync(partial)
    partial.rename(final)
    sync_directory(final.parent)


def kept_steps(run: Path) -> list[int]:
    """Return the steps of the checkpoints that are there, in order."""
    names = [p.name.removeprefix("step-") for p in (run / KEPT).glob("step-*")]
    return sorted(int(name) for name in names if name.isdigit())


def prune(run: Path, wanted: Collection[int], through: int | None = None) -> None:
    """Delete the kept checkpoints whose steps are not wanted (of those up to `through`), and half-written ones."""
    for path in (run / KEPT).glob("*.partial"):
        shutil.rmtree(path)
    for step in kept_steps(run):
        if step not in wanted and (through is None or step <= through):
            shutil.rmtree(kept_directory(run, step))


@dataclass(frozen=True)
class ResumePoint:
    """A resume checkpoint that was verified."""

    directory: Path
    step: int
    threads: int


def seal(directory: Path, step: int) -> None:
    """Make a checkpoint that the Trainer has written fit to resume from: everything on disk, the list of files last."""
    # a pickle of the arguments, which nothing here reads
    (directory / "training_args.bin").unlink(missing_ok=True)
    _sync(directory)
    files = {
        p.name: {"bytes": p.stat().st_size, "sha256": file_sha256(p)}
        for p in sorted(directory.iterdir())
        if p.is_file() and p.name != _SEAL
    }
    value = {"step": step, "threads": torch.get_num_threads(), "torch": torch.__version__, "files": files}
    write_atomic(directory / _SEAL, json.dumps(value, indent=1).encode())
    sync_directory(directory)


def newest_verified(resume: Path) -> ResumePoint | None:
    """Return the newest resume checkpoint that is whole; damaged ones are named in the log and deleted."""
    for directory in _resume_directories(resume):
        problem = _problem(directory)
        if problem is None:
            value = json.loads((directory / _SEAL).read_bytes())
            return ResumePoint(directory, int(value["step"]), int(value["threads"]))
        log.warning("%s: %s; the checkpoint before it is used", directory.name, problem)
        shutil.rmtree(directory)
    return None


def rotate(resume: Path) -> None:
    """Delete all but the newest resume checkpoints."""
    for directory in _resume_directories(resume)[_RESUME_KEPT:]:
        shutil.rmtree(directory)


def _resume_directories(resume: Path) -> list[Path]:
    found = [p for p in resume.glob("checkpoint-*") if p.name.removeprefix("checkpoint-").isdigit()]
    return sorted(found, key=lambda p: int(p.name.removeprefix("checkpoint-")), reverse=True)


def _problem(directory: Path) -> str | None:
    try:
        value = json.loads((directory / _SEAL).read_bytes())
        files = {str(k): (int(v["bytes"]), str(v["sha256"])) for k, v in value["files"].items()}
        _ = int(value["step"]), int(value["threads"])
    except FileNotFoundError:
        return "writing it was interrupted"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"its {_SEAL} is damaged"
    if value["step"] != int(directory.name.removeprefix("checkpoint-")):
        return f"its {_SEAL} is of another checkpoint"
    for name in _NEEDED:
        if name not in files and not (name == "model.safetensors" and "model.safetensors.index.json" in files):
            return f"{name} is missing"
    for name, (size, sha256) in files.items():
        path = directory / name
        if not path.is_file() or path.stat().st_size != size or file_sha256(path) != sha256:
            return f"{name} is not what was written"
    return None


def _sync(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_file():
            with path.open("rb") as f:
                os.fsync(f.fileno())
    sync_directory(directory)
