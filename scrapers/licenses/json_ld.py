"""The licence that JSON-LD states for what a page is about, not for its images, its data or its neighbours.

schema.org's `license` (https://schema.org/license) on an article, a page or a site. Linked data is anybody's words:
its size, depth and number of nodes are bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapers.licenses.addresses import Name, known_id, name_at
from scrapers.licenses.claims import MAX_QUOTE_CHARS, Claim, Scope
from scrapers.licenses.phrases import names_in

MAX_SCRIPT_CHARS = 1_000_000
MAX_NODES = 2_000
MAX_DEPTH = 6
MAX_NAMELESS = 3
"""Articles without an address that may all be the page's own: several plugins describe it."""

_ARTICLE = re.compile(
    r"(?:article|posting|webpage|page|creativework|learningresource|report|chapter|book|recipe|course|howto|question|poem|thesis|review|document|play|story|newsletter|guide)$",
    re.IGNORECASE,
)
_SITE = re.compile(r"^(?:website|blog|webapi)$", re.IGNORECASE)
_LICENSE_KEYS = ("license", "schema:license", "http://schema.org/license", "https://schema.org/license", "cc:license", "dct:license", "dcterms:license")  # fmt: skip
_ABOUT = ("@graph", "mainEntity", "mainEntityOfPage", "isPartOf")


def claims_in(tree: Any, url: str) -> Iterator[Claim]:
    """Yield the licences of the article, page and site that the page's JSON-LD describes."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if len(text) > MAX_SCRIPT_CHARS or "licen" not in text.lower():
            continue
        try:
            data = json.loads(re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>)\s*$", "", text), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _claims(data, url)


def _claims(data: Any, url: str) -> Iterator[Claim]:
    nodes = list(_nodes(data, [MAX_NODES]))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    addresses = [_address(n) for n in nodes if _is_article(n)]
    several = len(set(addresses) - {""}) > 1 or addresses.count("") > MAX_NAMELESS
    for node in nodes:
        scope = _scope(node)
        if scope == "article" and several and _is_article(node) and not _is_this_page(node, url):
            scope = "mention"  # one of a list
        for key in _LICENSE_KEYS:
            for value in _values(node.get(key), by_id):
                for name in _names(value):
                    yield Claim(
                        name.spdx if name else None, name.jurisdiction if name else None, scope, "json-ld",
                        value[:MAX_QUOTE_CHARS], name.family if name else None,
                    )  # fmt: skip


def _nodes(data: Any, budget: list[int], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The things a page is about; not its images, authors and parts, which have licences of their own."""
    if depth > MAX_DEPTH or budget[0] <= 0:
        return
    budget[0] -= 1
    if isinstance(data, list):
        for item in data[:MAX_NODES]:
            yield from _nodes(item, budget, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in _ABOUT:
            yield from _nodes(data.get(key), budget, depth + 1)


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [
        re.split(r"[/#:]", k)[-1] for k in (kinds if isinstance(kinds, list) else [kinds])[:20] if isinstance(k, str)
    ]


def _scope(node: dict[str, Any]) -> Scope:
    kinds = _types(node)
    if any(_SITE.match(k) for k in kinds):
        return "site"
    if any(_ARTICLE.search(k) for k in kinds):
        return "article"
    return "image" if any("Image" in k or "Photo" in k for k in kinds) else "other"


def _is_article(node: dict[str, Any]) -> bool:
    return any(re.search(r"(?:Article|Posting|Recipe|Report|Book|CreativeWork)$", k) for k in _types(node))


def _address(node: dict[str, Any]) -> str:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id")
        if isinstance(value, str) and value and not value.startswith(("#", "_:")):
            return value.partition("#")[0]
    return ""


def _is_this_page(node: dict[str, Any], url: str) -> bool:
    address = _address(node)
    if not address or not url:
        return False
    try:
        there, here = urlsplit(urljoin(url, address)), urlsplit(url)
    except ValueError:
        return False
    return there.path.rstrip("/") == here.path.rstrip("/") and there.netloc == here.netloc


def _values(value: Any, by_id: dict[str, dict[str, Any]], depth: int = 0) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list) and depth < 3:
        return [v for item in value[:20] for v in _values(item, by_id, depth + 1)]
    if isinstance(value, dict):
        for node in (value, by_id.get(str(value.get("@id")), {})):
            said = [v for k in ("url", "@id", "@value", "sameAs", "name") if isinstance(v := node.get(k), str) and v]
            known = [v for v in said if name_at(v) or any(n.spdx for n in names_in(v[:MAX_QUOTE_CHARS]))]
            if known:
                return known[:1]
        return [v for k in ("@id", "url", "name") if isinstance(v := value.get(k), str)][:1]
    return []


def _names(value: str) -> list[Name | None]:
    """The licences in a value; `[None]` for terms of the publisher's own."""
    found = name_at(value) or known_id(value)
    if found:
        return [found]
    return [*names_in(value[:1000])] or [None]
