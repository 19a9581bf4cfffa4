"""WARC 1.1 archives (ISO 28500:2017): a gzip member per record, appended whole, readable by any WARC tool.

One exchange is one `os.write` of three members: metadata (how it was found, and its outlinks), request,
response. A process killed at any instant leaves at most one torn group at the end, which is cut off before
anything is appended: appending after a torn member would make every later record unreadable.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sitecorpus.errors import SitecorpusError

FILE_BYTES = 1 << 30  # the customary size at which a WARC file is closed and the next one begun
FIELDS = "application/warc-fields"
Fields = list[tuple[str, str]]
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
class Location:
    """Where a record was written."""

    file: str  # name within the archive's directory
    offset: int  # bytes
    record_id: str
    fetched_at: str


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

    def fields(self) -> Fields:
        """The body as `application/warc-fields`."""
        found = []
        for line in self.body.decode("utf-8", "replace").splitlines():
            name, colon, value = line.partition(":")
            if colon:
                found.append((name.strip(), value.strip()))
        return found


class WarcWriter:
    """Append to `<prefix>-NNNNN.warc.gz` in a directory; what a kill left torn is cut off first."""

    def __init__(self, directory: Path, prefix: str, info: dict[str, str]) -> None:
        self.directory, self.prefix, self.info = directory, prefix, info
        directory.mkdir(parents=True, exist_ok=True)
        files = archive_files(directory, prefix)
        for file in files:
            cut_torn_tail(file)
        self._number = max(len(files) - 1, 0)
        self._open()

    def _open(self) -> None:
        self.file = f"{self.prefix}-{self._number:05d}.warc.gz"
        self._handle = os.open(self.directory / self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._size = os.fstat(self._handle).st_size
        if self._size == 0:
            buffer = io.BytesIO()
            writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
            writer.write_record(writer.create_warcinfo_record(self.file, self.info))
            self._append(buffer.getvalue())

    def _append(self, data: bytes) -> None:
        # A short write (disk full, signal) leaves a torn group: the next start cuts it off.
        view = memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]
        self._size += len(data)

    def exchange(
        self,
        url: str,
        request_head: bytes,
        response_head: bytes,
        body: bytes,
        ip: str | None,
        metadata: Fields,
        kept: dict[str, str] | None = None,
    ) -> Location:
        """Append one HTTP exchange. Heads are the bytes before the empty line; `body` is as transferred.

        `kept` are more WARC headers of the response, such as WARC-Truncated.
        """
        buffer = io.BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
        extra = dict(kept or {})
        if ip:
            extra["WARC-IP-Address"] = ip
        response = writer.create_warc_record(
            _header_safe(url),
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=_parse_head(response_head),
            warc_headers_dict=extra,
        )
        record_id = response.rec_headers.get_header("WARC-Record-ID")
        date = response.rec_headers.get_header("WARC-Date")
        request = writer.create_warc_record(
            _header_safe(url),
            "request",
            payload=io.BytesIO(b""),
            length=0,
            http_headers=_parse_head(request_head),
            warc_headers_dict={"WARC-Concurrent-To": record_id, "WARC-Date": date},
        )
        self._write_fields(writer, url, metadata, {"WARC-Concurrent-To": record_id, "WARC-Date": date})
        writer.write_record(request)
        # warcio's writer is given one buffer, so the response begins where the buffer now ends
        before = buffer.tell()
        writer.write_record(response)
        self._rotate()
        location = Location(self.file, self._size + before, record_id, date)
        self._append(buffer.getvalue())
        return location

    def failure(self, url: str, metadata: Fields) -> None:
        """Append that an exchange came to nothing: a metadata record that belongs to no response."""
        buffer = io.BytesIO()
        self._write_fields(WARCWriter(buffer, gzip=True, warc_version="1.1"), url, metadata, {})
        self._rotate()
        self._append(buffer.getvalue())

    def resource(self, url: str, content_type: str, body: bytes, date: str | None = None) -> Location:
        """Append something that was not fetched over HTTP: a file, a row of a table, a declaration."""
        buffer = io.BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
        record = writer.create_warc_record(
            _header_safe(url),
            "resource",
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type=content_type,
            warc_headers_dict={"WARC-Date": date} if date else {},
        )
        writer.write_record(record)
        self._rotate()
        location = Location(
            self.file,
            self._size,
            record.rec_headers.get_header("WARC-Record-ID"),
            record.rec_headers.get_header("WARC-Date"),
        )
        self._append(buffer.getvalue())
        return location

    @staticmethod
    def _write_fields(writer: Any, url: str, fields: Fields, headers: dict[str, str]) -> None:
        body = "".join(f"{name}: {_header_safe(value)}\r\n" for name, value in fields).encode()
        writer.write_record(
            writer.create_warc_record(
                _header_safe(url),
                "metadata",
                payload=io.BytesIO(body),
                length=len(body),
                warc_content_type=FIELDS,
                warc_headers_dict=headers,
            )
        )

    def _rotate(self) -> None:
        if self._size >= FILE_BYTES:
            self.close()
            self._number += 1
            self._open()

    def close(self) -> None:
        """Make what was written durable."""
        os.fsync(self._handle)
        os.close(self._handle)


def _header_safe(text: str) -> str:
    """Text that cannot end a header line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace")) for c in text)


def _parse_head(head: bytes) -> StatusAndHeaders:
    first, *lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    # warcio keeps the protocol of a status line apart; a request line stays whole
    if first.startswith("HTTP/"):
        protocol, _, status = first.partition(" ")
        return StatusAndHeaders(status, headers, protocol=protocol)
    return StatusAndHeaders(first, headers, is_http_request=True)


def archive_files(directory: Path, prefix: str = "") -> list[Path]:
    """Return the WARC files of a directory, in order."""
    return sorted([*directory.glob(f"{prefix}*.warc.gz"), *directory.glob(f"{prefix}*.warc")])


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
