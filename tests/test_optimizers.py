from __future__ import annotations

import copy
import io
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from sitecorpus.recipe import TrainSettings
from training.optimizers import Muon, make


def small_model() -> Any:
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=64, n_positions=16, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    )  # fmt: skip
    return GPT2LMHeadModel(config)


def step(model: Any, optimizer: torch.optim.Optimizer, k: int) -> float:
    ids = torch.randint(0, 64, (4, 16), generator=torch.Generator().manual_seed(k % 2))
    loss = torch.nn.functional.cross_entropy(model(input_ids=ids).logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@pytest.mark.parametrize("name", ["adamw", "adafactor", "muon"])
def test_each_optimizer_learns_and_goes_on_bit_for_bit_from_its_stored_state(name: str) -> None:
    settings = TrainSettings(optimizer=name, learning_rate=5e-3)  # type: ignore[arg-type]
    model = small_model()
    optimizer = make(settings, model)
    losses = [step(model, optimizer, k) for k in range(6)]
    assert losses[4] < losses[0]

    stored = io.BytesIO()
    torch.save(optimizer.state_dict(), stored)
    other = copy.deepcopy(model)
    resumed = make(settings, other)
    resumed.load_state_dict(torch.load(io.BytesIO(stored.getvalue()), weights_only=True))
    for k in range(3):
        step(model, optimizer, k)
        step(other, resumed, k)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def test_muon_takes_hidden_matrices_and_leaves_embeddings_and_vectors_to_adamw() -> None:
    model = small_model()
    groups = make(TrainSettings(optimizer="muon"), model).param_groups
    by_momentum = [("momentum" in g, p.shape) for g in groups for p in g["params"]]
    muon = [shape for is_muon, shape in by_momentum if is_muon]
    assert len(muon) == 8  # four matrices a layer
    assert (64, 32) not in muon
    assert (16, 32) not in muon
    assert len(by_momentum) == len(list(model.parameters()))


def test_a_scheduler_reaches_both_parts_also_after_loading_a_state() -> None:
    optimizer = make(TrainSettings(optimizer="muon"), small_model())
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 0.5 if k else 1.0)
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.step()
    scheduler.step()
    assert [g["lr"] for g in optimizer.param_groups] == [0.01, 0.00025, 0.00025]
    assert [g["lr"] for part in optimizer._parts for g in part.param_groups] == [0.01, 0.00025, 0.00025]  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", [(8, 32), (32, 8), (16, 16)])
def test_muon_agrees_with_the_one_in_torch(shape: tuple[int, int]) -> None:
    torch.manual_seed(2)
    start = torch.randn(shape)
    grads = [torch.randn(shape) for _ in range(3)]
    mine, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    ours = Muon([mine], lr=0.1, weight_decay=0.1)
    stock = torch.optim.Muon([theirs], lr=0.1, weight_decay=0.1)
    for g in grads:
        mine.grad, theirs.grad = g.clone(), g.clone()
        ours.step()
        stock.step()
    # torch rounds to bfloat16 inside
    assert torch.allclose(mine, theirs, atol=0.02)


def test_weight_decay_leaves_biases_and_norms_alone() -> None:
    for group in make(TrainSettings(weight_decay=0.1), small_model()).param_groups:
        assert (group["weight_decay"] > 0) == all(p.ndim >= 2 for p in group["params"])
