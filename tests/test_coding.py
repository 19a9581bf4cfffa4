"""A body is unpacked whole or not at all."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.coding import decoded

BODY = b"User-agent: *\nDisallow: /\n" * 40


def gz(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


RAW = zlib.compress(BODY, wbits=-15)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", BODY), ("identity", BODY), ("gzip", gz(BODY)), ("X-GZIP", gz(BODY)), ("deflate", zlib.compress(BODY)),
        ("deflate", RAW), ("deflate, gzip", gz(RAW)), ("gzip", gz(BODY[:50]) + gz(BODY[50:])),
        ("gzip", gz(BODY) + b"\0\0"),
    ],
)  # fmt: skip
def test_what_was_packed_is_unpacked(coding: str, packed: bytes) -> None:
    assert decoded(packed, coding, len(BODY)) == BODY


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("br", BODY), ("gzip", BODY), ("gzip", b""), ("deflate", b"\xff"), ("gzip, gzip, gzip, gzip", gz(BODY)),
        ("gzip", gz(BODY)[:-1]), ("gzip", gz(BODY)[:30]), ("gzip", gz(b"x") + gz(BODY)[:-3]),
        ("gzip", gz(BODY + b"x")), ("", BODY + b"x"), ("gzip", gz(BODY)[:-8] + bytes(8)),
        ("gzip", gz(b"") * 1000),
    ],
)  # fmt: skip
def test_what_is_damaged_unknown_or_too_long_is_nothing(coding: str, packed: bytes) -> None:
    assert decoded(packed, coding, len(BODY)) is None


@given(st.binary(max_size=200), st.text(max_size=20) | st.sampled_from(["gzip", "deflate", "gzip,deflate"]))
def test_no_body_makes_it_raise(body: bytes, coding: str) -> None:
    found = decoded(body, coding, 1000)
    assert found is None or len(found) <= 1000
