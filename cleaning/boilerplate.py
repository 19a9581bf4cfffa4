"""What a site repeats at the edges of its pages: newsletter blurbs, author notes, notices above the text.

A run of lines at the head or tail of a document is boilerplate when many documents with other content have the
very same run, and when it is not merely one step in a few of those that have the run without its innermost line
(a closing brace before the blurb is no blurb). Digits count as equal. Table rows are never removed.

Keys are 64-bit hashes, so that the counting pass over an archive needs 16 bytes for each.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_DOCUMENTS = 5
MIN_SHARE = 0.02
MIN_KEPT = 0.2
"""Of the documents with a run, the share that must have the next line as well for the run to grow."""
MAX_SKIPPED = 2
"""Lines of the document's own (a date, a tag list) that may lie between a run and the edge."""
MIN_WORDS_RUN = 3
_HEAD_LINES, _TAIL_LINES = 4, 12
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Run:
    """Lines `start` to `end` (exclusive) of a document's non-empty lines, at one `edge`: head or tail."""

    edge: str
    start: int
    end: int
    text: str


def keys(text: str, title: str | None) -> tuple[list[int], int]:
    """Return the keys of every run at the edges of a document, and its context.

    Documents with the same context are copies, which dedupe will find: they count once.
    """
    lines = _lines(text)
    inner = lines[_HEAD_LINES:-_TAIL_LINES] if len(lines) > _HEAD_LINES + _TAIL_LINES else lines
    context = _hash("\n".join((title or "", *inner)))
    return sorted({key for edge in _sides(lines) for run in edge for key in run[2]}), context


def repeated(pairs: NDArray[np.int64], documents: int) -> dict[int, int]:
    """Return {key: contexts} of the keys that are frequent enough; `pairs` is (n, 2): key, context."""
    least = max(MIN_DOCUMENTS, math.ceil(MIN_SHARE * documents))
    if not len(pairs):
        return {}
    unique = np.unique(pairs, axis=0)  # sorted by key, then context: each context once
    found, counts = np.unique(unique[:, 0], return_counts=True)
    often = counts >= least
    return dict(zip(found[often].tolist(), counts[often].tolist(), strict=True))


def runs(text: str, table: Mapping[int, int]) -> list[Run]:
    """Return the boilerplate of one document: at most one run at the head and one at the tail."""
    lines = _lines(text)
    found = []
    for edge, side in zip(("head", "tail"), _sides(lines), strict=True):
        best = (0, 0)
        for start, outward, chain in side:
            length = _grow(chain, table)
            span = (start, start + length) if outward == 1 else (start - length, start)
            if length > best[1] - best[0] and _is_enough(lines, span, skipped=start not in (0, len(lines))):
                best = span
        if best[1] > best[0]:
            found.append(Run(edge, *best, "\n".join(lines[slice(*best)])))
    if len(found) == 2 and found[0].end > found[1].start:  # the whole document, seen from both edges
        found = [max(found, key=lambda run: run.end - run.start)]
    return found


def without(text: str, found: Iterable[Run]) -> str:
    """Return `text` without these runs."""
    gone = {n for run in found for n in range(run.start, run.end)}
    if not gone:
        return text
    kept, number = [], 0
    for line in text.split("\n"):
        if line.strip():
            if number not in gone:
                kept.append(line)
            number += 1
        else:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _sides(lines: list[str]) -> tuple[list[tuple[int, int, list[int]]], list[tuple[int, int, list[int]]]]:
    """For head and tail: (first line or end, direction inward, keys of runs of 1, 2, ... lines)."""
    head = [(s, 1, list(_chain("head", lines[s : s + _HEAD_LINES]))) for s in range(min(MAX_SKIPPED + 1, len(lines)))]
    tail = []
    for s in range(min(MAX_SKIPPED + 1, len(lines))):
        end = len(lines) - s
        tail.append((end, -1, list(_chain("tail", lines[max(end - _TAIL_LINES, 0) : end][::-1]))))
    return head, tail


def _chain(edge: str, outer_first: list[str]) -> Iterator[int]:
    said = edge
    for line in outer_first:
        if " | " in line:
            return
        said += "\n" + _DIGITS.sub("0", " ".join(line.split()).casefold())
        yield _hash(said)


def _grow(chain: list[int], table: Mapping[int, int]) -> int:
    length, before = 0, 0
    for key in chain:
        count = table.get(key, 0)
        if count == 0 or count < MIN_KEPT * before:
            break
        length, before = length + 1, count
    return length


def _is_enough(lines: list[str], span: tuple[int, int], skipped: bool) -> bool:
    """A lone heading ("Conclusion") or brace is not enough, nor what introduces lines that stay.

    Away from the edge it takes a sentence.
    """
    if span[1] < len(lines) and lines[span[1] - 1].rstrip().endswith(":"):
        return False
    words = max((len(_LETTERS.findall(line)) for line in lines[slice(*span)]), default=0)
    return words >= (5 if skipped else MIN_WORDS_RUN)


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
