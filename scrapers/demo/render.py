"""The planned demonstration site into files: HTML by Jinja templates that escape, robots.txt, sitemap and feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scrapers.demo.markup import to_html
from scrapers.demo.plan import Page, Site, garble

PER_PAGE = 20
_NEIGHBOURS = 3
_GONE = "/articles/an-article-that-is-gone/"
_DRAFT = "/private/draft.html"


def render_site(site: Site, origin: str, versions: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files (name below the site's root -> text), and the special pages (part -> URL)."""
    renderer = _Renderer(site, origin, versions)
    renderer.articles()
    renderer.listings()
    renderer.copies()
    renderer.odd_pages()
    renderer.machine_files()
    return renderer.files, {part: origin + path for part, path in sorted(renderer.special.items())}


class _Renderer:
    def __init__(self, site: Site, origin: str, versions: Mapping[str, str]) -> None:
        self.site = site
        self.files: dict[str, str] = {}
        self.special: dict[str, str] = {}
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
        )
        self._environment.globals.update(
            origin=origin, site=site, versions=versions, years=sorted({p.published_on.year for p in site.pages}, reverse=True),
            sections=list(dict.fromkeys(p.article.shelf.name for p in sorted(site.pages, key=lambda p: p.article.shelf.name))),
            slug=_slug, gone=_GONE, draft=_DRAFT,
        )  # fmt: skip

    def articles(self) -> None:
        """Each article under its own address, and the one that is too short."""
        in_section: dict[str, list[Page]] = {}
        for page in self.site.listed:
            in_section.setdefault(page.article.shelf.name, []).append(page)
        for page in [*self.site.pages, self.site.stub]:
            self._article(page, page.path, related=_neighbours(in_section[page.article.shelf.name], page))
            if page.special:
                self.special[page.special] = page.path

    def listings(self) -> None:
        """The index and its further pages, one page a year, a section, a tag."""
        listed = self.site.listed
        last = ceil(len(listed) / PER_PAGE)
        for number in range(1, last + 1):
            pages = listed[(number - 1) * PER_PAGE : number * PER_PAGE]
            path = "/" if number == 1 else f"/page/{number}/"
            self._write(path, "index.html", pages=pages, number=number, last=last)
        for name, pages in _grouped(listed, lambda p: [str(p.published_on.year)]):
            self._write(f"/archive/{name}/", "listing.html", heading=f"Archive {name}", pages=pages)
        for name, pages in _grouped(listed, lambda p: [p.article.shelf.name]):
            self._write(f"/section/{_slug(name)}/", "listing.html", heading=name, pages=pages)
        for name, pages in _grouped(listed, lambda p: p.tags):
            self._write(f"/tag/{_slug(name)}/", "listing.html", heading=f"Tag: {name}", pages=pages)

    def copies(self) -> None:
        """The same text under other addresses: syndicated, for print, moved, not for us."""
        original = self.site.special("syndicated_original")
        self.special["syndicated_copy"] = f"/syndicated/{original.slug}/"
        intro = f"This article from the section “{original.article.shelf.name}” is reprinted here under the licence of the original."
        self._article(original, self.special["syndicated_copy"], intro=intro)
        printed = self.site.special("print_original")
        self.special["print_copy"] = f"/print/{printed.slug}/"
        self._write(self.special["print_copy"], "print.html", page=printed, body=_body(printed))
        moved = self.site.special("moved")
        self.special["moved_alias"] = f"/old/{moved.slug}.html"
        self._write(self.special["moved_alias"], "moved.html", page=moved)
        self.special["disallowed"] = _DRAFT
        self._article(self.site.special("syndicated_original"), _DRAFT, intro="Draft.")

    def odd_pages(self) -> None:
        """Pages about the site, and the page for what is not there."""
        self._write("/about/", "about.html", special=self.special)
        self._write("/terms/", "terms.html")
        self.files["404.html"] = self._render("404.html", path="/404.html")
        self.special["gone"] = _GONE

    def machine_files(self) -> None:
        """What crawlers read first."""
        for name in ("robots.txt", "sitemap.xml", "feed.xml", "static/style.css"):
            self.files[name] = self._render(Path(name).name)

    def _article(self, page: Page, path: str, intro: str = "", related: Sequence[Page] = ()) -> None:
        self._write(
            path, "article.html", page=page, intro=intro, related=related, body=_body(page),
            licensed=page.special != "no_license", opted_out=page.special == "opted_out",
            has_print=page.special == "print_original" and path == page.path,
        )  # fmt: skip

    def _write(self, path: str, template: str, **values: Any) -> None:
        name = path.lstrip("/") + ("index.html" if path.endswith("/") else "")
        self.files[name] = self._render(template, path=path, **values)

    def _render(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)


def _body(page: Page) -> Markup:
    """The article as HTML; `to_html` has escaped the text."""
    html = to_html(page.article.body)
    return Markup(garble(html) if (page.special or "").startswith("mojibake") else html)  # noqa: S704


def _neighbours(pages: Sequence[Page], page: Page) -> list[Page]:
    """The next few of the section, round in a ring; for a page that nothing lists, its first few."""
    at = next((i for i, p in enumerate(pages) if p.slug == page.slug), -1)
    return [pages[(at + n) % len(pages)] for n in range(1, _NEIGHBOURS + 1)]


def _grouped(pages: Iterable[Page], keys: Callable[[Page], Sequence[str]]) -> list[tuple[str, list[Page]]]:
    groups: dict[str, list[Page]] = {}
    for page in pages:
        for key in keys(page):
            groups.setdefault(key, []).append(page)
    return sorted(groups.items())


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
