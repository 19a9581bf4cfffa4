"""sitecorpus: a web site's archive into a licensed, deduplicated corpus, and that into a language model."""

from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Manifest
from sitecorpus.pipeline import build
from sitecorpus.recipe import Recipe

__all__ = ["CorpusDir", "Manifest", "Recipe", "build"]
__version__ = "0.1.0"
