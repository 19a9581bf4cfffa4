"""Credits: every document that asks for one has it, what is missing is said first, and titles from the web stay text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cleaning.attribution import COLUMNS, attribution, gap_counts, license_links

RENDER = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = st.text(
    st.sampled_from("<>[]()`*_!#|~\\&;:/-=+. \n\r\tab1é\u2028\u202e\x00\x1b") | st.characters(codec="utf-8"),
    max_size=60,
)


def row(i: int = 1, **columns: Any) -> dict[str, Any]:
    given = {
        "url": f"https://a.org/{i:03}",
        "title": f"Tale {i}",
        "author": "Ann",
        "license": "CC-BY-4.0",
        "license_source": "rel",
    }
    return {name: {**given, **columns}[name] for name in COLUMNS}


def text(*rows: dict[str, Any]) -> str:
    return "".join(attribution(lambda: iter(rows), "Tales"))


def test_a_credit_has_title_author_source_license_and_that_it_was_modified() -> None:
    assert text(row()).splitlines()[-1] == (
        "- [Tale 1](<https://a.org/001>), by Ann. [CC-BY-4.0](<https://creativecommons.org/licenses/by/4.0/>). Modified."
    )


def test_gaps_are_counted_and_named_before_the_credits() -> None:
    found = text(row(1), row(2, author=None), row(3, author=" ", title=""), row(4, license="CC0-1.0", author=None))
    assert "3 of 4 documents are under licences that ask for credit" in found
    assert "2 of these documents lack something: 2 without author, 1 without title." in found
    gaps = found[found.index("## Gaps") : found.index("## Credits")]
    assert "- [https\\://a.org/002](<https://a.org/002>): no author\n" in gaps
    assert "- [https\\://a.org/003](<https://a.org/003>): no author, no title\n" in gaps
    assert "004" not in gaps
    assert "[https\\://a.org/003](<https://a.org/003>), author not named." in found[found.index("## Credits") :]
    assert "[Tale 4](<https://a.org/004>)" in found[found.index("ask for no credit") :]


def test_without_gaps_it_says_so() -> None:
    assert "## Gaps\n\nNone: every document" in text(row(1), row(2))


@pytest.mark.parametrize(
    ("license_id", "source", "asked"),
    [
        ("CC-BY-SA-3.0-DE", "page:rel", True), ("Apache-2.0", "page:footer", True), ("GFDL-1.3", "page:rel", True),
        ("CC-BY-4.0 OR CC0-1.0", "page:rel", False), ("CC-BY-4.0 AND CC0-1.0", "page:rel", True),
        ("CC0-1.0", "page:rel", False), ("LicenseRef-x", "declared:public-domain", False),
        ("LicenseRef-x", "declared:permission", True), ("LicenseRef-x", "declared:owner", True),
    ],
)  # fmt: skip
def test_credit_is_given_where_the_license_asks_for_it(license_id: str, source: str, asked: bool) -> None:
    assert ("## Credits" in text(row(license=license_id, license_source=source))) == asked


def test_each_license_of_an_expression_can_be_followed() -> None:
    assert license_links("CC-BY-4.0 OR LicenseRef-x") == (
        "CC-BY-4.0 OR LicenseRef-x ([CC-BY-4.0](<https://creativecommons.org/licenses/by/4.0/>))"
    )
    assert license_links("x](y") == "x\\]\\(y"


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, st.booleans())
def test_what_the_web_says_never_becomes_markup(title: str, author: str, path: str, license_id: str, web: bool) -> None:
    url = f"https://a.org/{path}" if web else f"javascript:{path}"
    found = text(row(title=title, author=author, url=url, license=license_id or None), row(2))
    assert not any(ord(c) < 32 and c != "\n" for c in found)
    kinds = set()
    links = []
    for token in RENDER.parse(found):
        assert token.type not in ("html_block", "code_block", "fence", "hr", "blockquote_open", "table_open")
        for child in token.children or []:
            kinds.add(child.type)
            if child.type == "link_open":
                links.append(str(child.attrs["href"]))
    assert kinds <= {"text", "text_special", "link_open", "link_close", "strong_open", "strong_close"}
    assert all(to.startswith(("https://a.org/", "https://creativecommons.org/", "https://spdx.org/")) for to in links)
    assert found.count("\n## ") == len([t for t in RENDER.parse(found) if t.type == "heading_open" and t.tag == "h2"])


def test_a_title_without_end_is_cut() -> None:
    found = text(row(title="a" * 100_000, author="b" * 100_000))
    assert len(found) < 3000
    assert "a" * 300 + "…]" in found


def test_many_documents_are_never_held_at_once() -> None:
    given = 12_000
    alive = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal alive
        for i in range(given):
            alive = max(alive, i)
            yield row(i, author=None if i % 2 else "Ann")

    lines = attribution(rows, "Tales")
    count = 0
    for line in lines:
        count += line.count("Modified.")
    assert count == given
    assert gap_counts(rows()) == {"documents": given, "credited": given, "incomplete": given // 2, "author": given // 2}
