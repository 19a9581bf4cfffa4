"""A first visit to a site, before there is a recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.look import look
from scrapers.loopback import serving
from sitecorpus.errors import RecipeError, SitecorpusError

FOOTER = '<footer>Content is under <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a></footer>'
ORIGIN = "https://example.org"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "posts").mkdir()
    (tmp_path / "robots.txt").write_text(
        "User-agent: *\nDisallow: /private/\nCrawl-delay: 3\nSitemap: https://example.org/sitemap.xml\n"
    )
    (tmp_path / "index.html").write_text(
        '<html lang="en-GB"><title>A  site</title><link rel="alternate" type="application/atom+xml" href="/feed">'
        '<a href="/posts/a">A</a></html>'
    )
    (tmp_path / "posts/a.html").write_text(f"<p>The ferry leaves the old harbour at seven.</p>{FOOTER}")
    (tmp_path / "sitemap.xml").write_text(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://example.org/posts/a</loc></url></urlset>"
    )
    return tmp_path


def test_a_look_finds_what_a_recipe_needs(site: Path) -> None:
    with serving(site, ORIGIN) as base:
        found = look("https://example.org/", "https://example.net/bot", {ORIGIN: base})
    assert (found.title, found.language, found.suggested_license) == ("A site", "en", "CC-BY-4.0")
    assert (found.sitemaps, found.feeds) == (("https://example.org/sitemap.xml",), ("https://example.org/feed",))
    assert (found.decision, found.crawl_delay_s, found.terms) == ("allow", 3.0, ())


def test_a_look_tells_what_the_terms_say(site: Path) -> None:
    ban = (
        "<p>You may not use any robot to scrape our content.</p>"
        + "<p>You agree that we may change these terms.</p>" * 12
    )
    (site / "terms.html").write_text(f"<h1>Terms of use</h1>{ban}")
    with serving(site, ORIGIN) as base:
        found = look("https://example.org/", "https://example.net/bot", {ORIGIN: base})
    assert (found.decision, found.terms) == ("deny", (("https://example.org/terms", "deny"),))
    assert found.reasons


def test_a_look_at_nothing_says_so() -> None:
    with pytest.raises(SitecorpusError, match="cannot be reached"):
        look("http://127.0.0.1:1/", "a@b.org")
    with pytest.raises(RecipeError, match="not an http"):
        look("example", "a@b.org")


def test_a_look_at_a_site_that_denies_us_keeps_its_address(site: Path) -> None:
    (site / "robots.txt").write_text("User-agent: *\nDisallow: /\n")
    with serving(site, ORIGIN) as base:
        found = look("https://example.org/", "a@example.net", {ORIGIN: base})
    assert (found.url, found.title, found.decision) == ("https://example.org/", "", "deny")
