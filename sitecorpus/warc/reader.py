"""Read WARC records: one by its offset, or all of a file, bodies decoded and bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from sitecorpus.errors import SitecorpusError

BROTLI_BYTES = 64 << 20  # a block of 16 KiB that unpacks to more than this is a bomb


class _Brotli:
    """What warcio asks of a decompressor. Its own wrapper sets an attribute that brotli 1.2 refuses."""

    unused_data = b""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def decompress(self, data: bytes) -> bytes:
        out: bytes = self._decompressor.process(data, output_buffer_limit=BROTLI_BYTES)
        if not self._decompressor.can_accept_more_data():
            raise zlib.error("a brotli body unpacks to too much")
        return out


BufferedReader.DECOMPRESSORS["br"] = _Brotli


@dataclass(frozen=True)
class Record:
    """One record as read. `body` is decoded (transfer and content encoding undone), at most the asked size; where
    its coding is damaged it is empty or as it came."""

    kind: str  # warcinfo, request, response, resource, metadata, revisit
    url: str
    record_id: str
    fetched_at: str
    offset: int  # bytes
    content_type: str  # of the payload: the HTTP header's for a response
    status: int | None
    headers: tuple[tuple[str, str], ...]  # HTTP, for request and response
    concurrent_to: str | None
    body: bytes
    truncated: bool  # the body was longer than asked for

    def fields(self) -> list[tuple[str, str]]:
        """The body as `application/warc-fields`."""
        found = []
        for line in self.body.decode("utf-8", "replace").splitlines():
            name, colon, value = line.partition(":")
            if colon:
                found.append((name.strip(), value.strip()))
        return found


def archive_files(directory: Path, prefix: str = "") -> list[Path]:
    """Return the WARC files of a directory, in order."""
    return sorted([*directory.glob(f"{prefix}*.warc.gz"), *directory.glob(f"{prefix}*.warc")])


def scan(path: Path, max_body_bytes: int = 64 << 20) -> Iterator[Record]:
    """Yield the records of a WARC file in order; raises SitecorpusError where the file is not a WARC."""
    with path.open("rb") as f:
        iterator = ArchiveIterator(f)
        try:
            for record in iterator:
                found = _read(record, 0, max_body_bytes)
                # asking for the offset reads the record to its end, so the body comes first
                yield replace(found, offset=iterator.get_record_offset())
        except (ArchiveLoadFailed, EOFError, zlib.error) as error:
            raise SitecorpusError(
                f"{path}: the archive cannot be read past byte {iterator.offset}: {str(error).strip()[:200]}"
            ) from None


def read(path: Path, offset: int, max_body_bytes: int = 64 << 20) -> Record:
    """Return the one record at `offset`; raises SitecorpusError where there is none."""
    try:
        with path.open("rb") as f:
            f.seek(offset)
            for record in ArchiveIterator(f):
                return _read(record, offset, max_body_bytes)
    except (ArchiveLoadFailed, EOFError, zlib.error, OSError) as error:
        raise SitecorpusError(f"{path}: no record can be read at byte {offset}: {str(error).strip()[:200]}") from None
    raise SitecorpusError(f"{path}: there is no record at byte {offset}.")


def _read(record: Any, offset: int, max_body_bytes: int) -> Record:
    if record.format != "warc":  # warcio takes nearly any text for the older ARC format
        raise ArchiveLoadFailed("this is no WARC record")
    headers = record.rec_headers
    http = record.http_headers
    status = None
    if record.rec_type == "response" and http is not None:
        code = http.get_statuscode()
        status = int(code) if code.isdigit() else None
    body = b""
    if max_body_bytes:
        # bounded: a small member may unpack to gigabytes
        try:
            body = record.content_stream().read(max_body_bytes + 1)
        except (zlib.error, brotli.error):  # of this one body; the record's own member is whole
            body = b""
    content_type = headers.get_header("Content-Type") or ""
    if http is not None:
        content_type = http.get_header("Content-Type") or ""
    return Record(
        kind=record.rec_type,
        url=headers.get_header("WARC-Target-URI") or "",
        record_id=headers.get_header("WARC-Record-ID") or "",
        fetched_at=headers.get_header("WARC-Date") or "",
        offset=offset,
        content_type=content_type,
        status=status,
        headers=tuple(http.headers) if http is not None else (),
        concurrent_to=headers.get_header("WARC-Concurrent-To"),
        body=body[:max_body_bytes],
        truncated=len(body) > max_body_bytes,
    )
