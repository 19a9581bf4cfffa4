"""Ask a site everything that bears on rights, politely and once: robots.txt first, and nothing it denies.

What comes back are exhibits, archived; what they mean is for `policy` to say.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import urljoin

from scrapers.agent import PRODUCT
from scrapers.evidence import Exchange, Fetcher
from scrapers.licenses import page_license
from scrapers.markup import parse_html
from scrapers.policy import Exhibit, allowed_license
from scrapers.robots import MAX_BODY_BYTES, RobotsRules, robots_url, rules_for
from scrapers.scope import origin_of
from scrapers.terms import WELL_KNOWN_PATHS, terms_links
from sitecorpus.recipe import RightsSettings

SAMPLE_PAGES = 8
ENOUGH_PAGES = 3  # that grant the same allow-listed licence: no need to take more of a site's time
MAX_DELAY_S = 10.0
WELL_KNOWN = (
    ("tdmrep", "/.well-known/tdmrep.json"),
    ("ai_txt", "/ai.txt"),
    ("trust_txt", "/trust.txt"),
    ("trust_txt", "/.well-known/trust.txt"),
)


def inquire(
    fetcher: Fetcher, seeds: Sequence[str], rights: RightsSettings, scope: re.Pattern[str] | None = None
) -> list[Exhibit]:
    """Fetch what speaks about the rights of one origin; `seeds` are pages of it. Stops where robots.txt denies.

    `scope` is a pattern that the sample's URLs must match.
    """
    origin = origin_of(seeds[0])
    robots = fetcher.get(robots_url(seeds[0]), "robots", MAX_BODY_BYTES)
    exhibits = [Exhibit("robots", robots)]
    rules = rules_for(None if robots.error else robots.status, robots.body, robots.truncated)
    if not all(rules.allows(PRODUCT, seed) for seed in seeds):
        return exhibits
    fetcher.delay_s = min(max(fetcher.delay_s, rules.crawl_delay(PRODUCT) or 0.0), MAX_DELAY_S)

    def ask(kind: str, url: str) -> Exchange | None:
        if any(e.exchange.url == url for e in exhibits) or not rules.allows(PRODUCT, url):
            return None
        exhibits.append(Exhibit(kind, fetcher.get(url, kind)))
        return exhibits[-1].exchange

    for seed in (*seeds[:3], origin + "/"):
        ask("home", seed)
    for kind, path in WELL_KNOWN:
        if not any(e.kind == kind and e.exchange.ok for e in exhibits):
            ask(kind, origin + path)
    homes = [e.exchange for e in exhibits if e.kind == "home" and e.exchange.ok]
    _ask_terms(ask, homes, origin, rights, exhibits)
    if not rights.declared:
        _ask_sample(ask, homes, rules, origin, rights, scope)
    return exhibits


def _ask_terms(
    ask: Any, homes: Sequence[Exchange], origin: str, rights: RightsSettings, exhibits: list[Exhibit]
) -> None:
    if rights.terms_url:
        if ask("terms", rights.terms_url) is None and not any(e.exchange.url == rights.terms_url for e in exhibits):
            # robots.txt keeps us from reading it: that is not silence
            missing = Exchange(rights.terms_url, rights.terms_url, None, error="robots.txt does not let us read it")
            exhibits.append(Exhibit("terms", missing))
        return
    links = [
        link
        for home in homes
        if (tree := parse_html(home.body)) is not None
        for link in terms_links(tree, home.final_url)
    ]
    ranked = dict(reversed(links))  # of one address named twice, the first name counts
    for link in [x for x, strong in sorted(ranked.items()) if strong][:3]:
        ask("terms", link)
    for link in [x for x, strong in sorted(ranked.items()) if not strong][:3]:
        ask("legal", link)
    if any(e.kind == "terms" for e in exhibits):
        return
    for path in WELL_KNOWN_PATHS:
        found = ask("probe", origin + path)
        if found is None or (found.status is not None and 400 <= found.status < 500 and found.status != 429):
            continue
        # a site that answers every address with its home page has no terms there; one that fails may have some
        same = found.ok and (found.body in [h.body for h in homes] or "html" not in found.header("content-type"))
        if not same:
            exhibits[-1] = Exhibit("terms", found)
            return


def _ask_sample(
    ask: Any,
    homes: Sequence[Exchange],
    rules: RobotsRules,
    origin: str,
    rights: RightsSettings,
    scope: re.Pattern[str] | None,
) -> None:
    candidates = [
        u
        for u in dict.fromkeys(_candidates(ask, homes, rules, origin))
        if _is_page(u, origin) and (scope is None or scope.search(u))
    ]
    granted = 0
    for url in _spread(candidates, SAMPLE_PAGES):
        found = ask("page", url)
        if found is not None and found.ok:
            reading = page_license(found.body, found.final_url, found.header_map)
            granted += reading.confident and allowed_license(reading.spdx, rights)
        if granted >= ENOUGH_PAGES:
            return


def _candidates(ask: Any, homes: Sequence[Exchange], rules: RobotsRules, origin: str) -> list[str]:
    """Pages of the site, from its sitemap, else its feed, else the links of its home page."""
    found: list[str] = []
    for sitemap in [*rules.sitemaps[:2], origin + "/sitemap.xml"]:
        if found or origin_of(sitemap) != origin:
            continue
        answer = ask("sitemap", sitemap)
        places = _locations(answer)
        nested = [p for p in places if re.search(r"\.xml(?:\.gz)?(?:[?#]|$)", p) and p.startswith(origin + "/")]
        for child in nested[:2] if len(nested) == len(places) else ():
            found += _locations(ask("sitemap", child))
        found += [p for p in places if p not in nested]
    for feed in [] if found else feeds(homes)[:1]:
        found += _locations(ask("feed", feed))
    for home in [] if found else homes:
        tree = parse_html(home.body)
        found += [
            urljoin(home.final_url, a.get("href") or "").partition("#")[0]
            for a in (tree.iter("a") if tree is not None else ())
        ][:500]
    return found


def feeds(homes: Sequence[Exchange]) -> list[str]:
    """Return the feeds that home pages declare."""
    found = []
    for home in homes:
        tree = parse_html(home.body)
        for link in tree.iter("link") if tree is not None else ():
            if (link.get("type") or "").lower() in ("application/rss+xml", "application/atom+xml") and link.get("href"):
                found.append(urljoin(home.final_url, link.get("href").strip()))
    return list(dict.fromkeys(found))


_LOCATION = re.compile(
    r"<loc>\s*(?:<!\[CDATA\[)?([^<\]]{1,2000})|<link>\s*([^<]{1,2000})</link>|<link\b[^>]*?href=[\"']([^\"']{1,2000})"
)


def _locations(answer: Exchange | None) -> list[str]:
    """The addresses in a sitemap or feed, at most 50,000. No XML parser: there are no entities to expand."""
    if answer is None or answer.status != 200:
        return []
    body = answer.body
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, 16 << 20)
        except (zlib.error, gzip.BadGzipFile):
            return []
    text = body.decode("utf-8", "replace")
    return [
        unescape(next(g for g in m.groups() if g)).strip()
        for m, _ in zip(_LOCATION.finditer(text), range(50_000), strict=False)
    ]


def _is_page(url: str, origin: str) -> bool:
    try:
        return origin_of(url) == origin and not re.search(
            r"\.(?:xml|gz|pdf|png|jpe?g|gif|svg|zip|css|js|ico|mp[34])(?:[?#]|$)", url, re.IGNORECASE
        )
    except ValueError:
        return False


def _spread(items: Sequence[str], n: int) -> Iterator[str]:
    """`n` items, evenly over the list: the same for the same list."""
    if not items:
        return
    step = max(len(items) / n, 1.0)
    seen = set()
    for i in range(n):
        at = int((i + 0.5) * step)
        if at < len(items) and at not in seen:
            seen.add(at)
            yield items[at]
