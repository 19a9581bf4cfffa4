"""Page source into a tree that is safe to walk, with code blocks carried through extraction verbatim.

Extractors rewrap white space, and with it code. So the line breaks and the indentation of each `<pre>` are
written as characters that the page does not hold, which extraction carries like any letter, and put back after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree, html

MAX_BYTES = 10_000_000
MAX_TAGS = 200_000
MAX_DEPTH = 250  # lxml's own bound is 256: what lies deeper is lost without a word

# Letters of scripts that no page about to be read is written in (Linear A, U+10600): printable, so extraction keeps them.
_CANDIDATES = range(0x10600, 0x10737)
_GUTTER = re.compile(r"\b(lineno|linenos|linenodiv|line-?numbers?(-rows)?|rouge-gutter|gutter|blob-num|crayon-nums)\b")
_MAYBE_GUTTER = etree.XPath(  # in C: highlighted code has hundreds of elements
    "descendant::*[self::td or self::pre or self::div or self::span]"
    "[contains(@class, 'line') or contains(@class, 'gutter') or contains(@class, 'num')]"
)
_NO_CONTROLS = dict.fromkeys(set(range(32)) - {9, 10, 12, 13})
_WRAPPERS = {"table", "tbody", "tr", "td", "code", "div", "figure", "pre", "span"}
_RUN = re.compile(r"(?<=\n)[ \t]+|[ \t]{2,}|\t|^[ \t]+")


class MarkupError(ValueError):
    """This page cannot be a document: `reason` is a ledger reason, `numbers` what was measured."""

    def __init__(self, reason: str, **numbers: int) -> None:
        super().__init__(reason)
        self.reason, self.numbers = reason, numbers


def parse(source: str) -> html.HtmlElement:
    """Return the tree of a page; raises MarkupError (empty, too_large, too_many_tags, too_deep, unreadable)."""
    if len(source) > MAX_BYTES:
        raise MarkupError("too_large", characters=len(source))
    if (tags := source.count("<")) > MAX_TAGS:
        raise MarkupError("too_many_tags", tags=tags)
    if (controls := control_characters(source)) * 20 > len(source):  # a binary called text/html
        raise MarkupError("unreadable", control_characters=controls)
    data = source.translate(_NO_CONTROLS).encode("utf-8", "replace")
    # the encoding is said here so that a wrong <meta> cannot undo the decoding
    parser = html.HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(data, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise MarkupError("unreadable", characters=len(source)) from None
    if tree is None:
        raise MarkupError("empty", characters=len(source))
    if (deepest := depth(tree)) >= MAX_DEPTH:
        raise MarkupError("too_deep", depth=deepest)
    return tree


def control_characters(text: str) -> int:
    """Return how many characters no text holds."""
    return len(text) - len(text.translate(_NO_CONTROLS))


def depth(tree: html.HtmlElement) -> int:
    """Return how many elements lie one in another; without recursion."""
    level = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


@dataclass(frozen=True)
class Marks:
    """Four characters the page does not hold."""

    begin: str
    end: str
    newline: str
    space: str

    @classmethod
    def absent_from(cls, source: str) -> Marks:
        """Choose them; the first of the candidates unless the page uses them."""
        free = [chr(code) for code in _CANDIDATES if chr(code) not in source]
        return cls(*(free + [chr(code) for code in _CANDIDATES])[:4])

    def protect(self, code: str) -> str:
        """Write `code` so that its lines and indentation survive the collapse of white space."""
        lines = code.expandtabs(4).splitlines()
        code = "\n".join(line.rstrip() for line in lines).strip("\n")
        code = _RUN.sub(lambda run: self.space * len(run[0]), code)
        # blanks beside the marks, so that words stay words to whoever counts them
        return f" {self.begin} " + code.replace("\n", f" {self.newline} ") + f" {self.end} "

    def restore(self, text: str) -> str:
        """Undo `protect` in a text: each code block on lines of its own."""
        if self.begin not in text and self.newline not in text:
            return text
        text = re.sub(rf"\s*{self.begin}\s?", "\n\n", text)
        text = re.sub(rf"\s?{self.end}\s*", "\n\n", text)
        text = re.sub(rf" ?{self.newline} ?", "\n", text)
        return text.replace(self.space, " ").strip("\n")


def protect_code(tree: html.HtmlElement, marks: Marks) -> int:
    """Replace each `<pre>` (with the table of line numbers around it) by a plain one; return how many."""
    for element in _MAYBE_GUTTER(tree):
        if _GUTTER.search(element.get("class")) and _only_digits(element):
            element.drop_tree()
    count = 0
    for pre in list(tree.iter("pre")):
        if pre.getparent() is None or next(pre.iterancestors("pre"), None) is not None:
            continue
        code = _text_with_breaks(pre)
        if not code.strip():
            continue
        _replace(_wrapper(pre), marks.protect(code))
        count += 1
    return count


def _only_digits(element: html.HtmlElement) -> bool:
    text = "".join(element.itertext())
    return not text.strip() or "".join(text.split()).isdigit()


def _text_with_breaks(pre: html.HtmlElement) -> str:
    for br in pre.iter("br"):
        br.tail = "\n" + (br.tail or "")
    return "".join(pre.itertext())


def _wrapper(pre: html.HtmlElement) -> html.HtmlElement:
    """Climb while the parent holds nothing but this block: highlighters nest it in tables and boxes."""
    top = pre
    while (parent := top.getparent()) is not None and parent.tag in _WRAPPERS:
        others = [child for child in parent if child is not top and "".join(child.itertext()).strip()]
        if others or (parent.text or "").strip() or any((child.tail or "").strip() for child in parent):
            break
        top = parent
    return top


def _replace(element: html.HtmlElement, text: str) -> None:
    tail, parent = element.tail, element.getparent()
    pre = html.Element("pre")
    code = etree.SubElement(pre, "code")
    code.text, pre.tail = text, tail
    parent.replace(element, pre)
