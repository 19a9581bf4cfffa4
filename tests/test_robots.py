"""RFC 9309 as Google's reference matcher has it, and where any doubt remains: no."""

import gzip
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.robots import MAX_BODY_BYTES, RobotsRules, robots_url, rules_for
from scrapers.robots.doubt import MAX_LINES

URL = "https://example.org/a/b"


def parse(robots: str | bytes) -> RobotsRules:
    return RobotsRules.parse(robots if isinstance(robots, bytes) else robots.encode())


def allows(robots: str | bytes, url: str = URL, agent: str = "sitecorpus") -> bool:
    return parse(robots).allows(agent, url)


# --- groups


def test_an_empty_file_allows_everything() -> None:
    assert allows("")
    assert allows(b"\xef\xbb\xbf")
    assert allows("\n\n# nothing\n")


def test_a_group_for_us_prevails_over_the_group_for_all() -> None:
    robots = "User-agent: *\nDisallow: /\n\nUser-agent: sitecorpus\nAllow: /\nDisallow: /secret\n"
    assert allows(robots)
    assert not allows(robots, "https://example.org/secret/x")
    assert not allows(robots, agent="other")


@pytest.mark.parametrize("between", ["Crawl-delay: 5", "Content-Signal: ai-train=no", "Sitemap: https://e.org/s", ":", "x"])  # fmt: skip
def test_a_line_between_two_agents_opens_no_hole(between: str) -> None:
    assert not allows(f"User-agent: sitecorpus\n{between}\nUser-agent: other\nDisallow: /\n")


def test_groups_of_one_agent_are_one() -> None:
    robots = "User-agent: sitecorpus\nDisallow: /a\nUser-agent: x\nDisallow:\nUser-agent: SITECORPUS\nDisallow: /c\n"
    assert not allows(robots)
    assert not allows(robots, "https://example.org/c")
    assert allows(robots, "https://example.org/d")


@pytest.mark.parametrize(
    ("named", "denied"),
    [
        ("*", True), ("* and everybody", True), ("sitecorpus", True), ("SiteCorpus/2.1", True), ("sitecorpus (beta)", True),
        ("*sitecorpus", False), ("sitecorpusbot", False), ("sitecorpu", False), ("my sitecorpus", False), ("", False),
    ],
)  # fmt: skip
def test_an_agent_is_named_by_its_whole_product_token(named: str, denied: bool) -> None:
    assert allows(f"User-agent: {named}\nDisallow: /\n") is not denied


def test_an_agent_with_a_group_of_its_own_is_not_bound_by_the_rules_for_all() -> None:
    assert allows("User-agent: *\nDisallow: /\nUser-agent: sitecorpus\nDisallow:\n")
    assert allows("User-agent: *\nDisallow: /\nUser-agent: sitecorpus\n")


def test_rules_before_the_first_agent_hold_for_nobody() -> None:
    assert allows("Disallow: /\nUser-agent: *\nDisallow: /x\n")


# --- rules


def test_the_longest_rule_decides_and_of_equals_allow() -> None:
    robots = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c\n"
    assert allows(robots)
    assert allows(robots, "https://example.org/c")
    assert not allows(robots, "https://example.org/a/c")


@pytest.mark.parametrize(
    ("rule", "path", "matches"),
    [
        ("/a", "/ab", True), ("/a", "/A", False), ("/a$", "/a", True), ("/a$", "/ab", False), ("/a$b", "/a$b", True),
        ("/*.php$", "/x/y.php", True), ("/*.php$", "/x.php?q", False), ("/*.php$", "/x.php.php", True), ("*", "/", True),
        ("/*/b*d$", "/a/bcd", True), ("/*/b*d$", "/a/bd/c", False), ("/**", "/", True), ("$", "/", False), ("*$", "/q", True),
        ("/ab*ba$", "/aba", False), ("/ab*ba$", "/abba", True), ("/é", "/%C3%A9", True), ("/%c3%a9", "/%C3%A9", True),
        ("/é", "/é", False), ("/%61", "/a", False), ("/?q", "/?q=1", True), ("/a;b", "/a;b", True), ("", "/", False),
        ("a", "/a", False), ("http://example.org/", "/", False), ("/a b", "/a b", True), ("/x#y", "/x", True),
    ],
)  # fmt: skip
def test_a_pattern_matches_as_the_reference_has_it(rule: str, path: str, matches: bool) -> None:
    assert allows(f"User-agent: *\nDisallow: {rule}\n", f"https://example.org{path}") is not matches


