"""A first visit to a site, before there is a recipe: what `init` and a bare `vet URL` go by."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from scrapers.agent import PRODUCT, user_agent
from scrapers.evidence import Exchange, Fetcher
from scrapers.exhibits import Exhibit
from scrapers.inquiry import inquire
from scrapers.markup import parse_html
from scrapers.policy import Finding, evidence_of, judge, load, verdict_of
from scrapers.sampling import feeds
from scrapers.scope import origin_of
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Verdict
from sitecorpus.strict_toml import printable
from sitecorpus.warc import WarcWriter


@dataclass(frozen=True)
class Look:
    """What a first visit found. It writes nothing and decides nothing."""

    url: str
    robots: str  # in words
    crawl_delay_s: float | None
    sitemaps: tuple[str, ...]
    feeds: tuple[str, ...]
    title: str
    language: str | None  # as the page declares it, primary subtag
    licenses: Mapping[str, int]  # pages of the sample by licence; `none` grants nothing
    suggested_license: str | None
    terms: tuple[tuple[str, str], ...]  # (URL, deny | review | allow | silent | unreadable)
    opt_outs: tuple[str, ...]
    decision: str  # what `vet` would say of it with no declaration
    reasons: tuple[str, ...]


def look(url: str, contact: str, connect_to: Mapping[str, str] | None = None) -> Look:
    """Visit a site once, politely; raises SitecorpusError where it cannot be reached, RecipeError for no URL."""
    rights = RightsSettings()
    exhibits = _visit(url, contact, rights, connect_to or {})
    robots = exhibits[0].exchange
    home = next((e.exchange for e in exhibits if e.kind == "home"), robots)
    for tried in (robots, home):
        if tried.status is None:
            raise SitecorpusError(
                f"{printable(url)}: the site cannot be reached ({tried.error}). Check the address and the network, and try again."
            )
    return _look(url, exhibits, home, judge(exhibits, [url], rights))


def ask(url: str, contact: str = "", policy: str | None = None, connect_to: Mapping[str, str] | None = None) -> Verdict:
    """Return what `vet` would say of an address with no declaration; a site that cannot be reached is a no.

    `url` may leave `https://` out; `policy` is the name of a shipped one or the path of a TOML file. Raises
    RecipeError for what is no address or no policy.
    """
    url = url if "://" in url else f"https://{url}"
    rules, _ = load(policy or RightsSettings.policy)
    rights = RightsSettings(policy=policy or RightsSettings.policy)
    exhibits = _visit(url, contact, rights, connect_to or {})
    finding = judge(exhibits, [url], rights, rules)
    evidence = [evidence_of(exhibit) for exhibit in exhibits]
    return verdict_of(origin_of(url), finding.license, finding.reasons, evidence, rules)


def _visit(url: str, contact: str, rights: RightsSettings, connect_to: Mapping[str, str]) -> list[Exhibit]:
    """Ask about one address and keep nothing; raises RecipeError where it is none."""
    try:
        is_address = urlsplit(url).scheme in ("http", "https") and bool(parse_url(url).host) and bool(origin_of(url))
    except (ValueError, LocationParseError):
        is_address = False
    if not is_address:
        raise RecipeError(f"{printable(url)!r} is not an http(s) URL; write it as https://example.org/.")
    with tempfile.TemporaryDirectory() as folder:
        writer = WarcWriter(Path(folder), "evidence", {})
        try:
            return inquire(Fetcher(writer, user_agent(contact), 1.0, connect_to), [url], rights)
        finally:
            writer.close()


def _look(url: str, exhibits: Sequence[Exhibit], home: Exchange, finding: Finding) -> Look:
    tree = parse_html(home.body) if home is not exhibits[0].exchange and home.ok else None
    title = " ".join((tree.findtext(".//title") or "").split()) if tree is not None else ""
    language = (tree.get("lang") or "").split("-")[0].lower() if tree is not None else ""
    return Look(
        url=home.final_url if home is not exhibits[0].exchange and home.ok else url,
        robots=finding.robots.why,
        crawl_delay_s=finding.robots.crawl_delay(PRODUCT),
        sitemaps=finding.robots.sitemaps
        or tuple(e.exchange.url for e in exhibits if e.kind == "sitemap" and e.exchange.ok),
        feeds=tuple(feeds([home])) if home.ok else (),
        title=printable(title)[:200],
        language=language if re.fullmatch(r"[a-z]{2,3}", language) else None,
        licenses=finding.licenses,
        suggested_license=finding.license,
        terms=tuple(
            dict.fromkeys(
                (r.url, r.code.removeprefix("terms_")) for r in finding.reasons if r.code.startswith("terms_")
            )
        ),
        opt_outs=tuple(f"{s.kind}: {printable(s.value)}" for s in finding.signals if s.answer != "grant"),
        decision=finding.decision,
        reasons=tuple(f"{r.code}: {printable(r.detail)}" for r in finding.reasons if r.answer != "allow"),
    )
