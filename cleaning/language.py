"""Text into its language, with py3langid (Lui & Baldwin 2012; Barbaresi): the model is in the wheel, nothing is fetched."""

from __future__ import annotations

import functools
import re

from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_WORDS = 5  # shorter text is called anything
SAMPLE_CHARS = 5_000
_PROSE = re.compile(r"^(?:[-*\d.) ]*)(?:[^\W\d_][\w'’,;:.!?\"“”()-]*\s+){5,}", re.MULTILINE)


def language(text: str) -> tuple[str | None, float]:
    """Return the ISO 639-1 code and its probability; (None, 0.0) where the text is too short to tell."""
    if len(text.split(None, MIN_WORDS)) < MIN_WORDS and not _has_unspaced_script(text):
        return None, 0.0
    code, probability = _identifier().classify(_prose(text))
    return str(code), float(probability)


def known() -> frozenset[str]:
    """Return the codes that can be told."""
    return frozenset(_identifier().labels)


def _prose(text: str) -> str:
    """The lines that read like sentences: keywords and identifiers of code are in no language."""
    sample = text[:SAMPLE_CHARS]
    lines = [line for line in sample.split("\n") if _PROSE.match(line)]
    return "\n".join(lines) if sum(map(len, lines)) >= 200 else sample


def _has_unspaced_script(text: str) -> bool:
    return len(re.findall("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]", text[:1000])) >= 10


@functools.cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
