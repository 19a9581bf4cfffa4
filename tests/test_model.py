from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.recipe import TrainSettings
from training.model import END_OF_TEXT, check_tokenizer, load_directory, open_model, train_tokenizer

TEXTS = ["The shrine opens at dawn, and the rain has stopped.", "def f(x):\n    return x + 1\n"] * 3


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer(TEXTS, 296, 64)


@pytest.fixture
def directory(tmp_path: Path, tokenizer: Any) -> Path:
    """A checkpoint in real GPT-2 format: vocabulary 296, 2 layers of 32, context 64."""
    torch.manual_seed(1)
    config = GPT2Config(vocab_size=296, n_positions=64, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(config).save_pretrained(tmp_path / "tiny")
    tokenizer.save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


def beside(root: Path) -> Callable[[str], Path]:
    return lambda name: (root / name).resolve()


def opened(directory: Path, **changes: Any) -> Any:
    settings = TrainSettings(model=directory.name, block_tokens=changes.pop("block_tokens", 64), **changes)
    return open_model(settings, beside(directory.parent), lambda: iter(TEXTS))


def test_scratch_gives_the_model_that_the_settings_describe() -> None:
    settings = TrainSettings(vocab_size=300, layers=2, width=96, block_tokens=48)
    got = open_model(settings, beside(Path()), lambda: iter(TEXTS))
    assert got.model.config.n_layer == 2
    assert got.model.config.n_embd // got.model.config.n_head == 48
    assert got.model.config.n_positions == 48
    assert got.model.get_input_embeddings().weight.shape[0] == len(got.tokenizer) <= 300
    assert got.tokenizer.eos_token == END_OF_TEXT


def test_the_same_seed_gives_the_same_weights_and_the_same_tokenizer() -> None:
    settings = TrainSettings(vocab_size=300, layers=1, width=32, block_tokens=16)
    one, two = (open_model(settings, beside(Path()), lambda: iter(TEXTS)) for _ in range(2))
    assert one.tokenizer.get_vocab() == two.tokenizer.get_vocab()
    assert all(torch.equal(a, b) for a, b in zip(one.model.parameters(), two.model.parameters(), strict=True))


def test_a_width_without_heads_is_refused() -> None:
    with pytest.raises(RecipeError, match="multiple of 64"):
        open_model(TrainSettings(vocab_size=300, width=127, block_tokens=16), beside(Path()), lambda: iter(TEXTS))


def test_a_directory_in_gpt2_format_opens_with_its_own_tokenizer_and_the_recipes_dropout(directory: Path) -> None:
    got = opened(directory, dropout=0.25)
    assert got.parameters == 36_992
    assert {m.p for m in got.model.modules() if isinstance(m, torch.nn.Dropout)} == {0.25}
    assert next(got.model.parameters()).dtype == torch.float32


def test_another_architecture_goes_through_the_same_code(tmp_path: Path, tokenizer: Any) -> None:
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=64, bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path / "llama")
    tokenizer.save_pretrained(tmp_path / "llama")
    assert opened(tmp_path / "llama").model.config.model_type == "llama"


def test_pickled_weights_are_refused_in_words(directory: Path) -> None:
    (directory / "model.safetensors").rename(directory / "pytorch_model.bin")
    with pytest.raises(RecipeError, match=r"only pytorch_model.bin.*safetensors only"):
        opened(directory)


def test_a_model_that_brings_code_is_refused(directory: Path) -> None:
    path = directory / "config.json"
    config = json.loads(path.read_text()) | {"auto_map": {"AutoModelForCausalLM": "evil.Model"}}
    path.write_text(json.dumps(config))
    (directory / "evil.py").write_text("raise SystemExit('ran')")
    with pytest.raises(RecipeError, match="brings its own code"):
        opened(directory)


def test_a_directory_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecipeError, match=r"no config.json"):
        opened(tmp_path / "empty")
    with pytest.raises(RecipeError, match="is not a directory"):
        open_model(TrainSettings(model="./nothing/here"), beside(tmp_path), lambda: iter(TEXTS))


def test_a_hub_name_without_a_connection_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(SitecorpusError, match="give a directory"):
        open_model(TrainSettings(model="no-such-org/no-such-model"), beside(tmp_path), lambda: iter(TEXTS))


def test_torn_weights_are_an_error_in_words(directory: Path) -> None:
    whole = (directory / "model.safetensors").read_bytes()
    (directory / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SitecorpusError, match="cannot be opened"):
        opened(directory)


def test_a_checkpoint_without_all_of_its_weights_is_refused(directory: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(directory / "model.safetensors")
    gone = next(k for k in weights if "c_fc.weight" in k)
    del weights[gone]
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(RecipeError, match="lacks 1 of its weights"):
        opened(directory)


def test_blocks_longer_than_the_context_are_refused(directory: Path) -> None:
    with pytest.raises(RecipeError, match=r"`block_tokens` is 65.*context of 64"):
        opened(directory, block_tokens=65)


def fast(core: Tokenizer, **special: str) -> Any:
    return PreTrainedTokenizerFast(tokenizer_object=core, **special)


def test_a_tokenizer_that_encodes_to_nothing_is_refused(directory: Path) -> None:
    model = load_directory(directory).model
    empty = fast(Tokenizer(models.BPE()), eos_token=END_OF_TEXT)
    with pytest.raises(RecipeError, match="encodes everything to nothing"):
        check_tokenizer(empty, model, "x")


def test_a_tokenizer_that_changes_the_text_is_refused(directory: Path, tokenizer: Any) -> None:
    core = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    core.normalizer = normalizers.Lowercase()
    with pytest.raises(RecipeError, match="does not give back the text"):
        check_tokenizer(fast(core, eos_token=END_OF_TEXT), load_directory(directory).model, "x")


def test_a_tokenizer_with_ids_that_the_model_lacks_is_refused(directory: Path) -> None:
    other = train_tokenizer([" ".join(f"word{i}" for i in range(500))], 400, 64)
    with pytest.raises(RecipeError, match="ids up to 399, the model only 296"):
        check_tokenizer(other, load_directory(directory).model, "x")


def test_a_tokenizer_without_an_end_of_text_is_refused(directory: Path, tokenizer: Any) -> None:
    core = Tokenizer(models.BPE(vocab={"a": 0}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel()
    with pytest.raises(RecipeError, match="no end-of-text token"):
        check_tokenizer(fast(core), load_directory(directory).model, "x")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_that_comes_with_the_model_or_its_tokenizer_is_refused_by_name(directory: Path, file: str) -> None:
    config = json.loads((directory / file).read_text())
    (directory / file).write_text(json.dumps(config | {"auto_map": {"AutoTokenizer": ["x.Y", None]}}))
    with pytest.raises(RecipeError, match=f"auto_map in .*/{file}"):
        opened(directory)


@pytest.mark.parametrize("content", ["[1, 2]", "5", "{", "\x00"])
def test_a_config_that_is_no_object_is_an_error_that_names_the_file(directory: Path, content: str) -> None:
    (directory / "config.json").write_text(content)
    with pytest.raises(RecipeError, match=r"config\.json: this is not a JSON object"):
        opened(directory)
