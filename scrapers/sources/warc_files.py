"""WARC files and WACZ packages that somebody else wrote: responses and resources, the rest is left."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from scrapers.sources.entry import MAX_ENTRY_BYTES, Exchanged, Found, Skip, Stored
from sitecorpus.errors import SitecorpusError
from sitecorpus.warc import member_ends, scan

SUFFIXES = (".warc", ".warc.gz", ".wacz")
# of a body as it was transferred: what is kept is decoded
_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})


def read(path: Path) -> Iterator[Found]:
    """Yield what the file, or the files of the folder in the order of their names, hold."""
    files = (
        [path]
        if path.is_file()
        else sorted(p for p in path.rglob("*") if is_warc(p) and p.is_file() and not p.is_symlink())
    )
    for file in files:
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        if file.suffix.lower() == ".wacz":
            yield from _package(file, name)
        else:
            yield from _records(file, name)


def is_warc(path: Path) -> bool:
    """Whether a file's name says WARC or WACZ."""
    return path.name.lower().endswith(SUFFIXES)


def _package(file: Path, name: str) -> Iterator[Found]:
    """WACZ 1.1: a zip with WARC files in `archive/`. A member that cannot be unpacked does not cost the others."""
    try:
        package = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        yield Skip(name, "unreadable", {"error": str(error)[:200]})
        return
    with package:
        for member in sorted(package.namelist()):
            if not (member.startswith("archive/") and member.lower().endswith(SUFFIXES[:2])):
                continue
            suffix = ".warc.gz" if member.lower().endswith(".gz") else ".warc"
            with tempfile.NamedTemporaryFile(suffix=suffix) as unpacked:
                problem = _unpack(package, member, unpacked)
                if problem:
                    yield Skip(f"{name}!{member}", "unreadable", {"error": problem})
                else:
                    yield from _records(Path(unpacked.name), f"{name}!{member}")


def _unpack(package: zipfile.ZipFile, member: str, to: IO[bytes]) -> str | None:
    """Unpack one member; return what is wrong with it, or None. What `zipfile` raises is said beside each name."""
    try:
        with package.open(member) as packed:
            shutil.copyfileobj(packed, to)
    except (
        zipfile.BadZipFile,  # a broken header or checksum
        zlib.error,  # broken data
        EOFError,  # cut short
        NotImplementedError,  # a method of compression that Python lacks
    ) as error:
        return str(error)[:200] or type(error).__name__
    except RuntimeError as error:
        if not package.getinfo(member).flag_bits & 1:  # bit 0: encrypted (APPNOTE.TXT 4.4.4)
            raise
        return str(error)[:200]
    to.flush()
    return None


def _records(file: Path, name: str) -> Iterator[Found]:
    size = file.stat().st_size
    with file.open("rb") as f:
        gzipped = f.read(2) == b"\x1f\x8b"
    # a torn gzip member reads like a whole one that is shorter
    whole = max(member_ends(file), default=0) if gzipped else size
    if whole < size:
        yield Skip(name, "torn", {"bytes": size, "whole_bytes": whole})
    try:
        for record in scan(file, MAX_ENTRY_BYTES):
            if record.offset >= whole:
                return
            if record.kind not in ("response", "resource"):
                continue
            if not record.url.lower().startswith(("http://", "https://", "urn:", "file:")):
                continue  # dns:, screenshot: and the like
            if record.truncated:
                yield Skip(record.url, "too_large", {"bytes_at_least": MAX_ENTRY_BYTES})
            elif record.kind == "resource":
                yield Stored(record.url, record.fetched_at, record.content_type, record.body)
            elif record.status is None:
                yield Skip(record.url, "unreadable", {"error": "no HTTP status", "file": name, "offset": record.offset})
            else:
                headers = tuple((k, v) for k, v in record.headers if k.lower() not in _TRANSFER_HEADERS)
                yield Exchanged(record.url, record.fetched_at, record.status, headers, record.content_type, record.body)
    except SitecorpusError as error:
        yield Skip(name, "unreadable", {"error": str(error).rpartition(": ")[2][:200]})
