"""Sites that attack whoever asks them: every one ends in a no or with a person, with the reason, and soon."""

from __future__ import annotations

from dataclasses import replace

from fleet.answers import HANG, HTML, RSL, TEXT, XML, Answer, Headers, moved, page, text
from fleet.attacks import entity_bomb, nested, zeros_packed
from fleet.license_sites import BADGE
from fleet.rsl_sites import BOMB, NO_AI
from fleet.site import Site, site
from fleet.terms_sites import LINK, NO_BOTS, terms

DRIPPING = replace(text("User-agent: *\nDisallow: /private/\n" * 20), behaviour="drip")
PACKED = (("Content-Encoding", "gzip"),)
HUGE = 300
"""MiB of blanks in a bomb."""


def bomb(headers: Headers = TEXT) -> Answer:
    return Answer(zeros_packed(HUGE), headers=(*headers, *PACKED))


def raw(words: bytes) -> Answer:
    return Answer(words, behaviour="garbage")


NAMED = "User-agent: *\nAllow: /\nLicense: https://self.test/license.xml\n"

SITES: tuple[Site, ...] = (
    site("hostile-robots-hang", "robots.txt that never comes", "deny", "robots", robots=HANG),
    site("hostile-robots-drip", "robots.txt, a byte at a time", "deny", "robots", robots=DRIPPING),
    site("hostile-robots-bomb", "robots.txt, packed a thousandfold", "deny", "robots", robots=bomb()),
    site("hostile-robots-huge", "robots.txt of 20 MB", "deny", "robots", robots="User-agent: *\nAllow: /\n" + "# padding\n" * 2_000_000),
    site("hostile-robots-headers", "a thousand headers", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 1000 + b"\r\nUser-agent: *\nAllow: /\n")),
    site("hostile-robots-header", "a header of 2 MB", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * (2 << 20) + b"\r\n\r\n")),
    site("hostile-robots-status", "a status that is none", "deny", "robots", robots=raw(b"HTTP/1.1 two hundred\r\n\r\n")),
    site("hostile-robots-chunks", "chunks that are none", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nUser-agent: *\r\n")),
    site("hostile-robots-chunk-size", "a chunk that is longer than the earth", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nUser-agent: *\r\n")),
    site("hostile-robots-length", "a length that is none", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nUser-agent: *\nDisallow: /\n")),
    site("hostile-robots-lengths", "two lengths", "deny", "robots", robots=raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 26\r\n\r\nUser-agent: *\nDisallow: /\n")),
    site("hostile-robots-redirect", "a redirect to an endless address", "allow|deny", "robots", robots=moved("/" + "a" * 60_000)),
    site("hostile-robots-odd-redirect", "a redirect to an address that is none", "deny", "robots", robots=moved("http://[::1")),
    site("hostile-robots-port", "a redirect to a port that is none", "deny", "robots", robots=moved("http://127.0.0.1:99999/robots.txt")),
    site("hostile-home-hang", "a front page that never comes", "review|deny", "", home=HANG),
    site("hostile-home-bomb", "a front page, packed a thousandfold", "review|deny", "", home=bomb(HTML)),
    site("hostile-home-deep", "a front page with a hundred thousand levels", "review|deny", "", home=Answer(nested(b"<div>", 100_000, core=page("x").body))),
    site("hostile-home-redirect", "a front page that leads nowhere", "review|deny", "", home=moved("http://[::1")),
    site("hostile-tdmrep-drip", "tdmrep.json, a byte at a time", "review|deny", "tdmrep|opt-out", more={"/.well-known/tdmrep.json": DRIPPING}),
    site("hostile-tdmrep-bomb", "tdmrep.json, packed a thousandfold", "review|deny", "tdmrep|opt-out", more={"/.well-known/tdmrep.json": bomb()}),
    site("hostile-tdmrep-deep", "tdmrep.json with half a million levels, and a reservation at their bottom", "review|deny", "tdmrep|opt-out", more={"/.well-known/tdmrep.json": text(nested(b"[", 500_000, b"]", b'{"location": "/", "tdm-reservation": 1}'))}),
    site("hostile-ai-txt-hang", "ai.txt that never comes", "review|deny", "ai.?txt|opt-out", more={"/ai.txt": HANG}),
    site("hostile-ai-txt-bomb", "ai.txt, packed a thousandfold", "review|deny", "ai.?txt|opt-out", more={"/ai.txt": bomb()}),
    site("hostile-trust-garbage", "trust.txt that is not HTTP", "review|deny", "trust|opt-out", more={"/trust.txt": raw(b"\0\1\2"), "/.well-known/trust.txt": raw(b"\0\1\2")}),
    site("hostile-rsl-drip", "a licence, a byte at a time", "review|deny", "rsl", robots=NAMED, more={"/license.xml": replace(NO_AI, behaviour="drip")}),
    site("hostile-rsl-bomb", "a licence, packed a thousandfold", "review|deny", "rsl", robots=NAMED, more={"/license.xml": bomb(RSL)}),
    site("hostile-rsl-entities", "a licence of entities", "review|deny", "rsl", robots=NAMED, more={"/license.xml": Answer(BOMB, headers=RSL)}),
    site("hostile-rsl-many", "a thousand licences", "review|deny", "rsl", robots="User-agent: *\nAllow: /\n" + "".join(f"License: https://self.test/l{i}.xml\n" for i in range(1000))),
    site("hostile-rsl-loop", "a licence that leads round in circles", "review|deny", "rsl", robots=NAMED, more={"/license.xml": moved("/license.xml")}),
    site("hostile-terms-bomb", "terms, packed a thousandfold", "review|deny", "terms", home=page("t", links=LINK), more={"/terms": bomb(HTML)}),
    site("hostile-terms-drip", "terms, a byte at a time", "review|deny", "terms", home=page("t", links=LINK), more={"/terms": replace(terms(), behaviour="drip")}),
    site("hostile-terms-huge", "terms of 9 MB with the ban at their end", "review|deny", "terms", home=page("t", links=LINK), more={"/terms": terms("<p>You may read. </p>" * 450_000, NO_BOTS)}),
    site("hostile-terms-links", "ten thousand pages that are called terms", "review|deny", "terms", home=page("t", links="".join(f'<a href="/terms/{i}">Terms of use</a>' for i in range(10_000))), more={"/terms/9999": terms(NO_BOTS)}),
    site("hostile-sitemap-bomb", "a sitemap, packed a thousandfold, and nothing that grants", "review|deny", "licen", home=page("s", footer=""), more={"/sitemap.xml": bomb(XML)}),
    site("hostile-sitemap-entities", "a sitemap of entities", "review|deny", "licen", home=page("s", footer=""), more={"/sitemap.xml": Answer(entity_bomb(b"<urlset><url><loc>https://self.test/@</loc></url></urlset>", b"&j;"), headers=XML)}),
    site("hostile-sitemap-many", "a sitemap of a hundred thousand pages that hang", "review|deny", "", home=page("s", footer=""), more={"/sitemap.xml": Answer(b"<urlset>" + b"".join(b"<url><loc>https://self.test/p/%d</loc></url>" % i for i in range(100_000)) + b"</urlset>", headers=XML)}),
    site("hostile-license-later", "a licence after 5 MB of nothing", "review|deny", "", home=page("l", footer="", more="<!--" + "x" * (5 << 20) + f"--><p>All text is licensed under {BADGE}.</p>")),
)  # fmt: skip
"""Each is asked with a second and a half for each exchange."""
