from __future__ import annotations

import json
from pathlib import Path
from pydoc_data.topics import topics
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import GPT2Config, GPT2LMHeadModel

from sitecorpus.errors import RecipeError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import SampleSettings
from sitecorpus.shards import read_shard, write_shard
from sitecorpus.stage import Job
from training import checkpoints
from training.model import train_tokenizer
from training.sample import Sampler, choose, first_sentence, open_sampler, pick_prompts, sample

TEXTS = [text[:900] for _, text in sorted(topics.items()) if len(text) > 900][:12]
SCHEMA = pa.schema([("document_id", pa.string()), ("url", pa.string()), ("text", pa.string())])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose best checkpoint, of two, is that of step 7: a random model with context 32."""
    folder = tmp_path_factory.mktemp("train")
    tokenizer = train_tokenizer(TEXTS, 320, 32)
    for step in (7, 9):
        torch.manual_seed(step)
        config = GPT2Config(
            vocab_size=len(tokenizer), n_positions=32, n_embd=32, n_layer=2, n_head=2, initializer_range=0.2,
            bos_token_id=0, eos_token_id=0,
        )  # fmt: skip
        checkpoints.keep(folder, step, GPT2LMHeadModel(config), tokenizer)
    rows = [
        {"step": 7, "directory": "checkpoints/step-0000007", "kinds": ["best"]},
        {"step": 9, "directory": "checkpoints/step-0000009", "kinds": ["last"]},
    ]
    (folder / "checkpoints.json").write_text(json.dumps(rows))
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish")
    rows = [{"document_id": f"d{i}", "url": f"https://x.test/{i}", "text": t} for i, t in enumerate(TEXTS)]
    write_shard(folder / "data" / "validation-00000-of-00001.parquet", rows, SCHEMA)
    return folder


def sample_text(run: Path, prompt: str, n: int = 1, **changes: Any) -> list[str]:
    options = {"max_new_tokens": 160, "temperature": 0.8, "top_k": 40, "top_p": 1.0, "seed": 1, **changes}
    return open_sampler(run, 7)(prompt, n, **options)


def rows_of(folder: Path, run: Path, published: Path, **settings: Any) -> list[dict[str, Any]]:
    folder.mkdir()
    chosen = SampleSettings(**{"prompts": 3, "samples_per_prompt": 2, "max_new_tokens": 12, **settings})
    inputs = {"publish": published, "train": run}
    sample(Job("sample", SimpleNamespace(sample=chosen), inputs, folder, CorpusDir(folder), Serial(), folder))
    return read_shard(folder / "samples-00000.parquet")


def test_samples_continue_held_out_first_sentences_from_the_recommended_checkpoint(
    run: Path, published: Path, tmp_path: Path
) -> None:
    rows = rows_of(tmp_path / "a", run, published)
    assert len(rows) == 6
    assert len({r["sample_id"] for r in rows}) == 6
    assert {r["step"] for r in rows} == {7}
    for row in rows:
        assert TEXTS[int(row["document_id"][1:])].startswith(row["prompt"])
        assert row["url"] == f"https://x.test/{row['document_id'][1:]}"
    assert rows[0]["continuation"] != rows[1]["continuation"]


def test_a_row_does_not_depend_on_what_is_sampled_beside_it(run: Path, published: Path, tmp_path: Path) -> None:
    few = rows_of(tmp_path / "a", run, published)
    many = rows_of(tmp_path / "b", run, published, prompts=5, samples_per_prompt=3)
    by_id = {r["sample_id"]: r for r in many}
    assert all(by_id[r["sample_id"]] == r for r in few)


def test_another_seed_gives_other_prompts_and_other_samples(run: Path, published: Path, tmp_path: Path) -> None:
    one, two = (rows_of(tmp_path / str(s), run, published, seed=s) for s in (1, 2))
    assert [r["prompt"] for r in one] != [r["prompt"] for r in two]
    assert not {r["seed"] for r in one} & {r["seed"] for r in two}


def test_fewer_documents_than_prompts_gives_fewer_samples(run: Path, published: Path, tmp_path: Path) -> None:
    assert len(rows_of(tmp_path / "a", run, published, prompts=100, samples_per_prompt=1)) == len(TEXTS)


def test_text_goes_on_beyond_the_context(run: Path) -> None:
    generate = open_sampler(run, 7)
    options: dict[str, Any] = {"n": 2, "max_new_tokens": 100, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "seed": 3}
    texts = generate("The " * 60, **options)
    assert generate("The " * 60, **options) == texts
    assert sample_text(run, "The " * 60, **options) == texts
    assert all(texts)


def test_the_cache_changes_nothing_greedy_text_is_the_argmax_of_the_whole_window(run: Path) -> None:
    sampler = Sampler(run / "checkpoints" / "step-0000009")
    got = sampler.one("The if statement", 12, 0.0, 0, 1.0, seed=1)
    model, tokenizer = sampler._model, sampler._tokenizer
    ids = [0, *tokenizer("The if statement")["input_ids"]]
    given_tokens = len(ids)
    for _ in range(12):
        with torch.no_grad():
            token = int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax())
        if token == 0:
            break
        ids.append(token)
    assert got == tokenizer.decode(ids[given_tokens:])


def test_a_prompt_may_be_empty_or_hold_the_end_of_text_as_text(run: Path) -> None:
    assert len(sample_text(run, "", max_new_tokens=5)) == 1
    assert len(sample_text(run, "a<|endoftext|>b", max_new_tokens=5)) == 1


def test_settings_that_cannot_be_are_refused(run: Path) -> None:
    with pytest.raises(RecipeError, match="top_p"):
        sample_text(run, "x", top_p=0.0)
    with pytest.raises(RecipeError, match=r"no checkpoint of step 8; kept are 7, 9"):
        open_sampler(run, 8)


def test_top_k_and_top_p_narrow_the_choice_and_never_to_nothing() -> None:
    logits = torch.tensor([0.0, 3.0, 2.0, -1.0])

    def drawn(temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> set[int]:
        generator = torch.Generator().manual_seed(1)
        return {choose(logits, temperature, top_k, top_p, generator) for _ in range(400)}

    assert drawn() == {0, 1, 2, 3}
    assert drawn(top_k=2) == {1, 2}
    assert drawn(top_p=0.9) == {1, 2}
    assert drawn(top_p=1e-9) == {1}
    assert drawn(temperature=0.0) == {1}


def test_first_sentences() -> None:
    assert first_sentence("One two three four five. Six.") == "One two three four five."
    assert (
        first_sentence("  \n\nA heading\n\nThen a sentence follows here. And more.")
        == "A heading\n\nThen a sentence follows here."
    )
    assert first_sentence("Version 3.11 came out in 2022! It is fast.") == "Version 3.11 came out in 2022!"
    assert first_sentence("A heading of five words\n\nThen a sentence. And more.").endswith("Then a sentence.")
    assert first_sentence("one two three four five\n\nsix seven\n\n" + "x " * 90) == "one two three four five"
    assert first_sentence("word " * 100) == " ".join(["word"] * 40)
    assert first_sentence("Short.") == "Short."
    assert first_sentence(" \n ") == ""


@given(st.text())
def test_a_prompt_is_a_prefix_of_whole_words_of_its_document(text: str) -> None:
    prompt = first_sentence(text)
    words = text.split()
    assert text.lstrip().startswith(prompt)
    assert len(prompt.split()) <= 40
    assert prompt.split() == words[: len(prompt.split())]
    assert bool(prompt) == bool(words)


def test_the_choice_of_prompts_does_not_depend_on_how_many_documents_are_read_at_once(published: Path) -> None:
    files = sorted((published / "data").glob("*.parquet"))
    every = pick_prompts(files, 12, seed=1)
    assert pick_prompts(files, 2, seed=1) == every[:2]


def test_a_prompt_that_is_no_text_is_refused_in_words(run: Path) -> None:
    with pytest.raises(RecipeError, match="not UTF-8"):
        sample_text(run, "lone \udcff surrogate", max_new_tokens=2)


@pytest.mark.parametrize("temperature", [5e-324, 1e-300, 1e-7])
def test_a_temperature_near_nothing_is_greedy(temperature: float) -> None:
    logits = torch.tensor([1.0, 900.0, -3e4, 899.0])
    assert choose(logits, temperature, 0, 1.0, torch.Generator().manual_seed(1)) == 1
