"""Customary addresses of terms of use, in English and in the languages that a site declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

ENGLISH_PATHS = (
    "/terms", "/terms-of-service", "/terms-of-use", "/tos", "/terms-and-conditions", "/legal", "/legal/terms",
    "/terms.html", "/about/terms", "/policies/terms-of-service",
)  # fmt: skip
PATHS: Mapping[str, tuple[str, ...]] = {
    "de": ("/nutzungsbedingungen", "/agb", "/nutzungsbestimmungen", "/rechtliches", "/impressum"),
    "fr": ("/cgu", "/conditions-generales", "/conditions-generales-d-utilisation", "/conditions-d-utilisation", "/mentions-legales"),
    "es": ("/condiciones", "/terminos", "/terminos-y-condiciones", "/condiciones-de-uso", "/aviso-legal"),
    "it": ("/termini", "/termini-e-condizioni", "/condizioni", "/condizioni-d-uso", "/note-legali"),
    "nl": ("/voorwaarden", "/algemene-voorwaarden", "/gebruiksvoorwaarden", "/disclaimer"),
    "pt": ("/termos", "/termos-de-uso", "/termos-e-condicoes", "/condicoes", "/aviso-legal"),
    "ca": ("/condicions", "/condicions-d-us", "/avis-legal"),
    "pl": ("/regulamin", "/warunki-korzystania"),
    "cs": ("/podminky", "/obchodni-podminky", "/podminky-uziti"),
    "sk": ("/podmienky", "/obchodne-podmienky"),
    "sv": ("/villkor", "/anvandarvillkor", "/allmanna-villkor"),
    "da": ("/vilkar", "/brugsvilkar", "/betingelser", "/handelsbetingelser"),
    "no": ("/vilkar", "/brukervilkar", "/betingelser"),
    "fi": ("/kayttoehdot", "/ehdot"),
    "hu": ("/aszf", "/felhasznalasi-feltetelek"),
    "ro": ("/termeni", "/termeni-si-conditii"),
    "tr": ("/kullanim-kosullari", "/kullanim-sartlari", "/sartlar"),
    "id": ("/syarat-dan-ketentuan", "/ketentuan"),
    "vi": ("/dieu-khoan",),
    "ru": ("/rules", "/agreement", "/pravila", "/usloviya"),
    "uk": ("/rules", "/umovy"),
    "ja": ("/kiyaku", "/rule", "/policy"),
    "zh": ("/agreement", "/tiaokuan"),
    "ko": ("/policy/terms", "/provision"),
}  # fmt: skip
MAX_LANGUAGES = 2
ONLY_LEGAL = frozenset({
    "/legal", "/impressum", "/rechtliches", "/mentions-legales", "/aviso-legal", "/avis-legal", "/note-legali", "/disclaimer", "/rules", "/policy", "/rule",
})  # fmt: skip
"""Under these addresses stand other things than terms, too."""


def paths_for(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the customary paths of terms: the English ones and those of some languages (primary subtags)."""
    more = [PATHS.get(language, ()) for language in islice(dict.fromkeys(languages), MAX_LANGUAGES)]
    own = [path for paths in more for path in paths]
    return tuple(dict.fromkeys([*ENGLISH_PATHS[:7], *own, *ENGLISH_PATHS[7:]]))


def languages_of(tree: Any, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the languages that a page declares, as primary subtags; failing that, what its top-level domain suggests."""
    said = [(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or "")]
    said += headers.get("content-language", "").split(",")[:3]
    for meta in islice(tree.iter("meta"), 200):
        name = (meta.get("http-equiv") or meta.get("property") or meta.get("name") or "").lower()
        if name in ("content-language", "og:locale", "language", "dc.language", "dcterms.language"):
            said.append(meta.get("content") or "")
    found = [primary[1].lower() for s in said if (primary := re.match(r"\s{0,9}([A-Za-z]{2,3})(?![A-Za-z])", s))]
    found = [{"nb": "no", "nn": "no"}.get(language, language) for language in found]
    if not found:
        found = [_DOMAINS.get((urlsplit(url).hostname or "").rpartition(".")[2], "en")]
    return tuple(language for language in dict.fromkeys(found) if language != "en")


_DOMAINS = {
    "de": "de", "at": "de", "ch": "de", "fr": "fr", "es": "es", "mx": "es", "ar": "es", "it": "it", "nl": "nl",
    "pt": "pt", "br": "pt", "pl": "pl", "cz": "cs", "sk": "sk", "se": "sv", "dk": "da", "no": "no", "fi": "fi",
    "hu": "hu", "ro": "ro", "tr": "tr", "ru": "ru", "ua": "uk", "jp": "ja", "cn": "zh", "tw": "zh", "kr": "ko",
    "id": "id", "vn": "vi",
}  # fmt: skip
