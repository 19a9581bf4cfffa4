"""Markdown and plain text as documents: the front matter's plain values, the first heading as the title.

The front matter is read line by line (`name: value`), not as YAML: a crawled file must not choose constructors.
"""

from __future__ import annotations

import re

from cleaning import metadata
from cleaning.metadata import Metadata

_FENCE = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n\1[ \t]*(\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_-]{1,40})\s*[:=]\s*(.*)")
_HEADING = re.compile(r"\A\s*(?:#[ \t]+(?P<atx>[^\n]+?)[ \t]*#*[ \t]*|(?P<setext>[^\n]+)\n=+[ \t]*)(?:\n|\Z)")


def markdown(source: str) -> tuple[str, Metadata]:
    """Return the text without front matter and first heading, and what they said."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict[str, str] = {}
    if fence := _FENCE.match(source):
        fields = _fields(fence[2])
        source = source[fence.end() :]
    title = fields.get("title")
    if heading := _HEADING.match(source):
        said = heading["atx"] or heading["setext"]
        if title is None or metadata.alike(title, said):
            title = title or said
            source = source[heading.end() :]
    return source.strip("\n"), Metadata(
        title=metadata.line(title),
        author=metadata.line(fields.get("author") or fields.get("authors")),
        published_on=metadata.date(fields.get("date") or fields.get("published") or fields.get("published_on")),
        section=metadata.line(fields.get("section") or fields.get("category") or fields.get("categories")),
        tags=tuple(filter(None, map(metadata.line, fields.get("tags", "").split(",")[:50]))),
        language=metadata.iso_language(fields.get("lang") or fields.get("language")),
    )


def _fields(block: str) -> dict[str, str]:
    """Read `name: value`; a value that is a list of items, in brackets or below, is joined by commas."""
    found: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        if name and re.match(r"\s*-\s+\S", line):
            item = line.strip()[1:].strip().strip("\"'")
            found[name] = f"{found[name]}, {item}" if found.get(name) else item
        elif field := _FIELD.fullmatch(line.rstrip()):
            name = field[1].lower()
            value = field[2].strip()
            if value.startswith("[") and value.endswith("]"):
                value = ", ".join(item.strip().strip("\"'") for item in value[1:-1].split(","))
            found[name] = value.strip("\"'")
    return {key: value for key, value in found.items() if value}
