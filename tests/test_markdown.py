"""Text from the web stays text in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cleaning.markdown import link, plain

RENDER = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = st.text(
    st.sampled_from("<>[]()`*_!#|~\\&;:/-=+. \n\tab1é\u202e\x00\x1b") | st.characters(codec="utf-8"), max_size=60
)


def tokens(markdown: str) -> list[str]:
    (inline,) = [token for token in RENDER.parse(markdown) if token.type == "inline"]
    return [child.type for child in inline.children or []]


@given(HOSTILE)
def test_a_text_stays_one_run_of_text(text: str) -> None:
    assert set(tokens(f"x {plain(text)} y")) <= {"text", "text_special"}


@given(HOSTILE, HOSTILE)
def test_a_link_stays_one_link(label: str, path: str) -> None:
    found = tokens(f"- {link(label, 'https://a.org/' + path)} end")
    assert (found.count("link_open"), found.count("link_close")) == (1, 1)
    assert set(found) <= {"text", "text_special", "link_open", "link_close"}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "urn:sitecorpus:a:1", "//a.org", "http://[", "data:text/html,x"]
)
def test_only_the_webs_addresses_become_links(url: str) -> None:
    assert "link_open" not in tokens(link("label", url))
