"""Bytes become text by the best evidence, and never fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning import charset

TEXT = "Café — naïve “quotes”"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), ""),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=iso-8859-1"),
        (TEXT.encode("windows-1252"), ""),
        (TEXT.encode("windows-1252"), "text/html; charset=ISO-8859-1"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), "text/html; charset=utf-16-be"),
    ],
)
def test_the_declared_or_marked_encoding_is_used(body: bytes, content_type: str) -> None:
    assert charset.decode(body, content_type) == TEXT


def test_meta_is_read_where_the_header_says_nothing() -> None:
    body = '<meta charset="windows-1251"><p>Привет'.encode("windows-1251")
    assert "Привет" in charset.decode(body, "text/html")


def test_utf8_that_is_called_latin1_is_still_utf8() -> None:
    assert charset.decode(TEXT.encode(), "text/html; charset=iso-8859-1") == TEXT


def test_a_page_cut_in_a_character_stays_utf8() -> None:
    assert charset.decode(("é" * 50).encode()[:-1]).startswith("é" * 49)


@pytest.mark.parametrize("name", ["rot13", "unicode_escape", "idna", "zlib", "no-such-codec"])
def test_encodings_that_no_page_is_written_in_are_not_obeyed(name: str) -> None:
    assert charset.decode(b"plain \\x41", f"text/html; charset={name}") == "plain \\x41"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_can_be_decoded(body: bytes, content_type: str) -> None:
    assert isinstance(charset.decode(body, content_type), str)
