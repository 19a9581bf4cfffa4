"""From a page to its words: one block of markup a paragraph, list items and headings marked as such."""

from __future__ import annotations

from typing import Any

from scrapers.markup import parse_html

_BREAKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    )
)
_HIDDEN = frozenset(("script", "style", "noscript", "template", "svg", "head", "iframe", "object", "select"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS = frozenset(("ul", "ol", "menu"))
MAX_INDENT = 16


def terms_text(body: bytes) -> str:
    """Return the words of a page, its paragraphs apart by an empty line; plain text as it is.

    List items begin with "- ", indented by the depth of their list; headings with "# ". The tree is only read.
    """
    if b"<" not in body[:2000]:
        return body.decode("utf-8", "replace")
    tree = parse_html(body)
    if tree is None:
        return ""
    paragraphs: list[str] = []
    pieces: list[str] = []
    mark, depth = "", 0
    after: list[tuple[Any, bool]] = [(tree, True)]  # element; whether it is entered or left
    while after:
        element, entered = after.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        breaks = tag in _BREAKS
        if breaks:
            text = " ".join("".join(pieces).split())
            if text:
                paragraphs.append(mark + text)
                mark = ""
            pieces = []
        if entered:
            after.append((element, False))
            if not tag or tag in _HIDDEN or _is_hidden(element):
                continue
            if tag in _LISTS:
                depth += 1
            if tag == "li":
                mark = " " * min(2 * (depth - 1), MAX_INDENT) + "- "
            elif tag in _HEADINGS:
                mark = "# "
            elif breaks and tag != "br" and not mark.strip().startswith("-"):
                mark = ""
            pieces.append(element.text or "")
            after += [(child, True) for child in reversed(element)]
        else:
            if tag in _LISTS and not _is_hidden(element):
                depth -= 1
            if breaks and tag in ("li", *_HEADINGS):
                mark = ""
            if element is not tree:
                pieces.append(element.tail or "")
    text = " ".join("".join(pieces).split())
    return "\n\n".join([*paragraphs, mark + text] if text else paragraphs)


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and "display:none" in style.replace(" ", "").lower()
