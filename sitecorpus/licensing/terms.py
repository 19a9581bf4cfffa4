"""One licence as what it asks and forbids, found by its SPDX id.

Creative Commons ids are read by their parts, so every version and jurisdiction is known. An id that is nowhere is not
known, and nothing is allowed under it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from license_expression import get_license_index

from sitecorpus.licensing.table import RENAMED, RESERVED, TABLE

Scope = Literal["", "file", "library", "work", "network"]

# 4.0 has no ports; Attribution became a part of all in 2.0 (https://creativecommons.org/retiredlicenses/)
_CREATIVE_COMMONS = re.compile(
    r"CC-(?P<kind>BY(?:-NC)?(?:-SA|-ND)?|BY-ND-NC|SA|NC|ND|NC-SA|ND-NC|NC-ND)-"
    r"(?P<version>1\.0|2\.0|2\.1|2\.5|3\.0|4\.0)(?:-(?P<port>[A-Z]{2,3}))?",
    re.IGNORECASE,
)
_PERMISSIVE = {"Permissive": frozenset({"credit", "notice"}), "Public Domain": frozenset({"pd"})}


@dataclass(frozen=True)
class Terms:
    """What a licence asks of whoever uses a work under it."""

    id: str
    """SPDX id in its own spelling; a jurisdiction is left away, a retired id is the one that took its place."""
    attribution: bool = False
    notice: bool = False
    """Its text or notices go along with every copy."""
    changes: bool = False
    """Changes must be indicated."""
    copyleft: Scope = ""
    """How far its reciprocity reaches; empty where it has none."""
    non_commercial: bool = False
    no_derivatives: bool = False
    public_domain: bool = False
    all_rights_reserved: bool = False
    known: bool = True

    @property
    def share_alike(self) -> bool:
        """Whether a work made from it must be shared under the same terms."""
        return bool(self.copyleft)

    @property
    def private_derivatives(self) -> bool:
        """Whether a changed copy may be made that is not shared: with ND since Creative Commons 4.0, 2(a)(1)(B)."""
        return not (self.no_derivatives and self.id.startswith("CC-")) or self.id.endswith("-4.0")


@lru_cache(maxsize=4096)
def terms_of(license_id: str) -> Terms:
    """Return the terms of one SPDX id (no expression), in any case of letters; `known` is False where nobody knows them."""
    found = _CREATIVE_COMMONS.fullmatch(license_id)
    if found:
        return _creative_commons(found)
    lower = license_id.lower()
    if lower in RESERVED:
        return Terms(license_id, all_rights_reserved=True)
    name = _SPELLED.get(lower)
    if name is not None:
        return _from_words(name, TABLE[name])
    category = _categories().get(lower)
    if category is not None:
        return _from_words(category[0], _PERMISSIVE[category[1]])
    if license_id.endswith("+"):  # or a later version: one may choose this one
        return terms_of(license_id[:-1])
    return Terms(license_id, known=False)


def license_url(license_id: str) -> str | None:
    """Return where the licence can be read, or None for one that has no public place or is not known here."""
    terms = terms_of(license_id)
    if not terms.known or terms.all_rights_reserved:
        return None
    if found := _CREATIVE_COMMONS.fullmatch(license_id):
        port = f"{found['port'].lower()}/" if found["port"] else ""
        return f"https://creativecommons.org/licenses/{found['kind'].lower()}/{found['version']}/{port}"
    return _PUBLIC_DOMAIN_URLS.get(terms.id) or f"https://spdx.org/licenses/{terms.id}.html"


_PUBLIC_DOMAIN_URLS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "CC-PDDC": "https://creativecommons.org/licenses/publicdomain/",
}
_SPELLED = {name.lower(): name for name in TABLE} | {old.lower(): new for old, new in RENAMED.items()}


def _creative_commons(found: re.Match[str]) -> Terms:
    kind, version = found["kind"].upper(), found["version"]
    parts = set(kind.split("-"))
    if (found["port"] and version == "4.0") or ("BY" not in parts and version != "1.0"):
        return Terms(found[0], known=False)
    return Terms(
        f"CC-{kind}-{version}",
        attribution="BY" in parts,
        changes="BY" in parts,
        copyleft="work" if "SA" in parts else "",
        non_commercial="NC" in parts,
        no_derivatives="ND" in parts,
    )


def _from_words(name: str, words: frozenset[str]) -> Terms:
    reach: tuple[Scope, ...] = ("file", "library", "work", "network")
    return Terms(
        name,
        attribution="credit" in words,
        notice="notice" in words,
        changes="changes" in words,
        copyleft=next((scope for scope in reach if scope in words), ""),
        non_commercial="nc" in words,
        no_derivatives="nd" in words,
        public_domain="pd" in words,
    )


@cache
def _categories() -> dict[str, tuple[str, str]]:
    """Lower-case SPDX id -> its spelling and category, of the permissive licences and the public domain.

    Of no other category: what ScanCode calls copyleft may forbid commerce (`Aladdin`, `PPL`).
    """
    return {
        key.lower(): (key, entry["category"])
        for entry in get_license_index()
        if entry.get("category") in _PERMISSIVE and not entry.get("is_exception")
        for key in [entry.get("spdx_license_key") or ""]
        if key and not key.startswith("LicenseRef-")
    }
