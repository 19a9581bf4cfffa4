"""One reading in a process of its own with little memory and little time, and what came of it.

`python -m fleet.confined NAME...` prints a JSON line for each attack: on a reader by its name, or by a site at its address.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from fleet.readers import READERS, read_site

CPU_S = 4
"""Processor seconds for one reading; an ordinary file takes a few milliseconds, these are a hundred times its size."""
MEMORY_BYTES = 1 << 30
"""More address space than the bare process has."""


def confined(reader: Callable[[bytes], Any], body: bytes) -> dict[str, Any]:
    """Read in a forked process that is killed when it takes more than its share."""
    out, into = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.close(out)
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY_BYTES, size + MEMORY_BYTES))
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
            said = {"result": reader(body)}
        except BaseException as error:  # whatever it is, it is told
            said = {"raised": f"{type(error).__name__}: {error}"[:300]}
        os.write(into, json.dumps(said).encode()[:60_000])
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return {
        **(json.loads(told) if told else {"raised": f"killed by signal {killed}"}),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "wall_s": round(time.monotonic() - began, 2),
        "peak_mib": usage.ru_maxrss >> 10,
    }


def run(names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Attack each reader with everything there is for it; what is no reader's name is a site's address."""
    for name in names:
        reader, attacks = READERS.get(name, (read_site, {name: name.encode}))
        for attack, make in attacks.items():
            yield {"of": name, "attack": attack, **confined(reader, make())}


if __name__ == "__main__":
    for line in run(sys.argv[1:]):
        print(json.dumps(line), flush=True)
