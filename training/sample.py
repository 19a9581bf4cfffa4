"""STAGE text from the recommended checkpoint: continuations of the first sentences of held-out documents.

Each sample has a random generator of its own, seeded by (seed, prompt, sample), and is generated alone in fp32: a row is
the same whatever else is generated beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.manifest import Counts
from sitecorpus.recipe import SampleSettings
from sitecorpus.shards import iter_rows, write_shard
from sitecorpus.stage import Job
from training.blocks import encode_texts, split_files
from training.checkpoints import LISTING
from training.model import Opened, context_tokens, load_directory

SCHEMA = pa.schema(
    [
        ("sample_id", pa.string()),
        ("prompt", pa.string()),
        ("continuation", pa.string()),
        ("document_id", pa.string()),
        ("url", pa.string()),
        ("step", pa.int64()),
        ("seed", pa.int64()),
    ]
)

PROMPT_WORDS = 40
_PROMPT_MIN_WORDS = 4  # "See also." is no prompt: the next sentence is taken with it
_COLDEST = 1e-6  # below it the quotients overflow; the likeliest token is certain long before
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*(?=\s|\Z)")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")


def sample(job: Job) -> Counts:
    """Continue the first sentences of held-out documents; writes `samples-00000.parquet`."""
    settings: SampleSettings = job.settings.sample
    step, directory = recommended(job.inputs["train"])
    generate = Sampler(directory)
    prompts = pick_prompts(split_files(job.inputs["publish"], "validation"), settings.prompts, settings.seed)
    rows = []
    with job.progress("samples", len(prompts) * settings.samples_per_prompt) as progress:
        for p, (document_id, url, prompt) in enumerate(prompts):
            for s in range(settings.samples_per_prompt):
                seed = row_seed(settings.seed, p, s)
                text = generate.one(
                    prompt, settings.max_new_tokens, settings.temperature, settings.top_k, settings.top_p, seed
                )
                rows.append(
                    {
                        "sample_id": f"{document_id}-{s}",
                        "prompt": prompt,
                        "continuation": text,
                        "document_id": document_id,
                        "url": url,
                        "step": step,
                        "seed": seed,
                    }
                )
                progress.advance()
    counts = Counts(read=len(prompts), written=len(rows), figures={"step": step})
    write_shard(job.output / "samples-00000.parquet", rows, SCHEMA, counts)
    return counts


def recommended(run: Path, step: int | None = None) -> tuple[int, Path]:
    """Return the step and the folder of the checkpoint that the diagnosis recommends, or of the step asked for.

    Raises RecipeError where no checkpoint of that step was kept, SitecorpusError where its folder is gone.
    """
    listing = json.loads((run / LISTING).read_bytes())
    chosen = next((r for r in listing if ("best" in r["kinds"] if step is None else r["step"] == step)), None)
    if chosen is None and step is not None:
        kept = ", ".join(str(row["step"]) for row in listing)
        raise RecipeError(f"{run.name}: there is no checkpoint of step {step}; kept are {kept}.")
    if chosen is None or not (run / chosen["directory"]).is_dir():
        raise SitecorpusError(f"{run}: the checkpoint is gone. Delete the folder {run.name} and train again.")
    return int(chosen["step"]), run / chosen["directory"]


def pick_prompts(files: list[Path], wanted: int, seed: int) -> list[tuple[str, str, str]]:
    """Return (document_id, url, first sentence) of up to `wanted` documents: those first by a hash with the seed."""
    found = []
    for row in iter_rows(files, ["document_id", "url", "text"]):
        prompt = first_sentence(row["text"])
        if prompt:
            key = hashlib.sha256(f"{seed} {row['document_id']}".encode()).digest()
            found.append((key, row["document_id"], row["url"], prompt))
            if len(found) > 4 * wanted:  # the split may be large, the prompts are few
                found = sorted(found)[:wanted]
    return [(document_id, url, prompt) for _, document_id, url, prompt in sorted(found)[:wanted]]


def first_sentence(text: str) -> str:
    """Return the beginning of `text` up to the end of a sentence, or else of a paragraph, at most 40 whole words.

    A heading, which has no full stop, comes with the sentence below it.

    >>> first_sentence("It rains. It pours over the old town. Nobody minds.")
    'It rains. It pours over the old town.'
    """
    begin = text.lstrip()
    words = list(re.finditer(r"\S+", begin))[:PROMPT_WORDS]
    if not words:
        return ""
    limit = words[-1].end()
    enough = words[min(_PROMPT_MIN_WORDS, len(words)) - 1].end()
    for pattern in (_SENTENCE_END, _PARAGRAPH_END):
        for end in (m.end() for m in pattern.finditer(begin, 0, limit + 2)):
            if end >= enough:
                return begin[: min(end, limit)].rstrip()
    return begin[:limit]


def row_seed(seed: int, prompt: int, sample: int) -> int:
    """Return the seed of one sample's generator: 63 bits of a hash."""
    return int.from_bytes(hashlib.sha256(f"{seed} {prompt} {sample}".encode()).digest()[:8], "big") >> 1


