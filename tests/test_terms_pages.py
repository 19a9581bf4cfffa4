"""Where terms of use may stand: links, addresses, and pages that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.markup import parse_html
from scrapers.terms_pages.emptiness import is_same_page, is_shell
from scrapers.terms_pages.links import TermsLink, is_about_rights, same_site, terms_among, terms_links
from scrapers.terms_pages.names import fold, names_legal, names_terms
from scrapers.terms_pages.paths import languages_of, paths_for

URL = "https://www.a.example/"


def found(html: str, **headers: str) -> list[tuple[str, str]]:
    """(address, terms or legal), the likeliest first."""
    links = terms_links(parse_html(html.encode()), URL, headers)
    return [(x.url, "legal" if x.only_legal else "terms") for x in links]


@pytest.mark.parametrize(
    "name",
    [
        "Terms", "Terms of Use", "TERMS &amp; CONDITIONS", "Terms/Privacy", "ToS", "T&amp;Cs", "Conditions of use", "User Agreement",
        "Acceptable Use Policy", "AI policy", "Nutzungsbedingungen", "AGB", "Allgemeine Geschäftsbedingungen", "TDM-Vorbehalt",
        "Conditions générales d’utilisation", "CGU", "Términos y condiciones", "Condiciones de uso", "Termini e condizioni",
        "Condizioni d'uso", "Algemene voorwaarden", "Gebruiksvoorwaarden", "Termos de uso", "Regulamin", "Obchodní podmínky",
        "Användarvillkor", "Vilkår", "Brugsbetingelser", "Käyttöehdot", "Kullanım Koşulları", "Условия использования",
        "Пользовательское соглашение", "Όροι χρήσης", "利用規約", "服务条款", "用戶協議", "이용약관", "شروط الاستخدام",
    ],
)  # fmt: skip
def test_a_link_is_terms_by_its_name_in_any_language(name: str) -> None:
    assert found(f'<footer><a href="/x7">{name}</a></footer>') == [("https://www.a.example/x7", "terms")]


@pytest.mark.parametrize(
    "name",
    [
        "In terms of speed", "Search terms", "Ten key terms in statistics", "How we came to terms with the weather on the island",
        "Weather conditions", "Condiciones climáticas en Madrid", "Remedios para la tos seca", "Privacy", "Contact", "Cookies", "",
    ],
)  # fmt: skip
def test_a_word_of_art_is_no_name_of_terms(name: str) -> None:
    assert not names_terms(name)
    assert found(f'<p><a href="/x7">{name}</a></p>') == []


@pytest.mark.parametrize(
    "name", ["Legal", "Legal notice", "Impressum", "Mentions légales", "Aviso legal", "Note legali"]
)
def test_what_is_only_legal_comes_after_terms(name: str) -> None:
    page = f'<nav><a href="/l">{name}</a></nav><p><a href="/t">Terms of service</a>'
    assert [kind for _, kind in found(page)] == ["terms", "legal"]


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ('<a href="terms-of-use.html"><img src="i.png"></a>', "https://www.a.example/terms-of-use.html"),
        ('<footer><a href="/legal/TermsOfService?x=1#s">Read this</a></footer>', "https://www.a.example/legal/TermsOfService?x=1"),
        ('<a href="/t"><img src="x" alt="Terms of use"></a>', "https://www.a.example/t"),
        ('<a href="/t" aria-label="Terms of use"><svg></svg></a>', "https://www.a.example/t"),
        ('<a href="/terms/2024">Version 2024</a>', "https://www.a.example/terms/2024"),
        ('<link rel="terms-of-service" href="/x/y">', "https://www.a.example/x/y"),
        ('<a rel="nofollow terms-of-service" href="/x/y">Small print that nobody has ever read to its very end</a>', "https://www.a.example/x/y"),
        ('<base href="https://docs.a.example/d/"><a href="t">Terms</a>', "https://docs.a.example/d/t"),
        ('<a href="//legal.a.example/tos">Terms</a>', "https://legal.a.example/tos"),
    ],
)  # fmt: skip
def test_a_link_is_terms_by_its_address_its_relation_or_its_picture(html: str, address: str) -> None:
    assert found(html) == [(address, "terms")]


def test_a_header_may_name_the_terms() -> None:
    assert found("<p>x", link='</style.css>; rel=preload, </t>; rel="terms-of-service"') == [
        ("https://www.a.example/t", "terms")
    ]


def test_links_in_the_footer_come_before_those_in_the_text() -> None:
    page = '<main><p><a href="/old">terms</a></p></main><div class="site-footer"><a href="/now">Terms</a></div>'
    assert [url for url, _ in found(page)] == ["https://www.a.example/now", "https://www.a.example/old"]


PARENT = "https://legal.parent.test/terms"


@pytest.mark.parametrize(
    ("html", "counts"),
    [
        (f'<footer><a href="{PARENT}">Terms</a></footer>', True),
        (f'<div id="footer-links"><ul><li><a href="{PARENT}">Terms of Use</a></li></ul></div>', True),
        (f'<p>© 2026 A company of Parent. <a href="{PARENT}">Terms</a></p>', True),
        (f'<link rel="terms-of-service" href="{PARENT}">', True),
        (f'<article><p>As the <a href="{PARENT}">terms of service</a> of that shop say.</p></article>', False),
        (f'<footer><p>This site is protected by reCAPTCHA and the Google <a href="{PARENT}">Terms of Service</a> apply.</p></footer>', False),
        ('<footer><a href="https://parent.test/x">Legal</a></footer>', False),
        ('<footer><a href="https://creativecommons.org/licenses/by/4.0/">Terms: CC BY 4.0</a></footer>', False),
    ],
)  # fmt: skip
def test_a_link_off_the_site_counts_where_the_site_puts_it_forward(html: str, counts: bool) -> None:
    assert bool(found(html)) is counts


@pytest.mark.parametrize("href", ["#", "javascript:void(0)", ""])
def test_terms_that_a_script_shows_are_named_all_the_same(href: str) -> None:
    page = parse_html(f'<footer><a href="{href}">Terms</a></footer>'.encode())
    assert terms_links(page, URL) == (TermsLink(URL, on_page=True, is_empty=True),)


def test_terms_on_the_page_itself_are_told() -> None:
    page = parse_html(b'<footer><a href="#terms">Terms</a></footer>')
    assert terms_links(page, URL) == (TermsLink(URL, on_page=True),)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (URL, "http://docs.a.example/", True),
        ("https://a.co.uk/", "https://www.a.co.uk/", True),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://a.github.io/", "https://b.github.io/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("https://[bad/", URL, False),
    ],
)
def test_a_site_is_its_registered_domain(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_a_sitemaps_addresses_that_are_called_terms_are_found_the_shortest_first() -> None:
    listed = [
        f"{URL}blog/2026/terms-of-service-are-long", f"{URL}info/terms-of-use", f"{URL}post/weather-conditions", f"{URL}agb",
        "https://other.test/terms", f"{URL}%E5%88%A9%E7%94%A8%E8%A6%8F%E7%B4%84",
    ]  # fmt: skip
    assert terms_among(listed, URL)[:3] == [f"{URL}agb", listed[-1], f"{URL}info/terms-of-use"]


@pytest.mark.parametrize(
    ("path", "about"), [("impressum", True), ("legal/terms/en", True), ("posts/a", False), ("", False)]
)
def test_pages_about_rights_are_told_from_articles(path: str, about: bool) -> None:
    assert is_about_rights(URL + path) is about


@pytest.mark.parametrize(
    ("html", "url", "headers", "languages"),
    [
        ('<html lang="de-AT">', URL, {}, ("de",)),
        ("<html>", "https://a.fr/", {}, ("fr",)),
        ("<html>", URL, {"content-language": "nl, en"}, ("nl",)),
        ('<html><meta property="og:locale" content="es_MX">', URL, {}, ("es",)),
        ('<html lang="nb">', URL, {}, ("no",)),
        ('<html lang="en">', "https://a.de/", {}, ()),
        ('<html lang="x">', URL, {}, ()),
    ],
)  # fmt: skip
def test_the_languages_are_those_declared_else_the_domains(
    html: str, url: str, headers: dict[str, str], languages: tuple[str, ...]
) -> None:
    assert languages_of(parse_html(html.encode() + b"<p>x"), url, headers) == languages


def test_customary_paths_are_few_english_and_the_sites() -> None:
    assert {"/terms", "/tos", "/legal/terms", "/nutzungsbedingungen", "/agb"} <= set(paths_for(["de"]))
    assert "/agb" not in paths_for(["fr"])
    assert all(len(paths_for([a, b, "it"])) <= 20 for a in ("de", "fr", "xx") for b in ("es", "nl"))


@pytest.mark.parametrize(
    ("html", "shell"),
    [
        ('<div id="root"></div><noscript>Please enable JavaScript to run this.</noscript><script src="/a.js"></script>', True),
        ('<script>start()</script><p>Loading', True),
        ('<div id="root"></div>', False),
        ('<script type="application/ld+json">{}</script><p>Hello', False),
        ('<script src="/a.js"></script><a href="/b">A link', False),
        ("<script src='/a.js'></script>" + "<p>Words that are shown. " * 20, False),
    ],
)  # fmt: skip
def test_a_shell_shows_nothing_before_its_scripts_have_run(html: str, shell: bool) -> None:
    assert is_shell(parse_html(html.encode())) is shell


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The page /terms was not found. Request 8fa2.", "The page /no-such was not found. Request 77.", True),
        ("Not found", "You may not scrape this site or use it to train models", False),
        ("word " * 500 + "a b c", "word " * 500, True),
        ("", "", True),
    ],
)
def test_one_page_for_all_addresses_is_one_page(one: str, other: str, same: bool) -> None:
    assert is_same_page(one, other, "/terms/no-such") is same
    assert is_same_page(other, one, "/terms/no-such") is same


TAGS = [
    "<a href=",
    "<footer>",
    "</footer>",
    "<base href=",
    "<link rel=terms-of-service href=",
    '"',
    ">",
    "Terms",
    "//",
    "[",
    "#",
    "\0",
    "%",
    "é",
]


@given(st.lists(st.sampled_from(TAGS), max_size=40).map("".join) | st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_page_has_links_that_are_addresses(html: str) -> None:
    tree = parse_html(html.encode("utf-8", "replace"))
    if tree is not None:
        assert all(x.url.startswith(("http://", "https://")) for x in terms_links(tree, URL, {"link": html}))
        is_shell(tree)
        languages_of(tree, URL, {"content-language": html})


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_folding_is_idempotent_and_names_never_raise(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    names_terms(text)
    names_legal(text)
