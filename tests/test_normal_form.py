"""Normal form mends what is broken, keeps what is meant, and is reached in one step."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaning.normal_form import mojibake, normalize


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It’s a cafÃ©, isnâ€™t it?", "It’s a café, isn’t it?"),
        ("“curly” ‘quotes’ — stay…", "“curly” ‘quotes’ — stay…"),
        ("cafe\u0301", "café"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark\x07", "softhyphen zerowidth mark"),
        ("one\n\n\n\n\ntwo  \n \nthree\n", "one\n\ntwo\n\nthree"),
        ("def f():\n    if x:\n\treturn 1", "def f():\n    if x:\n\treturn 1"),
        ("no\u00a0break", "no break"),
        ("👩\u200d💻 می\u200cخواهم but\u200d not", "👩\u200d💻 می\u200cخواهم but not"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("&lt;b&gt; is meant", "&lt;b&gt; is meant"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
    ],
)
def test_what_is_broken_is_mended_and_what_is_meant_stays(text: str, wanted: str) -> None:
    assert normalize(text) == wanted


def test_mojibake_is_counted_before_and_after() -> None:
    assert mojibake("cafÃ© isnâ€™t") > 0
    assert mojibake(normalize("cafÃ© isnâ€™t")) == 0


odd = st.sampled_from("aé \n\t\u200b\u00ad\u200dâ€™Ã©\u0301\r\u2028\u00a0\x1b[m0;\x85“\ufeff\ud800")


@given(st.text(max_size=80) | st.text(alphabet=odd, max_size=40))
@example("\x1b\u200b[31m")
def test_it_is_idempotent(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


@given(st.text(max_size=80))
def test_the_result_is_nfc_writable_and_without_empty_edges(text: str) -> None:
    got = normalize(text)
    got.encode("utf-8")
    assert unicodedata.is_normalized("NFC", got)
    assert "\n\n\n" not in got
    assert got == got.strip("\n")
