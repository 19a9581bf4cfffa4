"""Hostile bytes for every format: huge, deep, packed, in circles, in the wrong encoding."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache, partial

Attacks = dict[str, Callable[[], bytes]]
MIB = 1 << 20


@cache
def zeros_packed(mib: int) -> bytes:
    """A gzip file of blanks: a thousandth of its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * MIB) for _ in range(mib)) + packer.flush()


def entity_bomb(root: bytes, inner: bytes) -> bytes:
    """Ten levels of ten: ten thousand million letters where it is expanded."""
    levels = b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("k")))
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + levels + b"]>" + root.replace(b"@", inner)


def nested(opening: bytes, times: int, closing: bytes = b"", core: bytes = b"") -> bytes:
    return opening * times + core + closing * times


def _beginning(make: Callable[[], bytes]) -> bytes:
    return make()[: MIB // 4]


NOISE = bytes((i * 167 + i // 256 * 31) % 256 for i in range(MIB))
RSL = b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>@</license></content></rsl>'
URLSET = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/@</loc></url></urlset>'
)
FEED = b"<rss version='2.0'><channel><item><link>https://a.example/@</link></item></channel></rss>"
FILE_ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

GENERAL: Attacks = {
    "nothing": lambda: b"",
    "noise": lambda: NOISE,
    "nul": lambda: b"\0" * MIB,
    "long line": lambda: b"a" * MIB,
    "newlines": lambda: b"\n" * MIB,
    "carriage returns": lambda: b"\r" * MIB,
    "colons": lambda: b":" * MIB,
    "spaces": lambda: b" " * MIB + b"x",
    "opening brackets": lambda: b"<" * MIB,
    "broken UTF-8": lambda: b"\xc3\x28\xff\xfe" * (MIB // 4),
    "UTF-16 that breaks off": lambda: "User-agent: *\nDisallow: /\n".encode("utf-16")[:-1],
    "UTF-7": lambda: b"+AFUAcwBlAHI- +ACo-\n" * 9999,
    "gzip bomb": lambda: zeros_packed(512),
    "gzip that breaks off": lambda: gzip.compress(NOISE)[:-9],
    "combining marks": lambda: "a\u0301".encode() * (MIB // 4),
}
SHORT: Attacks = {name: partial(_beginning, make) for name, make in GENERAL.items()}
"""For readers of prose, which no page has a million letters of."""
ROBOTS: Attacks = GENERAL | {
    "stars": lambda: b"User-agent: *\nDisallow: /\nDisallow: /" + b"*a" * 5000 + b"b\n",
    "many rules with stars": lambda: b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*a*b\n" * 3000 + b"Disallow: /\n",
    "many rules": lambda: b"User-agent: *\n" + b"".join(b"Disallow: /p/%d\n" % i for i in range(30_000)) + b"Disallow: /\n",
    "many groups": lambda: b"".join(b"User-agent: a%d\nDisallow: /\n" % i for i in range(25_000)) + b"User-agent: *\nDisallow: /\n",
    "many names": lambda: b"User-agent: a\n" * 60_000 + b"User-agent: *\nDisallow: /\n",
    "many groups of one name": lambda: b"User-agent: *\nDisallow: /\nAllow: /x\n" * 20_000,
    "many signals": lambda: b"User-agent: *\nDisallow: /\n" + b"Content-Signal: ai-train=no\n" * 50_000,
    "many usages": lambda: b"User-agent: *\nDisallow: /\n" + b"Content-Usage: /*a*b*c*d train-ai=n\n" * 20_000,
    "percent signs": lambda: b"User-agent: *\nDisallow: /\nDisallow: /" + b"%" * 200_000 + b"\n",
    "encoded percent signs": lambda: b"User-agent: *\nDisallow: /\nDisallow: /" + b"%25" * 100_000 + b"\n",
    "dollars": lambda: b"User-agent: *\nDisallow: /\nDisallow: /" + b"$" * 100_000 + b"\n",
    "a huge delay": lambda: b"User-agent: *\nDisallow: /\nCrawl-delay: " + b"9" * 100_000 + b"\n",
    "an endless delay": lambda: b"User-agent: *\nDisallow: /\nCrawl-delay: inf\nCrawl-delay: nan\nCrawl-delay: 1e999\n",
    "sitemaps": lambda: b"User-agent: *\nDisallow: /\n" + b"".join(b"Sitemap: https://a.example/%d\n" % i for i in range(60_000)),
    "licences": lambda: b"User-agent: *\nDisallow: /\n" + b"".join(b"License: https://a.example/%d\n" % i for i in range(40_000)),
    "control characters": lambda: b"User-agent: *\nDisallow: /\n" + bytes(range(1, 32)) * 20_000,
}  # fmt: skip
TDMREP: Attacks = GENERAL | {
    "nested arrays": lambda: nested(b"[", 500_000),
    "nested objects": lambda: nested(b'{"a":', 300_000, b"}", b"1"),
    "nested entries": lambda: nested(b'[{"location":', 200_000),
    "a huge number": lambda: b'[{"location": "/", "tdm-reservation": ' + b"1" * 1_000_000 + b"}]",
    "a huge exponent": lambda: b'[{"location": "/", "tdm-reservation": 1e999999999}]',
    "many entries": lambda: b"[" + b",".join(b'{"location": "/%d", "tdm-reservation": 1}' % i for i in range(60_000)) + b"]",
    "stars": lambda: b'[{"location": "/' + b"*a" * 20_000 + b'b", "tdm-reservation": 1}]',
    "many stars": lambda: b"[" + b",".join([b'{"location": "/*e*n*t*r*y*e*n*t*r*y*x", "tdm-reservation": 1}'] * 20_000) + b"]",
    "lone surrogates": lambda: b'[{"location": "/\\ud800", "tdm-reservation": 1}]',
    "one key twice": lambda: b'[{"location": "/", "tdm-reservation": 1, "tdm-reservation": 0}]',
    "wrong types": lambda: b'[1, null, [], {"location": 7}, {"location": ["/"], "tdm-reservation": {}}]',
}  # fmt: skip
TEXTS: Attacks = GENERAL | {
    "many lines": lambda: b"User-Agent: *\nDisallow: *.html\n" * 20_000,
    "stars": lambda: b"User-Agent: *\nDisallow: /" + b"*a" * 50_000 + b"\n",
    "equal signs": lambda: b"datatrainingallowed" + b"=" * MIB,
}
RSL_FILES: Attacks = GENERAL | {
    "entity bomb": lambda: entity_bomb(RSL, b'<permits type="usage">&j;</permits>'),
    "entity that says all": lambda: b'<!DOCTYPE x [<!ENTITY t "all">]>' + RSL.replace(b"@", b'<permits type="usage">&t;</permits>'),
    "entity that reads a file": lambda: FILE_ENTITY + RSL.replace(b"@", b'<permits type="usage">&a;all</permits>'),
    "parameter entities": lambda: b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>' + RSL.replace(b"@", b""),
    "nested elements": lambda: RSL.replace(b"@", nested(b"<a>", 300_000)),
    "nested contents": lambda: nested(b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/">', 40_000),
    "many contents": lambda: b'<rsl xmlns="https://rslstandard.org/rsl">' + b'<content url="/*b*l*o*g*x"><license><prohibits type="usage">ai-train</prohibits></license></content>' * 20_000 + b"</rsl>",
    "many attributes": lambda: b"<rsl " + b" ".join(b'a%d="1"' % i for i in range(60_000)) + b"/>",
    "a long attribute": lambda: b'<rsl xmlns="' + b"a" * (3 * MIB) + b'"/>',
    "a long text": lambda: RSL.replace(b"@", b'<permits type="usage">' + b"all " * MIB + b"</permits>"),
    "many namespaces": lambda: b"<rsl " + b" ".join(b'xmlns:a%d="u"' % i for i in range(40_000)) + b"/>",
    "another encoding": lambda: b'<?xml version="1.0" encoding="utf-16"?>' + RSL,
    "an unknown encoding": lambda: b'<?xml version="1.0" encoding="x-none"?>' + RSL,
    "CDATA": lambda: RSL.replace(b"@", b'<permits type="usage"><![CDATA[' + b"]]" * MIB + b"]]></permits>"),
}  # fmt: skip
HTML: Attacks = {
    "nested elements": lambda: nested(b"<div>", 100_000, core=b"<p>words"),
    "nested tables": lambda: nested(b"<table><tr><td>", 20_000),
    "nested quotes": lambda: nested(b"<b><i><a href=x>", 20_000),
    "unclosed comment": lambda: b"<p>words<!--" + b"- " * (MIB // 2),
    "comments": lambda: b"<!---->" * 200_000,
    "attributes": lambda: b"<p " + b" ".join(b"a%d=1" % i for i in range(60_000)) + b">",
    "a long attribute": lambda: b"<a href='" + b"a" * MIB + b"'>x</a>",
    "many links": lambda: b'<a href="https://creativecommons.org/licenses/by-nc/4.0/">CC</a> ' * 10_000,
    "many classes": lambda: b'<div class="' + b"footer " * 50_000 + b'">x</div>',
    "many metas": lambda: b'<meta name="robots" content="a:b:c,d">' * 30_000,
    "JSON-LD, nested": lambda: b'<script type="application/ld+json">' + nested(b"[", 200_000) + b"</script>",
    "JSON-LD, nested objects": lambda: b'<script type="application/ld+json">' + nested(b'{"@graph":', 100_000, b"}", b"1") + b"</script>",
    "JSON-LD, many": lambda: b'<script type="application/ld+json">[' + b",".join([b'{"@type":"Article"}'] * 30_000) + b"]</script>",
    "JSON-LD, a huge number": lambda: b'<script type="application/ld+json">{"@type":"Article","license":' + b"1" * 500_000 + b"}</script>",
    "entities": lambda: b"&amp;" * 100_000,
    "an unknown encoding": lambda: b'<meta charset="x-none"><p>\xff words',
    "UTF-16 declared": lambda: b'<meta charset="utf-16"><p>words</p>' * 99,
    "a long title": lambda: b"<title>" + b"a " * (MIB // 8),
    "Creative Commons": lambda: b"<footer>" + b"Creative Commons Attribution " * 10_000 + b"</footer>",
    "content licensed": lambda: b"<footer>" + b"this content this work " * 10_000 + b"</footer>",
}  # fmt: skip
TERMS: Attacks = {
    "you may not": lambda: b"You may not " * 30_000,
    "one sentence": lambda: b"<p>You may not use, " + b"without our prior written, permission of the content, " * 6_000 + b"</p>",
    "robots and models": lambda: b"<p>" + b"robots train artificial intelligence models on data " * 6_000 + b"</p>",
    "list items": lambda: b"<p>You must not:</p><ul>" + b"<li>scrape</li>" * 20_000 + b"</ul>",
    "full stops": lambda: b". " * (MIB // 8),
    "brackets": lambda: b"(" * 200_000 + b"A",
    "long words": lambda: b"train" * 60_000,
    "quotes": lambda: "“”’".encode() * 60_000,
}  # fmt: skip
MAPS: Attacks = GENERAL | {
    "entity bomb": lambda: entity_bomb(URLSET, b"&j;"),
    "entity bomb in a feed": lambda: entity_bomb(FEED, b"&j;"),
    "entity that reads a file": lambda: FILE_ENTITY + URLSET.replace(b"@", b"&a;"),
    "entity bomb behind 64 KiB": lambda: entity_bomb(URLSET, b"&j;").replace(b"?>", b"?><!--" + b"x" * 70_000 + b"-->", 1),
    "nested elements": lambda: b"<urlset>" + nested(b"<url>", 300_000),
    "nested indexes": lambda: nested(b"<sitemapindex><sitemap>", 100_000),
    "nested items": lambda: b"<rss><channel>" + nested(b"<item>", 10_000),
    "many addresses": lambda: b"<urlset>" + b"<url><loc>https://a.example/x</loc></url>" * 90_000,
    "a long address": lambda: b"<urlset><url><loc>https://a.example/" + b"a" * (3 * MIB) + b"</loc></url></urlset>",
    "many entries": lambda: b"<rss><channel>" + b"<item><link>https://a.example/x</link></item>" * 4_000,
    "link attributes": lambda: b"<feed>" + b"<link " * 40_000,
}  # fmt: skip
