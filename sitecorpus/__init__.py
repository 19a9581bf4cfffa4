"""sitecorpus: a web site's archive into a licensed, deduplicated corpus, and that into a language model."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sitecorpus.layout import CorpusDir
    from sitecorpus.manifest import Manifest
    from sitecorpus.pipeline import build
    from sitecorpus.recipe import Recipe

__all__ = ["CorpusDir", "Manifest", "Recipe", "build"]
__version__ = "0.1.0"

_HOMES = {"CorpusDir": "layout", "Manifest": "manifest", "Recipe": "recipe", "build": "pipeline"}


def __getattr__(name: str) -> Any:
    # opened when asked for: `sitecorpus --help` should not wait for Arrow
    if name not in _HOMES:
        raise AttributeError(f"module 'sitecorpus' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sitecorpus.{_HOMES[name]}"), name)
