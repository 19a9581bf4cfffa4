"""One page to the licence of its article text: an SPDX id, what it covers, and the words that say so.

A Creative Commons link on a page mostly licenses something else: a photograph, a comment, a theme's icons,
the terms page. On 84 real pages "the first CC link" granted falsely on 19 of the 24 that grant nothing. So
every mention is a claim with a scope, and only claims whose scope is the article or the site grant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scrapers.markup import parse_html
from sitecorpus.recipe import OPEN_LICENSES

Scope = Literal["article", "site", "image", "comment", "widget", "mention"]
GRANTING: tuple[Scope, ...] = ("article", "site")
MAX_QUOTE_CHARS = 300


@dataclass(frozen=True)
class Claim:
    """One mention of a licence on a page. `spdx` is None for a licence of the page's own making."""

    spdx: str | None
    jurisdiction: str | None  # ISO 3166 code of a ported Creative Commons licence
    scope: Scope
    rule: str  # which reading found it: json-ld, rel-license, link, meta, header, anchor, text
    quote: str


@dataclass(frozen=True)
class LicenseReading:
    """What a page says of the licence of its article text. `spdx` is None where nothing covers it."""

    spdx: str | None
    jurisdiction: str | None
    scope: Scope | None
    confident: bool
    evidence: tuple[Claim, ...]

    @property
    def source(self) -> str:
        """The rule and the words that decided, for the record."""
        for claim in self.evidence:
            if claim.spdx == self.spdx and claim.scope == self.scope:
                return f"{claim.scope}:{claim.rule}"
        return ""


def page_license(html: bytes, url: str, headers: Mapping[str, str]) -> LicenseReading:
    """Read the licence of the article on a page. `headers` are the HTTP headers of the answer, in any case.

    Claims with scope article prevail over those with scope site; where two different licences remain the
    answer is not confident. Never raises for bad markup.
    """
    tree = parse_html(html)
    claims = [*_from_headers(headers)]
    if tree is not None:
        claims += [*_from_json_ld(tree), *_from_head(tree), *_from_anchors(tree), *_from_text(tree)]
    claims = list(dict.fromkeys(claims))
    for scope in GRANTING:
        named = {(c.spdx, c.jurisdiction) for c in claims if c.scope == scope}
        if not named:
            continue
        known = {spdx for spdx, _ in named if spdx}
        everywhere = {c.spdx for c in claims if c.scope in GRANTING and c.spdx}
        if len(known) == 1:
            spdx = known.pop()
            where = {j for s, j in named if s == spdx and j}
            confident = len(everywhere) == 1 and (None, None) not in named
            return LicenseReading(spdx, where.pop() if len(where) == 1 else None, scope, confident, tuple(claims))
        if known:
            return LicenseReading(sorted(known)[0], None, scope, False, tuple(claims))
    return LicenseReading(None, None, None, False, tuple(claims))


# --- which licence does an address or a phrase name?

