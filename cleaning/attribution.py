"""ATTRIBUTION.md: the credit that licences ask for, document by document, with what is missing for it said first.

CC BY 4.0, 3(a)(1), and its older versions want the creator, the source, the licence, and that changes were made, as far
as the licensor supplied them; titles were wanted until 3.0. Written line by line: there may be any number of documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cleaning.grounds import asks, grant_of
from cleaning.markdown import link, plain
from sitecorpus.licensing import alternatives, license_url

COLUMNS = ("url", "title", "author", "license", "license_source")
MAX_CHARACTERS = 300
"""Of a title, an author or a label; the rest is cut, and it is said."""

Row = dict[str, Any]
Rows = Callable[[], Iterable[Row]]

GAPS = ("author", "title", "source")


def attribution(rows: Rows, title: str) -> Iterator[str]:
    """Yield the file's lines; `rows` gives the documents with COLUMNS, and the same ones each time it is called."""
    counts = gap_counts(rows())
    yield f"# Credits of {plain(title)}\n\n"
    yield (
        f"{counts['credited']:,} of {counts['documents']:,} documents are under licences that ask for credit. Each text was "
        "**modified**: it was extracted from the page named and cleaned; markup, navigation and repeated parts were left "
        "out, and personal data may be masked. The authors do not endorse this. The texts come as they are, without warranty.\n"
    )
    yield "\n## Gaps\n\n"
    if not counts["incomplete"]:
        yield "None: every document that asks for credit has an author, a title and a source.\n"
    else:
        missing = ", ".join(f"{counts[name]:,} without {name}" for name in GAPS if counts[name])
        yield (
            f"{counts['incomplete']:,} of these documents lack something: {missing}. What a page does not say need not be "
            "credited, but it may say it where it was not looked for: see, and complete the credit below.\n\n"
        )
        for row in rows():
            if gaps := _gaps(row):
                yield f"- {_link(row['url'], row['url'])}: no {', no '.join(gaps)}\n"
    for heading, asked in (("Credits", True), ("Other sources, whose licences ask for no credit", False)):
        if counts["credited"] if asked else counts["documents"] - counts["credited"]:
            yield f"\n## {heading}\n\n"
            yield from (_credit(row) for row in rows() if _asks_credit(row) == asked)


def gap_counts(rows: Iterable[Row]) -> Counter[str]:
    """Count `documents`, those `credited`, those `incomplete`, and what is missing by name."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts["documents"] += 1
        if _asks_credit(row):
            gaps = _gaps(row)
            counts.update({"credited": 1, "incomplete": bool(gaps), **dict.fromkeys(gaps, 1)})
    return counts


def _asks_credit(row: Row) -> bool:
    # whoever keeps all rights and said yes is named as well
    return bool({"attribution", "all-rights-reserved"} & set(asks(grant_of(row, may_share=False))))


def _gaps(row: Row) -> list[str]:
    """Return what is missing of a credit that is asked for."""
    if not _asks_credit(row):
        return []
    here = {"author": row["author"], "title": row["title"], "source": row["url"]}
    return [name for name in GAPS if not (here[name] or "").strip()]


def _credit(row: Row) -> str:
    title, author = (row["title"] or "").strip(), (row["author"] or "").strip()
    by = f"by {plain(_short(author))}" if author else "author not named"
    changed = " Modified." if _asks_credit(row) else ""
    return (
        f"- {_link(title or row['url'], row['url'])}, {by}. {license_links(row['license'] or 'no license')}.{changed}\n"
    )


def license_links(expression: str) -> str:
    """Return an SPDX expression in Markdown, with a link to the text of each licence in it that has a public place."""
    if where := license_url(expression):
        return _link(expression, where)
    named = sorted({name for way in alternatives(expression) for name in way})
    links = [link(name, where) for name in named if (where := license_url(name))]
    return plain(_short(expression)) + (f" ({', '.join(links)})" if links else "")


def _link(label: str, url: str) -> str:
    return link(_short(label), url)


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"
