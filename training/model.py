"""Load a causal language model with its tokenizer, or build a small GPT-2; refuse what would train to nonsense.

A directory, a hub name and `scratch` go through the same checks. Weights are read from safetensors only, and no code
that comes with a model is ever run.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    set_seed,
)
from transformers.utils import logging as transformers_logging

from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.recipe import TrainSettings
from training.blocks import encode_texts

# Its bars and remarks (a tied head is "missing") go to stderr, terminal or not; what matters is checked and said here.
transformers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
# a hub that is out of reach is tried a dozen times; it is said once, at the end
logging.getLogger("huggingface_hub").setLevel(logging.ERROR)

END_OF_TEXT = "<|endoftext|>"
_HEAD_WIDTH = 64
_PROBE = f'It cost £3.50, said  the "naïve" café:\n\n    def f(x): return {{x: [1, 2]}}\n\tend {END_OF_TEXT} text.'


@dataclass(frozen=True)
class Opened:
    """A model with its tokenizer, both checked."""

    model: Any
    tokenizer: Any

    @property
    def eos_id(self) -> int:
        return int(self.tokenizer.eos_token_id)

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())


def open_model(settings: TrainSettings, beside: Callable[[str], Path], texts: Callable[[], Iterable[str]]) -> Opened:
    """Return the model that the settings ask for.

    `beside` resolves a path written in the recipe; `texts` yields the train split, from which a tokenizer is made
    when the model is built from scratch. Raises RecipeError where the model cannot be what the recipe asks for.
    """
    set_seed(settings.seed)
    opened = _build(settings, texts()) if settings.model == "scratch" else _load(settings, beside)
    opened.model.loss_type = "ForCausalLM"  # what transformers falls back to for GPT-2, with a warning
    _check_context(settings, opened.model)
    check_tokenizer(opened.tokenizer, opened.model, settings.model)
    return opened


def _build(settings: TrainSettings, texts: Iterable[str]) -> Opened:
    tokenizer = train_tokenizer(texts, settings.vocab_size, settings.block_tokens)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=settings.block_tokens,
        n_embd=settings.width,
        n_layer=settings.layers,
        n_head=settings.width // _head_width(settings.width),
        resid_pdrop=settings.dropout,
        embd_pdrop=settings.dropout,
        attn_pdrop=settings.dropout,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return Opened(GPT2LMHeadModel(config), tokenizer)


def _head_width(width: int) -> int:
    """Return the widest head of at most 64 that divides the model's width."""
    best = max(w for w in range(1, _HEAD_WIDTH + 1) if width % w == 0)
    if best < min(width, _HEAD_WIDTH) // 4:
        raise RecipeError(
            f"[train] `width` is {width}, which cannot be divided into heads: take a multiple of 64 (or of 32)."
        )
    return best


