"""AIPREF's Content-Usage: a dictionary whose keys have their case, scoped by group and longest path."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.signals import signals_of
from scrapers.signals.content_usage import OWN, PARENTS


def answers(url: str = "https://example.org/docs/a", header: str = "", robots: str = "") -> set[str]:
    files = {"robots": robots.encode()} if robots else {}
    return {s.answer for s in signals_of(url, files, b"", {"content-usage": header})}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("train-ai=n", "opt-out"), ("search=y, train-ai=n", "opt-out"), ("train-ai=n;a=1", "opt-out"),
        ("train-ai=y", "grant"), ("train-ai=y, train-genai=n", "opt-out"), ("train-ai=n, train-genai=y", "opt-out"),
        ("bots=n", "opt-out"), ("bots=n, train-ai=y", "grant"), ("bots=y, train-ai=n", "opt-out"), ("bots=y", "grant"),
        ("train-ai=n, train-ai=y", "grant"), ("train-ai=y, train-ai=n", "opt-out"),
        ("search=n", ""), ("ai-use=n", ""), ("train-ai=maybe", ""), ("train-ai=N", ""), ("Train-AI=n", ""),
        ('train-ai="n"', ""), ("train-ai=?0", ""), ("train-ai", ""), ("xtrain-ai=n", ""), ("train-ai=(n)", ""), ("", ""),
        ("train-ai=n, (", "review"), ("train-ai=n,", "review"), ("train-ai = n", "review"), ("caf\u00e9, train-ai=n", "review"),
        ("train-ai=y, (", ""), ("(((", ""),
    ],
)  # fmt: skip
def test_a_dictionary_says_what_its_own_keys_and_tokens_say(header: str, expected: str) -> None:
    assert answers(header=header) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        ("User-agent: *\nContent-Usage: / train-ai=n\n", {"opt-out"}),
        ("User-agent: *\nContent-Usage: train-ai=n\n", {"opt-out"}),
        ("Content-Usage: / train-ai=n\nUser-agent: *\nAllow: /\n", {"opt-out"}),
        ("User-agent: *\nContent-Usage: /docs/ train-ai=n\nContent-Usage: / train-ai=y\n", {"opt-out"}),
        ("User-agent: *\nContent-Usage: / train-ai=n\nContent-Usage: /docs/\ttrain-ai=y\n", {"grant"}),
        ("User-agent: *\nContent-Usage: /docs/ train-ai=n\nContent-Usage: /docs/ train-ai=y\n", {"opt-out"}),
        ("User-agent: *\nContent-Usage: /*/a$ train-ai=n\nContent-Usage: /docs/ train-ai=y\n", {"grant"}),
        ("User-agent: *\nContent-Usage: /d%6Fcs/ train-ai=n\n", {"opt-out"}),
        ("User-agent: *\nContent-Usage: /docs/ search=n\nContent-Usage: / train-ai=n\n", set()),
        ("User-agent: *\nContent-Usage: /other/ train-ai=n\n", set()),
        ("User-agent: *\nContent-Usage: /docs/\n", set()),
        ("User-agent: otherbot\nContent-Usage: / train-ai=n\n", set()),
        ("User-agent: sitecorpus\nAllow: /\nContent-Usage: / train-ai=y\n\nUser-agent: *\nContent-Usage: / train-ai=n\n", {"grant"}),
        ("# Content-Usage: / train-ai=n\nUser-agent: *\nAllow: /\n", set()),
        ("User-agent: *\nContent-Usage: / train-ai=n,\n", {"review"}),
    ],
)  # fmt: skip
def test_in_robots_txt_the_longest_path_of_our_group_decides(robots: str, expected: set[str]) -> None:
    assert answers(robots=robots) == expected


def test_a_header_does_not_lift_what_robots_txt_says() -> None:
    assert answers(header="train-ai=y", robots="User-agent: *\nContent-Usage: / train-ai=n\n") == {"opt-out", "grant"}


MEMBERS = st.lists(
    st.tuples(st.sampled_from([*OWN, *PARENTS, "search", "x"]), st.sampled_from(["y", "n", "maybe"])), max_size=6
)


@given(MEMBERS, st.sampled_from(["train-ai", "train-genai"]))
@settings(max_examples=200, deadline=None)
def test_a_no_to_training_that_stands_last_is_always_heard(members: list[tuple[str, str]], label: str) -> None:
    header = ", ".join([*(f"{k}={v}" for k, v in members), f"{label}=n"])
    assert answers(header=header) == {"opt-out"}
