"""The licence that a page's head, its HTTP headers and its microdata state for machines.

`Link: <...>; rel="license"` (RFC 4946, RFC 8288), `<link rel=license|copyright>` (HTML), Dublin Core and the like in
`<meta>`, `itemprop=license` (HTML microdata). lxml is enough for these; the usual extractor of structured data brings
an RDF library along and reads a page in tens of milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scrapers.licenses.addresses import Name, known_id, name_at
from scrapers.licenses.claims import MAX_QUOTE_CHARS, Claim, Scope
from scrapers.licenses.phrases import names_in
from scrapers.licenses.places import Places, lineage
from sitecorpus.licensing import alternatives, terms_of

MAX_HEADER_CHARS = 16_000
MAX_CONTENT_CHARS = 2_000

_META = frozenset({"dc.rights", "dcterms.rights", "dc.rights.license", "dc.rights.uri", "dcterms.license", "dc.license", "dct.license", "dct.rights", "license", "licence", "cc.license", "copyright", "rights", "rights-standard", "schema.license", "article.license", "xhv.license"})  # fmt: skip
_RELS = frozenset({"license", "licence", "copyright", "dcterms.license", "dc.rights", "dcterms.rights", "dct.license", "cc.license", "schema.license", "dc.license"})  # fmt: skip
_RESERVED = re.compile(
    r"all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados", re.IGNORECASE
)
_LISTED = frozenset({"itemListElement", "blogPost", "hasPart"})
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|WebPage|CreativeWork|Blog|WebSite|Recipe|Book|Chapter|Course|LearningResource|Report|Question|HowTo|Page)$")  # fmt: skip


def claims_in_headers(headers: Mapping[str, str]) -> Iterator[Claim]:
    """Yield what `Link` headers state of the page itself. `headers` may be in any case."""
    for field, value in headers.items():
        if field.lower() != "link":
            continue
        for target, rest in re.findall(r"<([^<>]{0,2000})>([^<]{0,500})", value[:MAX_HEADER_CHARS]):
            rel = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;,]+))", rest, re.IGNORECASE)
            name = name_at(target)
            if name and rel and "license" in " ".join(g or "" for g in rel.groups()).lower().split():
                scope: Scope = (
                    "mention" if re.search(r";\s*anchor\s*=", rest, re.IGNORECASE) else "article"
                )  # RFC 8288, 3.2
                yield _claim(name, scope, "header", target)


def claims_in_head(tree: Any) -> Iterator[Claim]:
    """Yield what `<link>` and `<meta>` elements state."""
    for link in tree.iter("link"):
        rels = {r.replace(":", ".") for r in (link.get("rel") or "").lower().split()}
        name = name_at(link.get("href") or "") if rels & _RELS else None
        if name:
            yield _claim(name, "article", "link", link.get("href") or "")
    for meta in tree.iter("meta"):
        field = (meta.get("name") or meta.get("property") or "").lower().replace(":", ".")
        content = meta.get("content") or ""
        if field in _META and content:
            for name in _names(content[:MAX_CONTENT_CHARS]):
                yield _claim(name, "article", "meta", content)
            if _RESERVED.search(content[:MAX_CONTENT_CHARS]):
                yield Claim(None, None, "article", "reserved", content[:MAX_QUOTE_CHARS])


def claims_in_microdata(tree: Any, url: str) -> Iterator[Claim]:
    """Yield what `itemprop=license` states of the article it stands in."""
    places = Places(tree, url)
    for element in tree.xpath("//*[contains(@itemprop, 'license')]")[:200]:
        props = {p.rpartition("/")[2] for p in (element.get("itemprop") or "").split()}
        item = next((e for e in element.iterancestors() if e.get("itemscope") is not None), None)
        if "license" not in props or item is None:
            continue
        value = next(
            (v for a in ("href", "content", "src", "resource") if (v := element.get(a))), "".join(element.itertext())
        )
        name = name_at(value) or next(iter(_names(value[:MAX_CONTENT_CHARS])), None)
        if name is None:
            continue
        scope: Scope = "article" if _ARTICLE_TYPE.search((item.get("itemtype") or "").rstrip("/")) else "other"
        place = places.of(element)
        if place in ("comment", "quoted", "image", "thing", "hidden"):
            scope = "comment" if place == "comment" else "image" if place == "image" else "other"
        # a list of works states the licence of each
        if scope == "article" and any(e.get("itemprop") in _LISTED for e in lineage(item)):
            scope = "mention"
        yield _claim(name, scope, "microdata", value)


def _claim(name: Name, scope: Scope, rule: str, quote: str) -> Claim:
    return Claim(name.spdx, name.jurisdiction, scope, rule, quote.strip()[:MAX_QUOTE_CHARS], name.family)


def _names(content: str) -> list[Name]:
    """The licences in a value: an id, an expression of ids, addresses, or a phrase."""
    known = known_id(content)
    if known:
        return [known]
    ways = alternatives(content.strip()) if re.search(r"\s(?:AND|OR)\s", content) else ()
    if ways and all(terms_of(part).known for way in ways for part in way):
        expression = " OR ".join(" AND ".join(way) for way in ways)
        return [Name(expression, None, expression)]
    found = [at for hit in re.finditer(r"(?:https?:)?//[^\s<>\"']{8,200}", content) if (at := name_at(hit[0]))]
    found += [name_at(content)] if not found and (name_at(content)) else []  # type: ignore[list-item]
    return [*found, *names_in(content)]
