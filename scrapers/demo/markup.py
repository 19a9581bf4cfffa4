"""The light markup of docstrings (a little reStructuredText) into HTML, everything else escaped.

Not a reStructuredText parser: it knows what pydoc's topics and NumPy's docstrings use, and shows what it
does not know as it stands. Source text never becomes markup.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from itertools import pairwise, takewhile, zip_longest

_UNDERLINE = re.compile(r"([=*\-^~\"#+])\1{2,}")
_BULLET = re.compile(r"(?:[*\-•]|\(?[0-9]{1,2}[.)])\s+(?=\S)")
_NUMBERED = re.compile(r"\(?[0-9]{1,2}[.)]\s")
_FOOTNOTES = re.compile(r"-\[ (.+) \]-")
_CODE = re.compile(
    r"``(?P<double>[^`\n]+)``|:\w+:`~?(?P<role>[^`\n]+)`|`(?P<single>[^`\n]+)`"
    r'|(?<![\w"\'])"(?P<quoted>[^"\n]{1,60})"(?![\w"\'])|\*\*(?P<strong>[^*\s][^*\n]*)\*\*|(?<!\w)\*(?P<em>[^*\s][^*\n]*)\*(?!\w)'
)
_TAGS = {"double": "code", "role": "code", "single": "code", "quoted": "code", "strong": "strong", "em": "em"}


def to_html(text: str) -> str:
    """Render a whole text: headings, paragraphs, lists, definitions, literal blocks."""
    return "\n".join(_blocks(text.expandtabs().split("\n")))


def inline(text: str) -> str:
    """Render one line: ``code``, "code" as pydoc writes it, *emphasis*; the rest is escaped."""
    parts = []
    end = 0
    for found in _CODE.finditer(text):
        kind = found.lastgroup or "em"
        parts += [
            escape(text[end : found.start()], quote=False),
            f"<{_TAGS[kind]}>{escape(found[kind], quote=False)}</{_TAGS[kind]}>",
        ]
        end = found.end()
    return "".join([*parts, escape(text[end:], quote=False)])


def plain(text: str) -> str:
    """Return one line without its markup: for titles and summaries."""
    return _CODE.sub(lambda found: found[found.lastgroup or 0], text)


def _blocks(lines: list[str]) -> list[str]:
    html = []
    at = 0
    while at < len(lines):
        line = lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if not line.strip():
            at += 1
        elif line.startswith(" "):
            block = _indented(lines[at:])
            html += _indented_block(block)
            at += len(block)
        elif _UNDERLINE.fullmatch(following) and not line.startswith(("+", "|", "=")):
            html.append(f"<h2>{inline(line.strip())}</h2>")
            at += 2
        elif _FOOTNOTES.fullmatch(line):
            html.append(f"<h2>{inline(line[3:-3])}</h2>")
            at += 1
        elif line.startswith((">>>", "+-", "+=", "|", "===")):
            block = list(takewhile(str.strip, lines[at:]))
            html.append(_table(block) if line.startswith("+-") else _literal(block))
            at += len(block)
        elif _BULLET.match(line):
            items, used = _items(lines[at:])
            tag = "ol" if _NUMBERED.match(line) else "ul"
            html.append(f"<{tag}>" + "".join(f"<li>{''.join(_blocks(item))}</li>" for item in items) + f"</{tag}>")
            at += used
        elif following.startswith(" "):
            block = _indented(lines[at + 1 :])
            html.append(f"<dl><dt>{inline(line)}</dt><dd>{''.join(_blocks(_dedent(block)))}</dd></dl>")
            at += 1 + len(block)
        else:
            block = [
                line,
                *takewhile(lambda x: x.strip() and not x.startswith(" ") and not _BULLET.match(x), lines[at + 1 :]),
            ]
            html.append(f"<p>{inline(_joined(block))}</p>")
            at += len(block)
    return html


def _indented(lines: list[str]) -> list[str]:
    """The lines up to the next one that is not indented."""
    block = list(takewhile(lambda x: not x.strip() or x.startswith(" "), lines))
    while block and not block[-1].strip():
        block.pop()
    return block


def _table(lines: list[str]) -> str:
    """A table drawn with +---+; each cell's lines are joined."""
    edges = [i for i, c in enumerate(lines[0]) if c == "+"]
    rows: list[list[str]] = [[]]
    for line in lines[1:]:
        if line.startswith("+") or line.startswith("|="):
            rows.append([])
        else:
            cells = [line[a + 1 : b].strip() for a, b in pairwise(edges)]
            rows[-1] = [_joined([x, y]) for x, y in zip_longest(rows[-1], cells, fillvalue="")]
    body = "".join("<tr>" + "".join(f"<td>{inline(c.strip())}</td>" for c in row) + "</tr>" for row in rows if row)
    return f"<table>{body}</table>"


def _indented_block(block: list[str]) -> list[str]:
    lines = _dedent(block)
    if _is_prose(lines):
        return ['<div class="indented">', *_blocks(lines), "</div>"]
    return [_literal(lines)]


def _is_prose(lines: list[str]) -> bool:
    """Whether indented text is something said, and not code or grammar: most words are plain words."""
    first = next(x for x in lines if x.strip())
    if first.startswith((">>>", "+-", "|", "#", "...")) or "::=" in first:
        return False
    words = " ".join(lines).split()
    return len(words) >= 8 and sum(bool(re.fullmatch(r"[A-Za-z’']+[,.;:]?", w)) for w in words) >= 0.7 * len(words)


def _items(lines: list[str]) -> tuple[list[list[str]], int]:
    """The items of a list, each without its bullet, and how many lines they take."""
    items: list[list[str]] = []
    at = 0
    while at < len(lines):
        found = _BULLET.match(lines[at])
        if found:
            items.append([lines[at][found.end() :]])
        elif lines[at].startswith("  ") or not lines[at].strip():
            items[-1].append(lines[at])
        elif lines[at - 1].strip():
            items[-1][-1] += " " + lines[at].strip()  # a list that is not indented under its bullet
        else:
            break
        at += 1
    return [[item[0], *_dedent(item[1:])] if len(item) > 1 else item for item in map(_hanging, items)], at


def _hanging(item: list[str]) -> list[str]:
    """Join the first paragraph of an item into one line."""
    rest = item[1:]
    first = list(takewhile(lambda x: x.strip() and not x.lstrip().startswith(">>>"), rest))
    return [_joined([item[0], *first]), *rest[len(first) :]]


def _dedent(lines: list[str]) -> list[str]:
    return textwrap.dedent("\n".join(lines)).split("\n")


def _joined(lines: list[str]) -> str:
    """Unwrap a paragraph; "non-" at the end of a line belongs to the word on the next."""
    text = re.sub(r"(?<=[a-z])-\n\s*(?=[a-z])", "-", "\n".join(line.strip() for line in lines))
    return re.sub(r"::$", ":", " ".join(text.split()))


def _literal(lines: list[str]) -> str:
    return f"<pre><code>{escape(chr(10).join(lines).rstrip(), quote=False)}</code></pre>"
