from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel

from training import checkpoints
from training.model import train_tokenizer

FILES = ("model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")


@pytest.fixture
def tiny() -> tuple[Any, Any]:
    torch.manual_seed(1)
    tokenizer = train_tokenizer(["some text to learn merges from"], 264, 16)
    config = GPT2Config(
        vocab_size=264, n_positions=16, n_embd=16, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0, use_cache=False
    )
    return GPT2LMHeadModel(config), tokenizer


def sealed(resume: Path, step: int) -> Path:
    directory = resume / f"checkpoint-{step}"
    directory.mkdir(parents=True)
    for name in (*FILES, "training_args.bin"):
        (directory / name).write_bytes(f"{name} of {step}".encode())
    checkpoints.seal(directory, step)
    return directory


def test_a_kept_checkpoint_opens_with_its_tokenizer_and_generates_with_a_cache(tmp_path: Path, tiny: Any) -> None:
    checkpoints.keep(tmp_path, 40, *tiny)
    directory = tmp_path / "checkpoints" / "step-0000040"
    model = AutoModelForCausalLM.from_pretrained(directory)
    assert AutoTokenizer.from_pretrained(directory).decode([5]) == tiny[1].decode([5])
    assert torch.equal(model.transformer.wte.weight, tiny[0].transformer.wte.weight)
    assert model.config.use_cache
    assert not tiny[0].config.use_cache
    assert not [p.name for p in directory.iterdir() if p.suffix in (".bin", ".pt", ".pkl")]


def test_half_written_and_unwanted_checkpoints_go_and_the_others_stay(tmp_path: Path, tiny: Any) -> None:
    for step in (10, 20, 30, 40):
        checkpoints.keep(tmp_path, step, *tiny)
    (tmp_path / "checkpoints" / "step-0000050.partial").mkdir()
    assert checkpoints.kept_steps(tmp_path) == [10, 20, 30, 40]
    checkpoints.prune(tmp_path, {20}, through=30)
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == ["step-0000020", "step-0000040"]


def test_the_newest_whole_resume_point_is_found_and_holds_no_pickled_arguments(tmp_path: Path) -> None:
    sealed(tmp_path, 9)
    newest = sealed(tmp_path, 10)
    point = checkpoints.newest_verified(tmp_path)
    assert point is not None
    assert (point.directory, point.step, point.threads) == (newest, 10, torch.get_num_threads())
    assert not (newest / "training_args.bin").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda d: (d / "seal.json").unlink(), "writing it was interrupted"),
        (lambda d: (d / "seal.json").write_text("{"), "its seal.json is damaged"),
        (lambda d: (d / "seal.json").write_text("[]"), "its seal.json is damaged"),
        (lambda d: (d / "optimizer.pt").unlink(), "optimizer.pt is not what was written"),
        (lambda d: (d / "rng_state.pth").write_bytes(b"rng"), "rng_state.pth is not what was written"),
        (
            lambda d: (d / "model.safetensors").write_bytes(b"x" * len("model.safetensors of 20")),
            "model.safetensors is not",
        ),
    ],
)
def test_a_torn_resume_point_is_named_and_the_one_before_it_is_used(
    damage: Any, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(tmp_path, 10)
    damage(sealed(tmp_path, 20))
    with caplog.at_level(logging.WARNING):
        point = checkpoints.newest_verified(tmp_path)
    assert point is not None
    assert point.step == 10
    assert f"checkpoint-20: {words}" in caplog.text
    assert not (tmp_path / "checkpoint-20").exists()


def test_a_seal_that_lists_no_optimizer_is_not_whole(tmp_path: Path) -> None:
    directory = sealed(tmp_path, 10)
    value = json.loads((directory / "seal.json").read_text())
    del value["files"]["optimizer.pt"]
    (directory / "seal.json").write_text(json.dumps(value))
    (directory / "optimizer.pt").unlink()
    assert checkpoints.newest_verified(tmp_path) is None


def test_a_renamed_resume_point_is_not_taken_for_another_step(tmp_path: Path) -> None:
    sealed(tmp_path, 10).rename(tmp_path / "checkpoint-30")
    assert checkpoints.newest_verified(tmp_path) is None


def test_only_the_newest_resume_points_stay(tmp_path: Path) -> None:
    for step in (10, 20, 100):
        sealed(tmp_path, step)
    checkpoints.rotate(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-100", "checkpoint-20"]


def test_a_folder_that_is_no_checkpoint_is_no_step(tmp_path: Path) -> None:
    for name in ("step-0000007", "step-best", "step-0000009.partial"):
        (tmp_path / checkpoints.KEPT / name).mkdir(parents=True)
    assert checkpoints.kept_steps(tmp_path) == [7]
