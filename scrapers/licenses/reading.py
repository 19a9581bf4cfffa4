"""One page to the licence of its article text, by every reading there is."""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.licenses import coverage, json_ld, statements
from scrapers.licenses.claims import Claim, LicenseReading, reading_of
from scrapers.markup import parse_html

# a page without any of these names no licence; many pages are done here
_HINTS = (
    b"commons", b"licen", b"lizen", b"cc by", b"cc-by", b"cc0", b"cc zero", b"public domain", b"gemeinfrei", b"fdl", b"apache", b"gpl", b"bsd", b"ouverte", b"etalab",
    "コモンズ".encode(), "知识共享".encode(), "創用".encode(),
)  # fmt: skip


def page_license(html: bytes, url: str, headers: Mapping[str, str]) -> LicenseReading:
    """Read the licence of the article on a page. `headers` are the HTTP headers of the answer, in any case.

    Claims with scope article prevail over those with scope site; where two different licences remain, or all rights
    are reserved beside one, the answer is not confident. Never raises for bad markup.
    """
    claims: list[Claim] = [*statements.claims_in_headers(headers)]
    lower = html.lower()
    if any(hint in lower for hint in _HINTS) or b"\0" in html[:4096]:  # UTF-16 hides them
        tree = parse_html(html)
        if tree is not None:
            claims += json_ld.claims_in(tree, url)
            claims += statements.claims_in_head(tree)
            claims += statements.claims_in_microdata(tree, url)
            claims += coverage.claims_in(tree, url)
    return reading_of(claims)
