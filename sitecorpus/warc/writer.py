"""Write WARC records: each exchange, failure or resource appended in one piece."""

from __future__ import annotations

import http
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sitecorpus.warc.reader import archive_files
from sitecorpus.warc.tail import cut_torn_tail

FILE_BYTES = 1 << 30  # the customary size at which a WARC file is closed and the next one begun
FIELDS = "application/warc-fields"
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Location:
    """Where a record was written."""

    file: str  # name within the archive's directory
    offset: int  # bytes
    record_id: str
    fetched_at: str


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


def status_line(status: int, protocol: str = "HTTP/1.1") -> str:
    """Return the first line of a response whose own words were not kept."""
    try:
        return f"{protocol} {status} {http.HTTPStatus(status).phrase}"
    except ValueError:  # a number of the server's own
        return f"{protocol} {status} "


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
