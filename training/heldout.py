"""Nats of every document of a split: the number by which a model is judged.

Each document is scored from its own start, with the end-of-text token as the only context before it, and every token
of it counts once; that token itself is not scored, so bits per byte are about the text alone. A document longer than
the context goes on in windows that overlap by half a context: a token there has between half a context and a whole
one before it. `Trainer.evaluate` would weight means of batches by rows, and its result changes with the batch size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.blocks import Tokens

_LOGITS_AT_ONCE = 16 * 2**20
"""Numbers in one batch of logits (64 MiB in fp32), unless one window alone has more."""


@dataclass(frozen=True)
class _Window:
    document: int
    begin: int
    """First token of the input, where 0 is the end-of-text token before the document."""
    end: int
    """One past the last token to predict."""
    scored_from: int
    """First token that this window scores; those before it are context."""


def document_nats(
    model: Any,
    tokens: Tokens,
    documents: Sequence[int],
    eos_id: int,
    context_tokens: int,
    batch_windows: int = 32,
) -> NDArray[np.float64]:
    """Return the nats of each of `documents`, (len(documents),), in fp32 whatever the training precision is.

    The random state, the model's mode and its gradients are left as they were. Values differ by less than 1e-5 nats
    per token between batch sizes. A document that yields NaN or infinity keeps it: the caller decides.
    """
    nats = np.zeros(len(documents), dtype=np.float64)
    windows = [w for k, d in enumerate(documents) for w in _windows(k, int(tokens.lengths[d]), context_tokens)]
    windows.sort(key=lambda w: (w.begin - w.end, w.document, w.begin))  # like lengths together: little padding
    device = next(model.parameters()).device
    with _undisturbed(model):
        for batch in _batches(windows, batch_windows, int(model.get_output_embeddings().weight.shape[0])):
            inputs, targets = _tensors(batch, tokens, documents, eos_id)
            logits = model(input_ids=inputs.to(device), use_cache=False).logits.float()  # (windows, length, vocabulary)
            losses = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), targets.to(device).flatten(), ignore_index=-100, reduction="none"
            ).view(targets.shape)
            sums = losses.double().sum(1).cpu().numpy()
            np.add.at(nats, [w.document for w in batch], sums)
    return nats


def _windows(document: int, length: int, context: int) -> Iterator[_Window]:
    """Yield windows of at most `context` inputs that score each of the tokens 1..length once."""
    stride = max(context // 2, 1)
    scored_from, end = 1, min(length, context) + 1
    while scored_from <= length:
        yield _Window(document, max(end - 1 - context, 0), end, scored_from)
        scored_from, end = end, min(end + stride, length + 1)


def _batches(windows: Sequence[_Window], most: int, vocabulary: int) -> Iterator[list[_Window]]:
    at = 0
    while at < len(windows):
        length = windows[at].end - windows[at].begin  # the longest of the batch
        size = max(1, min(most, _LOGITS_AT_ONCE // (length * vocabulary)))
        yield list(windows[at : at + size])
        at += size


def _tensors(
    batch: Sequence[_Window], tokens: Tokens, documents: Sequence[int], eos_id: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs and targets, each (windows, longest); padding lies to the right, where causality hides it."""
    longest = max(w.end - w.begin for w in batch) - 1
    inputs = torch.full((len(batch), longest), eos_id, dtype=torch.long)
    targets = torch.full((len(batch), longest), -100, dtype=torch.long)
    for i, w in enumerate(batch):
        sequence = np.concatenate([[eos_id], tokens.document(documents[w.document])])[w.begin : w.end]
        ids = torch.from_numpy(sequence.astype(np.int64))
        inputs[i, : len(ids) - 1] = ids[:-1]
        first = w.scored_from - w.begin - 1
        targets[i, first : len(ids) - 1] = ids[first + 1 :]
    return inputs, targets


@contextmanager
def _undisturbed(model: Any) -> Iterator[None]:
    """Evaluate without gradients, dropout or autocast, and put everything back, the random state included."""
    training = model.training
    # accelerate replaces `forward` on the instance by one that computes in bf16; the class's own is in fp32
    wrapped = model.__dict__.pop("forward", None)
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    try:
        model.eval()
        with torch.random.fork_rng(devices), torch.inference_mode():
            yield
    finally:
        model.train(training)
        if wrapped is not None:
            model.forward = wrapped
