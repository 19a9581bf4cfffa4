"""What a page says about itself: JSON-LD, meta elements and the visible heading, in that order; htmldate last.

Each value is plain text on one line. Dates are YYYY-MM-DD. A title loses the site's name; an author who is the
site itself is none.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import htmldate
from lxml import etree, html

MAX_CHARS = 500
_ARTICLE = re.compile(r"(Article|Posting|Report|Review|Recipe|HowTo|WebPage|TechArticle|Book|Course)$")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)")
_LANG = re.compile(r"([A-Za-z]{2,3})([-_].*)?")
_SEPARATOR = re.compile(r"\s+[|\-–—·•»:]\s+|\s*\|\s*|:\s+")
_BYLINES = etree.XPath(
    "descendant::*[@itemprop='author' or @rel='author' or @class='author' or @class='byline' or @class='p-author']"
)
_TAG_LINKS = etree.XPath(
    "descendant::a[@rel='tag'] | descendant::*[contains(@class, 'post-tags') or contains(@class, 'entry-tags') "
    "or contains(@class, 'tags-links')]//a"
)
_CATEGORY_LINKS = etree.XPath(
    "descendant::a[contains(@rel, 'category')] | descendant::*[contains(@class, 'post-meta') "
    "or contains(@class, 'entry-meta') or contains(@class, 'cat-links')]//a[contains(@href, '/categor')]"
)
_PUBLISHED = etree.XPath("descendant::*[@itemprop='datePublished']")
# htmldate counts its latest date from today; a corpus must not depend on the day it is built
_MAX_DATE = "2099-12-31"


@dataclass(frozen=True)
class Metadata:
    """None where the page does not say."""

    title: str | None = None
    author: str | None = None
    published_on: str | None = None  # YYYY-MM-DD
    section: str | None = None
    tags: tuple[str, ...] = ()
    canonical_url: str | None = None
    language: str | None = None  # ISO 639


def metadata(tree: html.HtmlElement, url: str) -> Metadata:
    """Read the metadata of a page."""
    ld = _json_ld(tree)
    meta = _meta(tree)
    site = line(meta.get("og:site_name") or meta.get("application-name"))
    return Metadata(
        title=_title(tree, ld, meta, site),
        author=_author(tree, ld, meta, site),
        published_on=_published_on(tree, ld, meta, url),
        section=line(_first_text(ld.get("articleSection")) or meta.get("article:section")) or _section(tree),
        tags=_tags(tree, ld, meta),
        canonical_url=_canonical(tree, meta, url),
        language=_language(tree),
    )


def date(text: object) -> str | None:
    """Return the first ISO 8601 date in `text` as YYYY-MM-DD, or None."""
    found = _DATE.search(str(text)[:MAX_CHARS]) if text else None
    return _valid(found) if found else None


def _valid(found: re.Match[str]) -> str | None:
    try:
        return datetime.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def _title(tree: html.HtmlElement, ld: dict[str, Any], meta: dict[str, str], site: str | None) -> str | None:
    headings = [line(_text(h)) for h in tree.iter("h1")]
    document = line(tree.findtext(".//head/title") or tree.findtext(".//title"))
    for heading in headings:  # what stands in the heading and in <title> is said twice, and without the site's name
        if heading and document and len(heading) > 3 and document.lower().startswith(heading.lower()):
            return heading
    for candidate in (ld.get("headline"), meta.get("og:title"), meta.get("twitter:title")):
        if (said := line(candidate)) and said != site:
            return _without_site(said, site)
    if document:
        return _without_site(document, site)
    return next((heading for heading in headings if heading), None)


def _without_site(title: str, site: str | None) -> str:
    if site:
        for end in _SEPARATOR.finditer(title):
            if alike(title[end.end() :], site):
                return title[: end.start()].strip() or title
            if alike(title[: end.start()], site):
                return title[end.end() :].strip() or title
    head, bar, _ = title.rpartition(" | ")
    return head.strip() if bar and head.strip() else title


def alike(one: str, other: str) -> bool:
    """Whether two titles or names are the same but for case, blanks and punctuation."""
    return re.sub(r"\W", "", one).casefold() == re.sub(r"\W", "", other).casefold()


def _author(tree: html.HtmlElement, ld: dict[str, Any], meta: dict[str, str], site: str | None) -> str | None:
    names = _names(ld.get("author") or ld.get("creator"))
    found = (
        ", ".join(dict.fromkeys(names)) or meta.get("author") or meta.get("dc.creator") or meta.get("article:author")
    )
    if not found:
        bylines = _BYLINES(tree)
        found = _text(bylines[0]) if bylines else None
    name = re.sub(r"^(written |posted )?by:?\s+", "", line(found) or "", flags=re.IGNORECASE)
    if not name or len(name) > 100 or "://" in name or (site and alike(name, site)):
        return None
    document = line(tree.findtext(".//title")) or ""
    # a site that puts its own name into `author` and after every title
    return (
        None
        if re.search(rf"[|\-–—:]\s*{re.escape(name)}$", document + "\n" + meta.get("description", ""), re.M)
        else name
    )


def _names(value: object) -> list[str]:
    if isinstance(value, list):
        return [name for item in value[:20] for name in _names(item)]
    if isinstance(value, dict):
        return [] if value.get("@type") == "Organization" else _names(value.get("name"))
    return [name] if isinstance(value, str) and (name := line(value)) else []


def _published_on(tree: html.HtmlElement, ld: dict[str, Any], meta: dict[str, str], url: str) -> str | None:
    said = [ld.get("datePublished"), meta.get("article:published_time")]
    said += [e.get("content") or e.get("datetime") for e in _PUBLISHED(tree)][:1]
    said += [
        meta.get(name) for name in ("date", "dc.date", "dcterms.created", "dc.date.issued", "pubdate", "publishdate")
    ]
    said += [e.get("datetime") for e in tree.iterfind(".//article//time")][:1]
    said += [e.get("datetime") for e in tree.iterfind(".//time[@pubdate]")][:1]
    for value in said:
        if found := date(value):
            return found
    in_url = _URL_DATE.search(urlsplit(url).path)
    if in_url and (found := _valid(in_url)):
        return found
    try:
        guess = htmldate.find_date(tree, extensive_search=False, original_date=True, max_date=_MAX_DATE)
    except Exception:  # a guess at the end of the line: whatever it stumbles over, the page has no date
        return None
    return date(guess)


def _tags(tree: html.HtmlElement, ld: dict[str, Any], meta: dict[str, str]) -> tuple[str, ...]:
    found: list[str] = [e.get("content") or "" for e in tree.iterfind('.//meta[@property="article:tag"]')]
    found = found or [_text(e) for e in _TAG_LINKS(tree)]
    if not found:
        keywords = ld.get("keywords") or meta.get("keywords") or ""
        found = [str(k) for k in keywords] if isinstance(keywords, list) else str(keywords)[:5000].split(",")
    return tuple(dict.fromkeys(name for tag in found[:50] if (name := line(tag))))


def _section(tree: html.HtmlElement) -> str | None:
    links = _CATEGORY_LINKS(tree)
    return line(_text(links[0])) if links else None


def _canonical(tree: html.HtmlElement, meta: dict[str, str], url: str) -> str | None:
    links = [e.get("href") for e in tree.iterfind('.//link[@rel="canonical"]')]
    for link in (*links, meta.get("og:url")):
        try:
            found = urljoin(url, (link or "").strip()) if link else ""
            if urlsplit(found).scheme in ("http", "https") and urlsplit(found).hostname and found.isprintable():
                return found[:2000]
        except ValueError:
            continue
    return None


def _language(tree: html.HtmlElement) -> str | None:
    return iso_language(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"))


def iso_language(tag: str | None) -> str | None:
    """Return the language of a BCP 47 tag: `en` for `en-US`."""
    said = _LANG.fullmatch((tag or "").strip())
    return said[1].lower() if said else None


def _meta(tree: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name")
        content = element.get("content")
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _json_ld(tree: html.HtmlElement) -> dict[str, Any]:
    """The first article-like object of the page's JSON-LD (https://schema.org/Article)."""
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        text = script.text or ""
        if len(text) > 500_000:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            if any(_ARTICLE.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return item
    return {}


def _objects(data: object) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data[:100]:
            yield from _objects(item)
    elif isinstance(data, dict):
        if "@graph" in data:
            yield from _objects(data["@graph"])
        yield data


def _first_text(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, str) else None


def _text(element: html.HtmlElement) -> str:
    return "".join(element.itertext())


def line(value: object) -> str | None:
    """Return one line of printable text, or None; also of what JSON-LD left as HTML entities."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())
    if "&" in text:
        text = html.fromstring(f"<p>{text.replace('<', '&lt;')}</p>").text_content()
    return "".join(c for c in text if c.isprintable())[:MAX_CHARS].strip() or None
