"""What every test may rely on: no hub, no telemetry, few threads, real inputs only where they lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crawling import Site, serving

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

SHARED = Path(os.environ.get("SITECORPUS_SHARED", "../shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs; tests that need it are skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"no real inputs at {SHARED}; set SITECORPUS_SHARED")
    return SHARED


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Site], Site]]:
    """Puts sites on loopback, for as long as a module's tests run."""
    with serving() as start:
        yield start
