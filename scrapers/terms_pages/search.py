"""Look for a site's terms of use, thoroughly, and say of each page that may be one whether it can be read.

A page that is there and cannot be read - unreachable, closed by robots.txt, a PDF, a shell that only scripts fill -
is never silence. An address that answers as any other does, with the home page or one page for all, is no terms page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from scrapers.evidence import Exchange
from scrapers.exhibits import Exhibit
from scrapers.markup import parse_html
from scrapers.questions import CLOSED, Questions, unasked
from scrapers.scope import origin_of
from scrapers.terms import terms_text
from scrapers.terms_pages.emptiness import is_same_page, is_shell
from scrapers.terms_pages.links import TermsLink, terms_among, terms_links
from scrapers.terms_pages.names import names_terms
from scrapers.terms_pages.paths import ONLY_LEGAL, languages_of, paths_for

LOOKED = ("home", "page", "sitemap", "probe", "legal")
"""Kinds of exhibits in which terms were looked for and not found. Those that are `terms` were found."""
MAX_TERMS = 6
"""Pages that are called terms; where a site has more, it is said that they were not read."""
MAX_LEGAL = 3
MAX_FURTHER = 4
"""Pages that terms and legal pages lead to."""
_ABSENT = (404, 410)
_TEXTS = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "")
_SCRIPTED = "it shows nothing before its scripts have run"


def find_terms(questions: Questions, listed: Sequence[str], terms_url: str | None = None) -> None:
    """Add exhibits of the kinds `terms`, `legal` and `probe`; `listed` are the addresses in the site's sitemaps.

    Where the recipe names the page (`terms_url`), no other is looked for.
    """
    search = _Search(questions, [_Seen.of(home) for home in questions.answered("home")])
    if terms_url:
        search.read(TermsLink(terms_url))
        return
    named = [link for found in questions.answered("home", "page") for link in _links(found)]
    named += [
        TermsLink(url, only_legal=urlsplit(url).path.strip("/").count("/") > 1)
        for url in terms_among(listed, questions.seed)[:MAX_TERMS]
    ]
    search.follow(named)
    if not search.has_terms():
        search.probe()
    if not search.has_terms():
        search.own_up()


@dataclass(frozen=True)
class _Seen:
    """A page, and the words it shows."""

    found: Exchange
    text: str

    @classmethod
    def of(cls, found: Exchange) -> _Seen:
        return cls(found, terms_text(found.body) if found.status is not None else "")


@dataclass
class _Search:
    questions: Questions
    homes: list[_Seen]
    _control: list[_Seen] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def has_terms(self) -> bool:
        """Whether there is a page that is called terms and can be read."""
        return bool(self.questions.answered("terms"))

    def follow(self, named: Sequence[TermsLink]) -> None:
        """Read what is called terms, then what is legal, then what these lead to."""
        terms = self._unread(link for link in named if not link.only_legal)
        legal = self._unread(link for link in named if link.only_legal)
        further: list[TermsLink] = []
        for link in (*terms[:MAX_TERMS], *legal[:MAX_LEGAL]):
            found = self.read(link)
            if found is not None and found.ok and not link.on_page:
                further += _links(found)
        if len(terms) > MAX_TERMS:
            why = f"not read: {len(terms) - MAX_TERMS} more pages of the site are called its terms"
            self.questions.exhibits.append(Exhibit("terms", unasked(terms[MAX_TERMS].url, why)))
        for link in self._unread(link for link in further if not link.only_legal)[:MAX_FURTHER]:
            self.read(link)

    def _unread(self, links: Any) -> list[TermsLink]:
        """Links to pages not yet read, one for each, whatever its scheme and last slash."""
        found: dict[str, TermsLink] = {}
        for link in links:
            found.setdefault(_key(link.url), link)
        return [link for key, link in found.items() if key not in self._read]

    def read(self, link: TermsLink) -> Exchange | None:
        """Ask for a page that is called terms, and keep what came of it; return what is told of it."""
        self._read.add(_key(link.url))
        exhibits, kind = self.questions.exhibits, "legal" if link.only_legal else "terms"
        known = self.questions.find(link.url, ("home", "page", "sitemap", "feed", "probe"))
        if link.on_page and known is None:
            known = next((h.found for h in self.homes if link.url in (h.found.url, h.found.final_url)), None)
        if known is not None:
            if link.is_empty:
                known = replace(known, error="the terms are shown by a script of this page")
            elif not link.on_page:
                known = self._told(known)
            if not (link.only_legal and self._is_one_of_homes(known)):
                exhibits.append(Exhibit(kind, known))
            return known
        found = self.questions.must_ask(kind, link.url)
        if found is None:
            return None
        told = self._told(found)
        unread = not told.ok and told.status not in _ABSENT
        # what cannot be read under "Legal" may be terms; a licence or a copyright notice need not be
        kind = "terms" if kind == "legal" and unread and not link.only_licence else kind
        self.questions.retell(found, kind, told)
        return told

    def _told(self, found: Exchange) -> Exchange:
        """An answer, with an error where it holds no text that could be terms."""
        if not found.ok:
            return found
        if self._is_home(found):
            return replace(found, error="the site answers this address with its home page")
        kind = found.header("content-type").partition(";")[0].strip().lower()
        if found.body.startswith(b"%PDF") or kind == "application/pdf":
            return replace(found, error="it is a PDF, which is not read")
        if kind not in _TEXTS:
            return replace(found, error=f"it is {kind[:60]}, which is not read")
        tree = parse_html(found.body) if kind != "text/plain" else None
        if tree is not None and is_shell(tree):
            return replace(found, error=_SCRIPTED)
        return found

    def _is_one_of_homes(self, found: Exchange) -> bool:
        return any(found.url == h.found.url for h in self.homes)

    def _is_home(self, found: Exchange) -> bool:
        if self._is_one_of_homes(found):
            return False
        text = _Seen.of(found).text
        return any(
            found.body == h.found.body
            or found.final_url == h.found.final_url
            or (len(text.split()) > 3 and is_same_page(text, h.text, urlsplit(found.url).path))
            for h in self.homes
        )

    # --- customary addresses

    def probe(self) -> None:
        """Try the customary addresses, until one has terms."""
        closed: list[str] = []
        for path in paths_for(self._languages()):
            url = self.questions.origin + path
            if _key(url) in self._read:
                continue
            if not self.questions.may(url):
                closed += [url] if self.questions.is_closed_by_name(url) else []
                continue
            found = self.questions.ask("probe", url)
            if found is None or found.status in _ABSENT:
                continue
            if found.status is None or found.status >= 500 or found.status == 429:
                # a server that fails may have some there
                self.questions.retell(found, "terms", found)
                if found.status is None or found.status == 429:
                    return
                continue
            self._judge(found, path)
            if self.has_terms():
                return
        if closed:
            self.questions.exhibits.append(Exhibit("terms", unasked(closed[0], f"whether it has terms: {CLOSED}")))

    def _judge(self, found: Exchange, path: str) -> None:
        """Say of an answer to a customary address whether it is terms, something legal, or nothing."""
        told = self._told(found)
        scripted = told.error == _SCRIPTED
        like_any = self._is_home(found) or self._is_like_any(found, path)
        if like_any and not (scripted or self._homes_are_shells()):
            return
        if like_any:  # whatever a script would show at this address
            self.questions.retell(found, "terms", replace(found, error=_SCRIPTED))
        elif not told.ok:
            self.questions.retell(found, "terms", told)
        elif path in ONLY_LEGAL or not self._is_called_terms(found):
            self.questions.retell(found, "legal", told)
            for link in self._unread(x for x in _links(found) if not x.only_legal)[:MAX_FURTHER]:
                self.read(link)
        else:
            self.questions.retell(found, "terms", told)

    def _is_like_any(self, found: Exchange, path: str) -> bool:
        """Whether the site answers so to any address: asked once, for one that nobody made."""
        if not self._control:
            name = hashlib.sha256(self.questions.origin.encode()).hexdigest()[:12]
            url = f"{self.questions.origin}/no-such-page-{name}"
            self._control.append(_Seen.of(self.questions.ask("control", url) or unasked(url, CLOSED)))
        control = self._control[0]
        if control.found.status != found.status:
            return False
        if found.status != 200 or found.final_url == control.found.final_url:
            return True
        echoes = path + urlsplit(control.found.url).path
        return found.body == control.found.body or is_same_page(_Seen.of(found).text, control.text, echoes)

    def _is_called_terms(self, found: Exchange) -> bool:
        """Whether a page stands at its address for certain, or calls itself terms, where any address has a page."""
        if self._control and self._control[0].found.status != 200:
            return True
        tree = parse_html(found.body)
        if tree is None:
            return True
        titles = [e for name in ("title", "h1", "h2") for e in list(tree.iter(name))[:5]]
        return any(names_terms(part) for e in titles for part in e.text_content()[:300].replace("|", "-").split("-"))

    def _homes_are_shells(self) -> bool:
        trees = [parse_html(home.found.body) for home in self.homes]
        return bool(trees) and all(tree is not None and is_shell(tree) for tree in trees)

    def _languages(self) -> list[str]:
        return [
            language
            for home in self.homes
            if (tree := parse_html(home.found.body)) is not None
            for language in languages_of(tree, home.found.final_url, home.found.header_map)
        ]

    def own_up(self) -> None:
        """Where no look was possible at all, say so: a home page that only scripts fill has a footer nobody saw."""
        if self._homes_are_shells() and not any(e.kind == "terms" for e in self.questions.exhibits):
            home = self.homes[0].found
            self.questions.exhibits.append(Exhibit("terms", replace(home, error=f"whether it has terms: {_SCRIPTED}")))


def _links(found: Exchange) -> Sequence[TermsLink]:
    tree = parse_html(found.body)
    return terms_links(tree, found.final_url, found.header_map) if tree is not None else ()


def _key(url: str) -> str:
    try:
        origin = origin_of(url).partition("//")[2].removeprefix("www.")
    except ValueError:
        return url
    parts = urlsplit(url)
    return f"{origin}{parts.path.rstrip('/')}?{parts.query}"
