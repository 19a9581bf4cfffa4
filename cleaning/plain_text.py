"""The extractor's tree into plain text: blocks apart by an empty line, list items and table rows on lines of their own.

The tree is trafilatura's (p, head, list/item, table/row/cell, quote, code, lb and inline elements); its own
writer joins blocks by single line breaks, after which headings, paragraphs and code cannot be told apart.
"""

from __future__ import annotations

import re

from lxml.etree import _Element

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BLOCKS = {"p", "head", "list", "item", "table", "row", "quote", "div", "body", "fw", "ab"}
_BREAK = "\x00"  # cannot be in a parsed tree; becomes a line break once white space is collapsed


def render(body: _Element) -> str:
    """Return the text of `body`."""
    blocks: list[str] = []
    _walk(body, blocks)
    return "\n\n".join(block for block in blocks if block)


def _walk(element: _Element, blocks: list[str]) -> None:
    """Append the blocks of `element`; inline text between two of them is a block as well."""
    inline = [element.text or ""]
    for child in element:
        if child.tag == "list":
            _flush(inline, blocks)
            blocks.append("\n".join(_items(child)))
        elif child.tag == "table":
            _flush(inline, blocks)
            blocks.append(_table(child))
        elif child.tag in _BLOCKS:
            _flush(inline, blocks)
            _walk(child, blocks)
        else:
            inline.append(_inline(child))
        inline.append(child.tail or "")
    _flush(inline, blocks)


def _flush(inline: list[str], blocks: list[str]) -> None:
    text = _collapse("".join(inline))
    inline.clear()
    if text:
        blocks.append(text)


def _inline(element: _Element) -> str:
    if element.tag in ("lb", "br"):
        return _BREAK
    return (element.text or "") + "".join(_inline(child) + (child.tail or "") for child in element)


def _collapse(text: str) -> str:
    lines = (_SPACE.sub(" ", line).strip() for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)


def _items(element: _Element, level: int = 0) -> list[str]:
    """Lines of a list; a nested list is indented by two spaces."""
    lines: list[str] = []
    for number, item in enumerate(element.iterchildren("item"), 1):
        bullet = f"{number}." if element.get("rend") == "ol" else "-"
        if text := _one_line(_flat(item, without_lists=True)):
            lines.append("  " * level + f"{bullet} {text}")
        for nested in item.iterchildren("list"):
            lines.extend(_items(nested, level + 1))
    return lines


def _table(table: _Element) -> str:
    rows = []
    for row in table.iter("row"):
        cells = [_one_line(_flat(cell)) for cell in row.iterchildren("cell")]
        if any(cells):
            rows.append(cells)
    if len(rows) == 1:  # one row is layout: an admonition box, a figure beside its text
        return "\n\n".join(cell for cell in rows[0] if cell)
    return "\n".join(" | ".join(cells).strip() for cells in rows)


def _flat(element: _Element, without_lists: bool = False) -> str:
    """Text of an item or cell with what is nested in it, on one line."""
    parts = [element.text or ""]
    for child in element:
        if not (child.tag == "list" and without_lists):
            parts.append(f" {_flat(child, without_lists)} " if child.tag in _BLOCKS else _inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _one_line(text: str | None) -> str:
    return _SPACE.sub(" ", (text or "").replace(_BREAK, " ")).strip()
