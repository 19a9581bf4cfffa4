"""Verified pairs into clusters and their keepers: which document stays, and for whose sake another goes.

Not connected components: through a chain A ~ B ~ C, C would be lost to an A it does not resemble. (On 12,000
pages components at .8 lost 102 documents that way.) Here a document goes only if one that stays was verified to
be like it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

IDENTICAL_EXTRACTIONS = 10
"""So many pages with the very same text are a fault of extraction, more likely than copies."""


@dataclass(frozen=True)
class Member:
    """What is known of a document when its keeper is chosen."""

    document_id: str
    url: str
    canonical_url: str | None
    license: str | None
    title: str | None
    chars: int
    shingles: int
    text_sha256: str
    shingles_sha256: str


def keeper_order(member: Member) -> tuple[bool, bool, int, int, str, str]:
    """Return the sort key of who is kept before whom.

    A known license first, then a page at its own canonical URL, the longer text, the shorter URL, the URL.
    """
    return (
        not member.license,
        member.canonical_url != member.url,
        -member.chars,
        len(member.url),
        member.url,
        member.text_sha256,
    )


class Edge(NamedTuple):
    """Two documents, by their places in keeper order, and their exact Jaccard similarity."""

    a: int
    b: int
    jaccard: float


class Place(NamedTuple):
    """Where a document went: its keeper (itself, where it is kept) and its similarity to it."""

    keeper: int
    similarity: float


def keepers(count: int, edges: Iterable[Edge], min_jaccard: float) -> list[Place]:
    """Return the place of each of `count` documents in keeper order.

    Each in turn is kept, unless it is at least `min_jaccard` like one kept before it; of several it goes to the
    likest, then to the first.
    """
    earlier: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for a, b, jaccard in edges:
        if jaccard >= min_jaccard:
            earlier[max(a, b)].append((-jaccard, min(a, b)))
    places: list[Place] = []
    for document in range(count):
        kept = [(likeness, other) for likeness, other in earlier.get(document, ()) if places[other].keeper == other]
        if kept:
            likeness, keeper = min(kept)
            places.append(Place(keeper, -likeness))
        else:
            places.append(Place(document, 1.0))
    return places


def components(count: int, pairs: Iterable[Sequence[int]]) -> list[int]:
    """Return for each of `count` items the smallest item it is joined to through any chain of pairs."""
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for pair in pairs:
        a, b = root(pair[0]), root(pair[1])
        parent[max(a, b)] = min(a, b)
    return [root(item) for item in range(count)]


def identical_extractions(members: Iterable[Member]) -> list[dict[str, Any]]:
    """Return the texts that many pages gave, largest first: pages whose own text was missed, most likely."""
    groups: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[member.text_sha256].append(member)
    large = [sorted(group, key=lambda m: m.url) for group in groups.values() if len(group) >= IDENTICAL_EXTRACTIONS]
    return [
        {
            "documents": len(group),
            "titles": len({member.title for member in group}),
            "chars": group[0].chars,
            "urls": [member.url for member in group[:5]],
        }
        for group in sorted(large, key=lambda group: (-len(group), group[0].url))
    ]
