"""Asking a site everything: what is asked for, what is kept, and what is never taken for silence."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crawling import HTML, Answer, Site

from scrapers.evidence import Exchange, Fetcher
from scrapers.exhibits import Exhibit
from scrapers.inquiry import inquire
from scrapers.terms_pages import LOOKED
from sitecorpus.recipe import RightsSettings
from sitecorpus.warc import WarcWriter

Serve = Callable[[Site], Site]
TERMS = "<h1>Terms of use</h1>" + "<p>You agree to these terms when you use the site, and we may change them.</p>" * 9
WORDS = "<p>The ferry leaves the old harbour at seven, when the fog still lies on the water.</p>" * 4
SHELL = '<title>App</title><div id="root"></div><noscript>Enable JavaScript.</noscript><script src="/a.js"></script>'


def html(body: str, lang: str = "en", **headers: str) -> Answer:
    return 200, HTML | headers, f'<!doctype html><html lang="{lang}"><body>{body}</body></html>'.encode()


def status(code: int, body: str = "Sorry.", **headers: str) -> Answer:
    return code, HTML | headers, body.encode()


def file(body: bytes, kind: str = "text/plain") -> Answer:
    return 200, {"Content-Type": kind}, body


def home(*links: str, lang: str = "en") -> Answer:
    return html(WORDS + "<footer>" + "".join(links) + "</footer>", lang)


LINK = '<a href="/t">Terms of use</a>'


class Everything(dict[str, Answer]):
    """Routes that answer every address."""

    def __init__(self, answer: Answer, **more: Answer) -> None:
        super().__init__({"/robots.txt": status(404)} | {f"/{k}": v for k, v in more.items()})
        self.answer = answer

    def get(self, path: str, default: object = None) -> Answer:  # type: ignore[override]
        return super().get(
            path, self.answer if not path.startswith(("/.well-known", "/ai.txt", "/trust")) else status(404)
        )


@pytest.fixture
def ask(serve: Serve, tmp_path: Path) -> Iterator[Callable[..., list[Exhibit]]]:
    """Ask a site that has these routes; the site is `ask.site` afterwards."""
    writer = WarcWriter(tmp_path, "evidence", {})

    def asked(routes: dict[str, Answer], declared: bool = True, **rights: object) -> list[Exhibit]:
        site = serve(Site(routes))
        asked.site = site  # type: ignore[attr-defined]
        said = {"license": "CC-BY-4.0", "basis": "owner", "attested_by": "A", "attested_on": "2026-08-01"}
        settings = RightsSettings(**{**(said if declared else {}), **rights})  # type: ignore[arg-type]
        return inquire(
            Fetcher(writer, "sitecorpus/1 (+https://example.org)", 0.0, timeout_s=5), [site.url + "/"], settings
        )

    yield asked
    writer.close()


def terms_of(exhibits: list[Exhibit]) -> list[Exchange]:
    return [e.exchange for e in exhibits if e.kind == "terms"]


def paths(exhibits: list[Exhibit], *kinds: str) -> list[str]:
    return ["/" + e.exchange.url.split("/", 3)[3] for e in exhibits if e.kind in kinds]


def test_nothing_but_robots_txt_is_asked_of_a_site_that_denies_us(ask: Callable[..., list[Exhibit]]) -> None:
    for said in (file(b"User-agent: *\nDisallow: /\n"), status(500), status(302, Location="/robots.txt")):
        exhibits = ask({"/robots.txt": said, "/": home()})
        assert [e.kind for e in exhibits] == ["robots"]
        assert set(ask.site.asked) == {"/robots.txt"}  # type: ignore[attr-defined]


def test_a_thorough_look_that_finds_none_says_where_it_looked(ask: Callable[..., list[Exhibit]]) -> None:
    exhibits = ask({"/": home(lang="de"), "/sitemap.xml": file(b"<urlset></urlset>", "application/xml")})
    assert not terms_of(exhibits)
    looked = paths(exhibits, *LOOKED)
    assert {"/", "/sitemap.xml", "/terms", "/tos", "/legal/terms", "/agb", "/nutzungsbedingungen", "/impressum"} <= set(
        looked
    )
    assert len(exhibits) < 30
    log = ask.site.asked  # type: ignore[attr-defined]
    assert sorted(set(log)) == sorted(log)


@pytest.mark.parametrize(
    "routes",
    [
        {"/": home(LINK), "/t": html(TERMS)},
        {"/": html(f"<header>{LINK}</header>{WORDS}"), "/t": html(TERMS)},
        {"/": html(f'<link rel="terms-of-service" href="/t">{WORDS}'), "/t": html(TERMS)},
        {"/": html(WORDS, Link='</t>; rel="terms-of-service"'), "/t": html(TERMS)},
        {"/": home('<a href="/legal-stuff">Legal</a>'), "/legal-stuff": html("<h1>Legal</h1><p>Here is all that our lawyers wrote.</p>" + LINK), "/t": html(TERMS)},
        {"/": home(), "/terms-and-conditions": html(TERMS)},
        {"/": home(lang="fr"), "/cgu": html(TERMS)},
        {"/": home(lang="nl"), "/voorwaarden": html(TERMS)},
        {"/": home(), "/tos": file(TERMS.encode())},
        {"/": home(), "/sitemap.xml": file(b"<urlset><url><loc>{}/help/user-agreement</loc></url></urlset>", "text/xml"), "/help/user-agreement": html(TERMS)},
        {"/": home(), "/robots.txt": file(b"Sitemap: {}/map.xml.gz\n"), "/map.xml.gz": file(b"gz<urlset><url><loc>{}/agb</loc></url></urlset>", "application/gzip"), "/agb": html(TERMS)},
    ],
)  # fmt: skip
def test_terms_are_found_wherever_a_site_keeps_them(routes: dict[str, Answer], serve: Serve, tmp_path: Path) -> None:
    site = serve(Site())
    for path, (code, headers, body) in routes.items():
        placed = body.replace(b"{}", site.url.encode())
        site.routes[path] = code, headers, gzip.compress(placed[2:]) if placed.startswith(b"gz") else placed
    writer = WarcWriter(tmp_path, "evidence", {})
    exhibits = inquire(Fetcher(writer, "sitecorpus/1", 0.0), [site.url + "/"], RightsSettings())
    writer.close()
    assert any(x.ok and b"agree to these terms" in x.body for x in terms_of(exhibits))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(404), None),
        (status(403), None),
        (status(500), None),
        (status(429), None),
        (file(b"%PDF-1.7 and so on", "application/pdf"), "PDF"),
        (file(b"%PDF-1.7 and so on", "text/html"), "PDF"),
        (file(b"\x89PNG", "image/png"), "image/png"),
        (html(SHELL), "scripts"),
        (home(LINK), "home page"),
        (status(302, Location="/"), "home page"),
        (status(302, Location="/t"), "redirects"),
    ],
)
def test_terms_that_are_named_and_cannot_be_read_are_no_silence(
    answer: Answer, why: str | None, ask: Callable[..., list[Exhibit]]
) -> None:
    (terms, *_) = terms_of(ask({"/": home(LINK), "/t": answer}))
    assert not terms.ok
    assert (why or "") in (terms.error or "")


def test_terms_that_robots_txt_closes_are_no_silence_and_are_not_read(ask: Callable[..., list[Exhibit]]) -> None:
    exhibits = ask({"/robots.txt": file(b"User-agent: *\nDisallow: /t\n"), "/": home(LINK), "/t": html(TERMS)})
    assert terms_of(exhibits)[0].error == "robots.txt does not let us read it"
    assert "/t" not in ask.site.asked  # type: ignore[attr-defined]


def test_a_redirect_into_what_robots_txt_closes_is_not_followed(ask: Callable[..., list[Exhibit]]) -> None:
    closed = file(b"User-agent: *\nDisallow: /private/\n")
    exhibits = ask(
        {"/robots.txt": closed, "/": home(LINK), "/t": status(302, Location="/private/t"), "/private/t": html(TERMS)}
    )
    assert "robots.txt" in (terms_of(exhibits)[0].error or "")
    assert "/private/t" not in ask.site.asked  # type: ignore[attr-defined]


def test_a_customary_address_that_robots_txt_closes_by_name_may_hold_terms(ask: Callable[..., list[Exhibit]]) -> None:
    named = ask({"/robots.txt": file(b"User-agent: *\nDisallow: /legal\n"), "/": home()})
    assert "robots.txt" in (terms_of(named)[0].error or "")
    others = ask({"/robots.txt": file(b"User-agent: *\nDisallow: /*.html$\n"), "/": home()})
    assert not terms_of(others)


@pytest.mark.parametrize("code", [403, 451, 500, 503, 429])
def test_a_customary_address_that_fails_may_hold_terms(code: int, ask: Callable[..., list[Exhibit]]) -> None:
    assert terms_of(ask({"/": home(), "/terms": status(code)}))[0].status == code


@pytest.mark.parametrize("code", [200, 403])
def test_a_site_that_answers_every_address_alike_has_no_terms_there(
    code: int, ask: Callable[..., list[Exhibit]]
) -> None:
    routes = Everything((code, HTML, f"<p>There is no such page. {WORDS}".encode()))
    routes["/"] = home()
    assert not terms_of(ask(routes))
    assert not terms_of(ask(Everything(home()))) or code != 200


def test_a_page_of_its_own_among_pages_that_are_all_alike_is_found(ask: Callable[..., list[Exhibit]]) -> None:
    routes = Everything((200, HTML, f"<p>There is no such page. {WORDS}".encode()))
    routes |= {"/": home(), "/terms-of-use": html(TERMS)}
    assert [x.ok for x in terms_of(ask(routes))] == [True]


def test_a_site_that_only_scripts_fill_is_no_silence(ask: Callable[..., list[Exhibit]]) -> None:
    assert "scripts" in (terms_of(ask(Everything(html(SHELL))))[0].error or "")
    assert "scripts" in (terms_of(ask({"/": html(SHELL)}))[0].error or "")


def test_terms_that_a_script_shows_are_no_silence(ask: Callable[..., list[Exhibit]]) -> None:
    assert not terms_of(ask({"/": home('<a href="#">Terms</a>')}))[0].ok


def test_terms_on_the_home_page_are_read_there(ask: Callable[..., list[Exhibit]]) -> None:
    (terms,) = terms_of(ask({"/": html(WORDS + '<nav><a href="#terms">Terms</a></nav>' + TERMS)}))
    assert terms.ok
    assert b"agree to these terms" in terms.body


def test_more_terms_than_are_read_are_told(ask: Callable[..., list[Exhibit]]) -> None:
    routes = {"/": home(*(f'<a href="/terms-{i}">Terms of use</a>' for i in range(99)))}
    routes |= {f"/terms-{i}": html(TERMS + str(i)) for i in range(99)}
    found = terms_of(ask(routes))
    assert "93 more pages" in (found[-1].error or "")


def test_terms_of_a_parent_are_read_after_its_own_robots_txt(ask: Callable[..., list[Exhibit]], serve: Serve) -> None:
    parent = serve(Site({"/terms": html(TERMS)}))
    exhibits = ask({"/": home(f'<a href="{parent.url}/terms">Terms</a>')})
    assert [x.ok for x in terms_of(exhibits)] == [True]
    assert parent.asked == ["/robots.txt", "/terms"]
    assert [e.kind for e in exhibits].count("robots") == 1
    assert [e.exchange.url for e in exhibits if e.kind == "robots_elsewhere"] == [f"{parent.url}/robots.txt"]


@pytest.mark.parametrize("said", [file(b"User-agent: *\nDisallow: /\n"), status(500)])
def test_terms_of_a_parent_whose_robots_txt_says_no_could_not_be_read(
    said: Answer, ask: Callable[..., list[Exhibit]], serve: Serve
) -> None:
    parent = serve(Site({"/robots.txt": said, "/terms": html(TERMS)}))
    (terms, *_) = terms_of(ask({"/": home(f'<a href="{parent.url}/terms">Terms</a>')}))
    assert (terms.status, "robots.txt" in (terms.error or "")) == (None, True)
    assert parent.asked == ["/robots.txt"]


def test_where_the_recipe_names_the_terms_no_others_are_looked_for(
    ask: Callable[..., list[Exhibit]], serve: Serve
) -> None:
    other = serve(Site({"/x": html(TERMS)}))
    exhibits = ask({"/": home(LINK)}, terms_url=f"{other.url}/x")
    assert [x.url for x in terms_of(exhibits)] == [f"{other.url}/x"]
    assert "/t" not in ask.site.asked  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:99999/terms", "http://sitecorpus.invalid/terms", "http://127.0.0.1:1/terms"]
)
def test_terms_at_an_address_that_leads_nowhere_could_not_be_read(
    address: str, ask: Callable[..., list[Exhibit]]
) -> None:
    for rights in ({}, {"terms_url": address}):
        terms = terms_of(ask({"/": home(f'<a href="{address}">Terms</a>')}, **rights))
        assert not any(x.ok for x in terms)
        assert terms or not rights


# --- other documents


def test_licence_files_that_are_named_are_read_wherever_they_are(
    serve: Serve, ask: Callable[..., list[Exhibit]]
) -> None:
    other = serve(Site({"/l.xml": file(b"<rsl/>", "application/rsl+xml")}))
    shut = serve(Site({"/robots.txt": file(b"User-agent: *\nDisallow: /\n"), "/l.xml": file(b"<rsl/>")}))
    named = f"License: {other.url}/l.xml\nLicense: {shut.url}/l.xml\n".encode()
    found = [e.exchange for e in ask({"/robots.txt": file(named), "/": home()}) if e.kind == "rsl"]
    assert [(x.url, x.ok) for x in found] == [(f"{other.url}/l.xml", True), (f"{shut.url}/l.xml", False)]
    assert shut.asked == ["/robots.txt"]


def test_licence_files_are_read_in_bounded_number(ask: Callable[..., list[Exhibit]]) -> None:
    named = b"".join(b"License: http://127.0.0.1:1/%d.xml\n" % i for i in range(200))
    assert len([e for e in ask({"/robots.txt": file(named), "/": home()}) if e.kind == "rsl"]) <= 5


def test_the_files_that_speak_for_a_site_are_asked_for_in_all_their_places(ask: Callable[..., list[Exhibit]]) -> None:
    exhibits = ask({"/": home(), "/trust.txt": file(b"datatrainingallowed=yes")})
    assert paths(exhibits, "tdmrep", "ai_txt", "trust_txt") == [
        "/.well-known/tdmrep.json", "/ai.txt", "/trust.txt", "/.well-known/trust.txt",
    ]  # fmt: skip


def test_a_file_that_robots_txt_closes_by_name_is_no_silence(ask: Callable[..., list[Exhibit]]) -> None:
    exhibits = ask({"/robots.txt": file(b"User-agent: *\nDisallow: /.well-known/\nDisallow: /*.txt$\n"), "/": home()})
    assert [e.exchange.error for e in exhibits if e.kind == "tdmrep"] == ["robots.txt does not let us read it"]
    assert not paths(exhibits, "ai_txt")


# --- the sample

LICENSED = html(
    f'{WORDS}<footer>Content is under <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a></footer>'
)


def listing(*urls: str, root: str = "urlset", item: str = "url") -> Answer:
    inner = "".join(f"<{item}><loc>{u}</loc></{item}>" for u in urls)
    return file(
        f"<{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</{root}>".encode(), "application/xml"
    )


def test_pages_are_taken_from_nested_sitemaps_and_no_more_than_needed(
    serve: Serve, ask: Callable[..., list[Exhibit]]
) -> None:
    site = serve(Site({"/": home()}))
    site.routes |= {
        "/sitemap.xml": listing(f"{site.url}/posts.xml", f"{site.url}/pages.xml", "https://other.test/x.xml", root="sitemapindex", item="sitemap"),
        "/posts.xml": listing(*(f"{site.url}/p/{i}" for i in range(40)), f"{site.url}/p/a.pdf"),
        "/pages.xml": listing(f"{site.url}/about", f"{site.url}/terms"),
        **{f"/p/{i}": LICENSED for i in range(40)},
    }  # fmt: skip
    asked = dict(site.routes)
    exhibits = _inquire(site, ask)
    assert set(asked) >= {"/posts.xml"}
    assert paths(exhibits, "sitemap") == ["/sitemap.xml", "/pages.xml", "/posts.xml"]
    pages = paths(exhibits, "page")
    assert 3 <= len(pages) <= 5
    assert not {"/p/a.pdf", "/terms"} & set(pages)


def test_pages_are_taken_from_the_feed_else_from_the_home_page(serve: Serve, ask: Callable[..., list[Exhibit]]) -> None:
    site = serve(Site({"/a": LICENSED, "/b": LICENSED}))
    site.routes["/"] = html('<link rel="alternate" type="application/rss+xml" href="/feed"><a href="/b">B</a>')
    site.routes["/feed"] = file(
        f"<rss><channel><item><link>{site.url}/a</link></item></channel></rss>".encode(), "text/xml"
    )
    assert paths(_inquire(site, ask), "feed", "page") == ["/feed", "/a"]
    del site.routes["/feed"]
    assert "/b" in paths(_inquire(site, ask), "page")


def test_a_sitemap_that_is_a_bomb_ends_soon(serve: Serve, ask: Callable[..., list[Exhibit]]) -> None:
    site = serve(Site({"/": home()}))
    bomb = gzip.compress(b"<urlset>" + b" " * (200 << 20) + b"</urlset>", 9)
    site.routes["/sitemap.xml"] = 200, {"Content-Type": "application/gzip"}, bomb
    assert paths(_inquire(site, ask), "sitemap") == ["/sitemap.xml"]


def _inquire(site: Site, ask: Callable[..., list[Exhibit]]) -> list[Exhibit]:
    """Ask a site that is already served."""
    routes = site.routes

    class Forwarded(dict[str, Answer]):
        def get(self, path: str, default: object = None) -> Answer:  # type: ignore[override]
            code, headers, body = routes.get(path, status(404))  # type: ignore[misc]
            return code, headers, body.replace(site.url.encode(), ask.site.url.encode())  # type: ignore[attr-defined]

    return ask(Forwarded(), declared=False)
