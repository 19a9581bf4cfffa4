"""Run one stage: skip what is done, build aside, commit.

A stage writes into `<dir>.partial`, the manifest last, then the folder is renamed: a directory without the
suffix is complete and is never changed again. A killed stage finds its finished shards in the partial
folder and goes on; its manifest equals that of a stage that was not killed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import importlib.metadata
import logging
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

from sitecorpus import ledger
from sitecorpus.durable import UNFINISHED, sync_directory, write_atomic
from sitecorpus.errors import SitecorpusError
from sitecorpus.executors import Executor
from sitecorpus.fingerprint import canonical, file_sha256, fingerprint, path_digest, plain
from sitecorpus.layout import LEDGER, MANIFEST, PARTIAL, CorpusDir
from sitecorpus.manifest import Counts, Manifest, Output
from sitecorpus.progress import Progress
from sitecorpus.recipe import Recipe
from sitecorpus.shards import content_sha256, shard_counts

log = logging.getLogger(__name__)

TOOLS = (
    "scrapy",
    "warcio",
    "trafilatura",
    "ftfy",
    "py3langid",
    "datasketch",
    "pyarrow",
    "datasets",
    "tokenizers",
    "transformers",
    "torch",
)


@dataclass(frozen=True)
class Stage:
    """One row of the pipeline's table."""

    name: str
    door: str
    """`module:function`, opened when needed."""
    needs: tuple[str, ...]
    """Stages whose directories it reads; those that this recipe does not have are left out."""
    sections: tuple[str, ...]
    """Parts of the recipe it may read."""
    root: str
    """archive, build or runs."""
    revision: int
    """Raised by hand when the code's meaning changes."""
    when: str | None = None
    """A section without which there is no such stage."""
    paths: tuple[str, ...] = ()
    """Settings (`section.name`) that name a file or folder, counted by its content where it exists."""
    files: tuple[str, ...] = ()
    """Files of the corpus folder that it reads, counted by their content where they exist."""
    check: str | None = None
    """A second door, `module:function`, which `audit` opens on a finished directory: it yields (file, problem)."""


class Task(Protocol):
    """One shard's worth of work: a frozen dataclass; `output` is the shard that it writes last."""

    @property
    def output(self) -> Path: ...


T = TypeVar("T", bound=Task)


@dataclass
class Job:
    """What a stage function gets. It may read nothing else, so nothing escapes its fingerprint."""

    stage: str
    settings: SimpleNamespace
    """The declared sections, by name: `job.settings.dedupe.min_jaccard`."""
    inputs: Mapping[str, Path]
    """Directories of the stages it needs."""
    output: Path
    """The partial directory to write into."""
    corpus: CorpusDir
    """For paths written in the recipe, and to store paths relative to it."""
    executor: Executor
    stored_as: Path
    """What `output` will be called when it is done: for paths that are stored."""
    contents: dict[str, str | None] = field(default_factory=dict)

    def says(self, path: str, value: Any) -> None:
        """Declare what an output means, where its bytes hold times or ids; None: it says nothing."""
        self.contents[path] = None if value is None else hashlib.sha256(canonical(value)).hexdigest()

    def decide(self, shard: str, rows: Iterable[ledger.Decision]) -> None:
        """Write the ledger rows of one shard."""
        ledger.write(self.output, shard, rows)

    def progress(self, unit: str = "documents", total: int | None = None) -> Progress:
        """Count work, with rate and ETA."""
        return Progress(self.stage, unit, total)

    def map_shards(self, task: Callable[[T], None], items: Iterable[T], unit: str = "shards") -> Counts:
        """Run `task` on the items whose output is not there yet; return the counts of all shards, in order.

        The task writes its ledger and last its `output` (with `write_shard(..., counts=...)`).
        """
        items = list(items)
        todo = [item for item in items if not item.output.exists()]
        with self.progress(unit, len(items)) as progress:
            progress.update(done=len(items) - len(todo))
            for _ in self.executor.map(task, todo):
                progress.advance()
        total = Counts()
        for item in items:
            total += shard_counts(item.output)
        return total


def open_door(door: str) -> Callable[..., Any]:
    """Import `module:function`; raises SitecorpusError where another package took the module's name."""
    name, _, function = door.partition(":")
    module = importlib.import_module(name)
    home = Path(__file__).resolve().parent.parent
    if not Path(module.__file__ or "").resolve().is_relative_to(home):
        raise SitecorpusError(
            f"the module {name} was imported from {module.__file__}, not from beside sitecorpus ({home}): another "
            "package of this environment uses its name. Install sitecorpus in an environment of its own (`make setup`)."
        )
    opened: Callable[..., Any] = getattr(module, function)
    return opened


def settings_of(stage: Stage, recipe: Recipe) -> dict[str, Any]:
    """Return the declared sections of a recipe."""
    return {section: getattr(recipe, section) for section in stage.sections}


def path_inputs(stage: Stage, recipe: Recipe, corpus: CorpusDir) -> dict[str, str]:
    """Return {setting or file: digest} of the files that the stage reads beside its inputs, where they exist."""
    found = {name: path_digest(corpus.root / name) for name in stage.files if (corpus.root / name).exists()}
    for dotted in stage.paths:
        value: Any = recipe
        for part in dotted.split("."):
            value = getattr(value, part, None)
        for name in (value,) if isinstance(value, str) else value or ():
            path = corpus.beside(name)
            if path.exists():
                found[f"{dotted}={name}"] = path_digest(path)
    return found


