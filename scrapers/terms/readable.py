"""Whether a text is terms that we can read at all: of a known language, of some length, and not a wall before them."""

from __future__ import annotations

import re

from scrapers.terms.words import folded, pattern, stop_words

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
MAX_WORDS = 20_000  # that many words say what language a text is in
LEAST_WORDS = 60
LEAST_KNOWN = (
    0.22  # share of one language's stop words: real terms have 0.3 to 0.5, a hub of links 0.2, a foreign language less
)
LEAST_LATIN = 0.7
LEAST_LEGAL = 140  # words to one turn of phrase of the law; real terms have at most 115, articles of other kinds more


def is_wall(text: str, banned: bool = False) -> bool:
    """Whether the text is a wall before the page, or next to nothing; a longer one that bans something is neither."""
    words = len(_WORD.findall(text[:40_000]))
    if banned and words >= LEAST_WORDS:
        return False
    return words < 8 or (words < 250 and pattern("wall", "walls").search(folded(text[:6_000])) is not None)


def is_readable(text: str) -> bool:
    """Whether the text is terms, in a language whose words we have."""
    if is_wall(text):
        return False
    low = folded(text[: 12 * MAX_WORDS])
    words = _WORD.findall(low)[:MAX_WORDS]
    return len(words) >= LEAST_WORDS and language_share(words, low) >= LEAST_KNOWN and _is_legal(low, len(words))


def language_share(words: list[str], low: str) -> float:
    """Return the share of the words that are stop words of the one language that fits best."""
    letters = [letter for letter in low[:20_000] if letter.isalpha()]
    latin = sum(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in letters)
    if not words or latin < LEAST_LATIN * len(letters):
        return 0.0
    return max(sum(word in known for word in words) for known in stop_words().values()) / len(words)


def _is_legal(low: str, words: int) -> bool:
    """Whether the text speaks as terms do: a hub of links and a page that is about something else do not."""
    spoken = sum(1 for _ in pattern("readable", "legal").finditer(low))
    return spoken >= 3 and spoken >= words / LEAST_LEGAL
