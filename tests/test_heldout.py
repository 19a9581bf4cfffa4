from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from training.blocks import Tokens
from training.heldout import document_nats
from training.metrics import bits_per_byte, nats_per_token, perplexity

EOS, CONTEXT = 0, 64


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=296, n_positions=CONTEXT, n_embd=32, n_layer=2, n_head=2, initializer_range=0.3,
        bos_token_id=EOS, eos_token_id=EOS,
    )  # fmt: skip
    return GPT2LMHeadModel(config)


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    rng = np.random.default_rng(7)
    lengths = [1, 2, 63, 64, 65, 96, 97, 200, 0, 10, 31, 32, 33, *rng.integers(1, 90, 40).tolist()]
    flat = rng.integers(1, 296, sum(lengths)).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Tokens(tuple(f"{i}" for i in range(len(lengths))), flat, offsets, np.array(lengths, dtype=np.int64) * 3)


def reference(model: Any, document: list[int]) -> float:
    """One token at a time: its window is found from the stated stride, and its nats read from that window."""
    sequence, total = [EOS, *document], 0.0
    model.eval()
    with torch.no_grad():
        for i in range(1, len(sequence)):
            if i <= CONTEXT:
                window = sequence[:i]
            else:
                steps = -(-(i - CONTEXT) // (CONTEXT // 2))
                end = min(CONTEXT + steps * (CONTEXT // 2), len(document))
                window = sequence[max(end - CONTEXT, 0) : i]
            logits = model(input_ids=torch.tensor([window])).logits[0, -1]
            total -= float(logits.double().log_softmax(0)[sequence[i]])
    return total


def test_every_document_has_the_nats_of_a_token_by_token_reference(model: Any, tokens: Tokens) -> None:
    got = document_nats(model, tokens, list(range(len(tokens))), EOS, CONTEXT)
    wanted = [reference(model, tokens.document(d).tolist()) for d in range(13)]
    assert got[:13] == pytest.approx(wanted, abs=1e-3, rel=1e-5)
    assert got[8] == 0.0  # an empty document


def test_the_loss_does_not_depend_on_the_batch_size(model: Any, tokens: Tokens) -> None:
    documents = list(range(len(tokens)))
    losses = [
        nats_per_token(document_nats(model, tokens, documents, EOS, CONTEXT, batch_windows=n), tokens.lengths)
        for n in (1, 2, 7, 16, 100)
    ]
    assert max(losses) - min(losses) < 1e-5


def test_the_loss_is_weighted_by_tokens_not_by_documents() -> None:
    nats, lengths, sizes = np.array([1.0, 99.0]), np.array([1, 9]), np.array([4, 36])
    assert nats_per_token(nats, lengths) == pytest.approx(10.0)
    assert bits_per_byte(nats, sizes) == pytest.approx(100 / np.log(2) / 40)
    assert perplexity(np.log(50.0)) == pytest.approx(50.0)
    assert np.isfinite(perplexity(1e9))


def test_evaluating_leaves_random_state_mode_and_gradients_alone(model: Any, tokens: Tokens) -> None:
    model.train()
    torch.manual_seed(3)
    before = torch.get_rng_state()
    document_nats(model, tokens, [0, 1, 2], EOS, CONTEXT)
    assert torch.equal(before, torch.get_rng_state())
    assert model.training
    assert all(p.grad is None for p in model.parameters())


def test_a_model_wrapped_for_mixed_precision_is_evaluated_in_fp32(model: Any, tokens: Tokens) -> None:
    plain = document_nats(model, tokens, [3, 4], EOS, CONTEXT)
    forward = model.forward
    model.forward = torch.autocast("cpu", torch.bfloat16)(forward)
    wrapped = model.forward
    try:
        assert document_nats(model, tokens, [3, 4], EOS, CONTEXT).tolist() == plain.tolist()
        assert model.forward is wrapped
    finally:
        del model.forward


def test_the_documents_asked_for_are_the_ones_that_are_scored(model: Any, tokens: Tokens) -> None:
    every = document_nats(model, tokens, list(range(len(tokens))), EOS, CONTEXT)
    some = document_nats(model, tokens, [7, 2], EOS, CONTEXT)
    assert some == pytest.approx([every[7], every[2]], rel=1e-5)


def test_a_nan_in_the_model_is_not_filtered_away(model: Any, tokens: Tokens) -> None:
    weight = model.transformer.wte.weight
    token = int(tokens.document(9)[0])
    before = weight[token].detach().clone()
    try:
        with torch.no_grad():
            weight[token] = float("nan")
        assert np.isnan(document_nats(model, tokens, [9], EOS, CONTEXT)).all()
    finally:
        with torch.no_grad():
            weight[token] = before
