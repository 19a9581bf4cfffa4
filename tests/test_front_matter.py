"""Markdown's front matter is data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaning.front_matter import markdown

SOURCE = """---
title: "Tea: a guide"
author: Ann Lee
date: 2024-02-03 10:00
tags:
  - tea
  - cake
categories: [food, drink]
evil: !!python/object/apply:os.system ["true"]
---

# Tea: a guide

Water first.
"""


def test_front_matter_and_heading_become_metadata() -> None:
    text, said = markdown(SOURCE)
    assert text == "Water first."
    assert (said.title, said.author, said.published_on) == ("Tea: a guide", "Ann Lee", "2024-02-03")
    assert (said.tags, said.section) == (("tea", "cake"), "food, drink")


def test_a_heading_alone_is_the_title() -> None:
    assert markdown("# Tea\n\nText.")[0] == "Text."
    assert markdown("Tea\n===\n\nText.")[1].title == "Tea"


def test_a_heading_that_is_not_the_title_stays() -> None:
    assert markdown("---\ntitle: Tea\n---\n# First part\n\nText.")[0] == "# First part\n\nText."


def test_a_rule_is_no_front_matter() -> None:
    assert markdown("Text.\n\n---\n\nMore.")[0] == "Text.\n\n---\n\nMore."


@given(st.text(max_size=300))
def test_any_text_is_read(source: str) -> None:
    markdown(source)
    markdown(f"---\n{source}\n---\n{source}")
