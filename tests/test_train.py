from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from pydoc_data.topics import topics
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel

from sitecorpus.document import document_id
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.licensing import Grant, Mixture, Purpose, Use
from sitecorpus.manifest import Counts
from sitecorpus.recipe import TrainSettings
from sitecorpus.shards import read_shard, write_shard
from sitecorpus.stage import Job
from training.blocks import Tokens
from training.checkpoints import ResumePoint, keep
from training.metrics import Evaluation, History
from training.model import load_directory, open_model, train_tokenizer
from training.train import _take_up, train

SCHEMA = pa.schema([("document_id", pa.string()), ("url", pa.string()), ("text", pa.string())])
SMALL: dict[str, Any] = {
    "vocab_size": 320, "layers": 2, "width": 32, "block_tokens": 64, "batch_blocks": 4, "optimizer": "muon",
    "learning_rate": 0.01, "warmup_steps": 3, "max_steps": 24, "eval_every_steps": 6, "milestone_every_steps": 12,
    "threads": 1,
}  # fmt: skip
NO_TOKENS = Tokens((), np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64))


def publish(folder: Path, texts: list[str], validation: int) -> Path:
    """A published dataset of some texts."""
    rows = [{"url": f"https://x.test/{i:03d}", "text": t} for i, t in enumerate(texts)]
    rows = [row | {"document_id": document_id(row["url"])} for row in rows]
    for split, part in (("validation", rows[:validation]), ("train", rows[validation:])):
        write_shard(folder / "data" / f"{split}-00000-of-00001.parquet", part, SCHEMA)
    allow(folder, "CC-BY-4.0", "commercial")
    return folder


def allow(folder: Path, license_id: str, purpose: Purpose) -> None:
    """Write down what a dataset under one licence may be used for."""
    outcome = Mixture.of([Grant(license_id)]).outcome(Use("merged", purpose, shared=False))
    (folder / "rights.json").write_text(json.dumps({"training": outcome.as_dict()}))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [text[:600] for _, text in sorted(topics.items()) if len(text) > 400]
    assert "<|endoftext|>" not in "".join(texts)
    texts[20] += "\nA literal <|endoftext|> in a document."
    return publish(tmp_path_factory.mktemp("publish"), texts[:40], 10)


def job(folder: Path, published: Path, **changes: Any) -> Job:
    settings = SimpleNamespace(train=TrainSettings(**{**SMALL, **changes}))
    output = folder / "train.partial"
    output.mkdir(parents=True, exist_ok=True)
    return Job("train", settings, {"publish": published}, output, CorpusDir(folder), Serial(), folder / "train")


@pytest.fixture(scope="module")
def done(published: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Counts]:
    one = job(tmp_path_factory.mktemp("run"), published)
    return one.output, train(one)


def test_a_run_says_its_losses_keeps_its_checkpoints_and_leaves_nothing_else(done: tuple[Path, Counts]) -> None:
    run, counts = done
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [r["step"] for r in rows] == [0, 6, 12, 18, 24]
    assert rows[-1]["validation_loss_nats"] < rows[0]["validation_loss_nats"] - 0.3
    assert rows[-1]["tokens_seen"] == 24 * 4 * 64
    listing = json.loads((run / "checkpoints.json").read_text())
    assert [(r["step"], r["directory"]) for r in listing] == [
        (12, "checkpoints/step-0000012"),
        (24, "checkpoints/step-0000024"),
    ]
    assert listing[0]["kinds"] == ["milestone"]
    assert listing[1]["kinds"] == ["milestone", "best", "last"]
    assert sorted(p.name for p in run.iterdir()) == [
        "checkpoints", "checkpoints.json", "diagnosis.json", "heldout.parquet", "metrics.jsonl",
    ]  # fmt: skip
    assert sorted(p.name for p in (run / "checkpoints").iterdir()) == ["step-0000012", "step-0000024"]
    diagnosis = json.loads((run / "diagnosis.json").read_text())
    assert (diagnosis["best_step"], diagnosis["last_step"]) == (24, 24)
    assert diagnosis["base"]["step"] == 0
    assert (counts.read, counts.written) == (30, 2)
    assert counts.figures["best_bits_per_byte"] == rows[-1]["validation_bits_per_byte"]
    assert counts.figures["reason"] == diagnosis["reason"]


def test_the_held_out_table_has_every_document_at_every_evaluation_and_makes_the_losses(
    done: tuple[Path, Counts],
) -> None:
    run, _ = done
    table = read_shard(run / "heldout.parquet")
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert len(table) == 10 * len(rows)
    for row in rows:
        part = [t for t in table if t["step"] == row["step"]]
        loss = sum(t["nats"] for t in part) / sum(t["tokens"] for t in part)
        assert loss == pytest.approx(row["validation_loss_nats"], rel=1e-12)