def test_to_allow_an_index_page_is_to_allow_its_folder() -> None:
    robots = "User-agent: *\nDisallow: /\nAllow: /a/index.html\n"
    assert allows(robots, "https://example.org/a/")
    assert not allows(robots, "https://example.org/a/x")
    assert not allows("User-agent: *\nDisallow: /a/index.html\nDisallow: /b\n", "https://example.org/b/index.html")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/"), ("https://example.org", "/"), ("example.org/p", "/p"), ("//example.org/p", "/p"), ("/p", "/p"),
        ("https://example.org?q", "/?q"), ("https://example.org;x", "/;x"), ("https://example.org/p#f", "/p"),
        ("https://example.org#f/p", "/"), ("/p?u=http://x/", "/p?u=http://x/"),
    ],
)  # fmt: skip
def test_the_path_of_a_url_is_found_without_a_parser_of_urls(url: str, path: str) -> None:
    line = parse(f"User-agent: *\nDisallow: {path}$\n").ruling("sitecorpus", url)
    assert line is not None
    assert line.value == path + "$"


@pytest.mark.parametrize("url", ["https://example.org/\0", "https://example.org/\ud800"])
def test_what_is_no_url_is_a_no(url: str) -> None:
    assert not allows("", url)


# --- lines


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\r\r\n", " \n\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef", b"\xef\xbb", b"\xef\xbb\xbf"])
def test_every_line_ending_and_every_piece_of_a_byte_order_mark_is_understood(ending: str, mark: bytes) -> None:
    robots = ending.join(["User-agent: *", "Disallow: /a", ""])
    assert not allows(mark + robots.encode())


@pytest.mark.parametrize(
    "robots",
    ["user agent: *\ndisalow: /", "USERAGENT *\nDissallow /", "User-agent:*\nDisallow:/", "user-agents\t*\ndisallow\t/",
     "  User-agent : *  # all\n\tDisallow : /  # no", "junk\nUser-agent: *\n\xff\nmore junk here\nDisallow: /\n<br>"],
)  # fmt: skip
def test_slips_of_the_pen_are_read_as_they_were_meant(robots: str) -> None:
    assert not allows(robots.encode("latin-1"))


@pytest.mark.parametrize("robots", ["User-agent * x\nDisallow: /", "User-agent: *\nDisallow", "User-agent: *\n: /", "User-agent: *\nNoindex: /"])  # fmt: skip
def test_what_is_no_rule_rules_nothing(robots: str) -> None:
    assert allows(robots)


def test_a_line_is_cut_off_after_16663_bytes() -> None:
    rest = 16_663 - len("disallow: /")
    robots = "user-agent: *\ndisallow: /" + "a" * rest + "b\n"
    assert not allows(robots, "https://example.org/" + "a" * rest + "c")


@given(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef"]), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_every_line_says_where_it_stands_in_the_body_as_it_came(mark: bytes, ending: bytes) -> None:
    body = mark + ending.join(
        [b"#c", b"  User-agent: *  # x", b"Content-Signal: ai-train=no", b"", b"Disallow /\xe9", b"x"]
    )
    rules = RobotsRules.parse(body)
    assert [body[x.start : x.end] for x in rules.lines] == [
        b"User-agent: *", b"Content-Signal: ai-train=no", b"Disallow /\xe9"
    ]  # fmt: skip
    assert [(x.field, x.value) for x in rules.lines] == [
        ("user-agent", "*"), ("content-signal", "ai-train=no"), ("disallow", "/\ufffd")
    ]  # fmt: skip


def test_a_group_holds_the_lines_below_the_agents_name() -> None:
    rules = parse("A: 0\nUser-agent: a\nB: 1\nUser-agent: b\nC: 2\nDisallow: /x\nD: 3\nUser-agent: *\nE: 4\nUser-agent: a\nF: 5")  # fmt: skip
    assert [x.field for x in rules.group("a")] == ["b", "c", "disallow", "d", "f"]
    assert [x.field for x in rules.group("B")] == ["c", "disallow", "d"]
    assert [x.field for x in rules.group("sitecorpus")] == ["e", "f"]
    assert parse("Disallow: /").group("sitecorpus") == ()


def test_the_ruling_is_the_line_that_decided() -> None:
    rules = parse("User-agent: *\nDisallow: /a\nAllow: /a/b\n")
    assert (rules.ruling("x", URL) or rules.lines[0]).value == "/a/b"
    assert (rules.ruling("x", "https://example.org/a") or rules.lines[0]).value == "/a"
    assert rules.ruling("x", "https://example.org/z") is None


# --- delays and sitemaps


def test_sitemaps_are_read_wherever_they_stand() -> None:
    rules = parse("Sitemap: https://example.org/s.xml\nUser-agent: *\nDisallow:\nSite-map: HTTP://x/y\nSitemap: javascript:x\n")  # fmt: skip
    assert rules.sitemaps == ("https://example.org/s.xml", "HTTP://x/y")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("0", 0.0), ("10 seconds", 10.0), ("5s", 5.0), ("nan", None), ("inf", None), ("-3", None),
     ("", None), ("soon", None), ("1e400", None), ("٣", 3.0)],
)  # fmt: skip
def test_a_delay_is_a_number_of_seconds_that_somebody_can_wait(value: str, seconds: float | None) -> None:
    assert parse(f"User-agent: *\nCrawl-delay: {value}\n").crawl_delay("sitecorpus") == seconds


