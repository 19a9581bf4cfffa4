"""trust.txt: `datatrainingallowed=yes|no`, for the whole site.

JournalList, trust.txt specification 1.5, of April 2024 on; the file lies at `/trust.txt` or `/.well-known/trust.txt`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scrapers.signals.robots_lines import CACHED_FILES
from scrapers.signals.signal import Answer, Signal, body_quote
from sitecorpus.rights import Quote

KIND = "trust.txt"

_LINE = re.compile(rb"^[ \t\xef\xbb\xbf]{0,20}datatrainingallowed[ \t]{0,20}[=:][ \t]{0,20}\"?(yes|no)\"?[ \t]{0,20}(?:#|\r|$)", re.IGNORECASE | re.MULTILINE)  # fmt: skip
MAX_BYTES = 1 << 20
_ANSWERS: tuple[tuple[bytes, Answer], ...] = ((b"no", "opt-out"), (b"yes", "grant"))


@lru_cache(maxsize=CACHED_FILES)
def signals(body: bytes) -> tuple[Signal, ...]:
    """Read the file; where it says both, no."""
    text = body.decode("utf-16", "replace").encode() if body.startswith((b"\xff\xfe", b"\xfe\xff")) else body
    said = {found[1].lower(): found for found in _LINE.finditer(text[:MAX_BYTES].replace(b"\r", b"\n"))}
    for value, answer in _ANSWERS:
        if value in said:
            start, end = said[value].span(1)
            quote = body_quote(text, text.lower().rfind(b"datatrainingallowed", 0, start), end)
            return (
                _signal(answer, f"datatrainingallowed={value.decode()}", quote if text is body else Quote(quote.text)),
            )
    return (
        (_signal("review", f"longer than {MAX_BYTES} bytes", body_quote(body, 0, 100)),)
        if len(text) > MAX_BYTES
        else ()
    )


def _signal(answer: Answer, value: str, quote: Quote) -> Signal:
    return Signal(KIND, answer, "trust.txt", value, "trust_txt", quote)
