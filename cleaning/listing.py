"""Is this page a list of other pages (pagination, tag, category, archive)? Such a page is no document.

A path that says so is believed when the page looks like it; a page that looks like it very much needs no path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

_PATH = re.compile(
    r"(^/?$|/index\.\w+$|(^|/)(page[-/]?\d+|tags?|categor(y|ies)|archives?|topics|authors?|posts|blog|news|all)/?$"
    r"|(^|/)(tags?|categor(y|ies)|author|archives?|topics?)/[^/]+/?(page/?\d+/?)?$"
    r"|(^|/)(19|20)\d\d/(\d\d?/){0,2}$)",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(^|&)(page|paged|tag|cat|category|author|m)=", re.IGNORECASE)
_CHROME = {"nav", "header", "footer", "aside", "script", "style", "noscript", "form", "template", "svg", "head"}
_CHROME_NAME = re.compile(r"\b(nav|navbar|menu|sidebar|breadcrumbs?|toc|footer|related|share)\b", re.IGNORECASE)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5"}


@dataclass(frozen=True)
class Shape:
    """What of a page tells a list from an article."""

    listed: int
    """Different pages of this site that a heading or a list item consists of a link to."""
    headed: int
    """Those of them that a heading consists of: teasers."""
    plain_headings: int
    """Headings without a link, but the first: an article has them, a list does not."""
    prose_words: int
    """Words in paragraphs of 20 words or more that end like a sentence, outside links."""
    link_share: float
    """Share of the characters that lie in links."""


def is_listing(tree: html.HtmlElement, url: str) -> Shape | None:
    """Return the numbers that show the page to be a list of pages, or None where it is not one."""
    found = shape(tree, url)
    parts = urlsplit(url)
    named = bool(_PATH.search(parts.path) or _QUERY.search(parts.query))
    if named and found.listed >= 3 and found.prose_words < 60 * found.listed:
        return found
    if named and found.prose_words < 40 and (found.listed or found.link_share > 0.5):
        return found
    shaped = found.listed >= 8 and found.prose_words < 10 * found.listed and found.plain_headings <= 1
    return found if shaped and (found.link_share >= 0.5 or found.headed >= 8) and not _is_article(tree) else None


def numbers(found: Shape) -> dict[str, float]:
    """Return the numbers for the ledger."""
    return asdict(found)


def shape(tree: html.HtmlElement, url: str) -> Shape:
    """Measure a page outside its navigation."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    here = urlsplit(url).path
    listed: set[str] = set()
    headed: set[str] = set()
    headings = prose = characters = in_links = 0
    for element in _content(tree):
        characters += len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)
        if element.tag == "a":
            text = _squeeze(element)
            in_links += len(text)
            target = _target(element, url, host, here)
            if target and _is_entry(element, text):
                listed.add(target)
                if next(element.iterancestors(*_HEADINGS), None) is not None:
                    headed.add(target)
        elif element.tag in _HEADINGS:
            headings += element.find(".//a[@href]") is None and next(element.iterancestors("a"), None) is None
        elif element.tag == "p":
            text = _squeeze(element)
            words = len(text.split())
            if words >= 20 and text.rstrip("\"')”’ ")[-1:] in ".!?:;。" and not text.endswith(("...", "…", "[…]")):
                prose += words
    return Shape(
        len(listed), len(headed), max(headings - 1, 0), prose, round(min(in_links / max(characters, 1), 1.0), 3)
    )


def _content(tree: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Walk in document order, past what is navigation by its tag, role or class."""
    stack = [tree]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or element.tag in _CHROME or element.get("role") == "navigation":
            continue
        if element.tag not in ("body", "html", "main", "article") and _CHROME_NAME.search(
            f"{element.get('class') or ''} {element.get('id') or ''}"
        ):
            continue
        yield element
        stack.extend(reversed(element))


def _target(link: html.HtmlElement, url: str, host: str, here: str) -> str | None:
    """The path on this site that a link leads to, but for the page itself, its parts and lists."""
    try:
        parts = urlsplit(urljoin(url, (link.get("href") or "").strip()))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or (parts.hostname or "").removeprefix("www.") != host:
        return None
    return None if parts.path == here or _PATH.search(parts.path) else parts.path


def _is_entry(link: html.HtmlElement, text: str) -> bool:
    """Whether a heading, list item or teaser card consists of this link and little else (a date, a count)."""
    if any(child.tag in _HEADINGS for child in link.iter()):
        return True
    for parent in link.iterancestors("li", "dt", "td", *_HEADINGS):
        return 0 < len(text) >= 0.5 * len(_squeeze(parent))
    return False


def _is_article(tree: html.HtmlElement) -> bool:
    return any(m.get("content") == "article" for m in tree.iterfind('.//meta[@property="og:type"]'))


def _squeeze(element: html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