def test_a_delay_holds_for_its_own_group() -> None:
    robots = (
        "User-agent: slow\nCrawl-delay: 60\nUser-agent: *\nCrawl-delay: 2\nDisallow: /x\nUser-agent: quick\nAllow: /\n"
    )
    assert parse(robots).crawl_delay("sitecorpus") == 2.0
    assert parse(robots).crawl_delay("slow") == 60.0
    assert parse(robots).crawl_delay("quick") is None
    assert parse(robots + "User-agent: slow\nCrawl-delay: 90").crawl_delay("slow") == 90.0


# --- doubt


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"User-agent: *\nAllow: /"), zlib.compress(b"User-agent: *\nAllow: /" * 9), b"User-agent: *\0\nAllow: /",
        b"\xff\xfe", "User-agent: *\nDisallow: /".encode("utf-16-le"), "User-agent: *".encode("utf-16"), "Allow: /".encode("utf-32"),
        b"<html><pre>User-agent: *\nDisallow: /</pre></html>", b"<!-- x --><HTML><p>User-agent : *<p>Allow: /",
        b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"PK\x03\x04", bytes(range(1, 32)) * 3,
    ],
)  # fmt: skip
def test_what_is_not_text_is_a_no(body: bytes) -> None:
    rules = RobotsRules.parse(body)
    assert (rules.access, rules.allows("sitecorpus", URL), rules.lines) == ("deny", False, ())
    assert rules.why.startswith("robots.txt ")


def test_a_page_that_stands_in_for_a_missing_file_holds_no_rules() -> None:
    assert allows(b"<!doctype html><title>Welcome</title><script>navigator.userAgent</script>")


def test_rules_after_500_kib_still_count_and_an_endless_file_is_a_no() -> None:
    assert not allows("User-agent: *\n" + "# padding\n" * 60_000 + "Disallow: /a\n")
    assert not allows("User-agent: *\n" + "Allow: /x\n" * 60_000 + "Disallow: /a\n")
    assert not allows(b"#" * (MAX_BODY_BYTES + 1))
    assert not allows(b"a:\n" * (MAX_LINES + 1))


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(400, True), (401, True), (403, True), (404, True), (410, True), (429, True), (451, True), (499, True), (500, False),
     (503, False), (599, False), (None, False), (302, False), (304, False), (100, False), (206, False), (600, False), (0, False)],
)  # fmt: skip
def test_the_answer_alone_decides_where_there_is_no_file(status: int | None, allowed: bool) -> None:
    body = b"User-agent: *\nDisallow: /" if allowed else b"User-agent: *\nAllow: /"
    assert rules_for(status, body).allows("sitecorpus", URL) is allowed


@pytest.mark.parametrize("status", [200, 203, 204, 299])
def test_success_is_the_file(status: int) -> None:
    assert rules_for(status, b"").allows("sitecorpus", URL)
    assert not rules_for(status, b"User-agent: *\nDisallow: /").allows("sitecorpus", URL)


def test_a_file_that_was_cut_off_is_a_no() -> None:
    assert not rules_for(200, b"User-agent: *\nAllow: /", truncated=True).allows("sitecorpus", URL)


def test_the_robots_of_a_port_are_its_own() -> None:
    assert robots_url("http://example.org:8080/a?b#c") == "http://example.org:8080/robots.txt"


# --- properties

LINES = st.lists(
    st.tuples(
        st.sampled_from(["User-agent", "Disallow", "Allow", "Crawl-delay", "x"]),
        st.text("*/ab$%2Fsitecorpus ", max_size=12),
    ).map(": ".join),
    max_size=12,
).map("\n".join)


@given(st.binary(max_size=400), st.text(max_size=12), st.text(max_size=40))
@example(b"\xef", "", "")
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_the_parser_raise(body: bytes, agent: str, url: str) -> None:
    rules = RobotsRules.parse(body)
    rules.allows(agent, url)
    rules.crawl_delay(agent)
    rules.group(agent)
    rules.ruling(agent, url)
    _ = rules.sitemaps


@given(LINES, st.text("/ab$*", max_size=8))
@settings(max_examples=200, deadline=None)
def test_one_more_disallow_of_everything_never_opens_a_door(robots: str, path: str) -> None:
    url = f"https://example.org/{path}"
    if not allows(robots, url):
        assert not allows(f"{robots}\nUser-agent: sitecorpus\nDisallow: /*{'*' * 40}\n", url)


def test_a_hostile_pattern_takes_no_time() -> None:
    robots = "User-agent: *\n" + "".join(f"Disallow: /{'*a' * 4000}b{n}\n" for n in range(100))
    assert allows(robots, "https://example.org/" + "a" * 20_000)
