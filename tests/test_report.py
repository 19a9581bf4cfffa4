"""The report is one file that nothing crawled can turn into markup, a link to code, or a script."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitecorpus import report
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import Recipe
from sitecorpus.report.charts import Line, line_chart, ticks
from sitecorpus.report.html import link
from sitecorpus.report.overview import marked

EVIL = '"><script>alert(1)</script>'


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_marking_keeps_every_character_and_adds_only_marks_and_links(text: str, pairs: list[tuple[int, int]]) -> None:
    text = text.replace("\r", "")  # a browser reads it as a newline
    spans = [
        {"start": min(a, b), "end": min(max(a, b), len(text)), "words": 3, "url": f"https://x.example/{EVIL}"}
        for a, b in pairs
        if min(a, b) < len(text)
    ]
    seen = Tags(str(marked(text, spans)))
    assert seen.text == text
    assert set(seen.tags) <= {"mark", "a"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "urn:x:1", "//x", "http://[", ""])
def test_only_http_addresses_become_links(url: str) -> None:
    assert "<a" not in link(url, "text")


def test_links_are_escaped() -> None:
    assert Tags(str(link(f"https://x.example/{EVIL}"))).tags == ["a"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_cover_the_range_with_few_round_numbers(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert found[0] <= low + 1e-6 * span
    assert found[-1] >= low + span - 1e-6 * span
    assert 2 <= len(found) <= 12


def test_a_chart_draws_its_series_and_marks_and_skips_what_is_not_finite() -> None:
    svg = str(
        line_chart([Line("held out", "held", [(0, 3.0), (10, 2.0), (20, float("nan"))])], "step", "loss", [(10, EVIL)])
    )
    tags = Tags(svg).tags
    assert tags.count("circle") == 2
    assert "script" not in tags
    assert line_chart([Line("none", "held", [])], "x", "y") == ""


def test_before_anything_was_built_the_report_is_a_page_with_no_address_outside(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text(
        f"title = '{EVIL}'\ncontact = 'me@site.example'\n[crawl]\nseeds = ['https://site.example/']\n"
    )
    corpus = CorpusDir(tmp_path)
    html = report.write(corpus, Recipe.load(corpus.recipe)).read_text(encoding="utf-8")
    assert "script" not in Tags(html).tags
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?(?!https?://site)", html)
    assert "default-src 'none'" in html
