"""The words of each language, one TOML table a language, joined into one pattern a purpose.

A phrase is written almost as it is read, in lower case:

    a space   any white space            `*`   any ending of the word      `…`   up to sixty characters of the same clause
    `-`       a hyphen, a space, nothing `.`   a full stop                 `(a|b)`, `?`, `+`, `\\w` as in a regular expression

To add a language, add a table with the same keys: no code knows which languages there are.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

_MEANING = {
    " ": r"\s{1,20}",
    "-": r"[-\s]{0,2}",
    "*": r"\w{0,20}",
    ".": r"\.",
    "(": "(?:",
    " ?": r"\s{0,20}",
    " … ": r"\s(?:[^.;]{0,60}?\s)?",
}
_TOKEN = re.compile(r" … | \?|\\.|.", re.DOTALL)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    """Language (ISO 639-1) → its table."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".toml")
    }


def expression(phrase: str) -> str:
    """Return the regular expression of one phrase."""
    return "".join(_MEANING.get(token, token) for token in _TOKEN.findall(phrase))


@cache
def pattern(section: str, key: str, languages: tuple[str, ...] | None = None) -> re.Pattern[str]:
    """Return the pattern of a purpose in these languages (None: all); it matches whole words of folded text only."""
    tables = [table for language, table in _tables().items() if languages is None or language in languages]
    phrases = [phrase for table in tables for phrase in table.get(section, {}).get(key, ())]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(expression, phrases))})(?!\w)" if phrases else r"(?!)")


@cache
def stop_words() -> dict[str, frozenset[str]]:
    """Language → the little words by which it is known."""
    return {language: frozenset(table["readable"]["stop"].split()) for language, table in _tables().items()}


_WORD = re.compile(r"[^\W\d_]+")
KNOWN_FROM = 8  # words; fewer say too little about their language


def languages_of(low: str) -> tuple[str, ...] | None:
    """Return the languages that folded words may be in, as their little words tell; None where these tell nothing."""
    words = _WORD.findall(low)
    scores = {language: sum(word in known for word in words) for language, known in stop_words().items()}
    best = max(scores.values())
    if len(words) < KNOWN_FROM or best < 2:
        return None
    return tuple(language for language, score in scores.items() if 2 * score > best)


_TAG = re.compile(r"</?[a-z][^<>\n]{0,60}>")  # Markdown leaves <br> and the like standing
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "‑": "-", "‐": "-", "–": "-", "*": " ", "_": " "}
    | dict.fromkeys('“”„«»"', "'")
)


def folded(text: str) -> str:
    """Return the text in lower case with plain quotes, hyphens and spaces, character for character as long."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as İ, have longer lower-case forms
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return _TAG.sub(lambda match: " " * len(match.group()), lowered.translate(_PLAIN))
