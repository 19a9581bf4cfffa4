"""The extractor's tree as text that keeps its shape."""

from __future__ import annotations

from lxml import etree

from cleaning.plain_text import render


def text(markup: str) -> str:
    return render(etree.fromstring(f"<body>{markup}</body>"))


def test_blocks_are_apart_by_an_empty_line() -> None:
    assert text('<head rend="h2">Title</head><p>One\n two.</p><p>Three.</p>') == "Title\n\nOne two.\n\nThree."


def test_inline_elements_do_not_break_or_glue_words() -> None:
    assert text("<p>a <hi>b</hi>c, <ref>d</ref> e.</p>") == "a bc, d e."


def test_lists_keep_their_nesting_and_numbers() -> None:
    got = text(
        '<list rend="ol"><item>One<list rend="ul"><item>inner</item></list></item><item><p>Two <hi>b</hi></p></item></list>'
    )
    assert got == "1. One\n  - inner\n2. Two b"


def test_table_rows_are_lines_and_one_row_is_layout() -> None:
    row = "<row><cell>a</cell><cell>b <hi>c</hi></cell></row>"
    assert text(f"<table>{row}{row}</table>") == "a | b c\na | b c"
    assert text(f"<table>{row}</table>") == "a\n\nb c"


def test_line_breaks_inside_a_paragraph_stay() -> None:
    assert text("<p>Roses are red,<lb/>violets are blue.</p>") == "Roses are red,\nviolets are blue."


def test_text_between_blocks_is_not_lost() -> None:
    assert text("before<p>in</p>after <quote><p>q</p>tail</quote>") == "before\n\nin\n\nafter\n\nq\n\ntail"
