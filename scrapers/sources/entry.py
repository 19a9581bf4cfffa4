"""What every format yields: an entry to archive, or a skip with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

MAX_ENTRY_BYTES = 64 << 20
"""A larger document is no document."""


@dataclass(frozen=True)
class Entry:
    """A file as it is: archived as a resource record."""

    name: str  # relative, with forward slashes
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Row:
    """A row of a table: its text, and what else its columns say."""

    number: int  # from 1
    text: str
    url: str | None = None
    title: str | None = None
    author: str | None = None
    published_on: str | None = None
    section: str | None = None


@dataclass(frozen=True)
class Exchanged:
    """An HTTP exchange from somebody's archive; `body` is decoded."""

    url: str
    fetched_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Stored:
    """A resource record from somebody's archive."""

    url: str
    fetched_at: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Skip:
    """Something that was found and cannot be taken in; `name` is a relative name, a row number or a URL."""

    name: str
    reason: str
    detail: dict[str, Any]


Found = Entry | Row | Exchanged | Stored | Skip


def path_quoted(name: str) -> str:
    """Return a relative name as the path of a URL."""
    return quote(name, safe="/~", errors="surrogateescape")
