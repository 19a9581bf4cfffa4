"""Optimizers by name: AdamW, Adafactor, and Muon for hidden matrices with AdamW for the rest.

Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) steps along the orthogonalised momentum. `torch.optim.Muon`
orthogonalises one matrix at a time in bfloat16, which takes 84 ms for a 128 × 512 matrix on a CPU without bfloat16
instructions; here matrices of one shape go together, in fp32 there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sitecorpus.recipe import TrainSettings

# The quintic of the post cited above: its slope at zero is steep, and five rounds bring singular values near 1.
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
_ROUNDS = 5


def make(settings: TrainSettings, model: nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer that the settings name, with weight decay on matrices only."""
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    if settings.optimizer == "muon":
        hidden = _hidden_matrices(model)
        rest = [(n, p) for n, p in named if not any(p is h for h in hidden)]
        return MuonWithAdamW(
            Muon(hidden, settings.muon_learning_rate, settings.weight_decay),
            torch.optim.AdamW(_groups(rest, settings.weight_decay), lr=settings.learning_rate, fused=True),
        )
    groups = _groups(named, settings.weight_decay)
    if settings.optimizer == "adafactor":
        from transformers.optimization import Adafactor

        # the settings under which a learning rate means what it says; the weight decay is in the groups
        adafactor: torch.optim.Optimizer = Adafactor(
            groups, lr=settings.learning_rate, scale_parameter=False, relative_step=False
        )
        return adafactor
    return torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies in bfloat16; without it, mixed precision is many times slower than fp32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _groups(named: list[tuple[str, nn.Parameter]], weight_decay: float) -> list[dict[str, Any]]:
    matrices = [p for _, p in named if p.ndim >= 2]
    vectors = [p for _, p in named if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return [g for g in groups if g["params"]]


def _hidden_matrices(model: nn.Module) -> list[nn.Parameter]:
    """Return the matrices between the embeddings and the head."""
    outside = {id(p) for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters(recurse=False)}
    head = getattr(model, "get_output_embeddings", lambda: None)()
    if head is not None:
        outside |= {id(p) for p in head.parameters()}
    return [p for p in model.parameters() if p.requires_grad and p.ndim == 2 and id(p) not in outside]


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; matrices of one shape are stepped together."""

    def __init__(self, params: list[nn.Parameter], lr: float, weight_decay: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})
        self._low_precision = cpu_has_bfloat16()

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for shape, matrices in _by_shape(group["params"]):
                grads = torch.stack([p.grad for p in matrices if p.grad is not None])  # (matrices, rows, columns)
                moments = torch.stack([self._momentum(p) for p in matrices])
                moments.lerp_(grads, 1 - group["momentum"])
                update = self._orthogonal(grads.lerp_(moments, group["momentum"]))
                rate = group["lr"] * math.sqrt(max(1.0, shape[0] / shape[1]))
                for p, moment, direction in zip(matrices, moments, update, strict=True):
                    self.state[p]["momentum_buffer"].copy_(moment)
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-rate)

    def _momentum(self, p: nn.Parameter) -> Tensor:
        state = self.state[p]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(p)
        buffer: Tensor = state["momentum_buffer"]
        return buffer

    def _orthogonal(self, x: Tensor) -> Tensor:
        """Return matrices (matrices, rows, columns) with the same singular vectors and singular values near 1."""
        a, b, c = _NEWTON_SCHULZ
        y = x.bfloat16() if x.is_cuda or self._low_precision else x
        tall = y.shape[1] > y.shape[2]
        y = y.mT if tall else y
        y = y / y.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
        for _ in range(_ROUNDS):
            gram = y @ y.mT
            y = torch.baddbmm(y, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), y, beta=a)
        return (y.mT if tall else y).to(x.dtype)


def _by_shape(params: list[nn.Parameter]) -> Iterator[tuple[torch.Size, list[nn.Parameter]]]:
    shapes: dict[torch.Size, list[nn.Parameter]] = {}
    for p in params:
        if p.grad is not None:
            shapes.setdefault(p.shape, []).append(p)
    yield from shapes.items()


class MuonWithAdamW(torch.optim.Optimizer):
    """Two optimizers as one: their groups side by side for the scheduler, their states side by side on disk."""

    def __init__(self, muon: Muon, adamw: torch.optim.AdamW) -> None:
        self._parts: tuple[torch.optim.Optimizer, ...] = (muon, adamw)
        super().__init__([*muon.param_groups, *adamw.param_groups], {})
        self._share_groups()

    def _share_groups(self) -> None:
        self.param_groups = [group for part in self._parts for group in part.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for part in self._parts:
            part.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        for part in self._parts:
            part.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self._parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for part, state in zip(self._parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self._share_groups()  # loading gives the parts new group objects