def test_a_checkpoint_opened_by_transformers_has_the_held_out_loss_that_was_said(
    done: tuple[Path, Counts], published: Path
) -> None:
    run, _ = done
    directory = run / "checkpoints" / "step-0000012"
    model, tokenizer = AutoModelForCausalLM.from_pretrained(directory), AutoTokenizer.from_pretrained(directory)
    nats = tokens = 0.0
    for row in read_shard(published / "data" / "validation-00000-of-00001.parquet"):
        ids = tokenizer(row["text"], verbose=False)["input_ids"][:64]
        sequence = torch.tensor([[tokenizer.eos_token_id, *ids]])
        with torch.no_grad():
            logits = model(input_ids=sequence[:, :-1]).logits[0]
        nats += float(torch.nn.functional.cross_entropy(logits, sequence[0, 1:], reduction="sum"))
        tokens += len(ids)
    # the first window of each document only, so not the very number, but close to it
    said = json.loads((run / "checkpoints.json").read_text())[0]["validation_loss_nats"]
    assert nats / tokens == pytest.approx(said, rel=0.1)


def test_evaluating_more_often_does_not_change_the_weights(
    done: tuple[Path, Counts], published: Path, tmp_path: Path
) -> None:
    dropout = [job(tmp_path / str(n), published, dropout=0.2, eval_every_steps=n, max_steps=12) for n in (3, 12)]
    for one in dropout:
        train(one)
    weights = [(one.output / "checkpoints" / "step-0000012" / "model.safetensors").read_bytes() for one in dropout]
    assert weights[0] == weights[1]


