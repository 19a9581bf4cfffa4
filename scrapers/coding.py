"""A body's content coding undone, whole or not at all.

HTTP clients hand out what they could unpack of a damaged body. Half of a robots.txt without its `Disallow` lines
would read as consent.
"""

from __future__ import annotations

import zlib

_WINDOWS = {
    "gzip": (31,),
    "x-gzip": (31,),
    "deflate": (15, -15),
}  # servers mean either by `deflate` (RFC 9110, 8.4.1.2)
_MAX_CODINGS = 3
_MAX_MEMBERS = 100


def decoded(body: bytes, content_encoding: str, max_bytes: int) -> bytes | None:
    """Return the body without its `Content-Encoding`, or None where that is unknown, damaged, cut short, or longer
    than `max_bytes` unpacked."""
    codings = [c for c in content_encoding.lower().replace(" ", "").split(",") if c not in ("", "identity")]
    if len(codings) > _MAX_CODINGS or not _WINDOWS.keys() >= set(codings):
        return None
    for coding in reversed(codings):
        unpacked = next((u for w in _WINDOWS[coding] if (u := _inflate(body, w, max_bytes)) is not None), None)
        if unpacked is None:
            return None
        body = unpacked
    return body if len(body) <= max_bytes else None


def _inflate(body: bytes, window: int, max_bytes: int) -> bytes | None:
    out = b""
    for _ in range(_MAX_MEMBERS):
        unpacker = zlib.decompressobj(window)
        try:
            out += unpacker.decompress(body, max_bytes + 1 - len(out))
        except zlib.error:
            return None
        if not unpacker.eof or len(out) > max_bytes:
            return None
        if not unpacker.unused_data.startswith(b"\x1f\x8b"):  # else one more member (RFC 1952, 2.2)
            return out
        body = unpacker.unused_data
    return None
