from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitecorpus.shards import write_shard
from training.blocks import Blocks, Tokens, encode, order
from training.model import train_tokenizer

EOS = 0


def tokens_of(documents: list[list[int]]) -> Tokens:
    lengths = [len(d) for d in documents]
    flat = np.array([t for d in documents for t in d], dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Tokens(tuple(str(i) for i in range(len(documents))), flat, offsets, np.array(lengths, dtype=np.int64))


def naive_stream(documents: list[list[int]], seed: int, epochs: int) -> list[int]:
    stream = []
    for epoch in range(epochs):
        for d in order(seed, epoch, len(documents)):
            stream += [EOS, *documents[d]]
    return stream


@settings(max_examples=50, deadline=None)
@given(
    documents=st.lists(st.lists(st.integers(1, 99), max_size=12), min_size=1, max_size=8),
    block_tokens=st.integers(1, 10),
    seed=st.integers(0, 2**31),
)
def test_blocks_are_the_stream_of_documents_cut_without_loss(
    documents: list[list[int]], block_tokens: int, seed: int
) -> None:
    blocks = Blocks(tokens_of(documents), EOS, block_tokens, 7, seed)
    stream = naive_stream(documents, seed, 7 * block_tokens)
    got = [t for i in range(len(blocks)) for t in blocks[i]["input_ids"].tolist()]
    assert got == stream[: 7 * block_tokens]


def test_a_block_depends_on_its_number_alone_not_on_what_was_read_before() -> None:
    documents = [[i] * (i % 7 + 1) for i in range(1, 30)]
    forward = Blocks(tokens_of(documents), EOS, 16, 40, 3)
    backward = Blocks(tokens_of(documents), EOS, 16, 40, 3)
    last_first = {i: backward[i]["input_ids"].tolist() for i in reversed(range(40))}
    assert [forward[i]["input_ids"].tolist() for i in range(40)] == [last_first[i] for i in range(40)]


def test_another_seed_and_another_epoch_give_another_order() -> None:
    assert order(1, 0, 50).tolist() != order(2, 0, 50).tolist()
    assert order(1, 0, 50).tolist() != order(1, 1, 50).tolist()
    assert sorted(order(1, 0, 50)) == list(range(50))


def test_a_block_past_the_end_of_the_run_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        Blocks(tokens_of([[1, 2]]), EOS, 4, 2, 1)[2]


def test_the_end_of_text_written_inside_a_document_stays_text(tmp_path: Path) -> None:
    texts = ["one<|endoftext|>two and more", "naïve café\r\n\ttabs"]
    tokenizer = train_tokenizer(texts, 296, 64)
    schema = pa.schema([("document_id", pa.string()), ("text", pa.string())])
    path = tmp_path / "train-00000-of-00001.parquet"
    write_shard(path, [{"document_id": str(i), "text": t} for i, t in enumerate(texts)], schema)
    tokens = encode([path], tokenizer, tmp_path / "tokens")
    assert tokenizer.eos_token_id not in tokens.flat
    assert [tokenizer.decode(tokens.document(d)) for d in range(2)] == texts
    assert tokens.utf8_bytes.tolist() == [len(t.encode()) for t in texts]


def test_a_sample_of_documents_is_fixed_by_the_seed_and_about_as_large_as_asked() -> None:
    tokens = tokens_of([[1] * 10 for _ in range(50)])
    assert tokens.some(95, seed=4) == tokens.some(95, seed=4)
    assert len(tokens.some(95, seed=4)) == 10
    assert tokens.some(95, seed=4) != tokens.some(95, seed=5)
    assert tokens.some(10_000, seed=4) == list(range(50))
