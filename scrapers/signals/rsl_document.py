"""An RSL 1.0 document as XML: its `<content>` elements and their licences, with the bytes where each stands.

https://rslstandard.org/rsl, section 3. The reader is expat, which never asks for another file; a document type, and
with it every entity, is refused, depth and size are bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers.expat import ExpatError, ParserCreate

from scrapers.signals.robots_lines import CACHED_FILES

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
MAX_TEXT_CHARS = 4096
MEDIA_TYPE = "application/rsl+xml"

_TEXTS = frozenset({"permits", "prohibits"})
_OTHERS = frozenset({"legal", "reporting", "server", "terms", "schema", "copyright", ""})
_TERMS = frozenset({"amount", "standard", "custom", "accepts"})


@dataclass
class Term:
    """One `<permits>`, `<prohibits>` or `<payment>`: its type, its words, and `body[start:end]` where it stands."""

    name: str
    type: str
    start: int
    end: int = 0
    text: str = ""
    priced: bool = False
    """A `<payment>` that names an amount, a rate card or a means to pay."""

    @property
    def words(self) -> frozenset[str]:
        """The listed values: parted by spaces (3.5), in older documents by commas."""
        return frozenset(self.text.lower().replace(",", " ").split())


@dataclass
class License:
    """One `<license>`: of several in a content any one may be taken."""

    terms: list[Term] = field(default_factory=list)
    reporting: bool = False
    unknown: str = ""
    """The name of an element that no licence has: a word that was not understood."""
    server: bool = False


@dataclass
class Content:
    """One `<content>`: what it is about, whether a licence server stands before it, and the licences."""

    url: str
    server: bool
    encrypted: bool
    start: int
    end: int
    licenses: list[License] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """What was read; `problem` says in words why nothing was."""

    contents: tuple[Content, ...] = ()
    problem: str = ""
    foreign: bool = False
    """Its elements are in no namespace: what it forbids is heard, what it permits is not."""


@lru_cache(maxsize=CACHED_FILES)
def parse(body: bytes) -> Document:
    """Read a document; whatever is wrong with it is a problem, never an exception."""
    if len(body) > MAX_BYTES:
        return Document(problem=f"longer than {MAX_BYTES} bytes")
    reader = _Reader(body)
    try:
        reader.read()
    except _RefusedError as refused:
        return Document(problem=str(refused))
    except (ExpatError, ValueError, LookupError):
        return Document(problem="not well-formed XML")
    if not reader.contents:
        return Document(problem="no licence in it")
    return Document(tuple(reader.contents), foreign=reader.foreign)


class _RefusedError(Exception):
    """The document has what no licence needs and an attack does."""


class _Reader:
    """Handlers of one parse; the open elements are a list, so depth costs no stack."""

    def __init__(self, body: bytes) -> None:
        self.contents: list[Content] = []
        self.foreign = False
        self._body = body
        self._blanks = len(body) - len(body.lstrip(b" \t\r\n"))  # before the declaration: lenient
        self._open: list[str] = []
        self._content: Content | None = None
        self._license: License | None = None
        self._term: Term | None = None
        self._elements = 0
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self) -> None:
        self._parser.Parse(self._body[self._blanks :], True)

    @property
    def _at(self) -> int:
        return self._parser.CurrentByteIndex + self._blanks

    def _doctype(self, *_: object) -> None:
        raise _RefusedError("a document type is declared, which is refused")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise _RefusedError("too many elements, or too deeply nested")
        local = _local(name)
        self._open.append(local)
        self.foreign |= bool(local) and " " not in name and local in ("content", "license", "permits")
        if local == "content":
            self._content = Content(
                attributes.get("url", "").strip(), bool(attributes.get("server", "").strip()),
                attributes.get("encrypted", "").strip().lower() in ("true", "1", "yes"), self._at, self._tag_end(),
            )  # fmt: skip
            self.contents.append(self._content)
        elif local == "license":
            if self._content is None:  # outside any content: meant for all that the document is named for
                self._content = Content("", False, False, self._at, self._tag_end())
                self.contents.append(self._content)
            self._license = License()
            self._content.licenses.append(self._license)
        elif self._license is not None:
            self._in_license(local, self._license, attributes)

    def _in_license(self, local: str, license_: License, attributes: Mapping[str, str]) -> None:
        if local in _TEXTS or local == "payment":
            kind = attributes.get("type", "" if local == "payment" else "usage").strip().lower()
            self._term = Term(local, kind, self._at, self._tag_end())
            license_.terms.append(self._term)
        elif local in _TERMS:
            if self._term is not None:
                self._term.priced = True
        elif local not in _OTHERS:
            license_.unknown = license_.unknown or local
        license_.reporting |= local == "reporting"
        license_.server |= local == "server"

    def _end(self, name: str) -> None:
        local = self._open.pop()
        if self._term is not None and local == self._term.name:
            self._term.end = self._tag_end()
            self._term = None
        elif local == "license":
            self._license = None
        elif local == "content":
            self._content = None

    def _text(self, text: str) -> None:
        if self._term is not None and self._term.name in _TEXTS:
            self._term.text += text[: MAX_TEXT_CHARS - len(self._term.text)]

    def _tag_end(self) -> int:
        return self._body.find(b">", self._at) + 1


def _local(name: str) -> str:
    """Return the local name of an element of RSL, or of none; what another namespace adds says nothing here."""
    space, _, local = name.rpartition(" ")
    return local if not space or "rslstandard.org" in space else ""
