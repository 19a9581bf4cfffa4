"""Text into a reason to drop it, or None: rules after Gopher (Rae et al. 2021, A1.1) and C4 (Raffel et al. 2020).

Each rule answers one question with one number, and the first that fails is the reason.
"""

from __future__ import annotations

import re
from typing import Any

from sitecorpus.recipe import CleanSettings

# Scripts without blanks: each ideograph or kana is a word, and about four letters of Thai, Lao, Khmer or Burmese.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_THAI = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD = re.compile(f"[{_UNSPACED}]|[{_THAI}]{{1,4}}|[^\\s{_UNSPACED}{_THAI}]+")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}{_THAI}]")
_LETTER = re.compile(r"[^\W\d_]")
_LINK_LINE = re.compile(r"(?:[-*•·–—>|]|\d+[.)])*\s*(?:<?(?:https?://|www\.)\S+|)\s*")
_STUB_WORDS = 150
_SOFT_404 = re.compile(
    r"\b(404 (error|not found)|error 404|page (was |could )?(not|n't) (be )?found|misplaced that url"
    r"|(page|url|document|article|content|link|file)[^.\n]{0,60}(does(n.t| not) exist|no longer (exists?|available)|"
    r"(can.t|cannot|could not|couldn.t) be found|(has been|was) (moved|removed|deleted))"
    r"|(can.t|cannot|could not|couldn.t) find (the|that) (page|file|article))",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"\b(subscribe (now )?to (continue|read|keep reading|unlock)|(to|continue) reading,? (please )?(subscribe|log ?in|sign)"
    r"|(article|content|post|story) is (only )?(available )?(for|to) (paid |paying |premium )?(subscribers|members)"
    r"|(log|sign) ?in to (continue|read|view)|create a free account to|already a subscriber\?"
    r"|(please )?enable (javascript|cookies) (and|to|in))",
    re.IGNORECASE,
)
_MIN_LINES = 8
# Four words and more, of letters and the marks of sentences
_PROSE = re.compile(
    r"(?:[-*•>\d.)]+\s+)?[\"'“‘(«]?(?:[^\W_]+(?:['’-][^\W_]+)*[,;:.!?\"'”’)»…]*\s+){3,}[^\W_]+(?:['’-][^\W_]+)*[,;:.!?\"'”’)»…]*"
)


def drop_reason(text: str, settings: CleanSettings, stubs: bool = True) -> tuple[str, dict[str, Any]] | None:
    """Return (reason, numbers) of the first rule that `text` fails, or None.

    `stubs`: also look for error pages and paywalls, which only text from web pages can be.
    """
    words = _words(text)
    count = len(words)
    if stubs and count < _STUB_WORDS:
        for reason, pattern in (("soft_404", _SOFT_404), ("paywall", _WALL)):
            if found := pattern.search(text):
                return reason, {"words": count, "matched": found[0]}
    if count < settings.min_words or count == 0:
        return "too_short", {"words": count}
    if count > settings.max_words:
        return "too_long", {"words": count}
    return _word_shape(words, settings) or _lines(text, settings)


def _words(text: str) -> list[str]:
    return _WORD.findall(text) if _ANY_UNSPACED.search(text) else text.split()


def _word_shape(words: list[str], settings: CleanSettings) -> tuple[str, dict[str, Any]] | None:
    spaced = [word for word in words if not _ANY_UNSPACED.match(word)]
    if 2 * len(spaced) >= len(words):
        mean = round(sum(map(len, spaced)) / len(spaced), 2)
        # a mean over a handful of words says nothing: a joke may be "I am. U?"
        if len(spaced) >= 20 and not settings.min_mean_word_chars <= mean <= settings.max_mean_word_chars:
            return "word_length", {"mean_word_chars": mean, "words": len(words)}
    alphabetic = round(sum(word[0].isalpha() or _LETTER.search(word) is not None for word in words) / len(words), 3)
    if alphabetic < settings.min_alphabetic_words:
        return "not_alphabetic", {"alphabetic_words": alphabetic, "words": len(words)}
    return None


def _lines(text: str, settings: CleanSettings) -> tuple[str, dict[str, Any]] | None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    # Lines of code and of its output repeat in any tutorial: only what reads like prose can count as repeated
    prose = [line for line in lines if _PROSE.fullmatch(line)]
    if len(lines) >= _MIN_LINES:
        repeated = round((len(prose) - len(set(prose))) / len(lines), 3)
        if repeated > settings.max_repeated_lines:
            return "repeated_lines", {"repeated_lines": repeated, "lines": len(lines)}
    links = round(sum(_LINK_LINE.fullmatch(line) is not None for line in lines) / len(lines), 3)
    if links > settings.max_link_lines:
        return "link_list", {"link_lines": links, "lines": len(lines)}
    return None
