"""Map a task over items: in this process, or over several. The executor alone knows about machines."""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.process
import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar

from sitecorpus.errors import SitecorpusError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """Runs a module-level function over frozen dataclasses; results come in any order."""

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]: ...


class Serial:
    """Everything here, in order."""

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        yield from map(task, items)


class Processes:
    """A pool of spawned processes, with a bounded number of items in flight."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def map(self, task: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        todo = list(items)
        workers = min(self.workers, len(todo))
        if workers <= 1:  # a pool would only cost its start
            yield from map(task, todo)
            return
        waiting = iter(todo)
        # spawn: Twisted, torch and threads do not survive a fork
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
            try:
                running: set[concurrent.futures.Future[Any]] = {
                    pool.submit(task, item) for item in itertools.islice(waiting, workers * 2)
                }
                while running:
                    done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                    for item in itertools.islice(waiting, len(done)):
                        running.add(pool.submit(task, item))
                    for future in done:
                        yield future.result()
            except concurrent.futures.process.BrokenProcessPool:
                raise SitecorpusError(
                    "a worker process died (out of memory, or killed). Finished shards are kept: "
                    "run the same command again, with fewer --workers if memory was short."
                ) from None
            finally:
                pool.shutdown(cancel_futures=True)
