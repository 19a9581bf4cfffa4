"""Really Simple Licensing: what a site's RSL documents say about training on a page.

RSL 1.0 (https://rslstandard.org/rsl), 3.1.1 and 3.3 to 3.7. Of the contents that cover a page the most specific says
what is permitted and paid for, and no prohibition of any of them is dropped. `<permits type="usage">` is a closed
list: what is not on it is not licensed. A payment other than free or attribution is a no until someone has paid. Whom
a licence is for, or what it wants reported, a program cannot answer, nor can it ask a licence server: these go to a
person. Documents of the page and of the site are read together and the stricter prevails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from scrapers.signals.markup import Markup
from scrapers.signals.paths import PathRule, page_path
from scrapers.signals.robots_lines import CACHED_FILES
from scrapers.signals.rsl_document import Content, License, Term, parse
from scrapers.signals.rsl_links import MAX_DOCUMENTS, named_documents
from scrapers.signals.signal import Answer, Signal, body_quote
from sitecorpus.rights import Quote

KIND = "rsl"

OURS = frozenset({"all", "ai-all", "ai-train", "train-ai", "train-genai"})
"""Usages that are, or hold, the training of a language model; the last two are of earlier drafts."""
OTHERS = frozenset({"ai-input", "ai-index", "search", "ai-use", "ai-summarize"})
FREE = frozenset({"free", "attribution"})

Found = tuple[Answer, str, Content | Term]
"""An answer, in words why, and the element that gave it."""


def signals(url: str, files: Mapping[str, bytes], markup: Markup, headers: Mapping[str, str]) -> Iterator[Signal]:
    """Read every document that is named for the page, and those in its markup; one that is not here is a review."""
    named = named_documents(url, files.get("robots"), markup, headers)
    for document in named[:MAX_DOCUMENTS]:
        key = f"rsl:{document.url}"
        if not document.url:
            yield Signal(KIND, "review", document.source, "names no http(s) address", document.file, document.quote)
        elif key not in files:
            yield Signal(KIND, "review", document.source, f"{document.url} was not had", key, document.quote)
        else:
            yield from document_signals(url, files[key], document.source, key)
    if len(named) > MAX_DOCUMENTS:
        last = named[MAX_DOCUMENTS]
        yield Signal(KIND, "review", last.source, f"more than {MAX_DOCUMENTS} documents", last.file, last.quote)
    for inline in markup.inline_rsl:
        yield from document_signals(url, inline.text.encode(), "RSL in the page", "page", inline.start)


def document_signals(url: str, body: bytes, source: str, file: str, offset: int | None = 0) -> Iterator[Signal]:
    """Read one document for one page. `offset` is where `body` stands in its file; None where that is not known."""

    def signal(answer: Answer, value: str, place: Content | Term | None = None) -> Signal:
        start, end = (place.start, place.end) if place else (0, len(body))
        quote = body_quote(body, start, end)
        if offset is None or quote.start is None or quote.end is None:
            quote = Quote(quote.text)
        else:
            quote = Quote(quote.text, start=quote.start + offset, end=quote.end + offset)
        return Signal(KIND, answer, source, value, file, quote)

    document = parse(body)
    if document.problem:
        yield signal("review", f"cannot be read: {document.problem}")
        return
    covering = _covering(url, body)
    if document.foreign and covering:
        yield signal("review", "its elements are not in the namespace of RSL", covering[0][0])
    for content, length in covering:
        for license_ in content.licenses:
            yield from (signal(*found) for found in _prohibited(license_))
        if content.server or content.encrypted or any(one.server for one in content.licenses):
            yield signal("review", "a licence server has to be asked first", content)
        if length == covering[0][1]:
            offered = _offered(content)
            if offered is not None:
                yield signal(*offered)


def _covering(url: str, body: bytes) -> list[tuple[Content, int]]:
    """Return the contents that cover a page, with the length of their patterns: the longest, or first, come first."""
    path, host = page_path(url), _host(url)
    found = [
        (content, rule.length)
        for authority, rule, content in _placed(body)
        if (authority is None or _same_host(authority, host)) and rule.covers(path)
    ]
    return sorted(found, key=lambda f: -f[1])


@lru_cache(maxsize=CACHED_FILES)
def _placed(body: bytes) -> tuple[tuple[str | None, PathRule, Content], ...]:
    """Take the addresses of a document's contents apart: an authority, or None for whoever named it, and a pattern."""
    found = []
    for content in parse(body).contents:
        authority, address = None, content.url
        if "://" in address[:12] or address.startswith("//"):
            authority, slash, rest = address.partition("//")[2].partition("/")
            address = slash + rest
        found.append((authority, PathRule.of(address), content))
    return tuple(found)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _same_host(authority: str, host: str) -> bool:
    wanted = authority.rpartition("@")[2].lower()
    return wanted == host or (wanted.startswith("*.") and ("." + host).endswith(wanted[1:])) or wanted == "*"


def _prohibited(license_: License) -> Iterator[Found]:
    for term in license_.terms:
        if term.name == "prohibits" and term.type == "usage":
            ours = sorted(term.words & OURS)
            unknown = sorted(term.words - OURS - OTHERS)
            if ours:
                yield "opt-out", f"prohibits {' '.join(ours)}", term
            elif unknown:
                yield "review", f"prohibits {' '.join(unknown)[:200]}, which RSL does not define", term


def _offered(content: Content) -> Found | None:
    """Return what the licences of one content come to: any of them may be taken, so the best counts."""
    if not content.licenses:
        return "review", "names the page and no licence", content
    answers = [_license_answer(license_, content) for license_ in content.licenses]
    for wanted in ("grant", None, "review", "opt-out"):
        for answer in answers:
            if (answer and answer[0]) == wanted:
                return answer
    return None


def _license_answer(license_: License, content: Content) -> Found | None:
    """Return what one licence says of training; None where it is silent. Only a use that it lists is a grant."""
    usage = [t for t in license_.terms if t.name == "permits" and t.type == "usage"]
    if usage and not any(t.words & OURS for t in usage):
        listed = " ".join(sorted(set().union(*(t.words for t in usage))))[:200]
        return "opt-out", f"permits {listed or 'nothing'} and no training", usage[0]
    for term in license_.terms:
        if term.name == "payment" and (term.type not in FREE if term.type else term.priced):
            return "opt-out", f"payment {term.type or 'asked'}"[:200], term
    for term in license_.terms:
        if term.name in ("permits", "prohibits") and term.type != "usage":
            return "review", f"{term.name} {term.type} {' '.join(sorted(term.words))}"[:200], term
    if license_.unknown:
        return "review", f"has an element that RSL does not define: {license_.unknown[:100]}", content
    if license_.reporting:
        return "review", "reporting is asked for", content
    free = next((t.type for t in license_.terms if t.name == "payment" and t.type), "free")
    return ("grant", f"permits training, payment {free}", usage[0]) if usage else None
