"""The archive: readable by other WARC tools, whole after any kill."""

from __future__ import annotations

import gzip
import io
import random
import zlib
from pathlib import Path

import brotli
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.checker import Checker

from sitecorpus import warc
from sitecorpus.errors import SitecorpusError


def write(directory: Path, n: int = 3) -> tuple[Path, list[warc.Location]]:
    writer = warc.WarcWriter(directory, "pages", {"software": "sitecorpus"})
    places = [
        writer.exchange(
            f"http://site.example/{i}",
            f"GET /{i} HTTP/1.1\r\nHost: site.example".encode(),
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip",
            gzip.compress(f"<p>page {i}</p>".encode()),
            "127.0.0.1",
            [("found_by", "links"), ("outlink", f"http://site.example/{i + 1}")],
        )
        for i in range(n)
    ]
    writer.failure("http://site.example/gone", [("error", "timeout")])
    writer.resource("urn:x:1", "text/plain", b"hello")
    writer.close()
    return directory / "pages-00000.warc.gz", places


def test_each_record_is_read_back_at_its_offset_decoded(tmp_path: Path) -> None:
    path, places = write(tmp_path)
    for i, place in enumerate(places):
        record = warc.read(path, place.offset)
        assert (record.kind, record.url, record.status) == ("response", f"http://site.example/{i}", 200)
        assert record.body == f"<p>page {i}</p>".encode()
        assert record.record_id == place.record_id
        assert record.content_type == "text/html; charset=utf-8"


def test_other_readers_agree(tmp_path: Path) -> None:
    path, places = write(tmp_path)
    with path.open("rb") as f:
        records = [(r.record_type, r.stream_pos) for r in ArchiveIterator(f, verify_digests=True)]
    responses = [pos for kind, pos in records if kind == WarcRecordType.response]
    assert responses == [p.offset for p in places]
    assert [kind for kind, _ in records if kind == WarcRecordType.request]

    class Args:
        verbose = False
        inputs = (str(path),)

    checker = Checker(Args())
    checker.process_all()
    assert checker.exit_value == 0


def test_metadata_holds_the_outlinks_and_belongs_to_its_response(tmp_path: Path) -> None:
    path, places = write(tmp_path, 1)
    metadata = next(r for r in warc.scan(path) if r.kind == "metadata")
    assert metadata.concurrent_to == places[0].record_id
    assert metadata.fields() == [("found_by", "links"), ("outlink", "http://site.example/1")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.integers(0, 10**6))
def test_cut_anywhere_it_is_whole_again_and_can_be_appended_to(tmp_path: Path, cut: int) -> None:
    for old in tmp_path.glob("*"):
        old.unlink()
    path, places = write(tmp_path)
    whole = path.read_bytes()
    cut %= len(whole)
    path.write_bytes(whole[:cut])
    _, again = write(tmp_path)
    kept = [r for r in warc.scan(path) if r.kind == "response"]
    survived = [p for p in places if p.offset < cut and _end(whole, p.offset) <= cut]
    assert [r.record_id for r in kept] == [p.record_id for p in (*survived, *again)]
    gzip.decompress(path.read_bytes())  # raises on a torn member


def _end(whole: bytes, offset: int) -> int:
    raw = io.BytesIO(whole[offset:])
    member = zlib.decompressobj(wbits=31)
    data = raw.read()
    member.decompress(data)
    return offset + len(data) - len(member.unused_data)


def test_a_url_cannot_forge_a_header(tmp_path: Path) -> None:
    writer = warc.WarcWriter(tmp_path, "pages", {"software": "x"})
    writer.resource("http://site.example/\r\nWARC-Type: response", "text/plain", b"x")
    writer.failure("http://site.example/", [("error", "a\r\noutlink: http://evil.example/")])
    writer.close()
    records = list(warc.scan(tmp_path / "pages-00000.warc.gz"))
    assert [r.kind for r in records] == ["warcinfo", "resource", "metadata"]
    assert [name for name, _ in records[2].fields()] == ["error"]


def test_a_bomb_is_read_no_further_than_asked(tmp_path: Path) -> None:
    writer = warc.WarcWriter(tmp_path, "pages", {"software": "x"})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip"
    place = writer.exchange("http://b.example/", b"GET / HTTP/1.1", head, gzip.compress(bytes(50 << 20)), None, [])
    writer.close()
    record = warc.read(tmp_path / place.file, place.offset, max_body_bytes=1 << 20)
    assert record.truncated
    assert len(record.body) == 1 << 20


@pytest.mark.parametrize(
    ("coding", "body", "expected"),
    [
        ("br", brotli.compress(b"hello " * 50_000), b"hello " * 50_000),
        ("deflate", zlib.compress(b"hello"), b"hello"),
        ("gzip", b"plain after all", b"plain after all"),
        ("br", b"no brotli at all", None),
        ("br", brotli.compress(bytes(200 << 20), quality=1), None),
        ("gzip", gzip.compress(random.Random(1).randbytes(99_999))[:-9000] + b"x" * 9000, None),
    ],
)
def test_each_content_coding_is_undone_and_a_damaged_one_stops_nobody(
    tmp_path: Path, coding: str, body: bytes, expected: bytes | None
) -> None:
    writer = warc.WarcWriter(tmp_path, "pages", {"software": "x"})
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}".encode()
    place = writer.exchange("http://b.example/", b"GET / HTTP/1.1", head, body, None, [])
    writer.close()
    record = warc.read(tmp_path / place.file, place.offset)
    assert record.body == expected if expected is not None else len(record.body) <= len(body)
    assert [r.kind for r in warc.scan(tmp_path / place.file)] == ["warcinfo", "metadata", "request", "response"]


def test_what_is_no_archive_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"this is not a WARC at all\n" * 20)
    with pytest.raises(SitecorpusError, match="cannot be read"):
        list(warc.scan(path))
    with pytest.raises(SitecorpusError, match="byte 7"):
        warc.read(path, 7)
