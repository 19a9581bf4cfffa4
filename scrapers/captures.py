"""One archived record as a row of `captures-00000.parquet`, whoever archived it."""

from __future__ import annotations

import hashlib
from typing import Any


def capture_row(
    *,
    url: str,
    kind: str,
    status: int | None,
    content_type: str,
    body: bytes,
    found_by: str,
    fetched_at: str,
    warc_file: str,
    warc_offset: int,
    warc_record_id: str,
) -> dict[str, Any]:
    """Return the columns of `sitecorpus.document.CAPTURES`. `body` is decoded; `warc_file` relative to the corpus."""
    return {
        "url": url,
        "kind": kind,
        "status": status,
        "content_type": content_type,
        "payload_digest": hashlib.sha256(body).hexdigest(),
        "payload_bytes": len(body),
        "found_by": found_by,
        "fetched_at": fetched_at,
        "warc_file": warc_file,
        "warc_offset": warc_offset,
        "warc_record_id": warc_record_id,
    }
