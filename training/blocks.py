"""Documents into tokens, and tokens into blocks whose order is a function of seed and position.

Training reads one endless stream: epoch after epoch, the documents of the train split in that epoch's order, each
begun by the end-of-text token. Block i is tokens [i * block_tokens, (i + 1) * block_tokens) of the stream, so nothing
is dropped at the end of an epoch, and which document stands where follows from (seed, i) alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from sitecorpus.shards import iter_rows

_ENCODE_AT_ONCE = 256  # documents


@dataclass(frozen=True)
class Tokens:
    """The documents of one split as tokens, in the order of the split's files."""

    document_ids: tuple[str, ...]
    flat: NDArray[np.int32]
    """(tokens,) mapped from disk; no end-of-text tokens in it."""
    offsets: NDArray[np.int64]
    """(documents + 1,): document d is flat[offsets[d]:offsets[d + 1]]."""
    utf8_bytes: NDArray[np.int64]
    """(documents,)"""

    def __len__(self) -> int:
        return len(self.document_ids)

    def document(self, d: int) -> NDArray[np.int32]:
        """Return the tokens of document `d`, (tokens of d,)."""
        return self.flat[self.offsets[d] : self.offsets[d + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each document, (documents,)."""
        return np.diff(self.offsets)

    def some(self, wanted_tokens: int, seed: int) -> list[int]:
        """Return a fixed random choice of documents with about `wanted_tokens` in all, in ascending order."""
        chosen, total = [], 0
        for d in order(seed, -1, len(self)):
            if total >= wanted_tokens:
                break
            chosen.append(int(d))
            total += int(self.lengths[d])
        return sorted(chosen)


def order(seed: int, epoch: int, documents: int) -> NDArray[np.int64]:
    """Return the order of the documents in one epoch, (documents,); epoch -1 is for choosing samples."""
    return np.random.Generator(np.random.PCG64([seed, epoch + 1])).permutation(documents)


def split_files(published: Path, split: str) -> list[Path]:
    """Return the Parquet files of a split of a published dataset, in order."""
    return sorted((published / "data").glob(f"{split}-*.parquet"))


def texts(files: Iterable[Path]) -> Iterator[str]:
    """Yield the text of each document."""
    for row in iter_rows(files, ["text"]):
        yield row["text"]


def encode(files: Iterable[Path], tokenizer: Any, store: Path) -> Tokens:
    """Encode a split's documents into the file `store` (int32); "<|endoftext|>" in a text stays text."""
    ids: list[str] = []
    lengths: list[int] = []
    sizes: list[int] = []
    store.parent.mkdir(parents=True, exist_ok=True)
    rows = iter_rows(files, ["document_id", "text"])
    with store.open("wb") as out:
        while chunk := list(islice(rows, _ENCODE_AT_ONCE)):
            for row, tokens in zip(chunk, encode_texts(tokenizer, [r["text"] for r in chunk]), strict=True):
                ids.append(row["document_id"])
                lengths.append(len(tokens))
                sizes.append(len(row["text"].encode()))
                out.write(np.asarray(tokens, dtype=np.int32).tobytes())
    flat = np.memmap(store, dtype=np.int32, mode="r") if sum(lengths) else np.zeros(0, dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
    return Tokens(tuple(ids), flat, offsets, np.array(sizes, dtype=np.int64))


def encode_texts(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """Return the token ids of each text, with no special token added and none recognised inside the text."""
    # verbose=False: a document longer than the context is what blocks are for, not worth a warning
    encoded: list[list[int]] = tokenizer(
        texts, add_special_tokens=False, split_special_tokens=True, verbose=False, return_attention_mask=False
    )["input_ids"]
    return encoded


class Blocks(Dataset[dict[str, torch.Tensor]]):
    """The blocks of a whole run, read in sequence: item i is a function of (tokens, seed, i)."""

    def __init__(self, tokens: Tokens, eos_id: int, block_tokens: int, blocks: int, seed: int) -> None:
        self._tokens, self._eos_id, self._block_tokens, self._blocks = tokens, eos_id, block_tokens, blocks
        self._seed = seed
        self.epoch_tokens = int(tokens.offsets[-1]) + len(tokens)
        """Tokens in one epoch, an end-of-text token for each document counted."""
        self._epoch = lru_cache(maxsize=2)(self._plan)

    def __len__(self) -> int:
        return self._blocks

    def __getitem__(self, i: int) -> dict[str, torch.Tensor]:
        """Return {"input_ids", "labels"}, each (block_tokens,)."""
        if not 0 <= i < self._blocks:
            raise IndexError(i)
        block = torch.from_numpy(self.tokens_of(i).astype(np.int64))
        return {"input_ids": block, "labels": block.clone()}  # the model shifts the labels itself

    def tokens_of(self, i: int) -> NDArray[np.int32]:
        """Return block i, (block_tokens,)."""
        block = np.empty(self._block_tokens, dtype=np.int32)
        position, filled = i * self._block_tokens, 0
        while filled < self._block_tokens:
            epoch, at = divmod(position + filled, self.epoch_tokens)
            documents, starts = self._epoch(epoch)
            k = int(np.searchsorted(starts, at, side="right")) - 1
            piece = np.concatenate([[self._eos_id], self._tokens.document(int(documents[k]))])[at - int(starts[k]) :]
            piece = piece[: self._block_tokens - filled]
            block[filled : filled + len(piece)] = piece
            filled += len(piece)
        return block

    def _plan(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the documents of an epoch in order, and the place in the epoch where each begins."""
        documents = order(self._seed, epoch, len(self._tokens))
        lengths = self._tokens.lengths[documents] + 1
        return documents, np.cumsum(lengths) - lengths
