"""The queue that is read from the archive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrapers.frontier import MAX_SITEMAP_DEPTH, Frontier, Item, Visit
from scrapers.scope import Scope
from sitecorpus.recipe import CrawlSettings
from sitecorpus.warc import Record

HOME = "https://a.example/"


def frontier(**more: object) -> Frontier:
    crawl = CrawlSettings((HOME,), **more)  # type: ignore[arg-type]
    return Frontier(crawl, Scope.of(crawl, ["https://a.example"]))


def crawl_all(queue: Frontier, web: dict[str, list[tuple[str, str]]], stop_after: int | None = None) -> list[Visit]:
    visits: list[Visit] = []
    while (stop_after is None or len(visits) < stop_after) and (item := queue.next()):
        visit = Visit(item, "answered", tuple(web.get(item.url, ())))
        queue.grow(visit)
        visits.append(visit)
    return visits


PATHS = st.sampled_from([HOME + c for c in "abcdefgh"])
WEB = st.dictionaries(
    st.one_of(st.just(HOME), PATHS),
    st.lists(
        st.tuples(st.sampled_from(["links", "archive", "sitemap", "sitemap-index", "redirect"]), PATHS), max_size=5
    ),
)


@given(WEB, st.integers(0, 9), st.integers(1, 9), st.integers(0, 4))
def test_a_crawl_cut_anywhere_goes_on_as_if_it_had_not_been(
    web: dict[str, list[tuple[str, str]]], cut: int, max_pages: int, max_depth: int
) -> None:
    straight = frontier(max_pages=max_pages, max_depth=max_depth)
    whole = crawl_all(straight, web)
    first = crawl_all(frontier(max_pages=max_pages, max_depth=max_depth), web, stop_after=cut)
    resumed = frontier(max_pages=max_pages, max_depth=max_depth)
    for visit in first:
        resumed.replay(visit)
    resumed.resume()
    assert first + crawl_all(resumed, web) == whole
    told = frontier(max_pages=max_pages, max_depth=max_depth)
    for visit in whole:
        told.replay(visit)
    assert len({v.item.url for v in whole}) == len(whole)
    assert not set(told.left()) & {v.item.url for v in whole}


@given(
    st.lists(st.tuples(st.sampled_from(["links", "sitemap"]), PATHS), max_size=5), st.integers(0, 99), st.integers(1, 9),
    st.sampled_from(["", "HTTP 503", "TimeoutError: a: b"]),
)  # fmt: skip
def test_a_visit_is_read_back_from_its_fields(links: list[tuple[str, str]], depth: int, tries: int, error: str) -> None:
    visit = Visit(Item(HOME + "x", "links", HOME, depth), "failed", tuple(links), 7, error, tries)
    body = "".join(f"{name}: {value}\r\n" for name, value in visit.fields()).encode()
    record = Record("metadata", HOME + "x", "", "", 0, "", None, (), None, body, False)
    assert Visit.of(record) == visit


def test_what_was_not_visited_is_left_with_its_reason() -> None:
    queue = frontier(max_pages=2, max_depth=1, deny=("^/no",))
    web = {
        HOME: [("links", HOME + "a"), ("links", HOME + "b"), ("links", HOME + "no"), ("links", HOME + "x.png")],
        HOME + "a": [("links", HOME + "deep")],
    }
    for visit in crawl_all(queue, web):
        queue.replay(visit)
    left = dict(queue.left())
    assert {url.removeprefix(HOME): reason for url, reason in left.items()} == {
        "b": "max_pages", "no": "denied", "x.png": "extension", "deep": "max_depth",
    }  # fmt: skip


def test_sitemaps_within_sitemaps_come_to_an_end() -> None:
    web = {f"{HOME}s{n}": [("sitemap-index", f"{HOME}s{n + 1}")] for n in range(50)}
    web[HOME] = [("sitemap-index", HOME + "s0")]
    visits = crawl_all(frontier(), web)
    assert len(visits) == 1 + MAX_SITEMAP_DEPTH + 1


def test_a_page_listed_in_a_sitemap_is_no_links_away() -> None:
    web = {HOME: [("links", HOME + "a")], HOME + "a": [("sitemap", HOME + "b")], HOME + "b": [("links", HOME + "c")]}
    assert [v.item.depth for v in crawl_all(frontier(max_depth=1), web)] == [0, 1, 0, 1]
