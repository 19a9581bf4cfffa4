"""Hostile bytes: whatever a site sends, the answer comes soon, in little memory, and is never a grant."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fleet import Site, serving
from fleet.attacks import GENERAL
from fleet.hostile_sites import SITES
from fleet.license_sites import NOT_GRANTS
from fleet.readers import READERS, URL
from fleet.robots_sites import DENY
from fleet.rsl_sites import NO_AI
from fleet.signal_sites import BARE, RESERVED
from fleet.terms_sites import NO_BOTS, NO_TRAINING, terms
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.licenses import page_license
from scrapers.robots import RobotsRules
from scrapers.signals import signals_of
from scrapers.spiders import feed, sitemap
from scrapers.spiders.page import Page
from scrapers.terms import read_terms, terms_text
from sitecorpus.recipe import OPEN_LICENSES

HERE = Path(__file__).parent
PEAK_MIB = 600
Told = dict[tuple[str, str], dict[str, Any]]
"""{(reader or address, attack): what came of it}"""


def _attack(args: Sequence[str]) -> Told:
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    done = subprocess.run(
        [sys.executable, "-m", "fleet.confined", *args],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return {(told["of"], told["attack"]): told for told in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def attacks() -> Told:
    """All readers under attack, in two processes."""
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(_attack, (list(READERS)[::2], list(READERS)[1::2]))
    return first | second


@pytest.fixture(scope="module")
def sites() -> dict[str, dict[str, Any]]:
    """{site: what came of asking it}, in four processes: most sites keep us waiting."""
    with serving({s.name: s.answers for s in SITES}) as fleet, ThreadPoolExecutor() as pool:
        found = pool.map(_attack, ([fleet.origins[s.name] for s in SITES[i::4]] for i in range(4)))
        return {fleet.name(origin): told for part in found for (origin, _), told in part.items()}


@pytest.mark.parametrize(("reader", "attack"), [(r, a) for r, (_, some) in READERS.items() for a in some], ids=str)
def test_a_reader_ends_soon_with_a_value_that_grants_nothing(attacks: Told, reader: str, attack: str) -> None:
    told = attacks[reader, attack]
    assert "raised" not in told, told
    assert told["peak_mib"] < PEAK_MIB
    result = told["result"]
    if reader == "robots":
        assert attack in GENERAL or result["allows"] == [False, False]  # all of them shut everybody out
    elif reader == "license":
        assert result[0] not in OPEN_LICENSES
    elif reader in ("terms-page", "terms-text"):
        assert result != "allow"
    elif reader != "map":
        assert "grant" not in result


@pytest.mark.parametrize("attack", [a for a in READERS["rsl"][1] if "many" not in a])
def test_a_licence_file_that_cannot_be_read_is_not_silence(attacks: Told, attack: str) -> None:
    assert set(attacks["rsl", attack]["result"]) & {"opt-out", "review"}


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.name)
def test_a_site_that_attacks_gets_a_no_with_its_reason_and_soon(sites: dict[str, dict[str, Any]], site: Site) -> None:
    told = sites[site.name]
    assert "raised" not in told, told
    assert told["wall_s"] < 30
    assert told["peak_mib"] < PEAK_MIB
    assert told["result"]["decision"] in site.expect, told
    said = "\n".join(told["result"]["against"])
    if told["result"]["decision"] != "allow":
        assert said
        assert re.search(site.because, said, re.IGNORECASE), said


# --- fuzz: bytes of all kinds, and the words of each format in any order

WORDS = [
    b"User-agent", b":", b"*", b"sitecorpus", b"GPTBot", b"Disallow", b"Allow", b" /", b"\n", b"\r", b"Content-Signal",
    b"ai-train", b"=", b"no", b"Content-Usage", b"train-ai", b"n", b";", b",", b'"', b"License", b"https://a.example/l",
    b"datatrainingallowed", b"[", b"]", b"{", b"}", b'"location"', b'"tdm-reservation"', b"1", b"<rsl", b"<content",
    b"<license>", b"<permits", b"<prohibits", b' type="usage"', b">", b"</", b"/>", b"<meta name=robots content=", b"noai",
    b"<!--", b"-->", b"<script", b"<footer>", b"<a rel=license href=", b"<![CDATA[", b"&", b"%", b"$", b"\0", b"\xff", b"\xef\xbb\xbf",
]  # fmt: skip
soup = st.lists(st.sampled_from(WORDS), max_size=60).map(b"".join)
anything = st.one_of(st.binary(max_size=600), soup)
quick = partial(settings, max_examples=120, deadline=None)
FILES = ("robots", "ai_txt", "trust_txt", "tdmrep")


@given(anything, st.text(max_size=40), st.text(max_size=60))
@quick()
def test_any_bytes_are_a_robots_txt_that_answers(body: bytes, agent: str, path: str) -> None:
    rules = RobotsRules.parse(body)
    assert isinstance(rules.allows(agent, "https://a.example/" + path), bool)
    assert isinstance(rules.allows("sitecorpus", path), bool)
    for line in rules.lines:
        assert 0 <= line.start <= line.end <= len(body)


@given(st.sampled_from(FILES), anything, anything, st.text(max_size=80))
@quick()
def test_any_bytes_are_files_and_pages_with_signals(file: str, body: bytes, html: bytes, header: str) -> None:
    headers = dict.fromkeys(("X-Robots-Tag", "Content-Usage", "Link", "TDM-Reservation"), header)
    for signal in signals_of(URL, {file: body}, html, headers):
        assert signal.answer in ("opt-out", "grant", "review")


@given(anything)
@quick()
def test_any_bytes_are_pages_terms_and_maps(body: bytes) -> None:
    page_license(body, URL, {})
    assert read_terms(terms_text(body)).verdict in ("deny", "review", "allow", "silent", "unreadable")
    for finder in (sitemap, feed):
        list(finder.find(Page(URL, 200, {"content-type": "application/xml"}, body, "sitemap-index")))


# --- corruption: what was cut or changed on its way is never a grant that was not there

OPT_OUTS = {
    "robots": b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nContent-Usage: /a train-ai=n\nAllow: /\n",
    "ai_txt": b"User-Agent: *\nDisallow: /\nDisallow: *.html\n",
    "trust_txt": b"member=https://a.example/\ndatatrainingallowed=no\n",
    "tdmrep": RESERVED.encode(),
}
BAN = terms(NO_BOTS, NO_TRAINING).body
UNLICENSED = {s.name: s.answers["/"].body for s in NOT_GRANTS if s.name != "lic-two"}
"""A page that says two things says one when it is cut between them; all others say nothing at any length."""


def cut(body: bytes) -> st.SearchStrategy[bytes]:
    return st.integers(0, max(len(body) - 1, 0)).map(lambda n: body[:n])


def flipped(body: bytes) -> st.SearchStrategy[bytes]:
    """One to three bits changed."""

    def flip(bits: list[int]) -> bytes:
        changed = bytearray(body)
        for bit in bits:
            changed[bit >> 3] ^= 1 << (bit & 7)
        return bytes(changed)

    return st.lists(st.integers(0, len(body) * 8 - 1), min_size=1, max_size=3).map(flip)


def answers(files: dict[str, bytes]) -> set[str]:
    return {s.answer for s in signals_of(URL, files)}


@pytest.mark.parametrize("file", OPT_OUTS)
def test_an_opt_out_that_is_cut_anywhere_is_never_a_grant(file: str) -> None:
    body = OPT_OUTS[file]
    assert answers({file: body}) == {"opt-out"}
    for n in range(len(body)):
        assert "grant" not in answers({file: body[:n]}), body[:n]


@pytest.mark.parametrize("file", [f for f in OPT_OUTS if f != "tdmrep"])
def test_an_opt_out_with_flipped_bits_is_never_a_grant(file: str) -> None:
    @given(flipped(OPT_OUTS[file]))
    @quick()
    def check(body: bytes) -> None:
        assert "grant" not in answers({file: body})

    check()


def test_a_reservation_that_is_cut_after_its_name_is_not_silence() -> None:
    body = OPT_OUTS["tdmrep"]
    for n in range(body.index(b'reservation"') + len(b'reservation"'), len(body)):
        assert answers({"tdmrep": body[:n]}) & {"opt-out", "review"}, body[:n]


def test_a_licence_file_that_is_cut_anywhere_is_not_silence() -> None:
    named = {"robots": b"License: https://a.example/l.xml\n"}
    for n in range(len(NO_AI.body)):
        found = answers({**named, "rsl:https://a.example/l.xml": NO_AI.body[:n]})
        assert found & {"opt-out", "review"}, NO_AI.body[:n]
        assert "grant" not in found


@given(flipped(NO_AI.body))
@quick()
def test_a_prohibition_with_flipped_bits_is_never_a_grant(body: bytes) -> None:
    named = {"robots": b"License: https://a.example/l.xml\n"}
    assert "grant" not in answers({**named, "rsl:https://a.example/l.xml": body})


@given(st.sampled_from(sorted(UNLICENSED)).flatmap(lambda n: st.one_of(cut(UNLICENSED[n]), flipped(UNLICENSED[n]))))
@settings(max_examples=400, deadline=None)
def test_a_page_that_grants_nothing_grants_nothing_when_it_is_cut_or_flipped(body: bytes) -> None:
    reading = page_license(body, URL, {})
    assert not (reading.confident and reading.spdx in OPEN_LICENSES), body[-200:]


@pytest.mark.parametrize("name", UNLICENSED)
def test_a_page_that_grants_nothing_grants_nothing_at_any_length(name: str) -> None:
    body = UNLICENSED[name]
    for n in range(0, len(body), 7):
        reading = page_license(body[:n], URL, {})
        assert not (reading.confident and reading.spdx in OPEN_LICENSES), body[:n][-300:]


@given(st.one_of(cut(BAN), flipped(BAN)))
@settings(max_examples=60, deadline=None)
def test_a_ban_that_is_cut_or_flipped_is_never_a_permission(body: bytes) -> None:
    assert read_terms(terms_text(body)).verdict != "allow"


@given(cut(gzip.compress(DENY.encode() * 50, mtime=0)), st.binary(max_size=40))
@quick()
def test_packed_rules_that_nobody_unpacked_allow_nothing(body: bytes, more: bytes) -> None:
    if len(body) > 2:
        assert not RobotsRules.parse(body + more).allows("sitecorpus", URL)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_rules_in_another_encoding_are_read_or_deny(encoding: str) -> None:
    body = DENY.encode(encoding)
    assert not RobotsRules.parse(body).allows("sitecorpus", URL)
    assert not RobotsRules.parse(body + b"\n").allows("sitecorpus", URL)


@given(st.sampled_from(sorted(OPT_OUTS)), st.sampled_from(sorted(OPT_OUTS)), anything)
@quick()
def test_one_file_never_takes_back_the_opt_out_of_another(file: str, other: str, body: bytes) -> None:
    if file != other:
        assert "opt-out" in answers({file: OPT_OUTS[file], other: body})


def test_a_page_without_a_licence_stays_without_one() -> None:
    assert page_license(BARE.body, URL, {}).spdx is None
