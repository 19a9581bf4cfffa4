"""What a kill leaves at the end of a WARC file: found, and cut off before anything is appended."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from sitecorpus.warc.reader import scan


def member_ends(path: Path) -> Iterator[int]:
    """Yield the offset at which each whole gzip member ends; stop at a torn one."""
    with path.open("rb") as f:
        offset, pending = 0, b""
        while True:
            member = zlib.decompressobj(wbits=31)
            used = 0
            while not member.eof:
                chunk = pending or f.read(1 << 18)
                pending = b""
                if not chunk:
                    return
                try:
                    # the output is thrown away, a bounded piece at a time
                    data = chunk
                    while data and not member.eof:
                        member.decompress(data, 1 << 20)
                        data = member.unconsumed_tail
                except zlib.error:
                    return
                used += len(chunk) - len(member.unused_data)
                pending = member.unused_data
            offset += used
            yield offset


def cut_torn_tail(path: Path) -> int:
    """Truncate a file of ours after its last whole group; return how many bytes went.

    A group ends with a response, a resource, a warcinfo, or a metadata record that belongs to no response.
    """
    size = path.stat().st_size
    whole = max(member_ends(path), default=0)
    if whole < size:
        os.truncate(path, whole)
    safe = 0
    records = list(scan(path, max_body_bytes=0)) if whole else []
    for i, record in enumerate(records):
        end = records[i + 1].offset if i + 1 < len(records) else whole
        if record.kind in ("response", "resource", "warcinfo") or (
            record.kind == "metadata" and not record.concurrent_to
        ):
            safe = end
    if safe < whole:
        os.truncate(path, safe)
    return size - safe
