"""Where a site's terms of use may stand: links that are called so, addresses that are customary, and what is none.

Pure functions of pages that were had. A link counts by its name in any language (`scrapers.terms_pages.names`), by its
relation (RFC 6903 `terms-of-service`), and by its place: off the site only where the site itself puts it forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import tldextract

from scrapers.licenses import licence_at
from scrapers.scope import MAX_URL_CHARS, origin_of
from scrapers.terms_pages.names import MAX_WORDS, names_legal, names_licence, names_terms

MAX_LINKS = 20_000
"""Of one page; what comes after is not looked at."""
_RELATIONS = frozenset({"terms-of-service", "terms-of-use", "tos", "terms"})
_LEGAL_RELATIONS = frozenset({"license-of-site"})
_CHROME = re.compile(
    r"foot|colophon|legal|copyright|header|masthead|navbar|topbar|bottom|imprint|\bnav|menu", re.IGNORECASE
)
_CONTENT = re.compile(
    r"\b(?:article|entry|post|comment|hentry|story|prose)(?:[-_ ]?(?:body|content|text|list))?s?\b", re.IGNORECASE
)
_BLOCKS = frozenset({"p", "li", "div", "td", "section", "footer", "header", "nav", "small", "form", "blockquote", "main", "article", "body", "aside", "dd", "ul"})  # fmt: skip
_WIDGET = re.compile(
    r"recaptcha|hcaptcha|turnstile|protected by|powered by|hosted (?:by|on)|disqus|commento|cookiebot|onetrust|mailchimp|"
    r"google maps|map data|stripe|paypal|youtube api|weather data|theme by|built with",
    re.IGNORECASE,
)
_MAX_ASIDE_WORDS = 25
# what every name of terms has of, in an address; `%` for those in other scripts
_STEMS = re.compile(
    r"term|condi|\btos\b|nutzung|bedingung|\bagbs?\b|\bcg[uv]|voorwaard|regulamin|regels|warunki|zasady|podm|villkor|vilk|betingel|ehdot|"
    r"aszf|feltetel|kosul|sart|sozles|ketentuan|khoan|polic|rules|usage|agreement|acceptable|bestimmung|ordnung|vorbehalt|"
    r"regles|charte|reservation|opt.?out|pravid|%[c-fC-F]",
    re.IGNORECASE,
)
_LINK_HEADER = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")
_registered = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True)
class TermsLink:
    """An address that a site calls its terms, or (`only_legal`) something legal, of which terms may be a part."""

    url: str
    only_legal: bool = False
    on_page: bool = False
    """The terms are a part of the page itself."""
    is_empty: bool = False
    """It leads nowhere (`#`): a script of the page shows them, or nobody wrote them."""
    only_licence: bool = False
    """A licence or a copyright notice, by its name."""


def terms_links(tree: Any, url: str, headers: Mapping[str, str] | None = None) -> tuple[TermsLink, ...]:
    """Return what a parsed page, and its headers by lower-case name, call the site's terms: the likeliest first.

    Links in footer, header and navigation come before those in the text, terms before what is only legal.
    """
    found: dict[str, tuple[int, TermsLink]] = {}
    base = _base(tree, url)
    for rank, address, link in _named(tree, base, url, headers or {}):
        known = found.get(address)
        if known is None or rank < known[0]:
            found[address] = rank, link
    return tuple(link for _, link in sorted(found.values(), key=lambda pair: pair[0]))


def _named(tree: Any, base: str, url: str, headers: Mapping[str, str]) -> Iterator[tuple[int, str, TermsLink]]:
    for address, parameters in islice(_LINK_HEADER.findall(headers.get("link", "")), 50):
        relations = set(re.findall(r"[\w-]+", parameters.lower()))
        if "rel" in relations and relations & _RELATIONS and (absolute := _absolute(address, base)):
            yield 0, absolute, TermsLink(absolute)
    for element in islice(tree.iter("a", "area", "link"), MAX_LINKS):
        relations = set((element.get("rel") or "").lower().split())
        by_rel = bool(relations & _RELATIONS)
        if element.tag == "link" and not by_rel and not relations & _LEGAL_RELATIONS:
            continue
        href = (element.get("href") or "").strip()
        text = _text_of(element)
        if len(text.split()) > MAX_WORDS and not by_rel:
            continue
        strong = by_rel or names_terms(text)
        if not href or href == "#" or href.lower().startswith("javascript:"):
            if strong and element.tag == "a" and _is_chrome(element):
                yield 1, url + "#", TermsLink(url, on_page=True, is_empty=True)
            continue
        address = _absolute(href, base)
        if address is None:
            continue
        slug = _slug(address)
        # an address says it only where the text says nothing else: the title of an article may end in "terms"
        strong = strong or (names_terms(slug) and (len(text.split()) <= 3 or _is_chrome(element)))
        legal = relations & _LEGAL_RELATIONS or names_legal(text) or names_legal(slug)
        if not (strong or legal) or licence_at(address):
            continue
        here = address == url.partition("#")[0]
        if here and not strong:
            continue
        if not same_site(address, url) and not (strong and (by_rel or _is_put_forward(element))):
            continue
        rank = (0 if by_rel else 1 if _is_chrome(element) else 2) + (0 if strong else 10)
        only_licence = not strong and (names_licence(text) or names_licence(slug))
        yield rank, address, TermsLink(address, not strong, here, only_licence=only_licence)


def is_about_rights(url: str) -> bool:
    """Say whether an address is called terms, or something legal: no article, and what it licenses is itself."""
    slug = _slug(url)
    return names_terms(slug) or names_legal(slug)


def terms_among(listed: Sequence[str], site: str) -> list[str]:
    """Return those addresses of a site's sitemap that are called terms by their last parts, the shortest first."""
    likely = islice((url for url in listed if _STEMS.search(url)), MAX_LINKS // 4)
    found = [url for url in likely if names_terms(_slug(url)) and same_site(url, site)]
    return sorted(found, key=lambda url: (url.count("/"), len(url), url))


def same_site(url: str, other: str) -> bool:
    """Say whether two URLs belong to one registered domain; hosts without one (an IP address) have to be equal."""
    try:
        return _site_of(url) == _site_of(other)
    except ValueError:
        return False


def _site_of(url: str) -> str:
    host = (urlsplit(url).hostname or "").lower()
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    # a suffix that is not on the list is one label (publicsuffix.org, the rule `*`)
    return _registered_domain(host) or ".".join(host.split(".")[-2:])


@lru_cache(maxsize=4096)
def _registered_domain(host: str) -> str:
    return str(_registered(host).top_domain_under_public_suffix)


def _slug(url: str) -> str:
    """The last two parts of an address's path as words, without an extension."""
    try:
        parts = [p for p in unquote(urlsplit(url).path).split("/") if p]
    except ValueError:
        return ""
    if parts and parts[-1].lower().partition(".")[0] in ("index", "default"):
        del parts[-1]
    if not parts:
        return ""
    last = re.sub(r"\.[a-z]{2,5}$", "", parts[-1], flags=re.IGNORECASE)
    # a number or a language is no name: /terms/2024, /terms/en
    if len(parts) > 1 and re.fullmatch(r"[\d.-]{1,10}|[a-z]{2}(?:[-_][a-z]{2})?", last, re.IGNORECASE):
        last = parts[-2]
    return last if len(last) <= 80 else ""


def _text_of(element: Any) -> str:
    text = " ".join(" ".join(islice(element.itertext(), 50)).split())
    if not text:  # an image, or an icon with a name
        images = [i.get("alt") or "" for i in islice(element.iter("img"), 3)]
        text = " ".join([element.get("aria-label") or element.get("title") or "", *images]).strip()
    return text[:400]


def _base(tree: Any, url: str) -> str:
    for base in islice(tree.iter("base"), 5):
        if base.get("href"):
            return _absolute(base.get("href"), url) or url
    return url


def _absolute(href: str, base: str) -> str | None:
    try:
        address = urljoin(base, href.strip()).partition("#")[0]
        if urlsplit(address).scheme not in ("http", "https") or len(address) > MAX_URL_CHARS:
            return None
        origin_of(address)
    except ValueError:
        return None
    return address if urlsplit(address).hostname else None


def _is_chrome(element: Any) -> bool:
    """Whether a link stands in the footer, the header or the navigation."""
    for ancestor in islice(element.iterancestors(), 40):
        if ancestor.tag in ("footer", "header", "nav"):
            return True
        if ancestor.tag in ("article", "main", "body", "html"):
            return False
        if _CHROME.search(
            f"{ancestor.get('id') or ''} {ancestor.get('class') or ''} {ancestor.get('role') or ''}"[:300]
        ):
            return True
    return False


def _is_put_forward(element: Any) -> bool:
    """Whether a link off the site is the site's own: in its chrome or beside its text, not of a widget, not quoted."""
    block = next((a for a in islice(element.iterancestors(), 10) if a.tag in _BLOCKS), None)
    words = " ".join(" ".join(islice(block.itertext(), 400)).split()) if block is not None else ""
    own = len(words.split()) <= 3 * _MAX_ASIDE_WORDS
    if own and _WIDGET.search(words):
        return False
    if _is_chrome(element):
        return True
    for ancestor in islice(element.iterancestors(), 40):
        if ancestor.tag in ("article", "main") or _CONTENT.search(
            f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"[:300]
        ):
            return False
    return len(words.split()) <= _MAX_ASIDE_WORDS or (block is not None and block.tag in ("body", "div", "section"))
