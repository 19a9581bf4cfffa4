"""What a site and a page say to machines: scope, precedence between places, quotes, and what else must be read."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.signals import Signal, TrainingAgents, signals_of, to_fetch
from scrapers.signals.training_agents import FILE, shipped
from sitecorpus.errors import SitecorpusError

URL = "https://example.org/docs/a"


def said(html: str = "", headers: dict[str, str] | None = None, url: str = URL, **files: str) -> set[tuple[str, str]]:
    found = signals_of(url, {k: v.encode() for k, v in files.items()}, html.encode(), headers or {})
    return {(s.kind, s.answer) for s in found}


def test_silence_is_silence() -> None:
    files = {"robots": "User-agent: *\nDisallow: /admin\n", "trust_txt": "member=https://x.org/\n", "tdmrep": "[]"}
    assert said("<html><head><title>noise</title></head><body>Text</body></html>", {"Server": "x"}, **files) == set()


# --- Content Signals


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        ("User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n", {"opt-out"}),
        ("User-agent: *\ncontent-signal : SEARCH=yes , AI-Train = NO\n", {"opt-out"}),
        ("User-agent: *\nContent-Signal: ai-train=yes\n", {"grant"}),
        ("User-agent: *\nContent-Signal: ai-train=yes\nContent-Signal: ai-train=no\n", {"opt-out"}),
        ("Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n", {"opt-out"}),
        ("User-agent: *\nContent-Signal: search=yes, use=reference\n", {"review"}),
        ("User-agent: *\nContent-Signal: search=yes, use=full, ai-input=no\n", set()),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=maybe\n", set()),
        ("User-agent: *\nContent-Signal: ai-train=not-yet\n", set()),
        ("User-agent: *\nContent-Signal: xai-train=no\n", set()),
        ("User-agent: a\nContent-Signal: ai-train=no\nUser-agent: *\nAllow: /\n", {"opt-out"}),
        ("User-agent: a\r\nContent-Signal: ai-train=no\r\nUser-agent: *\r\nAllow: /\r\n", {"opt-out"}),
        ("User-agent: a\nAllow: /\nContent-Signal: ai-train=no\nAllow: /b\nUser-agent: *\nAllow: /\n", set()),
        ("# Content-Signal: ai-train=no\nUser-agent: *\nAllow: /\n", set()),
        ("User-agent: otherbot\nContent-Signal: ai-train=no\n\nUser-agent: *\nAllow: /\n", set()),
        ("User-agent: sitecorpus\nContent-Signal: ai-train=yes\nAllow: /\n\nUser-agent: *\nContent-Signal: ai-train=no\n", {"grant"}),
        ("User-agent: *\nContent-Signal: /docs ai-train=no\n", {"opt-out"}),
        ("User-agent: *\nContent-Signal: /shop ai-train=no\n", set()),
        ("User-agent: *\nContent-Signal: /docs ai-train=yes\n", set()),
    ],
)  # fmt: skip
def test_a_content_signal_holds_for_its_group_and_for_known_values(robots: str, expected: set[str]) -> None:
    assert {answer for _, answer in said(robots=robots)} == expected


def test_a_content_signal_may_be_a_header() -> None:
    assert said(headers={"Content-Signal": "search=yes, ai-train=no"}) == {("content-signal", "opt-out")}


# --- TDMRep


TDM = '[{"location": "/docs/", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]'


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (TDM, {"opt-out"}),
        ('[{"location": "/docs/*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]', {"grant"}),
        ('[{"location": "/docs/a$", "tdm-reservation": 1}]', {"opt-out"}),
        ('[{"location": "/docs/$", "tdm-reservation": 1}]', set()),
        ('[{"location": "/d%6Fcs/", "tdm-reservation": 1}]', {"opt-out"}),
        ('[{"location": "/other", "tdm-reservation": 1}]', set()),
        ('[{"location": "/docs/", "tdm-reservation": 2}, {"location": "/", "tdm-reservation": 1}]', set()),
        ('[{"location": "/", "tdm-reservation": "yes"}]', set()),
        ('[{"location": "/", "tdm-reservation": "1"}]', {"review"}),
        ('[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://x.org/p.json"}]', {"opt-out"}),
        ('[{"tdm-reservation": 1}]', {"review"}),
        ('{"location": "/", "tdm-reservation": 1}', {"opt-out"}),
        ('[{"location": "/", "tdm-reservation": 1, "tdm-reservation": 0}]', {"opt-out"}),
        ('[{"location": "/", "tdm-reservation": 1', {"review"}),
        ("<html>No such file</html>", set()),
        ("\x00\x01", {"review"}),
    ],
)  # fmt: skip
def test_of_a_tdmrep_file_the_first_match_decides(file: str, expected: set[str]) -> None:
    assert said(tdmrep=file) == {("tdmrep", answer) for answer in expected}


def meta(value: str) -> str:
    return f'<html><head><meta name="tdm-reservation" content="{value}"></head><body>x</body></html>'


@pytest.mark.parametrize(
    ("html", "header", "expected"),
    [
        ("", "1", {"opt-out"}), ("", "0", {"grant"}), ("", "2", {"opt-out"}), ("", "", {"opt-out"}),
        (meta("0"), "1", {"grant"}), (meta("1"), "0", {"opt-out"}), (meta("maybe"), "0", {"grant"}),
        (meta("maybe"), "yes", {"opt-out"}), ("", "0, 1", {"opt-out"}), (meta("0") + meta("1"), "0", {"opt-out"}),
        ('<p>x<meta name="tdm-reservation" content="0"></p>', "1", {"opt-out"}),
    ],
)  # fmt: skip
def test_meta_prevails_over_header_and_header_over_file_and_the_unset_over_nothing(
    html: str, header: str, expected: set[str]
) -> None:
    found = said(html, {"TDM-Reservation": header} if header else {}, tdmrep=TDM)
    assert found == {("tdmrep", answer) for answer in expected}


# --- ai.txt and trust.txt


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("User-Agent: *\nDisallow: *.txt\nAllow: *.png\n", {"opt-out"}),
        ("User-Agent: *\nDisallow: *.html\n", {"opt-out"}),
        ("User-Agent: *\nDisallow: /\nDisallow: *\n", {"opt-out"}),
        ("User-Agent: *\nDisallow: /docs/\n", {"opt-out"}),
        ("User-Agent: GPTBot\nDisallow: /\n", {"opt-out"}),
        ("User-Agent: *\nDisallow: *.png\nDisallow: /shop/\n", set()),
        ("User-Agent: *\nDisallow: *.jpg\nAllow: *.html\nAllow: *.txt\n", {"grant"}),
        ("User-Agent: *\nSpawning: disallow\n", {"review"}),
        ("Permission: deny-training\n", {"review"}),
        ("Training: yes\nContact: a@example.org\n", set()),
        ("<html>not found</html>", set()),
        ("\x00\x01\x02", {"review"}),
    ],
)
def test_ai_txt_is_read_as_robots_txt_with_file_types(body: str, expected: set[str]) -> None:
    assert said(ai_txt=body) == {("ai.txt", answer) for answer in expected}


def test_a_type_of_file_in_ai_txt_is_not_another() -> None:
    body = "User-Agent: *\nDisallow: *.html\nDisallow: *.txt\n"
    assert said(ai_txt=body, url="https://example.org/a.pdf") == set()
    assert said(ai_txt="User-Agent: *\nDisallow: *.pdf\n", url="https://example.org/a.pdf") == {("ai.txt", "opt-out")}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("member=https://x.org/\ndatatrainingallowed=no\n", {"opt-out"}),
        ("\ufeffDataTrainingAllowed = NO # of course\r\n", {"opt-out"}),
        ("datatrainingallowed=yes\rdatatrainingallowed=no\r", {"opt-out"}),
        ("datatrainingallowed=yes\n", {"grant"}),
        ("datatrainingallowed=maybe\n", set()),
        ("# datatrainingallowed=no\n", set()),
        ("contact=datatrainingallowed=no\n", set()),
    ],
)
def test_trust_txt_says_yes_or_no(body: str, expected: set[str]) -> None:
    assert said(trust_txt=body) == {("trust.txt", answer) for answer in expected}


# --- training agents


@pytest.mark.parametrize("name", shipped().names)
def test_every_training_agent_that_is_shut_out_is_found(name: str) -> None:
    robots = f"User-agent: {name}\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    assert said(robots=robots) == {("robots-agents", "opt-out")}


@pytest.mark.parametrize(
    "name", ["ChatGPT-User", "OAI-SearchBot", "PerplexityBot", "Claude-User", "Googlebot", "Scrapy"]
)
def test_to_shut_out_who_searches_or_answers_says_nothing_of_training(name: str) -> None:
    assert said(robots=f"User-agent: {name}\nDisallow: /\n\nUser-agent: *\nAllow: /\n") == set()


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        ("User-agent: GPTBot\nDisallow: /docs/\n", True),
        ("User-agent: GPTBot\nDisallow: /shop/\n", False),
        ("User-agent: GPTBot\nDisallow: /\nAllow: /docs/\n", False),
        ("User-agent: gptbot/1.2\nDisallow: /\n", True),
        ("User-agent: GPTBot\nUser-agent: CCBot\nCrawl-delay: 5\nDisallow: /\n", True),
        ("User-agent: GPTBotany\nDisallow: /\n", False),
        ("User-agent: *\nUser-agent: GPTBot\nDisallow: /docs/\n", False),
        ("User-agent: GPTBot\nDisallow:\n", False),
    ],
)
def test_an_agent_is_shut_out_of_the_pages_its_rules_cover(robots: str, expected: bool) -> None:
    assert (("robots-agents", "opt-out") in said(robots=robots)) is expected


def test_a_corpus_may_bring_its_own_list_of_agents() -> None:
    own = TrainingAgents.parse(b'as_of = "2027-01-01"\n[[agent]]\nname = "NewBot"\n')
    robots = {"robots": b"User-agent: NewBot\nDisallow: /\n"}
    assert signals_of(URL, robots) == ()
    (found,) = signals_of(URL, robots, training=own)
    assert (found.answer, found.value) == ("opt-out", "NewBot")
    assert "2027-01-01" in found.source
    assert shipped().as_of.startswith("20")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"as_of = 1",
        b'as_of = "2026"\n[[agent]]\nname = "a"',
        b'as_of = "2026-01-01"\n[[agent]]\nname = "*"',
    ],
)
def test_a_list_of_agents_that_is_none_says_what_it_needs(body: bytes) -> None:
    with pytest.raises(SitecorpusError, match=FILE):
        TrainingAgents.parse(body)


# --- quotes


def quoted(signal: Signal, files: dict[str, bytes], html: bytes) -> bool:
    quote = signal.quote
    if quote.start is None or quote.end is None:
        return False
    body = html if signal.file == "page" else files[signal.file]
    return body[quote.start : quote.end].decode() == quote.text != ""


def test_every_statement_is_quoted_with_its_place_in_the_bytes() -> None:
    licence = b"\n<rsl xmlns='https://rslstandard.org/rsl'><content url='/'><license><payment type='crawl'/></license></content></rsl>"
    files = {
        "robots": "\ufeff# caf\u00e9\r\nLicense: /l.xml\r\nUser-agent: CCBot\r\nDisallow: /\r\nUser-agent: *\r\n"
        "Content-Signal: ai-train=no\r\nContent-Usage: / train-ai=n\r\n".encode(),
        "ai_txt": b"User-Agent: *\nDisallow: /\n",
        "trust_txt": b"# x\n  datatrainingallowed=no\n",
        "tdmrep": '\ufeff[{"location": "/caf\u00e9"}, {"location": "/", "tdm-reservation": 1}]'.encode(),
        "rsl:https://example.org/l.xml": licence,
    }
    html = (
        "<html><head><title>\u00e9</title><!-- <meta name=robots content=noai> --><meta name=robots content=noai>"
        '<link rel=license type="application/rsl+xml" href="/gone.xml"><script type="application/rsl+xml">'
        + licence.decode() + "</script></head></html>"
    ).encode()  # fmt: skip
    found = [s for s in signals_of(URL, files, html) if "was not had" not in s.value]
    assert {s.kind for s in found} == {
        "content-signal", "content-usage", "robots-agents", "ai.txt", "trust.txt", "tdmrep", "robots-meta", "rsl"
    }  # fmt: skip
    assert [s for s in found if not quoted(s, files, html)] == []
    assert next(s for s in found if s.kind == "robots-meta").quote.start == html.rindex(b"<meta")
    (header,) = signals_of(URL, {}, b"", {"X-Robots-Tag": "noai"})
    assert (header.quote.header, header.quote.text) == ("x-robots-tag", "noai")


# --- no input raises, and more words are never more consent


ANY = st.binary(max_size=300) | st.text(string.printable, max_size=300).map(str.encode)
WORDS = st.lists(
    st.sampled_from(
        ["User-agent: *", "User-agent: GPTBot", "Disallow: /", "Allow: /docs", "Content-Signal: ai-train=no", "\n", "\r",
         "Content-Usage: / train-ai=n", "License: https://example.org/l.xml", "License: http://[", "\x00", "\u00e9",
         "datatrainingallowed=no", '[{"location":', '"/"', ',"tdm-reservation":1}', "]", "{", "<rsl>", "</rsl>",
         '<content url="/">', "</content>", "<license>", "</license>", "<prohibits>ai-train</prohibits>", "<!DOCTYPE x>"]
    )
).map(lambda parts: "\n".join(parts).encode())  # fmt: skip


@given(ANY | WORDS, ANY | WORDS, st.text(max_size=80), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_bytes_and_no_address_make_the_readings_raise(body: bytes, html: bytes, header: str, url: str) -> None:
    names = ("robots", "ai_txt", "trust_txt", "tdmrep", "rsl:https://example.org/l.xml")
    headers = dict.fromkeys(("X-Robots-Tag", "Content-Usage", "Link", "TDM-Reservation", "Content-Signal"), header)
    for address in (URL, url):
        first = signals_of(address, dict.fromkeys(names, body), html, headers)
        assert first == signals_of(address, dict.fromkeys(names, body), html, headers)
        assert all(u.startswith(("http://", "https://")) for u in to_fetch(address, {"robots": body}, html, headers))


OPT_OUTS = {
    "robots": b"\nUser-agent: *\nContent-Signal: ai-train=no\nContent-Usage: / train-ai=n\n",
    "trust_txt": b"\ndatatrainingallowed=no\n",
    "ai_txt": b"\nUser-agent: *\nDisallow: /\n",
}


@given(st.sampled_from(sorted(OPT_OUTS)), st.lists(st.sampled_from(
    [b"User-agent: otherbot", b"Allow: /", b"# hello", b"Content-Signal: ai-train=yes", b"datatrainingallowed=yes", b"x"]
)))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_what_stands_above_an_opt_out_does_not_take_it_back(name: str, above: list[bytes]) -> None:
    found = signals_of(URL, {name: b"\n".join(above) + OPT_OUTS[name]})
    assert "opt-out" in {s.answer for s in found}
