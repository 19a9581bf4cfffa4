"""W3C TDMRep: whether the rights of text and data mining are reserved, for a page.

Final Community Group Report of 10 May 2024 (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/):
`<meta>` prevails over the header, and that over `/.well-known/tdmrep.json` (section "Processing priority"). What is
neither 0 nor 1 is unset, and then the next of them is asked; absence resets nothing. A policy beside a reservation
only says whom to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrapers.signals.markup import Markup
from scrapers.signals.robots_meta import meta_name
from scrapers.signals.signal import Answer, Signal, header_quote
from scrapers.signals.tdmrep_file import file_signals
from sitecorpus.rights import Quote

KIND = "tdmrep"
HEADER = "tdm-reservation"


@dataclass(frozen=True)
class Meta:
    """One `<meta name="tdm-reservation">`. In the body of a page it may be a visitor's, and is no grant there."""

    value: str
    in_head: bool
    quote: Quote


def signals(path: bytes, file: bytes | None, header: str, metas: Sequence[Meta]) -> Iterator[Signal]:
    """Read what holds for a page: of its metas, its header and the file the first that says anything."""
    for meta in sorted(metas, key=lambda m: m.value != "1"):  # of several the reservation prevails
        if meta.value == "1" or (meta.value == "0" and meta.in_head):
            yield Signal(
                KIND, _answer(meta.value), "tdm-reservation meta", f"tdm-reservation={meta.value}", "page", meta.quote
            )
            return
    values = re.split(r"[,;\s]+", header[:1000].strip())  # several lines of it are joined with commas
    value = "1" if "1" in values else "0" if "0" in values else ""
    if value:
        yield Signal(
            KIND, _answer(value), "tdm-reservation header", f"tdm-reservation={value}", "page", header_quote(HEADER, header)
        )  # fmt: skip
    elif file is not None:
        yield from file_signals(path, file)


def metas(markup: Markup) -> tuple[Meta, ...]:
    """Return the reservations in a page's markup."""
    return tuple(
        Meta(meta.get("content").strip(), meta.in_head, markup.quote(meta))
        for meta in markup.metas
        if meta_name(meta) == HEADER
    )


def _answer(value: str) -> Answer:
    return "opt-out" if value == "1" else "grant"