def open_sampler(run: Path, step: int | None = None) -> Callable[..., list[str]]:
    """Return `generate(prompt, n, max_new_tokens, temperature, top_k, top_p, seed) -> [continuation]` of a run's
    recommended checkpoint, or of that of a step."""
    return Sampler(recommended(run, step)[1]).several


class Sampler:
    """A checkpoint, ready to continue texts. Safe only for directories in Hugging Face format; runs no code of theirs."""

    def __init__(self, checkpoint: Path) -> None:
        opened: Opened = load_directory(checkpoint)
        self._model, self._tokenizer, self._eos_id = opened.model.eval(), opened.tokenizer, opened.eos_id
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model.to(self._device)
        self._context = context_tokens(opened.model)

    def several(
        self, prompt: str, n: int, max_new_tokens: int, temperature: float, top_k: int, top_p: float, seed: int
    ) -> list[str]:
        """Return `n` continuations, the k-th seeded by (seed, 0, k)."""
        seeds = [row_seed(seed, 0, k) for k in range(n)]
        return [self.one(prompt, max_new_tokens, temperature, top_k, top_p, s) for s in seeds]

    @torch.inference_mode()
    def one(self, prompt: str, max_new_tokens: int, temperature: float, top_k: int, top_p: float, seed: int) -> str:
        """Return one continuation, up to the end of the text or `max_new_tokens` tokens."""
        if temperature < 0 or not 0 < top_p <= 1 or top_k < 0:
            raise RecipeError(
                f"temperature {temperature}, top_k {top_k}, top_p {top_p}: temperature and top_k must not be negative, "
                "top_p over 0 and at most 1."
            )
        if any("\ud800" <= c <= "\udfff" for c in prompt):
            raise RecipeError("the prompt holds bytes that are not UTF-8 text. Give it as UTF-8.")
        generator = torch.Generator().manual_seed(seed)
        # a document begins with the end-of-text token before it, as in training
        ids = [self._eos_id, *encode_texts(self._tokenizer, [prompt])[0]]
        given = len(ids)
        cache: Any = None
        seen = 0  # tokens of the window that are in the cache
        window = ids[-self._context :]
        for _ in range(max_new_tokens):
            if len(window) > self._context:  # full: go on from its second half
                window, cache, seen = window[-max(self._context // 2, 1) :], None, 0
            inputs = torch.tensor([window[seen:]], device=self._device)
            output = self._model(input_ids=inputs, past_key_values=cache, use_cache=True)
            cache, seen = output.past_key_values, len(window)
            token = choose(output.logits[0, -1].float().cpu(), temperature, top_k, top_p, generator)
            if token == self._eos_id:
                break
            ids.append(token)
            window.append(token)
        return self._continuation(ids, given)

    def _continuation(self, ids: list[int], given: int) -> str:
        """Return the text after the prompt; decoded together with it, for tokenizers that join words."""
        whole = str(self._tokenizer.decode(ids[1:], clean_up_tokenization_spaces=False))
        prompt = str(self._tokenizer.decode(ids[1:given], clean_up_tokenization_spaces=False))
        if whole.startswith(prompt):
            return whole[len(prompt) :]
        return str(self._tokenizer.decode(ids[given:], clean_up_tokenization_spaces=False))


def choose(logits: torch.Tensor, temperature: float, top_k: int, top_p: float, generator: torch.Generator) -> int:
    """Return a token id drawn from `logits`, (vocabulary,); temperature 0 takes the likeliest."""
    if temperature == 0:
        return int(logits.argmax())
    logits, tokens = (logits / max(temperature, _COLDEST)).sort(descending=True, stable=True)
    if top_k:
        logits = logits[:top_k]
    probabilities = logits.softmax(0)
    if top_p < 1:
        # the smallest set whose probability reaches top_p (Holtzman et al. 2020): never empty
        before = probabilities.cumsum(0) - probabilities
        probabilities = torch.where(before < top_p, probabilities, 0.0)
    return int(tokens[int(torch.multinomial(probabilities, 1, generator=generator))])