def train_tokenizer(texts: Iterable[str], vocab_size: int, context_tokens: int) -> Any:
    """Return a byte-level BPE tokenizer (Radford et al. 2019) trained on `texts`: any text encodes, and comes back."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        model_max_length=context_tokens,
        clean_up_tokenization_spaces=False,
    )


def _load(settings: TrainSettings, beside: Callable[[str], Path]) -> Opened:
    path = beside(settings.model)
    if path.is_dir():
        _check_directory(path, settings.model)
        return load_directory(path, dropout=settings.dropout)
    if path.exists() or settings.model.startswith((".", "/", "~")) or settings.model.count("/") > 1:
        raise RecipeError(
            f"[train] `model` is {settings.model!r}, but {path} is not a directory. "
            "Give a directory in Hugging Face format, a hub name such as `gpt2`, or `scratch`."
        )
    return _open_pretrained(settings.model, settings.dropout)


def load_directory(path: Path, dropout: float = 0.0) -> Opened:
    """Open a model directory, in fp32; raises SitecorpusError where it cannot be opened, RecipeError where weights lack."""
    return _open_pretrained(str(path), dropout)


def _open_pretrained(name: str, dropout: float) -> Opened:
    rates = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), dropout)
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model, info = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError, RuntimeError, SafetensorError) as error:
        # several libraries raise here, each in its own way; what they say is about this one directory or name
        where = "The directory" if Path(name).is_dir() else "The hub"
        raise SitecorpusError(
            f"[train] `model` {name!r} cannot be opened: {_first_line(error)} {where} must hold a causal language model "
            "with its tokenizer, as safetensors; without a connection to the hub, give a directory."
        ) from None
    lacking = sorted(info["missing_keys"])
    if lacking:
        raise RecipeError(
            f"[train] `model` {name!r} lacks {len(lacking)} of its weights ({', '.join(lacking[:3])} ...): they would be "
            "random. Take a complete checkpoint."
        )
    for key, value in rates.items():
        if hasattr(model.config, key):
            setattr(model.config, key, value)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    return Opened(model, tokenizer)


def _check_directory(path: Path, name: str) -> None:
    if not (path / "config.json").is_file():
        raise RecipeError(
            f"[train] `model` is {name!r}, but {path} has no config.json: it is not in Hugging Face format."
        )
    for file in (path / "config.json", path / "tokenizer_config.json"):
        if "auto_map" in _read_config(file):
            raise RecipeError(
                f"[train] `model` {name!r} brings its own code (auto_map in {file}), which is never run. "
                "Take a model whose architecture transformers knows."
            )
    if list(path.glob("*.safetensors")):
        return
    pickled = sorted(p.name for p in path.glob("*.bin"))
    found = f"only {', '.join(pickled)}, which can run code when it is opened" if pickled else "no weights"
    raise RecipeError(
        f"[train] `model` {name!r}: {path} has {found}. Weights are read from safetensors only: take the model's "
        "model.safetensors, or convert it where you trust its source (load it there, then "
        "`model.save_pretrained(DIR)`)."
    )


def _read_config(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise RecipeError(f"{path}: this is not a JSON object ({error}). Copy the model again.") from None


def _check_context(settings: TrainSettings, model: Any) -> None:
    context = context_tokens(model)
    if settings.block_tokens > context:
        raise RecipeError(
            f"[train] `block_tokens` is {settings.block_tokens}, but {settings.model!r} has a context of {context} tokens. "
            f"Set `block_tokens` to {context} or less."
        )


def context_tokens(model: Any) -> int:
    """Return the longest input the model can take, in tokens."""
    return int(getattr(model.config, "max_position_embeddings", None) or 1024)


def check_tokenizer(tokenizer: Any, model: Any, name: str) -> None:
    """Raise RecipeError where a tokenizer would feed the model nothing, something else, or ids that it lacks."""
    if tokenizer.eos_token_id is None:
        raise RecipeError(
            f"[train] `model` {name!r}: its tokenizer has no end-of-text token, by which documents are told apart."
        )
    ids = encode_texts(tokenizer, [_PROBE])[0]
    if not ids:
        raise RecipeError(
            f"[train] `model` {name!r}: its tokenizer encodes everything to nothing (a vocabulary of {len(tokenizer)}). "
            "Its files are incomplete: take vocab.json with merges.txt, or tokenizer.json, of the same model."
        )
    if tokenizer.eos_token_id in ids:
        raise RecipeError(
            f"[train] `model` {name!r}: its tokenizer takes the text {tokenizer.eos_token!r} inside a document for the end of "
            "the document, so a document could be cut in two. Take the model's fast tokenizer (tokenizer.json)."
        )
    back = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    if back != _PROBE:
        raise RecipeError(
            f"[train] `model` {name!r}: its tokenizer does not give back the text it was given ({_PROBE[:40]!r} became "
            f"{back[:40]!r}). Held-out loss would be about another text. Take a tokenizer that keeps all text."
        )
    rows = int(model.get_input_embeddings().weight.shape[0])
    highest = max([tokenizer.eos_token_id, *tokenizer.get_vocab().values()])
    if highest >= rows:
        raise RecipeError(
            f"[train] `model` {name!r}: its tokenizer has ids up to {highest}, the model only {rows} embeddings. They are not of "
            "the same model: put the model's own tokenizer files beside its weights."
        )


def _first_line(error: BaseException) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0][:300].rstrip(" :.")
    return text + "."
