"""Every reader of what a site says, as a function of bytes; and what each of them is attacked with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fleet.attacks import GENERAL, HTML, MAPS, ROBOTS, RSL_FILES, SHORT, TDMREP, TERMS, TEXTS, Attacks
from scrapers.agent import user_agent
from scrapers.evidence import Fetcher
from scrapers.inquiry import inquire
from scrapers.licenses import page_license
from scrapers.policy import judge
from scrapers.robots import RobotsRules
from scrapers.signals import signals_of, to_fetch
from scrapers.spiders import feed, sitemap
from scrapers.spiders.page import Page
from scrapers.terms import read_terms, terms_text
from sitecorpus.recipe import RightsSettings
from sitecorpus.warc import WarcWriter

URL = "https://a.example/blog/entry"


def read_robots(body: bytes) -> Any:
    rules = RobotsRules.parse(body)
    return {
        "allows": [rules.allows("sitecorpus", u) for u in (URL, "https://a.example/" + "a" * 1900)],
        "delay": rules.crawl_delay("sitecorpus"),
        "sitemaps": len(rules.sitemaps),
    }


def _signals(file: str, body: bytes) -> Any:
    to_fetch(URL, {file: body}, b"", {})
    return sorted({s.answer for s in signals_of(URL, {file: body})})


def read_robots_signals(body: bytes) -> Any:
    return _signals("robots", body)


def read_ai_txt(body: bytes) -> Any:
    return _signals("ai_txt", body)


def read_trust_txt(body: bytes) -> Any:
    return _signals("trust_txt", body)


def read_tdmrep(body: bytes) -> Any:
    return _signals("tdmrep", body)


def read_rsl(body: bytes) -> Any:
    named = b"License: https://a.example/l.xml\n"
    return sorted({s.answer for s in signals_of(URL, {"robots": named, "rsl:https://a.example/l.xml": body})})


def read_page_signals(body: bytes) -> Any:
    words = body[:65_536].decode("latin-1").replace("\r", " ").replace("\n", " ")
    to_fetch(URL, {}, body, {"Link": words})
    found = signals_of(
        URL, {}, body, {"X-Robots-Tag": words, "Content-Usage": words, "Link": words, "TDM-Reservation": words}
    )
    return sorted({s.answer for s in found})


def read_license(body: bytes) -> Any:
    reading = page_license(body, URL, {"Link": body[:65_536].decode("latin-1")})
    return [reading.spdx if reading.confident else None, reading.scope]


def read_terms_page(body: bytes) -> Any:
    return read_terms(terms_text(body)).verdict


def read_terms_text(body: bytes) -> Any:
    return read_terms(body.decode("utf-8", "replace")).verdict


def read_map(body: bytes) -> Any:
    headers = {"content-type": "application/xml"}
    found = [
        sum(1 for _ in finder.find(Page(URL, 200, headers, body, role)))
        for finder, role in ((sitemap, "sitemap-index"), (feed, "feed-index"))
    ]
    return {"found": found}


def read_site(origin: bytes) -> Any:
    """Ask a whole site, with a second and a half for each exchange."""
    seed, rights = origin.decode() + "/", RightsSettings()
    with tempfile.TemporaryDirectory() as folder:
        writer = WarcWriter(Path(folder), "evidence", {})
        fetcher = Fetcher(writer, user_agent("me@example.net"), 0.0, timeout_s=1.5)
        finding = judge(inquire(fetcher, [seed], rights), [seed], rights)
        writer.close()
    against = [f"{r.code}: {r.detail}" for r in finding.reasons if r.answer != "allow"]
    return {"decision": finding.decision, "against": against}


READERS: Mapping[str, tuple[Callable[[bytes], Any], Attacks]] = {
    "robots": (read_robots, ROBOTS),
    "robots-signals": (read_robots_signals, ROBOTS),
    "ai-txt": (read_ai_txt, TEXTS),
    "trust-txt": (read_trust_txt, TEXTS),
    "tdmrep": (read_tdmrep, TDMREP),
    "rsl": (read_rsl, RSL_FILES),
    "page-signals": (read_page_signals, GENERAL | HTML),
    "license": (read_license, GENERAL | HTML),
    "terms-page": (read_terms_page, SHORT | HTML | TERMS),
    "terms-text": (read_terms_text, SHORT | TERMS),
    "map": (read_map, MAPS),
}
