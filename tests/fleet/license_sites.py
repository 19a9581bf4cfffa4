"""Licences: what grants, for what it grants, and what only looks like it."""

from __future__ import annotations

import json
from typing import Any

from fleet.answers import CC_BY, CC_BY_URL, Answer, page, text
from fleet.site import Site, site

PLAIN = "<footer><p>A site about the island.</p></footer>"


def cc(code: str, version: str = "4.0") -> str:
    return f"https://creativecommons.org/licenses/{code}/{version}/"


def footer(words: str) -> str:
    return f"<footer><p>{words}</p></footer>"


def linked(address: str, words: str) -> str:
    return footer(f'The text of this site is licensed under <a rel="license" href="{address}">{words}</a>.')


def json_ld(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def bare(title: str, **more: str) -> Answer:
    return page(title, footer=more.pop("footer", PLAIN), **more)


ARTICLE = {"@type": "Article", "headline": "Island", "license": CC_BY_URL}
PHOTO = {"@type": "ImageObject", "contentUrl": "/a.jpg", "license": CC_BY_URL}
BADGE = f'<a rel="license" href="{CC_BY_URL}">CC BY 4.0</a>'
TERMS = "".join(
    f"<p>{words}</p>"
    for words in (
        "These terms govern your use of this site. By using the site you agree to these terms.",
        "We may change these terms from time to time. You are responsible for reading them.",
        "The site is provided as it is. We are not liable for any loss that you may suffer when you use it.",
        "You must not disturb other visitors. These terms are governed by the law of the island.",
    )
)

GRANTS: tuple[Site, ...] = (
    site("lic-rel", "rel=license in the footer", "allow"),
    site("lic-words", "the words of a footer, with a link", "allow", home=bare("words", footer=footer(f'Except where otherwise noted, content on this site is licensed under a <a href="{CC_BY_URL}">Creative Commons Attribution 4.0 International License</a>.'))),
    site("lic-link-license", "link rel=license", "allow", home=bare("l", head=f'<link rel="license" href="{CC_BY_URL}">')),
    site("lic-link-copyright", "link rel=copyright", "allow", home=bare("l", head=f'<link rel="copyright" href="{CC_BY_URL}">')),
    site("lic-header", "the Link header", "allow", home=bare("h").with_headers(("Link", f'<{CC_BY_URL}>; rel="license"'))),
    site("lic-dc", "Dublin Core", "allow", home=bare("dc", head=f'<meta name="dcterms.license" content="{CC_BY_URL}">')),
    site("lic-dc-rights", "Dublin Core rights that name a licence", "allow", home=bare("dc", head=f'<meta name="DC.rights" content="{CC_BY_URL}">')),
    site("lic-json-ld", "JSON-LD", "allow", home=bare("j", head=json_ld({"@context": "https://schema.org", **ARTICLE}))),
    site("lic-json-ld-graph", "JSON-LD in @graph", "allow", home=bare("j", head=json_ld({"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "x"}, ARTICLE, PHOTO]}))),
    site("lic-json-ld-list", "JSON-LD as a list", "allow", home=bare("j", head=json_ld([{"@type": "WebSite", "name": "x"}, {**ARTICLE, "@type": ["NewsArticle", "Article"]}]))),
    site("lic-cc0", "CC0", "allow", license="CC0-1.0", home=bare("z", footer=linked("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"))),
    site("lic-sa", "the same licence again", "allow", license="CC-BY-SA-3.0", home=bare("sa", footer=linked(cc("by-sa", "3.0") + "de/", "CC BY-SA 3.0 DE"))),
    site("lic-apache", "a licence for software that covers a site", "allow", license="Apache-2.0", home=bare("a", footer=footer('Content on this site is licensed under the <a href="https://www.apache.org/licenses/LICENSE-2.0">Apache License, Version 2.0</a>.'))),
    site("lic-utf16", "in another encoding", "allow|review", home=Answer(page("u").body.decode().replace("utf-8", "utf-16").encode("utf-16"), headers=(("Content-Type", "text/html; charset=utf-16"),))),
)  # fmt: skip

NOT_GRANTS: tuple[Site, ...] = (
    site("lic-none", "nothing is said", "review", "licen", home=bare("n")),
    site("lic-reserved", "all rights reserved", "review", "licen", home=bare("r", footer=footer("© 2026 The Island. All rights reserved."))),
    site("lic-image", "the licence of a photograph", "review", "licen", home=bare("i", more=f'<figure><img src="/a.jpg" alt="pier"><figcaption>Photo by A. Person, {BADGE}</figcaption></figure>')),
    site("lic-image-json-ld", "the licence of a photograph in JSON-LD", "review", "licen", home=bare("i", head=json_ld({"@context": "https://schema.org", "@graph": [{"@type": "Article", "headline": "x", "image": PHOTO}, PHOTO]}))),
    site("lic-comment", "the licence of a reader's comment", "review", "licen", home=bare("c", more=f'<section id="comments" class="comments"><div class="comment"><p>My own text on it is under {BADGE}, help yourselves.</p></div></section>')),
    site("lic-hidden", "a licence in an HTML comment", "review", "licen", home=bare("c", more=f"<!-- {CC_BY} -->")),
    site("lic-script", "a licence in a script", "review", "licen", home=bare("c", head=f"<script>var badge = '{CC_BY}';</script>")),
    site("lic-widget", "the licence of a widget", "review", "licen", home=bare("w", links=f'<aside class="widget sidebar"><h3>Icons</h3><p>Weather icons by A. Person, {BADGE}</p></aside>')),
    site("lic-theme", "the licence of the theme", "review", "licen", home=bare("t", footer=footer('Theme <a href="https://example.org/theme">Pier</a> by A. Person, <a href="https://opensource.org/licenses/MIT">MIT License</a>.'))),
    site("lic-code", "the licence of the code samples", "review", "licen", home=bare("t", footer=footer('Code samples are licensed under the <a href="https://www.apache.org/licenses/LICENSE-2.0">Apache License, Version 2.0</a>.'))),
    site("lic-about", "an article about licences", "review", "licen", home=bare("a", more=f'<p>Many museums now publish under <a href="{CC_BY_URL}">CC BY 4.0</a>, and a few under <a href="{cc("by-nc")}">CC BY-NC</a>.</p>')),
    site("lic-terms-only", "a badge on the terms page licenses that page", "review", "licen", home=bare("t", links='<a href="/terms">Terms of use</a>'), more={"/terms": Answer(f"<!doctype html><title>Terms of use</title><h1>Terms of use</h1>{TERMS}<footer><p>These terms are licensed under {BADGE}.</p></footer>".encode())}),
    site("lic-lookalike", "an address that only looks like one", "review", "licen", home=bare("x", footer=linked("https://notcreativecommons.org/licenses/by/4.0/", "our licence"))),
    site("lic-no-version", "no version: which one cannot be known", "review", "licen", home=bare("v", footer=footer('The text of this site is licensed under <a rel="license" href="https://creativecommons.org/licenses/by/">CC BY</a>.'))),
    site("lic-two", "two licences for one text", "review", "licen", home=bare("2", head=json_ld({"@context": "https://schema.org", **ARTICLE}), footer=linked(cc("by-nc-nd"), "CC BY-NC-ND 4.0"))),
    site("lic-nc", "non-commercial is for a person to decide", "review", "NC", home=bare("nc", footer=linked(cc("by-nc"), "CC BY-NC 4.0"))),
    site("lic-nd", "no derivatives is for a person to decide", "review", "ND", home=bare("nd", footer=linked(cc("by-nd"), "CC BY-ND 4.0"))),
    site("lic-gpl", "a licence that is not on the list", "review", "licen", home=bare("g", footer=linked("https://www.gnu.org/licenses/gpl-3.0.html", "GPL 3.0"))),
    site("lic-json-broken", "JSON-LD that is broken grants nothing", "review", "licen", home=bare("j", head=json_ld(ARTICLE).replace("}", ""))),
    site("lic-not-html", "a page that is none grants nothing", "review", home=text(CC_BY_URL)),
)  # fmt: skip

MIXED: tuple[Site, ...] = (
    site(
        "lic-mixed", "each page has the licence that it says", "allow",
        pages={
            "/licensed": (page("licensed"), "kept"),
            "/nc": (bare("nc", footer=linked(cc("by-nc"), "CC BY-NC 4.0")), "dropped"),
            "/none": (bare("none"), "dropped"),
            "/photo": (bare("photo", more=f"<figure><img src='/a.jpg'><figcaption>{BADGE}</figcaption></figure>"), "dropped"),
            "/two": (page("two", head=json_ld({"@context": "https://schema.org", **ARTICLE, "license": cc("by-nc")})), "dropped"),
            "/zero": (bare("zero", footer=linked("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0")), "kept"),
            "/gone": (Answer(page("gone").body, 410), "dropped"),
            "/broken": (Answer(page("broken").body, 500), "dropped"),
            "/data": (Answer(b'{"license": "CC-BY-4.0"}', headers=(("Content-Type", "application/json"),)), "dropped"),
        },
    ),
)  # fmt: skip

SITES = (*GRANTS, *NOT_GRANTS, *MIXED)
