"""The port against the reference itself: its published assertions, and its own answers to files made up here."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.robots import RobotsRules


def test_the_reference_suite_is_answered_as_google_answers(shared: Path) -> None:
    cases = json.loads((shared / "data/rights/robots_cases.json").read_text(encoding="utf-8"))
    wrong = [
        case["name"]
        for case in cases
        if RobotsRules.parse(case["robots"].encode("utf-8", "surrogateescape")).allows(case["agent"], case["url"])
        != case["allowed"]
    ]
    assert wrong == []


FIELDS = st.sampled_from(
    [b"User-agent", b"user agent", b"useragents", b"Disallow", b"disalow", b"Allow", b"allowed", b"Sitemap", b"site-map",
     b"Crawl-delay", b"Content-Signal", b"x", b"", b"\xefAllow"]
)  # fmt: skip
BETWEEN = st.sampled_from([b":", b": ", b" : ", b" ", b"\t", b"  ", b"", b"::", b"\x0b: \x0c"])
AGENTS = st.sampled_from([b"*", b"* x", b"*x", b"foo", b"FOO/1", b"Foo Bar", b"foo-bar", b"bar", b"1", b"", b"\xc3\xa9foo", b"foo\xe9"])  # fmt: skip
ATOMS = [b"/", b"a", b"b", b"*", b"$", b"%", b"%2f", b"%AA", b"\xe3\x83\x84", b"\xff", b"?", b";", b"#", b"/index.htm", b".", b"://", b" "]  # fmt: skip
PATHS = st.lists(st.sampled_from(ATOMS), max_size=7).map(b"".join)
ENDINGS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b" #c\n", b"\n\t"])
LINES = st.tuples(FIELDS, BETWEEN, st.one_of(AGENTS, PATHS, PATHS.map(b"/".__add__)), ENDINGS).map(b"".join)
FOR_US = st.tuples(st.sampled_from([b"User-agent: foo\n", b"User-agent: *\n"]), LINES).map(b"".join)
FILES = st.tuples(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef", b"\xbb"]), st.lists(st.one_of(LINES, FOR_US), max_size=9).map(b"".join)).map(b"".join)  # fmt: skip
URLS = st.tuples(st.sampled_from(["http://h", "http://h/", "//h", "", "h", "://", "http:"]), PATHS.map(lambda p: p.decode("utf-8", "surrogateescape"))).map("".join)  # fmt: skip
NAMES = st.sampled_from(["foo", "foo", "Foo", "bar", "foo-bar", "Foo Bar", "", "*", "1", "éfoo"])


@given(FILES, NAMES, URLS)
@settings(max_examples=800, deadline=None)
def test_every_file_is_read_as_the_reference_reads_it(body: bytes, agent: str, url: str) -> None:
    rules = RobotsRules.parse(body)
    if rules.access == "rules":
        assert rules.allows(agent, url) == reference(body, agent, url)


@given(st.binary(max_size=300), FILES, NAMES, URLS)
@settings(max_examples=150, deadline=None)
def test_nothing_is_allowed_that_the_reference_denies(junk: bytes, body: bytes, agent: str, url: str) -> None:
    for mixed in (junk, junk + body, body + junk):
        if RobotsRules.parse(mixed).allows(agent, url):
            assert reference(mixed, agent, url)


def reference(body: bytes, agent: str, url: str) -> bool:
    googlebot: Any = pytest.importorskip("jwm.robotstxt.googlebot", reason="the reference matcher is not installed")
    said: bool = googlebot.RobotsMatcher().OneAgentAllowedByRobots(
        body, agent.encode(), url.encode("utf-8", "surrogateescape")
    )
    return said
