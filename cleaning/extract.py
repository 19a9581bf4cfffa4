"""STAGE archived pages → documents: the main text of each page, its metadata, and where in the archive it came from.

Trafilatura finds the text (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15/). Around it: our own parse
with bounds, code blocks carried through verbatim, metadata from the page itself, and pages that are lists of
other pages told apart. `_main_text` is the seam where an extractor that has learned the site's template goes first.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trafilatura
from lxml import html

from cleaning import charset, listing, markup, plain_text
from cleaning.deadline import DeadlineError, deadline
from cleaning.front_matter import markdown
from cleaning.metadata import Metadata, alike, date, line, metadata
from sitecorpus import ledger, warc
from sitecorpus.document import DOCUMENTS, ROW_TYPE, document_id
from sitecorpus.errors import SitecorpusError
from sitecorpus.ledger import Decision
from sitecorpus.manifest import Counts
from sitecorpus.recipe import ExtractSettings
from sitecorpus.shards import read_shard, shard_counts, shard_paths, write_shard
from sitecorpus.stage import Job

PAGE_CPU_S = 20.0
MAX_TEXT_CHARS = 5_000_000
_REFRESH = re.compile(r"^\s*(\d+)[^;,]*[;,]\s*url\s*=", re.IGNORECASE)
_HTML_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_BYLINE = re.compile(r"^(written by|posted by|by|author|published|posted|updated|on)\b", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"^(published |posted |updated |on )*[\w,. /:-]{0,30}\b(19|20)\d\d\b[\w,. /:-]{0,20}$", re.IGNORECASE
)


def extract(job: Job) -> Counts:
    """Turn every cleared page into a document or a ledger row with the reason."""
    items = [
        PageShard(pages, job.corpus.root, job.output / pages.name.replace("pages-", "documents-"), job.settings.extract)
        for pages in shard_paths(job.inputs["clear"], "pages")
    ]
    counts = job.map_shards(extract_shard, items)
    extractors: Counter[str] = Counter()
    for item in items:
        extractors.update(shard_counts(item.output).figures["extractors"])
    return Counts(counts.read, counts.written, counts.dropped, {"extractors": dict(sorted(extractors.items()))})


@dataclass(frozen=True)
class PageShard:
    """One shard of cleared pages."""

    pages: Path
    root: Path
    """The corpus folder, which `warc_file` is relative to."""
    output: Path
    settings: ExtractSettings


@dataclass(frozen=True)
class Extraction:
    """What one page holds. Where `reason` is set it is no document, and `numbers` say why."""

    text: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    extractor: str = ""
    reason: str | None = None
    numbers: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str | None:
        return self.metadata.title

    @property
    def author(self) -> str | None:
        return self.metadata.author

    @property
    def published_on(self) -> str | None:
        return self.metadata.published_on


def extract_shard(task: PageShard) -> None:
    """Extract one shard; a page that cannot be read becomes a ledger row."""
    _quiet()
    documents, decisions = [], []
    extractors: Counter[str] = Counter()
    pages = read_shard(task.pages)
    for page in pages:
        found = _from_archive(page, task)
        identity = document_id(page["url"])
        if found.reason:
            decisions.append(Decision.of(identity, page["url"], "extract", "dropped", found.reason, **found.numbers))
            continue
        extractors[found.extractor] += 1
        documents.append(_row(page, identity, found))
    ledger.write(task.output.parent, task.output.stem, decisions)
    counts = Counts(len(pages), len(documents), ledger.reasons(decisions), {"extractors": dict(extractors)})
    write_shard(task.output, documents, DOCUMENTS, counts=counts)


def extract_page(
    html: bytes, url: str, content_type: str = "text/html", settings: ExtractSettings | None = None
) -> Extraction:
    """Extract one HTML page; never raises for what is in it, and takes PAGE_CPU_S of CPU time at most."""
    try:
        with deadline(PAGE_CPU_S):
            return _extract_html(charset.decode(html, content_type), url, settings or ExtractSettings())
    except markup.MarkupError as error:
        return Extraction(reason=error.reason, numbers=dict(error.numbers))
    except DeadlineError:
        return Extraction(reason="timeout", numbers={"cpu_s": PAGE_CPU_S})
    except RecursionError:
        return Extraction(reason="too_deep", numbers={"bytes": len(html)})
    except Exception as error:  # a page that breaks a library is one page lost, not a stage
        return Extraction(reason="unreadable", numbers={"error": type(error).__name__, "bytes": len(html)})


def _from_archive(page: dict[str, Any], task: PageShard) -> Extraction:
    try:
        record = warc.read(task.root / page["warc_file"], page["warc_offset"], max_body_bytes=markup.MAX_BYTES)
    except SitecorpusError:
        return Extraction(reason="unreadable", numbers={"warc_offset": page["warc_offset"]})
    if record.truncated:
        return Extraction(reason="too_large", numbers={"bytes_at_least": markup.MAX_BYTES})
    if hashlib.sha256(record.body).hexdigest() != page["payload_digest"]:  # a torn record reads as a shorter one
        return Extraction(reason="damaged", numbers={"bytes": len(record.body)})
    content_type = record.content_type or page["content_type"] or ""
    kind = content_type.split(";")[0].strip().lower()
    if page["kind"] == "row" or kind == ROW_TYPE:
        found = _extract_row(record.body)
    elif (
        "html" in kind or (not kind and b"<" in record.body[:1000]) or _HTML_HEAD.match(record.body)
    ):  # types often lie
        found = extract_page(record.body, page["url"], content_type, task.settings)
    elif kind in ("text/plain", "text/markdown", "text/x-markdown", ""):
        found = _extract_text(
            charset.decode(record.body, content_type), "markdown" in kind or _is_markdown(page["url"])
        )
    else:
        return Extraction(reason="not_text", numbers={"content_type": line(kind) or ""})
    if found.reason is None and len(found.text) > MAX_TEXT_CHARS:
        return Extraction(reason="too_large", numbers={"characters": len(found.text)})
    return found


def _extract_html(source: str, url: str, settings: ExtractSettings) -> Extraction:
    tree = markup.parse(source)
    if _redirects(tree):
        return Extraction(reason="redirect", numbers={"characters": len(source)})
    marks = markup.Marks.absent_from(source)
    markup.protect_code(tree, marks)
    if shape := listing.is_listing(tree, url):
        return Extraction(reason="listing", numbers=listing.numbers(shape))
    said = metadata(tree, url)
    body, extractor = _main_text(tree, url, settings)
    text = "" if body is None else marks.restore(plain_text.render(body))
    text = _without_heading(text, said)
    if not text.strip():
        return Extraction(reason="empty", numbers={"characters": len(source)})
    return Extraction(text, said, extractor)


def _main_text(tree: html.HtmlElement, url: str, settings: ExtractSettings) -> tuple[Any, str]:
    """Return the tree of the main text (None where there is none) and the path that found it."""
    found = trafilatura.bare_extraction(
        tree,
        url=url,
        favor_precision=settings.favor == "precision",
        favor_recall=settings.favor == "recall",
        include_comments=settings.include_comments,
        include_tables=settings.include_tables,
        deduplicate=False,
        with_metadata=False,
    )
    if found is None:
        return None, ""
    body = found.body
    if settings.include_comments and found.commentsbody is not None:
        body.extend(list(found.commentsbody))
    return body, "trafilatura"


def _redirects(tree: html.HtmlElement) -> bool:
    """A page that sends its reader elsewhere at once, and says nothing of its own."""
    for element in tree.iter("meta"):
        if (element.get("http-equiv") or "").lower() == "refresh":
            delay = _REFRESH.match(element.get("content") or "")
            if delay and int(delay[1][:6]) <= 10:
                return len(" ".join(tree.itertext("p", "li", "td")).split()) < 100
    return False


def _without_heading(text: str, said: Metadata) -> str:
    """Take title, byline and date off the head of the text: they are metadata."""
    blocks = text.split("\n\n")
    for _ in range(3):
        head = blocks[0].strip() if blocks else ""
        short = "\n" not in head and len(head.split()) <= 12
        is_title = said.title is not None and alike(head, said.title)
        is_byline = short and bool(said.author) and _BYLINE.match(head) and str(said.author).lower() in head.lower()
        is_date = short and bool(said.published_on) and _DATE_LINE.match(head) and not head.endswith(".")
        if not (head and (is_title or is_byline or (is_date and len(head) <= 40))):
            break
        blocks = blocks[1:]
    return "\n\n".join(blocks)


def _extract_text(source: str, is_markdown: bool) -> Extraction:
    text, said = markdown(source) if is_markdown else (source.strip("\r\n"), Metadata())
    if not text.strip():
        return Extraction(reason="empty", numbers={"characters": len(source)})
    if (controls := markup.control_characters(text)) * 20 > len(text):
        return Extraction(reason="unreadable", numbers={"control_characters": controls})
    return Extraction(text, said, "markdown" if is_markdown else "text")


def _is_markdown(url: str) -> bool:
    return url.split("?")[0].lower().endswith((".md", ".markdown", ".mdown"))


def _extract_row(body: bytes) -> Extraction:
    try:
        row = json.loads(body)
        text = row["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Extraction(reason="unreadable", numbers={"bytes": len(body)})
    if not isinstance(text, str) or not text.strip():
        return Extraction(reason="empty", numbers={"bytes": len(body)})
    return Extraction(
        text,
        Metadata(
            title=line(row.get("title")),
            author=line(row.get("author")),
            published_on=date(row.get("published_on")),
            section=line(row.get("section")),
        ),
        "row",
    )


def _row(page: dict[str, Any], identity: str, found: Extraction) -> dict[str, Any]:
    said = found.metadata
    return page | {
        "document_id": identity,
        "text": _encodable(found.text),
        "title": said.title,
        "author": said.author,
        "published_on": said.published_on,
        "section": said.section,
        "tags": list(said.tags),
        "canonical_url": said.canonical_url,
        "language": said.language,
        "extractor": found.extractor,
    }


def _encodable(text: str) -> str:
    """A lone surrogate (from JSON) cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _quiet() -> None:
    """Their warnings repeat crawled text; what they warn of is in the ledger."""
    for name in ("trafilatura", "htmldate", "readability", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