_CC_URL = re.compile(
    r"creativecommons\.org/(?P<kind>licenses|publicdomain|license)/(?P<code>[a-z+-]+)(?:/(?P<version>\d\.\d))?(?:/(?P<where>[a-z]{2,3})(?=[/?#]|$))?",
    re.IGNORECASE,
)
_VERSIONS = frozenset({"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"})
_KNOWN = {
    i.casefold(): i for i in (*OPEN_LICENSES, "AGPL-3.0-only", "GPL-2.0-only", "GPL-3.0-only", "MPL-2.0", "OFL-1.1")
}
_ADDRESSES = (
    (r"apache\.org/licenses/license-2\.0", "Apache-2.0"),
    (r"gnu\.org/licenses/(?:old-licenses/)?fdl-1\.([123])", "GFDL-1.{}"),
    (r"docs\.python\.org/(?:[\w.]+/)?license\.html", "PSF-2.0"),
    (r"python\.org/psf/license", "PSF-2.0"),
    (r"numpy\.org/(?:doc/\w+/|devdocs/)?license\.html", "BSD-3-Clause"),
    (r"unlicense\.org/?(?:$|[?#])", "Unlicense"),
    (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/([123])", "OGL-UK-{}.0"),
    (r"opendatacommons\.org/licenses/by/1[.-]0", "ODC-By-1.0"),
    (r"opendatacommons\.org/licenses/pddl/1[.-]0", "PDDL-1.0"),
)
_ADDRESS = tuple((re.compile(pattern, re.IGNORECASE), spdx) for pattern, spdx in _ADDRESSES)
_REGISTRY = re.compile(
    r"(?:spdx\.org/licenses/|opensource\.org/licenses?/)(?P<id>[\w.+-]+?)(?:\.html|\.php)?/?(?:$|[?#])", re.IGNORECASE
)
_CC_WORDS = re.compile(
    r"\bCC[ -]?(?P<short>BY(?:[ -](?:NC|ND|SA)){0,2})[ -]?(?P<v1>\d\.\d)\b"
    r"|\bCreative Commons (?P<long>Attribution(?:[ -–]{1,3}(?:Non-?Commercial|Share-?Alike|No-?Deriv(?:ative)?s?(?: Works)?)){0,2})"
    r"(?: License)?,? ?(?:v(?:ersion)? ?)?(?P<v2>\d\.\d)\b"
    r"|\bCC0(?:[ -](?P<v3>1\.0))?\b",
    re.IGNORECASE,
)
_WORDS = (
    (
        re.compile(r"\bApache(?: Software)? Licen[cs]e,? ?(?:v(?:ersion)? ?)?\.?2(?:\.0)?\b", re.IGNORECASE),
        "Apache-2.0",
    ),
    (re.compile(r"\bMIT Licen[cs]e\b", re.IGNORECASE), "MIT"),
    (re.compile(r"\b(?:3|three)-clause BSD\b|\bBSD 3-clause\b|\bBSD-3-Clause\b", re.IGNORECASE), "BSD-3-Clause"),
    (re.compile(r"\b(?:2|two)-clause BSD\b|\bBSD 2-clause\b|\bBSD-2-Clause\b", re.IGNORECASE), "BSD-2-Clause"),
    (re.compile(r"\bPython Software Foundation Licen[cs]e(?: Version 2)?\b|\bPSF-2\.0\b", re.IGNORECASE), "PSF-2.0"),
    (
        re.compile(r"\bGNU Free Documentation Licen[cs]e,? (?:v(?:ersion)? ?)?1\.3\b|\bGFDL-1\.3\b", re.IGNORECASE),
        "GFDL-1.3",
    ),
    (
        re.compile(r"\bGNU Free Documentation Licen[cs]e,? (?:v(?:ersion)? ?)?1\.2\b|\bGFDL-1\.2\b", re.IGNORECASE),
        "GFDL-1.2",
    ),
    (re.compile(r"\b(?:dedicated to|released into|in) the public domain\b", re.IGNORECASE), "CC-PDDC"),
)


def licence_at(address: str) -> tuple[str, str | None] | None:
    """Return (SPDX id, jurisdiction or None) of a licence's address, wrapped in another one or not."""
    found = _CC_URL.search(address)
    if found:
        return _creative_commons(found["kind"].lower(), found["code"].lower(), found["version"], found["where"])
    for pattern, spdx in _ADDRESS:
        hit = pattern.search(address)
        if hit:
            return spdx.format(*hit.groups()), None
    hit = _REGISTRY.search(address)
    if hit:
        name = hit["id"].casefold().replace("mit-license", "mit")
        return (_KNOWN[name], None) if name in _KNOWN else None
    return None


def _creative_commons(kind: str, code: str, version: str | None, where: str | None) -> tuple[str, str | None] | None:
    if kind == "publicdomain":
        return {"zero": ("CC0-1.0", None), "mark": ("CC-PDM-1.0", None)}.get(code)
    if code == "publicdomain":
        return "CC-PDDC", None
    parts = code.split("-")
    if parts[0] != "by" or not set(parts) <= {"by", "nc", "nd", "sa"} or version not in _VERSIONS:
        return None  # which version was meant cannot be known
    ordered = [p for p in ("by", "nc", "nd", "sa") if p in parts]
    jurisdiction = where.lower() if where and version != "4.0" else None
    return f"CC-{'-'.join(ordered).upper()}-{version}", jurisdiction


def licence_named(text: str) -> str | None:
    """Return the SPDX id that a phrase names with its version, or None; None too where it names several."""
    found = set()
    for hit in _CC_WORDS.finditer(text):
        if hit["v3"] or hit.group().upper().startswith("CC0"):
            found.add("CC0-1.0")
            continue
        words = (hit["short"] or hit["long"]).lower()
        short = bool(hit["short"])
        code = ["by"]
        code += ["nc"] if ("nc" in words if short else "commercial" in words) else []
        code += ["nd"] if ("nd" in words if short else "deriv" in words) else []
        code += ["sa"] if ("sa" in words if short else "share" in words) else []
        version = hit["v1"] or hit["v2"]
        if version in _VERSIONS:
            found.add(f"CC-{'-'.join(code).upper()}-{version}")
    found |= {spdx for pattern, spdx in _WORDS if pattern.search(text)}
    return found.pop() if len(found) == 1 else None


# --- the readings


def _from_headers(headers: Mapping[str, str]) -> Iterator[Claim]:
    link = next((v for n, v in headers.items() if n.lower() == "link"), "")
    for target, rest in re.findall(r"<([^>]*)>([^<]*)", link):
        known = licence_at(target)
        if known and re.search(r"rel=\"?[^\"]*\blicense\b", rest):
            yield Claim(*known, "article", "header", target[:MAX_QUOTE_CHARS])


_ARTICLES = re.compile(
    r"article|posting|webpage|creativework|learningresource|report|chapter|book|recipe|course|howto|faqpage|qapage|question|poem|thesis",
    re.IGNORECASE,
)
_SITES = re.compile(r"^(?:website|blog)$", re.IGNORECASE)


def _from_json_ld(tree: Any) -> Iterator[Claim]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _top_nodes(data):
            kinds = node.get("@type")
            names = [str(k) for k in (kinds if isinstance(kinds, list) else [kinds])]
            site = any(_SITES.match(n) for n in names)
            if not site and not any(_ARTICLES.search(n) for n in names):
                continue
            for value in _values(node.get("license")):
                known = licence_at(value) or ((named, None) if (named := licence_named(value)) else None)
                spdx, where = known or (None, None)
                yield Claim(spdx, where, "site" if site else "article", "json-ld", value[:MAX_QUOTE_CHARS])


def _top_nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The things a page is about; not its images, authors and parts, which have licences of their own."""
    if isinstance(data, list) and depth < 4:
        for item in data:
            yield from _top_nodes(item, depth + 1)
    elif isinstance(data, dict) and depth < 4:
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _top_nodes(data.get(key), depth + 1)


def _values(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [v for item in value for v in _values(item)]
    if isinstance(value, dict):
        return [v for key in ("@id", "url", "name") if isinstance(v := value.get(key), str)][:1]
    return []


_META = frozenset({"dc.rights", "dcterms.rights", "dc.rights.license", "dcterms.license", "dc.license", "license", "licence", "cc:license", "copyright", "rights"})  # fmt: skip


def _from_head(tree: Any) -> Iterator[Claim]:
    for link in tree.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        known = licence_at(link.get("href") or "")
        if known and {"license", "licence", "copyright", "dcterms.license"} & set(rels):
            yield Claim(*known, "article", "link", (link.get("href") or "")[:MAX_QUOTE_CHARS])
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        content = meta.get("content") or ""
        if name in _META:
            named = licence_named(content) or _KNOWN.get(content.strip().casefold())
            known = licence_at(content) or ((named, None) if named else None)
            if known:
                yield Claim(*known, "article", "meta", content[:MAX_QUOTE_CHARS])


_BLOCKS = frozenset({"p", "li", "div", "td", "section", "footer", "aside", "small", "dd", "center", "address", "blockquote", "article", "main", "body", "header", "figure", "figcaption"})  # fmt: skip
_FOOTER = re.compile(
    r"footer|colophon|copyright|copyleft|licen[cs]e|site-info|siteinfo|credits?-?bar|^foot$|fuss|imprint|legal|bottom",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^(?:.*[-_])?comments?(?:[-_].*)?$|disqus|commentlist|respond", re.IGNORECASE)
_WIDGET = re.compile(r"widget|sidebar|^side|teaser|related|promo|banner|blogroll", re.IGNORECASE)
_CAPTION = re.compile(
    r"caption|img-?credit|image-?credit|photo-?credit|bildnachweis|attribution-image|media-credit", re.IGNORECASE
)
_IMAGES = re.compile(
    r"\b(?:photo(?:s|graph|graphs|graphy)?|image[sn]?|picture[s]?|foto[s]?|bild(?:er|rechte|nachweis|quelle)?|titelbild|icons?|illustrations?|"
    r"video[s]?|audio|music|musik|fonts?|logo|cr[eé]dits?|unsplash|flickr|wikimedia|pixabay|themes?|templates?|lightbox\w*|plugins?|script|software|code|"
    r"source code|screenshot|crédit|dessin|grafik\w*|map data|openstreetmap)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:this|these|our|all|the|diese[rs]?|dieses|alle|der|die|das|ce|cet|cette|le|les|el|esta?|este|quest[oa])\b[^.]{0,60}?"
    r"\b(?:work|article|post|posts|blog|site|website|web site|page|text|texts|content|contents|contributions|material|wiki|documentation|book|"
    r"werk|arbeit|inhalte?|texte?|beitr[aä]ge?|artikel|seite|webseite|weblog|obra|contenido|contenu|œuvre|oeuvre|opera)\b"
    r"|\b(?:text|content|contents|texte|inhalte?|beiträge|user contributions|contributions|articles|site content|except where otherwise|"
    r"unless otherwise|soweit nicht anders|sofern nicht anders|wenn nicht anders)\b"
    r"|\bby\b.{0,80}\bis licensed under\b|\bsteht unter\b|\bstehen unter\b",
    re.IGNORECASE,
)
_TERMS = re.compile(
    r"\b(?:this|these|diese|the) (?:agreement|terms|policy|privacy|nutzungsbedingungen|document)", re.IGNORECASE
)
_GRANT = re.compile(
    r"licen[cs]|lizen[sz]|licenz|licencia|creative commons|\bcc\b|some rights|public domain|gemeinfrei|copyleft",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"all rights reserved|alle rechte vorbehalten|tous droits r[eé]serv[eé]s", re.IGNORECASE)


def _from_anchors(tree: Any) -> Iterator[Claim]:
    for anchor in tree.iter("a"):
        href = anchor.get("href") or ""
        around = None
        known = licence_at(href)
        if known is None and re.search(
            r"apache\.org/licenses/?$|gnu\.org/(?:copyleft|licenses)/fdl", href, re.IGNORECASE
        ):
            around = _around(anchor)
            words = re.sub(r"\s+", " ", around).replace("license, version", "License, Version")
            named = licence_named(words)
            known = (named, None) if named else None
        if known is None:
            continue
        around = _around(anchor) if around is None else around
        rel = "license" in (anchor.get("rel") or "").lower().split() or "cc:license" in (anchor.get("property") or "")
        scope = _scope(anchor, around, rel)
        yield Claim(
            *known, scope, "rel-license" if rel else "anchor", around[:MAX_QUOTE_CHARS] or href[:MAX_QUOTE_CHARS]
        )


def _from_text(tree: Any) -> Iterator[Claim]:
    """Licences that are named in a footer, or by an SPDX line, with no link."""
    for node in tree.xpath(
        "//footer | //*[contains(@class, 'footer') or contains(@id, 'footer')] | //*[contains(text(), 'SPDX-License-Identifier')]"
    ):
        text = _text(node)
        if len(text) > 1500:
            continue
        spdx = re.search(r"SPDX-License-Identifier:\s*([\w.+-]+)", text)
        if spdx and spdx[1].casefold() in _KNOWN:
            yield Claim(_KNOWN[spdx[1].casefold()], None, "article", "spdx", spdx[0])
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z©])|\s[|•·]\s", text):
            named = licence_named(sentence)
            if named and _GRANT.search(sentence) and _WORK.search(sentence) and not _IMAGES.search(sentence):
                yield Claim(named, None, "site", "text", sentence[:MAX_QUOTE_CHARS])


def _scope(anchor: Any, around: str, rel: bool) -> Scope:
    places = [_place(e) for e in _ancestors(anchor)]
    if "comment" in places:
        return "comment"
    work, images = bool(_WORK.search(around)), bool(_IMAGES.search(around))
    if "image" in places or _TERMS.search(around):
        return "image" if "image" in places else "mention"
    if images and not work:
        return "image"
    if "footer" in places:
        return "site"
    if "widget" in places:
        return "site" if work else "widget"
    if "article" in places:
        return "article" if work or rel else "mention"
    return "site" if work or rel else "mention"


def _ancestors(anchor: Any) -> Iterator[Any]:
    for element in anchor.iterancestors():
        if element.tag in ("body", "html"):
            return
        yield element


def _place(element: Any) -> str:
    names = [*(element.get("class") or "").split(), element.get("id") or ""]
    if element.tag in ("figure", "figcaption") or any(_CAPTION.search(n) for n in names):
        return "image"
    if any(_COMMENT.search(n) for n in names if n):
        return "comment"
    if element.tag == "footer" or element.get("role") == "contentinfo" or any(_FOOTER.search(n) for n in names if n):
        return "footer"
    if element.tag == "aside" or any(_WIDGET.search(n) for n in names if n):
        return "widget"
    return "article" if element.tag in ("article", "main") else ""


def _around(anchor: Any) -> str:
    """The words of the smallest block that says something beside the link."""
    best = _text(anchor)
    for element in _ancestors(anchor):
        text = _text(element)
        if len(text) > 600:
            break
        best = text
        if element.tag in _BLOCKS and len(text) > len(_text(anchor)) + 20:
            break
    return best


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
