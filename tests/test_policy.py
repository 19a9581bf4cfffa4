"""From evidence to one answer; anything not shown is not allowed."""

import hashlib

import pytest

from scrapers.evidence import Exchange
from scrapers.policy import Exhibit, allowed_license, judge
from sitecorpus.recipe import RightsSettings

SEED = "https://example.org/"
LICENSED = b'<html><body><p>Text.</p><footer>Content is under <a href="https://creativecommons.org/licenses/by/4.0/">CC BY</a></footer></body></html>'
TERMS = b"You agree that we may change these terms. You are responsible for reading them; we may close the site. " * 6
BAN = b"You may not use any robot, spider or scraper to copy the content of the site. " + TERMS
DECLARED = {"license": "CC-BY-4.0", "attested_by": "A. Person", "attested_on": "2026-08-01"}


def exhibit(kind: str, path: str = "/", body: bytes = b"", status: int | None = 200, **more: str) -> Exhibit:
    url = "https://example.org" + path
    return Exhibit(kind, Exchange(url, url, status, (("Content-Type", "text/html"),), body, **more))  # type: ignore[arg-type]


def answer(*exhibits: Exhibit, **rights: object) -> tuple[str, set[str]]:
    first = () if any(e.kind == "robots" for e in exhibits) else (exhibit("robots", "/robots.txt", status=404),)
    home = () if any(e.kind == "home" for e in exhibits) else (exhibit("home", body=LICENSED),)
    found = judge((*first, *home, *exhibits), [SEED], RightsSettings(**rights))  # type: ignore[arg-type]
    return found.decision, {r.code for r in found.reasons if r.answer != "allow"}


def test_a_licensed_site_that_says_no_nowhere_is_allowed() -> None:
    assert answer() == ("allow", set())
    assert answer(exhibit("terms", "/terms", TERMS)) == ("allow", set())


def test_a_site_that_grants_nothing_is_for_a_person_to_decide() -> None:
    assert answer(exhibit("home", body=b"<p>Text.</p>")) == ("review", {"no_license"})


@pytest.mark.parametrize("status", [None, 500, 429])
def test_without_a_robots_txt_that_can_be_asked_the_answer_is_no(status: int | None) -> None:
    assert answer(exhibit("robots", "/robots.txt", status=status)) == ("deny", {"robots_unreachable"})


def test_robots_txt_that_shuts_us_out_is_a_no_whatever_is_declared() -> None:
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    assert answer(robots, policy="own", basis="owner", **DECLARED)[0] == "deny"


def test_an_opt_out_is_a_no_whatever_is_declared() -> None:
    tdmrep = exhibit("tdmrep", "/.well-known/tdmrep.json", b'[{"location": "/", "tdm-reservation": 1}]')
    assert answer(tdmrep, basis="permission", **DECLARED) == ("deny", {"opted_out"})


def test_an_opt_out_file_that_cannot_be_read_is_not_silence() -> None:
    assert answer(exhibit("ai_txt", "/ai.txt", status=503)) == ("review", {"signal_unreachable"})


def test_terms_that_ban_crawling_are_a_no_but_not_in_ones_own_house() -> None:
    terms = exhibit("terms", "/terms", BAN)
    assert answer(terms) == ("deny", {"terms_deny"})
    assert answer(terms, policy="own", basis="owner", **DECLARED) == ("allow", set())


def test_terms_that_cannot_be_read_are_for_a_person() -> None:
    assert answer(exhibit("terms", "/terms", b"<p>Loading</p>")) == ("review", {"terms_unreadable"})
    assert answer(exhibit("terms", "/terms", status=500)) == ("review", {"terms_unreadable"})


def test_attested_terms_hold_until_they_change() -> None:
    terms = exhibit("terms", "/terms", BAN)
    assert answer(terms, terms_sha256=hashlib.sha256(BAN).hexdigest())[0] == "allow"
    assert answer(terms, terms_sha256="0" * 64) == ("deny", {"terms_changed"})


def test_strict_wants_terms_and_own_wants_a_declaration() -> None:
    assert answer(policy="strict") == ("review", {"no_terms_page"})
    assert answer(policy="own") == ("review", {"not_declared"})


def test_a_seed_that_leads_to_another_origin_is_for_a_person() -> None:
    moved = Exhibit("home", Exchange(SEED, "https://www.example.org/", 200, (), LICENSED))
    assert answer(moved) == ("review", {"seed_leads_elsewhere"})


def test_research_takes_non_commercial_licences_and_the_others_do_not() -> None:
    assert allowed_license("CC-BY-NC-SA-4.0", RightsSettings(policy="research"))
    assert not allowed_license("CC-BY-NC-SA-4.0", RightsSettings())
    assert not allowed_license(None, RightsSettings(policy="research"))


def test_the_same_bytes_give_the_same_answer() -> None:
    exhibits = [exhibit("robots", "/robots.txt", status=404), exhibit("home", body=LICENSED)]
    assert judge(exhibits, [SEED], RightsSettings()) == judge(exhibits, [SEED], RightsSettings())
