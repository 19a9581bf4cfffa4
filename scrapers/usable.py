"""Which captures can be documents at all: an answer with a page in it, not a failure, a file or a way elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_NO_DOCUMENTS = frozenset({"/robots.txt", "/ai.txt", "/trust.txt", "/llms.txt", "/llms-full.txt", "/humans.txt", "/security.txt", "/ads.txt", "/app-ads.txt"})  # fmt: skip
# no type at all: the body decides (RFC 9110, 8.3)
_DOCUMENTS = frozenset({"", "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown"})


def why_no_page(capture: Mapping[str, Any]) -> str | None:
    """Return in one word why a capture is no page with a text, whatever its rights; None where it may be one."""
    status = capture["status"]
    if capture["kind"] == "response" and status != 200:
        if status is None or is_passing(status):
            return "server_error"
        if 300 <= status < 400:
            return "redirect"
        return {404: "not_found", 410: "not_found", 401: "denied", 403: "denied", 451: "denied"}.get(
            status, "http_error"
        )
    if capture["kind"] == "row":
        return None
    try:
        path = urlsplit(capture["url"]).path
    except ValueError:  # what stood in somebody's archive need not be an address
        return "not_a_document"
    if mime_of(capture) not in _DOCUMENTS or path in _NO_DOCUMENTS or path.startswith("/.well-known/"):
        return "not_a_document"
    return None if capture["payload_bytes"] else "empty"


def mime_of(capture: Mapping[str, Any]) -> str:
    """The media type of a capture in lower case, without its parameters."""
    return (capture["content_type"] or "").partition(";")[0].strip().lower()


def looks_like_html(body: bytes) -> bool:
    """Say whether a body of no type begins like a page."""
    return (
        re.match(
            rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
            body[:2000],
            re.I | re.S,
        )
        is not None
    )


def is_passing(status: int | None) -> bool:
    """Say whether a status is a server's passing failure, which says nothing of the page."""
    return status is not None and (status >= 500 or status in (408, 425, 429))
