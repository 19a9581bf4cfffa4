"""Stages run once, resume after a kill, and say the same thing whatever interrupted them.

The stage functions below are this module's own; they are opened through `sitecorpus.stage.open_door`
replaced by nothing: the table is ours, the door is a real `module:function`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sitecorpus.errors import SitecorpusError
from sitecorpus.executors import Processes, Serial
from sitecorpus.fingerprint import canonical, fingerprint, path_digest
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Manifest
from sitecorpus.recipe import Recipe
from sitecorpus.stage import Stage, run_stage

RECIPE = 'contact = "me@site.example"\n[crawl]\nseeds = ["https://site.example/"]\n'

# A stage of five shards that runs in a process of its own, so that it can be killed in the middle.
SCRIPT = textwrap.dedent(
    """
    import os, signal, sys
    from dataclasses import dataclass
    from pathlib import Path
    import pyarrow as pa
    from sitecorpus import ledger, stage
    from sitecorpus.executors import Serial
    from sitecorpus.layout import CorpusDir
    from sitecorpus.manifest import Counts
    from sitecorpus.recipe import Recipe
    from sitecorpus.shards import write_shard

    KILL_AT = int(sys.argv[2])

    @dataclass(frozen=True)
    class Square:
        number: int
        output: Path

    def square(task):
        if task.number == KILL_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = [ledger.Decision.of(str(task.number), "u", "clean", "dropped", "odd")] if task.number % 2 else []
        ledger.write(task.output.parent, task.output.stem, rows)
        write_shard(task.output, [{"n": task.number**2}], pa.schema([("n", pa.int64())]),
                    Counts(1, 1 - len(rows), {"odd": len(rows)} if rows else {}))

    def squares(job):
        return job.map_shards(square, [Square(i, job.output / f"squares-{i:05d}.parquet") for i in range(5)])

    stage.open_door = lambda door: squares
    corpus = CorpusDir(sys.argv[1])
    row = stage.Stage("clean", "here:squares", (), ("clean",), "build", 1)
    directory, manifest, _ = stage.run_stage(row, corpus, Recipe.load(corpus.recipe), {}, Serial())
    print(manifest.digest, manifest.counts)
    """
)


def corpus_in(path: Path, text: str = RECIPE) -> CorpusDir:
    path.mkdir(parents=True, exist_ok=True)
    (path / "corpus.toml").write_text(text, encoding="utf-8")
    return CorpusDir(path)


def run(corpus: CorpusDir, kill_at: int = -1) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(corpus.root), str(kill_at)], capture_output=True, text=True, check=False
    )


def test_a_stage_killed_at_any_shard_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = run(corpus_in(tmp_path / "whole")).stdout
    assert whole
    for kill_at in (0, 2, 4):
        corpus = corpus_in(tmp_path / str(kill_at))
        assert run(corpus, kill_at).returncode == -9
        partial = next((corpus.root / "build").iterdir())
        assert partial.name.endswith(".partial")
        assert len(list(partial.glob("squares-*.parquet"))) == kill_at
        assert run(corpus).stdout == whole
        assert [p.name.endswith(".partial") for p in (corpus.root / "build").iterdir()] == [False]


def test_finished_work_is_skipped_and_a_new_setting_makes_a_new_directory(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path)
    first = run(corpus)
    # killing at the first shard would fail, were it run again
    assert run(corpus, 0).stdout == first.stdout
    corpus_in(tmp_path, RECIPE + "[clean]\nmin_words = 7\n")
    assert run(corpus, 0).returncode == -9
    assert len(list((tmp_path / "build").glob("clean-*"))) == 2


def test_settings_count_by_value_and_unused_ones_stay_out() -> None:
    assert fingerprint("s", 1, {"a": {"x": 1, "y": None}}, {}) == fingerprint("s", 1, {"a": {"x": 1}}, {})
    assert fingerprint("s", 1, {"a": 1}, {}) != fingerprint("s", 2, {"a": 1}, {})
    assert fingerprint("s", 1, {"a": 1}, {"b": "c"}) != fingerprint("s", 1, {"a": 1}, {"b": "d"})
    assert canonical({"b": 1, "a": (1, 2)}) == b'{"a":[1,2],"b":1}'
    with pytest.raises(TypeError, match="no stable form"):
        canonical({1, 2})


def test_files_named_in_the_recipe_count_by_content(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("one")
    before = path_digest(tmp_path / "d")
    (tmp_path / "d" / "a.txt").write_text("two")
    assert path_digest(tmp_path / "d") != before


def test_two_processes_cannot_work_on_one_stage(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path)
    held = tmp_path / "hold.py"
    held.write_text(
        "import fcntl, os, sys\nh = os.open(sys.argv[1], os.O_RDONLY)\nfcntl.flock(h, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    stage = Stage("clean", "cleaning.clean:clean", (), ("clean",), "build", 1)
    wanted = fingerprint("clean", 1, {"clean": Recipe.load(corpus.recipe).clean}, {})
    partial = corpus.stage_dir("build", "clean", wanted)
    partial = partial.with_name(partial.name + ".partial")
    partial.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, str(held), str(partial)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SitecorpusError, match="another process is working on this stage"):
            run_stage(stage, corpus, Recipe.load(corpus.recipe), {}, Serial())
        other.communicate()


def test_a_folder_that_is_no_result_is_never_deleted_for_one(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path)
    stage = Stage("clean", "cleaning.clean:clean", (), ("clean",), "archive", 1)
    final = corpus.stage_dir(
        "archive", "clean", fingerprint("clean", 1, {"clean": Recipe.load(corpus.recipe).clean}, {})
    )
    (final / "evidence").mkdir(parents=True)
    with pytest.raises(SitecorpusError, match="Move it away"):
        run_stage(stage, corpus, Recipe.load(corpus.recipe), {}, Serial())
    assert (final / "evidence").is_dir()


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"stage": "clean"}))
    with pytest.raises(SitecorpusError, match=r"manifest\.json: the manifest is damaged"):
        Manifest.read(tmp_path)
    assert Manifest.read(tmp_path / "nowhere") is None


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_give_every_result_once(workers: int) -> None:
    assert sorted(Processes(workers).map(abs, range(-20, 0))) == list(range(1, 21))


def test_a_file_whose_name_is_no_utf8_counts_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    before = path_digest(tmp_path / "folder")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path / "folder") + b"/a\xff.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert path_digest(tmp_path / "folder") != before
