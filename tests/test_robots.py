"""RFC 9309, and where any doubt remains: no."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.robots import MAX_BODY_BYTES, RobotsRules, robots_url, rules_for

CASES = Path(os.environ.get("SITECORPUS_SHARED", "../shared")) / "data/rights"
URL = "https://example.org/a/b"


def allows(robots: str | bytes, url: str = URL, agent: str = "sitecorpus") -> bool:
    return RobotsRules.parse(robots if isinstance(robots, bytes) else robots.encode()).allows(agent, url)


def test_an_empty_file_allows_everything() -> None:
    assert allows("")


def test_a_group_for_us_prevails_over_the_group_for_all() -> None:
    robots = "User-agent: *\nDisallow: /\n\nUser-agent: sitecorpus\nAllow: /\nDisallow: /secret\n"
    assert allows(robots)
    assert not allows(robots, "https://example.org/secret/x")
    assert not allows(robots, agent="other")


def test_the_longest_rule_decides_and_of_equals_allow() -> None:
    robots = "User-agent: *\nDisallow: /a\nAllow: /a/b\n"
    assert allows(robots)
    assert not allows(robots, "https://example.org/a/c")


@pytest.mark.parametrize("between", ["Crawl-delay: 5", "Content-Signal: ai-train=no", "Nonsense: x"])
def test_a_line_between_two_agents_opens_no_hole(between: str) -> None:
    assert not allows(f"User-agent: sitecorpus\n{between}\nUser-agent: other\nDisallow: /\n")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_and_a_byte_order_mark_are_understood(ending: str) -> None:
    robots = ending.join(["User-agent: *", "Disallow: /a", ""])
    assert not allows(b"\xef\xbb\xbf" + robots.encode())
    assert not allows(robots.encode("utf-16"))


@pytest.mark.parametrize(
    "body",
    [b"\x1f\x8b\x08junk", b"User-agent: *\0\nAllow: /", b"\xff\xfe\x00", b"<html><pre>User-agent: *\nDisallow: /</pre></html>"],
)  # fmt: skip
def test_what_is_not_text_is_a_no(body: bytes) -> None:
    assert not allows(body)


def test_a_page_that_stands_in_for_a_missing_file_holds_no_rules() -> None:
    assert allows(b"<!doctype html><title>Welcome</title>")


def test_rules_after_500_kib_still_count_and_an_endless_file_is_a_no() -> None:
    assert not allows("User-agent: *\n" + "# padding\n" * 60_000 + "Disallow: /a\n")
    assert not allows(b"#" * (MAX_BODY_BYTES + 1))


def test_crawl_delay_and_sitemaps_are_read() -> None:
    rules = RobotsRules.parse(
        b"Sitemap: https://example.org/s.xml\nUser-agent: *\nCrawl-delay: 7\nDisallow:\nSitemap: javascript:x\n"
    )
    assert rules.crawl_delay("sitecorpus") == 7.0
    assert rules.sitemaps == ("https://example.org/s.xml",)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(400, True), (401, True), (403, True), (404, True), (410, True), (451, True), (429, False), (500, False),
     (503, False), (None, False), (302, False), (100, False)],
)  # fmt: skip
def test_the_answer_alone_decides_where_there_is_no_file(status: int | None, allowed: bool) -> None:
    body = b"User-agent: *\nDisallow: /" if allowed else b"User-agent: *\nAllow: /"
    assert rules_for(status, body).allows("sitecorpus", URL) is allowed


def test_a_file_that_was_cut_off_is_a_no() -> None:
    assert not rules_for(200, b"User-agent: *\nAllow: /", truncated=True).allows("sitecorpus", URL)


def test_the_robots_of_a_port_are_its_own() -> None:
    assert robots_url("http://example.org:8080/a?b#c") == "http://example.org:8080/robots.txt"


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_the_parser_raise(body: bytes) -> None:
    rules = RobotsRules.parse(body)
    rules.allows("sitecorpus", URL)
    rules.crawl_delay("sitecorpus")
    _ = rules.sitemaps


@pytest.mark.skipif(not CASES.exists(), reason="the reference suite is not here")
def test_the_reference_suite_is_answered_as_google_answers_nearly_everywhere() -> None:
    cases = json.loads((CASES / "robots_cases.json").read_text())
    right = [
        allows(c["robots"].encode("utf-8", "surrogateescape"), c["url"], c["agent"]) == c["allowed"] for c in cases
    ]
    assert sum(right) >= 138