def stage_fingerprint(
    stage: Stage, recipe: Recipe, corpus: CorpusDir, inputs: Mapping[str, Manifest]
) -> tuple[str, dict[str, str]]:
    """Return the fingerprint and the input digests it was made of."""
    digests = {name: m.digest for name, m in inputs.items()} | path_inputs(stage, recipe, corpus)
    return fingerprint(stage.name, stage.revision, settings_of(stage, recipe), digests), digests


def run_stage(
    stage: Stage,
    corpus: CorpusDir,
    recipe: Recipe,
    inputs: Mapping[str, tuple[Path, Manifest]],
    executor: Executor,
    admit: Callable[[], None] = lambda: None,
) -> tuple[Path, Manifest, bool]:
    """Run `stage` unless it is done; return its directory, its manifest, and whether it was done already.

    `admit` is called where there is work to do, and may refuse it by raising.
    Raises SitecorpusError where another process works on it, or where what is not a result lies in its place.
    """
    wanted, digests = stage_fingerprint(stage, recipe, corpus, {k: m for k, (_, m) in inputs.items()})
    final = corpus.stage_dir(stage.root, stage.name, wanted)
    done = Manifest.read(final)
    if done is not None:
        return final, done, True
    if final.exists():  # an aborted copy, or made by hand; it may be evidence, so a person has to look
        raise SitecorpusError(
            f"{final}: this folder has no {MANIFEST}, so it is no finished stage. Move it away, and run again."
        )
    admit()
    partial = final.with_name(final.name + PARTIAL)
    partial.mkdir(parents=True, exist_ok=True)
    with only_one(partial):
        done = Manifest.read(final)
        if done is not None:  # another process finished it while this one waited for the lock
            return final, done, True
        settings = settings_of(stage, recipe)
        job = Job(
            stage.name,
            SimpleNamespace(**settings),
            {k: d for k, (d, _) in inputs.items()},
            partial,
            corpus,
            executor,
            final,
        )
        started, clock, peak = datetime.now(UTC), time.monotonic(), _PeakMemory()
        counts = open_door(stage.door)(job)
        outputs = _outputs(partial, job.contents)
        said = sorted((p, o.content_sha256) for p, o in outputs.items() if o.content_sha256)
        manifest = Manifest(
            stage=stage.name,
            revision=stage.revision,
            fingerprint=wanted,
            settings=plain(settings),
            inputs=digests,
            outputs=outputs,
            digest=hashlib.sha256(canonical(said)).hexdigest(),
            counts=counts,
            tools=_tools(),
            commit=_commit(),
            started_at=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            peak_memory_bytes=peak(),
        )
        write_atomic(partial / MANIFEST, manifest.to_json())
        partial.rename(final)
        sync_directory(final.parent)
    log.info("%s: %s, %.1f s", stage.name, counts, manifest.seconds)
    return final, manifest, False


def _outputs(directory: Path, contents: Mapping[str, str | None]) -> dict[str, Output]:
    found = {}
    for path in sorted(directory.rglob("*")):
        if not path.is_file() or path.name == MANIFEST:
            continue
        if path.name.endswith(UNFINISHED):  # left by a kill
            path.unlink()
            continue
        name = path.relative_to(directory).as_posix()
        sha256 = file_sha256(path)
        if name in contents:
            content = contents[name]
        elif name.startswith(f"{LEDGER}/") or name.endswith((".warc.gz", ".warc")):
            content = None  # what they say is in the shards
        else:
            content = (content_sha256(path) if path.suffix == ".parquet" else None) or sha256
        found[name] = Output(path.stat().st_size, sha256, content)
    return found


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the directory against another process; the lock goes with the process, however it ends."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SitecorpusError(
                f"{directory}: another process is working on this stage. Wait for it, or end it, and run again."
            ) from None
        yield
    finally:
        os.close(handle)


def _tools() -> dict[str, str]:
    found = {}
    for name in ("sitecorpus", *TOOLS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _commit() -> str | None:
    home = Path(__file__).resolve().parent.parent
    if not (home / ".git").exists():
        return None
    try:
        run = subprocess.run(["git", "-C", str(home), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip() or None if run.returncode == 0 else None


class _PeakMemory:
    """The largest resident size, in bytes, of this process or of one of its children while a stage ran."""

    def __init__(self) -> None:
        self._children = self._largest(resource.RUSAGE_CHILDREN)
        # Linux forgets the peak of this process so far (proc(5), clear_refs); elsewhere it is that of the whole run
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def __call__(self) -> int:
        own = self._largest(resource.RUSAGE_SELF)
        with suppress(OSError, StopIteration):
            lines = Path("/proc/self/status").read_text().splitlines()
            own = int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024
        children = self._largest(resource.RUSAGE_CHILDREN)
        # the children's is that of the largest ever, so it says something of this stage only where it has grown
        return max(own, children) if children > self._children else own

    @staticmethod
    def _largest(who: int) -> int:
        return resource.getrusage(who).ru_maxrss * 1024
