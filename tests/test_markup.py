"""Trees are bounded, and code comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning import markup

GUTTERED = (
    '<div class="highlight"><code><table class="rouge-table"><tbody><tr><td class="rouge-gutter gl">'
    '<pre class="lineno">1\n2\n3\n</pre></td><td class="rouge-code"><pre><span>def</span> f():\n'
    "    <span>return</span> 1\n\n</pre></td></tr></tbody></table></code></div>"
)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<div>" * 100_000, "too_deep"),
        ("<i>x</i>" * 150_000, "too_many_tags"),
        ("x" * (markup.MAX_BYTES + 1), "too_large"),
        ("", "empty"),
        ("GIF89a" + "\0\1" * 500, "unreadable"),
    ],
)
def test_what_cannot_be_a_document_says_why(source: str, reason: str) -> None:
    with pytest.raises(markup.MarkupError) as error:
        markup.parse(source)
    assert error.value.reason == reason
    assert error.value.numbers


def test_a_wrong_meta_does_not_undo_the_decoding() -> None:
    tree = markup.parse('<?xml version="1.0" encoding="utf-16"?><html><meta charset="shift_jis"><p>é</p></html>')
    assert tree.findtext(".//p") == "é"


def test_line_numbers_and_the_table_around_code_go() -> None:
    tree = markup.parse(f"<body><p>Before.</p>{GUTTERED}<p>After.</p></body>")
    marks = markup.Marks.absent_from("")
    assert markup.protect_code(tree, marks) == 1
    assert tree.find(".//table") is None
    assert marks.restore(tree.findtext(".//pre/code")) == "def f():\n    return 1"


def test_a_table_with_more_than_code_stays() -> None:
    tree = markup.parse("<table><tr><td>Name</td><td><pre>x = 1</pre></td></tr></table>")
    markup.protect_code(tree, markup.Marks.absent_from(""))
    assert tree.find(".//table") is not None


def test_marks_are_not_in_the_page() -> None:
    first = markup.Marks.absent_from("")
    assert markup.Marks.absent_from(first.begin).begin != first.begin


code = st.text(alphabet=st.sampled_from("abc(){};=\n \t"), max_size=200)


@given(code)
def test_protected_code_is_restored_but_for_trailing_blanks(source: str) -> None:
    marks = markup.Marks.absent_from(source)
    wanted = "\n".join(line.rstrip() for line in source.expandtabs(4).split("\n")).strip("\n")
    collapsed = " ".join(marks.protect(source).split())  # what an extractor does to white space
    assert marks.restore(collapsed) == wanted
