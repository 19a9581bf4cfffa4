"""The tables that pass between stages: captures, pages, documents. Columns are said here, once."""

from __future__ import annotations

import hashlib

import pyarrow as pa

_WHERE = [
    ("fetched_at", pa.string()),  # ISO 8601, UTC
    ("warc_file", pa.string()),  # relative to the corpus folder
    ("warc_offset", pa.int64()),  # bytes into warc_file
    ("warc_record_id", pa.string()),
]

CAPTURES = pa.schema(
    [
        ("url", pa.string()),
        ("kind", pa.string()),  # response (HTTP), resource (a file), row (application/json, see ROW)
        ("status", pa.int32()),  # HTTP; null for resource and row
        ("content_type", pa.string()),
        ("payload_digest", pa.string()),  # sha256 hex of the decoded body
        ("payload_bytes", pa.int64()),
        ("found_by", pa.string()),  # seed, sitemap, feed, archive, links, redirect, intake
        *_WHERE,
    ]
)
"""What is in an archive (crawl, intake), one row per record, sorted by url: `captures-00000.parquet`."""

_RIGHTS = [
    ("license", pa.string()),  # SPDX id
    ("license_source", pa.string()),  # which rule or declaration said so
    ("verdict_id", pa.string()),
]

PAGES = pa.schema([*CAPTURES, *_RIGHTS])
"""The captures that may be used (clear), sorted by url: `pages-NNNNN.parquet`."""

DOCUMENTS = pa.schema(
    [
        ("document_id", pa.string()),
        ("url", pa.string()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("published_on", pa.string()),  # YYYY-MM-DD
        ("section", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("canonical_url", pa.string()),
        ("language", pa.string()),  # ISO 639-1
        ("extractor", pa.string()),  # which path made the text
        ("payload_digest", pa.string()),
        *_RIGHTS,
        *_WHERE,
    ]
)
"""Extracted documents (extract, clean), sorted by url: `documents-NNNNN.parquet`."""

CLUSTERED = DOCUMENTS.append(pa.field("cluster_id", pa.string()))
"""Documents after dedupe: the keepers."""

SPLIT = CLUSTERED.append(pa.field("split", pa.string()))
"""Documents after split: train or validation."""

ROW_TYPE = "application/vnd.sitecorpus.row+json"
"""Content type of an archived row of a table: a JSON object with text, and where known title, author,
published_on, section."""


def document_id(url: str) -> str:
    """Return the id of the document at `url`: 16 hex digits, the same in every capture."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]