def test_a_local_directory_is_fine_tuned_and_its_loss_before_is_step_0(published: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    tokenizer = train_tokenizer(list(topics.values())[:5], 296, 64)
    config = GPT2Config(vocab_size=296, n_positions=64, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(config).save_pretrained(tmp_path / "tiny-gpt2")
    tokenizer.save_pretrained(tmp_path / "tiny-gpt2")
    one = job(tmp_path, published, model="tiny-gpt2", optimizer="adamw", max_steps=8, eval_every_steps=4)
    counts = train(one)
    assert counts.figures["best_loss_nats"] < counts.figures["base_loss_nats"]
    # where the model came from is nobody's business, and would change the digest
    for path in one.output.rglob("*.json"):
        assert str(tmp_path) not in path.read_text()


def test_early_stop_ends_a_run_that_overfits_and_recommends_the_lowest_step(tmp_path: Path) -> None:
    texts = [text[:500] for _, text in sorted(topics.items()) if len(text) > 500][:18]
    one = job(
        tmp_path, publish(tmp_path / "publish", texts, 12), max_steps=400, eval_every_steps=15, learning_rate=0.03,
        milestone_every_steps=10_000, early_stop=True, patience_evals=2, width=64,
    )  # fmt: skip
    counts = train(one)
    assert counts.figures["status"] == "overfitting"
    assert counts.figures["last_step"] < 400
    assert 0 < counts.figures["best_step"] < counts.figures["last_step"]
    assert [r["kinds"] for r in json.loads((one.output / "checkpoints.json").read_text())] == [["best"], ["last"]]


def test_a_learning_rate_that_diverges_is_an_error_that_names_the_step(published: Path, tmp_path: Path) -> None:
    with pytest.raises(SitecorpusError, match=r"at step \d+.*[Ll]ower \[train\] `learning_rate`"):
        train(job(tmp_path, published, optimizer="adamw", learning_rate=1e30, warmup_steps=0))


def test_too_little_text_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(SitecorpusError, match="fewer than one block of 64"):
        train(job(tmp_path / "a", publish(tmp_path / "p1", ["held out text", "short"], 1)))
    with pytest.raises(SitecorpusError, match="validation split has no text"):
        train(job(tmp_path / "b", publish(tmp_path / "p2", ["word " * 500], 0)))


def test_what_the_licences_do_not_let_us_train_on_is_refused(tmp_path: Path) -> None:
    folder = publish(tmp_path / "publish", ["held out " * 40, "train " * 40], 1)
    allow(folder, "CC-BY-NC-4.0", "commercial")
    with pytest.raises(RefusedError, match=r"CC-BY-NC-4\.0"):
        train(job(tmp_path / "a", folder))
    (folder / "rights.json").unlink()
    with pytest.raises(RefusedError, match="cannot be read"):
        train(job(tmp_path / "b", folder))


def test_a_context_longer_than_the_models_is_a_recipe_error(published: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(RecipeError, match=r"no config\.json"):
        train(job(tmp_path, published, model="nothing"))


# One process imports torch once; each attempt is a fork of it, sent a signal at the n-th file operation in its folder.
DRIVER = """
import gc, json, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_train as t
folder, published, attempts = Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])

def attempt(run, stop_at, number):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in ("open", "os.rename", "os.remove", "shutil.rmtree", "os.mkdir") and str(run) in str(arguments[0]):
            seen += 1
            if seen == stop_at:
                os.kill(os.getpid(), number)
    sys.addaudithook(hook)
    code = 0
    try:
        t.train(t.job(run, published, **t.RESUMED))
    except t.SitecorpusError as error:
        print(error, file=sys.stderr)
        code = 7
    except KeyboardInterrupt:
        code = 8
    if stop_at == 0:
        (run / "operations").write_text(str(seen))
    os._exit(code)

def forked(run, stop_at, number=signal.SIGKILL):
    run.mkdir(exist_ok=True)
    pid = os.fork()
    if pid == 0:
        attempt(run, stop_at, number)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

t.warm(folder / "warm")
gc.collect()
gc.freeze()
codes = [forked(folder / "whole", 0)]
operations = int((folder / "whole" / "operations").read_text())
for share, name in attempts:
    run = folder / f"{name}-{share}"
    codes.append(forked(run, max(int(operations * share), 1), getattr(signal, name)))
    codes.append(forked(run, 0))
print(json.dumps(codes))
"""

RESUMED = {"dropout": 0.1, "max_steps": 12, "eval_every_steps": 3, "milestone_every_steps": 6}


def warm(folder: Path) -> None:
    """Have transformers do once, before the forks, what it does in each process."""
    opened = open_model(TrainSettings(**SMALL), lambda name: folder, lambda: ["some text"])
    keep(folder, 0, opened.model, opened.tokenizer)
    assert load_directory(folder / "checkpoints" / "step-0000000").parameters == opened.parameters


def said(run: Path) -> dict[str, Any]:
    """Everything that a run wrote, but for the seconds."""
    output = run / "train.partial"
    found: dict[str, Any] = {
        p.relative_to(output).as_posix(): p.read_bytes()
        for p in sorted(output.rglob("*"))
        if p.is_file() and p.name != "metrics.jsonl"
    }
    rows = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return found | {"metrics.jsonl": [{k: v for k, v in r.items() if k != "seconds"} for r in rows]}


def test_killed_or_stopped_at_any_moment_a_run_ends_with_the_same_bytes(published: Path, tmp_path: Path) -> None:
    attempts = [(0.3, "SIGKILL"), (0.6, "SIGKILL"), (0.9, "SIGKILL"), (0.4, "SIGTERM"), (0.5, "SIGINT")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    arguments = [str(Path(__file__).parent), str(tmp_path), str(published), json.dumps(attempts)]
    driver = subprocess.run(
        [sys.executable, "-c", DRIVER, *arguments], capture_output=True, text=True, timeout=300, env=environment
    )
    assert driver.returncode == 0, driver.stderr
    killed = [-signal.SIGKILL, 0]
    assert json.loads(driver.stdout.splitlines()[-1]) == [0, *killed * 3, 7, 0, 8, 0]
    assert "asked to stop (SIGTERM) and did so after step" in driver.stderr
    whole = said(tmp_path / "whole")
    assert len(whole) > 10
    for share, name in attempts:
        assert said(tmp_path / f"{name}-{share}") == whole, (share, name)


def test_a_run_resumes_with_the_thread_count_it_began_with(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    history = History(tmp_path, tmp_path / "resume", [])
    row = {"step": 0, "seconds": 0.0, "validation_loss_nats": 1.0, "train_loss_nats": 1.0}
    history.add(Evaluation(row, np.zeros(0)))
    try:
        torch.set_num_threads(2)
        _take_up(tmp_path, tmp_path / "resume", NO_TOKENS, ResumePoint(tmp_path / "checkpoint-3", 3, threads=1))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_resume_point_without_its_evaluations_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    point = ResumePoint(tmp_path / "checkpoint-3", 3, threads=torch.get_num_threads())
    history, taken = _take_up(tmp_path, tmp_path / "resume", NO_TOKENS, point)
    assert (history.evaluations, taken) == ([], None)
    assert "begins anew" in caplog.text


def test_a_model_whose_weights_are_no_numbers_is_not_called_diverged(published: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    tokenizer = train_tokenizer(["The shrine opens at dawn."], 270, 64)
    model = GPT2LMHeadModel(
        GPT2Config(vocab_size=270, n_positions=64, n_embd=32, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    )
    model.transformer.wte.weight.data[:] = float("nan")
    keep(tmp_path, 1, model, tokenizer)
    with pytest.raises(SitecorpusError, match=r"not a number at step 0 .*weights of .* are damaged"):
        train(job(tmp_path, published, model="checkpoints/step-0000001"))


@pytest.mark.parametrize("content", ["[]\n5\n", '{"step": 0}\n', '{"st', '{"step": "x", "seconds": null}\n'])
def test_metrics_that_were_tampered_with_while_interrupted_are_an_error_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "metrics.jsonl").write_text(content)
    with pytest.raises(SitecorpusError, match=r"is damaged .*train again"):
        History(tmp_path, tmp_path / "resume", []).resume(3)
