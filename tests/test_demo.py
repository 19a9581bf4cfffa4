from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from scrapers.demo import DemoCounts, build_demo_site
from scrapers.demo.__main__ import main
from scrapers.demo.cutting import Article
from scrapers.demo.markup import to_html
from scrapers.demo.texts import read_articles
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import OPEN_LICENSES, Recipe

ORIGIN = "http://docs.sitecorpus.example"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
VOID = {"meta", "link", "input", "br", "img"}


class Html(HTMLParser):
    """Links, canonical, licences and paragraphs of a page; fails where a tag is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.licenses: list[str] = []
        self.canonical: str | None = None
        self.tags: Counter[str] = Counter()
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        if tag == "a":
            self.links.append(found["href"] or "")
            if found.get("rel") == "license":
                self.licenses.append(found["href"] or "")
        if tag == "link" and found.get("rel") == "canonical":
            self.canonical = found["href"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoCounts]:
    folder = tmp_path_factory.mktemp("demo") / "site"
    return folder, build_demo_site(folder)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return read_articles()


@pytest.fixture(scope="module")
def pages(built: tuple[Path, DemoCounts]) -> dict[str, Html]:
    folder, _ = built
    return {url_of(f, folder): Html(f.read_text(encoding="utf-8")) for f in sorted(folder.rglob("*.html"))}


def url_of(file: Path, folder: Path) -> str:
    return f"{ORIGIN}/{file.relative_to(folder).as_posix().removesuffix('index.html')}"


def file_of(url: str, folder: Path) -> Path:
    path = folder / urlsplit(url).path.lstrip("/")
    return path / "index.html" if url.endswith("/") else path


def locations(folder: Path) -> set[str]:
    root = ElementTree.parse(folder / "sitemap.xml").getroot()
    return {loc.text or "" for loc in root.iter(f"{SITEMAP}loc")}


def entries(folder: Path) -> set[str]:
    root = ElementTree.parse(folder / "feed.xml").getroot()
    return {link.get("href", "") for entry in root.iter(f"{ATOM}entry") for link in entry.iter(f"{ATOM}link")}


def linked(pages: dict[str, Html]) -> set[str]:
    """What links lead to, from the index."""
    found, todo = set(), [f"{ORIGIN}/"]
    while todo:
        url = todo.pop()
        if url in pages and url not in found:
            found.add(url)
            todo += [urljoin(url, link) for link in pages[url].links]
    return found


def test_a_second_build_is_the_same_bytes_and_replaces_what_an_older_or_torn_one_left(
    built: tuple[Path, DemoCounts], tmp_path: Path
) -> None:
    folder, counts = built
    again = tmp_path / "site"
    for name in ("site.partial/half.html", "site/demo-site.json", "site/old.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("<p>", encoding="utf-8")
    assert build_demo_site(again) == counts
    assert [f.name for f in tmp_path.iterdir()] == ["site"]
    assert contents(again) == contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_the_site_is_large_enough_to_learn_from_and_small_enough_to_overfit(built: tuple[Path, DemoCounts]) -> None:
    _, counts = built
    assert 180 <= counts.articles <= 400
    assert 44_000 <= counts.words <= 54_000
    assert 280_000 <= counts.text_bytes <= 400_000


def test_no_long_paragraph_is_in_two_articles(articles: list[Article]) -> None:
    where: dict[str, set[str]] = {}
    for article in articles:
        for paragraph in article.body.split("\n\n"):
            if len(paragraph.split()) >= 30:
                where.setdefault(" ".join(paragraph.split()), set()).add(article.title)
    assert len(where) > 250
    assert {p: t for p, t in where.items() if len(t) > 1} == {}


def test_titles_are_unique_and_no_article_is_empty_or_endless(articles: list[Article]) -> None:
    assert len({a.title for a in articles}) == len(articles)
    assert all(45 <= a.words <= 900 for a in articles)


def test_every_internal_link_resolves_but_the_one_that_must_not(
    built: tuple[Path, DemoCounts], pages: dict[str, Html]
) -> None:
    folder, counts = built
    missing = set()
    for url, page in pages.items():
        for link in page.links:
            target = urljoin(url, link)
            if target.startswith(ORIGIN + "/") and not file_of(target, folder).is_file():
                missing.add(target)
    assert missing == {counts.special["gone"]}


def test_sitemap_feed_and_links_each_know_articles_that_the_others_do_not(
    built: tuple[Path, DemoCounts], pages: dict[str, Html]
) -> None:
    folder, counts = built
    articles = {url for url in pages if "/articles/" in url}
    by_sitemap, by_feed, by_links = locations(folder) & articles, entries(folder), linked(pages) & articles
    assert by_sitemap | by_feed | by_links == articles
    assert 0.75 <= len(by_sitemap) / len(articles) <= 0.9
    assert len(by_feed) == 50
    for part, others, alone in (
        ("feed_only", by_sitemap | by_links, by_feed),
        ("sitemap_only", by_feed | by_links, by_sitemap),
        ("links_only", by_feed | by_sitemap, by_links),
    ):
        expected = {url for name, url in counts.special.items() if name.startswith(part)}
        assert len(expected) == 3
        assert expected <= alone - others


def test_robots_txt_keeps_drafts_and_nothing_else_from_us(
    built: tuple[Path, DemoCounts], pages: dict[str, Html]
) -> None:
    folder, counts = built
    robots = Protego.parse((folder / "robots.txt").read_text(encoding="utf-8"))
    assert {url for url in pages if not robots.can_fetch(url, "sitecorpus")} == {counts.special["disallowed"]}
    assert list(robots.sitemaps) == [f"{ORIGIN}/sitemap.xml"]
    assert counts.special["disallowed"] in {urljoin(ORIGIN, link) for link in pages[f"{ORIGIN}/"].links}


def test_every_article_but_one_names_its_licence_and_no_other_page_does(
    built: tuple[Path, DemoCounts], pages: dict[str, Html]
) -> None:
    _, counts = built
    for url, page in pages.items():
        is_article = any(f"/{kind}/" in url for kind in ("articles", "syndicated", "print", "private"))
        assert len(page.licenses) == (is_article and url != counts.special["no_license"]), url
    assert {u for p in pages.values() for u in p.licenses} == {
        "https://docs.python.org/3/license.html",
        "https://numpy.org/doc/stable/license.html",
    }
    assert "license" not in metadata_of(counts.special["no_license"], built[0])
    assert {"PSF-2.0", "BSD-3-Clause"} <= set(OPEN_LICENSES)


def metadata_of(url: str, folder: Path) -> dict[str, object]:
    html = file_of(url, folder).read_text(encoding="utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    return dict(json.loads(found[1]))


def test_an_article_says_who_wrote_it_when_and_where(built: tuple[Path, DemoCounts], pages: dict[str, Html]) -> None:
    folder, _ = built
    url = f"{ORIGIN}/articles/numpy-bincount/"
    about = metadata_of(url, folder)
    assert about["headline"] == "numpy.bincount"
    assert about["author"] == {"@type": "Organization", "name": "NumPy Developers"}
    assert about["articleSection"] == "NumPy"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(about["datePublished"]))
    assert pages[url].canonical == url
    assert pages[url].tags["article"] == pages[url].tags["h1"] == pages[url].tags["time"] == 1


def test_the_special_pages_are_what_they_are_called(built: tuple[Path, DemoCounts], pages: dict[str, Html]) -> None:
    folder, counts = built

    def html(part: str) -> str:
        return file_of(counts.special[part], folder).read_text(encoding="utf-8")

    opted_out = '<meta name="robots" content="noai, noimageai">'
    assert [f for f in folder.rglob("*.html") if opted_out in f.read_text(encoding="utf-8")] == [
        file_of(counts.special["opted_out"], folder)
    ]
    garbled = re.compile("â€(?=[™˜œ“”¦])")
    for part in ("mojibake_1", "mojibake_2"):
        assert garbled.search(html(part))
    assert not garbled.search(html("print_original"))
    assert pages[counts.special["print_copy"]].canonical == counts.special["print_original"]
    assert pages[counts.special["syndicated_copy"]].canonical == counts.special["syndicated_copy"]
    assert f'content="0; url={urlsplit(counts.special["moved"]).path}"' in html("moved_alias")
    assert not file_of(counts.special["gone"], folder).exists()


def test_a_folder_with_something_else_in_it_is_left_alone(
    built: tuple[Path, DemoCounts], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(RecipeError, match="not a demo site"):
        build_demo_site(tmp_path)
    assert main([str(tmp_path)]) == 2
    assert "name a new folder" in capsys.readouterr().err
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_recipe_is_valid_and_crawls_this_site() -> None:
    recipe = Recipe.load(Path(__file__).parents[1] / "corpora" / "demo" / "corpus.toml")
    assert recipe.crawl is not None
    assert recipe.crawl.seeds == (f"{ORIGIN}/",)
    assert recipe.crawl.serve_from == "site"
    assert recipe.crawl.delay_s == 0.0
    assert recipe.rights.policy == "licensed"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A word and\nanother, non-\nvirtual.", "<p>A word and another, non-virtual.</p>"),
        ('The "del" statement, ``x``, *so*.', "<p>The <code>del</code> statement, <code>x</code>, <em>so</em>.</p>"),
        ("Code::\n\n   if x < 1:\n       pass", "<p>Code:</p>\n<pre><code>if x &lt; 1:\n    pass</code></pre>"),
        (">>> 1 + 1\n2\n\nTwo.", "<pre><code>&gt;&gt;&gt; 1 + 1\n2</code></pre>\n<p>Two.</p>"),
        ("* one\n  more\n\n* two", "<ul><li><p>one more</p></li><li><p>two</p></li></ul>"),
        ("1. one\n2. two", "<ol><li><p>one</p></li><li><p>two</p></li></ol>"),
        ("Notes\n-----\n\nText.", "<h2>Notes</h2>\n<p>Text.</p>"),
        ("a : int\n    The number.", "<dl><dt>a : int</dt><dd><p>The number.</p></dd></dl>"),
        ("+---+---+\n| a | b |\n|===|===|\n| c |   |\n| d | e |\n+---+---+",
         "<table><tr><td>a</td><td>b</td></tr><tr><td>c d</td><td>e</td></tr></table>"),
        ("By J. Postel and\nJ. Reynolds", "<p>By J. Postel and J. Reynolds</p>"),
    ],
)  # fmt: skip
def test_docstring_markup_becomes_html(text: str, html: str) -> None:
    assert to_html(text) == html


@given(st.text(alphabet="ab <>&\"'`*-=+|:.\n1>) "))
def test_text_never_becomes_markup(text: str) -> None:
    page = Html(to_html(text))
    allowed = {"p", "h2", "pre", "code", "em", "strong", "ul", "ol", "li", "dl", "dt", "dd", "div", "table", "tr", "td"}
    assert set(page.tags) <= allowed
    assert not page.links
