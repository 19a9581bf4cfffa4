"""One machine-readable statement about the use of a page, with the very words it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sitecorpus.rights import Quote

Answer = Literal["opt-out", "grant", "review"]

MAX_QUOTE_BYTES = 500
"""Of a statement's words as many are kept; the offsets say which."""


@dataclass(frozen=True)
class Signal:
    """What one specification says for one page."""

    kind: str
    """The specification: content-signal, content-usage, tdmrep, rsl, robots-meta, ai.txt, trust.txt, robots-agents."""
    answer: Answer
    """`grant` is recorded and is no licence; `review` means that something was said that cannot be read."""
    source: str
    """Where it stood, in words for people."""
    value: str
    """The statement, normalised."""
    file: str
    """robots, ai_txt, trust_txt, tdmrep, rsl:<URL>, or page for the page's own headers and markup."""
    quote: Quote


def body_quote(body: bytes, start: int, end: int) -> Quote:
    """Quote `body[start:end]`, of a long statement its beginning."""
    end = min(end, start + MAX_QUOTE_BYTES)
    return Quote(body[start:end].decode("utf-8", "replace"), start=start, end=end)


def header_quote(name: str, value: str) -> Quote:
    """Quote the value of a header; `name` in lower case."""
    return Quote(value[:MAX_QUOTE_BYTES], header=name)
