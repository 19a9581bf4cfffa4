"""From evidence to one answer; anything not shown is not allowed."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.evidence import Exchange
from scrapers.exhibits import Case, Docket
from scrapers.policy import Exhibit, Policy, judge, shipped, verdicts_of
from scrapers.policy.rules import LicenseRules, SignalRules, TermsRules
from sitecorpus.recipe import POLICIES, RightsSettings
from sitecorpus.rights import Reason, Verdict

SEED = "https://example.org/"
LICENSED = b'<html><body><p>Text.</p><footer>Content is under <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a></footer></body></html>'
NC = LICENSED.replace(b"by/4.0", b"by-nc/4.0").replace(b"CC BY", b"CC BY-NC")
TERMS = (
    b"<p>You agree that we may change these terms. You are responsible for reading them; we may close the site.</p> "
    * 6
)
BAN = b"<p>You may not use any <b>robot</b>, spider or scraper to copy\n the content of the site.</p> " + TERMS
TRAINING = b"<p>You may not use our content to train machine learning models.</p>" + TERMS
DECLARED = {"license": "CC-BY-4.0", "attested_by": "A. Person", "attested_on": "2026-08-01"}
LETTER = Exhibit("file", Exchange("urn:x:letter.txt", "urn:x:letter.txt", None, body=b"You may.", record_id="<urn:1>"))


def exhibit(kind: str, path: str = "/", body: bytes = b"", status: int | None = 200, **more: str) -> Exhibit:
    url = "https://example.org" + path
    headers = (("Content-Type", "text/html"), *((k.replace("_", "-"), v) for k, v in more.items()))
    return Exhibit(kind, Exchange(url, url, status, headers, body, fetched_at="2026-08-01T00:00:00Z"))


def reasons(
    *exhibits: Exhibit, under: Policy | None = None, declared: tuple[Exhibit, ...] = (), **rights: object
) -> tuple[str, tuple[Reason, ...]]:
    first = () if any(e.kind == "robots" for e in exhibits) else (exhibit("robots", "/robots.txt", status=404),)
    home = () if any(e.kind == "home" for e in exhibits) else (exhibit("home", body=LICENSED),)
    found = judge((*first, *home, *exhibits), [SEED], RightsSettings(**rights), under, declared)  # type: ignore[arg-type]
    return found.decision, found.reasons


def answer(*exhibits: Exhibit, **rights: object) -> tuple[str, set[str]]:
    decision, found = reasons(*exhibits, **rights)  # type: ignore[arg-type]
    return decision, {r.code for r in found if r.answer != "allow"}


def test_a_licensed_site_that_says_no_nowhere_is_allowed() -> None:
    assert answer() == ("allow", set())
    assert answer(exhibit("terms", "/terms", TERMS)) == ("allow", set())


def test_a_site_that_grants_nothing_is_for_a_person_to_decide() -> None:
    assert answer(exhibit("home", body=b"<p>Text.</p>")) == ("review", {"no_license"})


@pytest.mark.parametrize("status", [None, 500, 503])
def test_without_a_robots_txt_that_can_be_asked_the_answer_is_no(status: int | None) -> None:
    assert answer(exhibit("robots", "/robots.txt", status=status)) == ("deny", {"robots_unreachable"})


def test_robots_txt_that_shuts_us_out_is_a_no_whatever_is_declared() -> None:
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    assert answer(robots, policy="own", basis="owner", **DECLARED)[0] == "deny"


def test_no_policy_lets_robots_txt_be_passed_over() -> None:
    lax = Policy(
        terms=TermsRules(*["allow"] * 9), signals=SignalRules(*["review"] * 4), licenses=LicenseRules(*["allow"] * 4)
    )
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    decision, found = reasons(robots, under=lax)
    assert (decision, {r.rule for r in found if r.answer == "deny"}) == ("deny", {None})
    assert reasons(exhibit("robots", "/robots.txt", status=500), under=lax)[0] == "deny"


def test_an_opt_out_is_a_no_whatever_is_declared() -> None:
    tdmrep = exhibit("tdmrep", "/.well-known/tdmrep.json", b'[{"location": "/", "tdm-reservation": 1}]')
    assert answer(tdmrep, basis="owner", **DECLARED) == ("deny", {"opted_out"})
    assert answer(tdmrep, policy="own", basis="owner", **DECLARED) == ("deny", {"opted_out"})
    assert answer(tdmrep, policy="research")[0] == "deny"


def test_training_agents_that_are_shut_out_and_a_price_are_a_no() -> None:
    robots = b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nAllow: /\nLicense: https://example.org/l.xml\n"
    assert answer(exhibit("robots", "/robots.txt", robots.replace(b"License", b"X")))[0] == "deny"
    price = (
        b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><permits type="usage">all</permits>'
        b'<payment type="crawl"><amount currency="USD">1</amount></payment></license></content></rsl>'
    )
    named = exhibit("robots", "/robots.txt", robots.replace(b"GPTBot", b"x"))
    decision, found = reasons(named, exhibit("rsl", "/l.xml", price))
    assert (decision, [r.rule for r in found if r.answer == "deny"]) == ("deny", ["signals.payment = deny"])


def test_a_licence_file_that_is_named_and_was_not_had_is_for_a_person() -> None:
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nAllow: /\nLicense: https://example.org/l.xml\n")
    assert answer(robots) == ("review", {"signal_to_read"})


def test_of_two_places_of_one_file_the_stricter_holds() -> None:
    yes = exhibit("trust_txt", "/trust.txt", b"datatrainingallowed=yes")
    no = exhibit("trust_txt", "/.well-known/trust.txt", b"datatrainingallowed=no")
    decision, found = reasons(yes, no)
    assert decision == "deny"
    assert [r.url for r in found if r.answer == "deny"] == ["https://example.org/.well-known/trust.txt"]


def test_an_opt_out_file_that_cannot_be_read_is_not_silence() -> None:
    assert answer(exhibit("ai_txt", "/ai.txt", status=503)) == ("review", {"signal_unreachable"})


def test_terms_that_ban_crawling_or_training_are_a_no_but_not_in_ones_own_house() -> None:
    terms = exhibit("terms", "/terms", BAN)
    assert answer(terms) == ("deny", {"terms_deny"})
    assert answer(exhibit("terms", "/terms", TRAINING)) == ("deny", {"terms_deny"})
    assert answer(terms, policy="own", basis="owner", **DECLARED) == ("allow", set())


def test_each_clause_of_the_terms_is_a_reason_in_its_own_words() -> None:
    _, found = reasons(exhibit("terms", "/terms", BAN + TRAINING))
    said = {r.rule: r.quote.text for r in found if r.code == "terms_deny" and r.quote is not None}
    assert "robot" in said["terms.ban_automated_access = deny"]
    assert "train" in said["terms.ban_ml_training = deny"]


def test_terms_of_others_bind_who_only_declares_a_licence() -> None:
    terms = exhibit("terms", "/terms", BAN)
    assert answer(terms, policy="own", basis="license", **DECLARED) == ("deny", {"terms_deny"})


def test_terms_that_cannot_be_read_are_for_a_person() -> None:
    assert answer(exhibit("terms", "/terms", b"<p>Loading</p>")) == ("review", {"terms_unreadable"})
    assert answer(exhibit("terms", "/terms", status=500)) == ("review", {"terms_unreadable"})


def test_attested_terms_hold_until_they_change() -> None:
    terms = exhibit("terms", "/terms", BAN)
    assert answer(terms, terms_sha256=hashlib.sha256(BAN).hexdigest())[0] == "allow"
    assert answer(terms, terms_sha256="0" * 64) == ("deny", {"terms_changed"})
    assert answer(terms_sha256="0" * 64) == ("deny", {"terms_changed"})


def test_strict_wants_terms_and_own_wants_a_declaration() -> None:
    assert answer(policy="strict") == ("review", {"no_terms_page"})
    assert answer(exhibit("terms", "/terms", TERMS), policy="strict") == ("allow", set())
    assert answer(policy="own") == ("review", {"not_declared"})


def test_a_permission_has_to_be_shown() -> None:
    bare = exhibit("home", body=b"<p>Text.</p>")
    assert answer(bare, basis="permission", **DECLARED) == ("review", {"permission_not_shown"})
    assert answer(bare, basis="permission", declared=(LETTER,), **DECLARED) == ("allow", set())
    gone = exhibit("shown", "/letter", status=404)
    assert answer(bare, basis="permission", declared=(gone,), **DECLARED)[0] == "review"
    _, found = reasons(bare, basis="permission", declared=(LETTER,), **DECLARED)
    (declared,) = [r for r in found if r.code == "declared"]
    assert hashlib.sha256(b"You may.").hexdigest() in declared.detail
    assert "A. Person, 2026-08-01" in declared.detail


def test_a_seed_that_leads_to_another_origin_is_for_a_person() -> None:
    moved = Exhibit("home", Exchange(SEED, "https://www.example.org/", 200, (), LICENSED))
    assert answer(moved) == ("review", {"seed_leads_elsewhere"})


def test_non_commercial_and_conflict_go_to_review_and_research_takes_the_first() -> None:
    both = LICENSED.replace(b"<p>Text.", b'<link rel=license href="https://creativecommons.org/licenses/by-nc/4.0/">')
    assert answer(exhibit("home", body=NC)) == ("review", {"no_license"})
    assert answer(exhibit("home", body=both)) == ("review", {"no_license"})
    assert answer(exhibit("home", body=NC), policy="research") == ("allow", set())
    assert answer(exhibit("home", body=both), policy="research") == ("review", {"no_license"})


def test_every_reason_names_its_bytes_its_time_and_its_rule() -> None:
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nAllow: /\n")
    tdmrep = exhibit("tdmrep", "/.well-known/tdmrep.json", b'[{"location": "/", "tdm-reservation": 1}]')
    tagged = exhibit("home", body=LICENSED, X_Robots_Tag="noai")
    terms = exhibit("terms", "/terms", BAN)
    bodies = {hashlib.sha256(e.exchange.body).hexdigest(): e.exchange for e in (robots, tdmrep, tagged, terms)}
    _, found = reasons(robots, tdmrep, tagged, terms)
    quoted = {}
    for reason in found:
        assert reason.fetched_at == "2026-08-01T00:00:00Z"
        assert reason.sha256 in bodies
        assert reason.url == bodies[reason.sha256].final_url
        assert reason.rule is None or reason.rule.endswith(f" = {reason.answer}")
        assert reason.quote is not None
        if reason.quote.header is None:
            quoted[reason.code] = bodies[reason.sha256].body[reason.quote.start : reason.quote.end]
        else:
            assert reason.quote.text in bodies[reason.sha256].header(reason.quote.header)
    assert quoted["robots_allows"] == b"Allow: /"
    assert b"tdm-reservation" in quoted["opted_out"]
    assert quoted["terms_deny"].startswith(b"You may not use any <b>robot</b>")
    assert quoted["license_found"].startswith(b"Content is under <a")


def test_silence_of_the_terms_says_where_it_was_looked_for() -> None:
    _, found = reasons(exhibit("probe", "/terms", status=404), exhibit("probe", "/legal", status=404))
    (silent,) = [r for r in found if r.code == "no_terms_page"]
    assert "/terms, /legal" in silent.detail


def test_a_grant_is_noted_and_is_no_licence() -> None:
    robots = exhibit("robots", "/robots.txt", b"User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n")
    decision, found = reasons(robots, exhibit("home", body=b"<p>Text.</p>"))
    assert decision == "review"
    said = {r.code: r for r in found}
    assert said["signal_permits"].quote is not None
    assert "/robots.txt, /" in said["no_opt_out"].detail


def test_a_policy_of_ones_own_decides_line_by_line() -> None:
    tdmrep = exhibit("tdmrep", "/.well-known/tdmrep.json", b'[{"location": "/", "tdm-reservation": 1}]')
    licensed = shipped("licensed")
    mild = replace(licensed, signals=replace(licensed.signals, tdmrep="review"))
    decision, found = reasons(tdmrep, under=mild)
    assert (decision, [r.rule for r in found if r.code == "opted_out"]) == ("review", ["signals.tdmrep = review"])
    hard = replace(licensed, licenses=replace(licensed.licenses, non_commercial="deny"))
    assert reasons(exhibit("home", body=NC), under=hard)[0] == "deny"


def test_the_same_bytes_give_the_same_answer() -> None:
    exhibits = [exhibit("robots", "/robots.txt", status=404), exhibit("home", body=LICENSED)]
    assert judge(exhibits, [SEED], RightsSettings()) == judge(exhibits, [SEED], RightsSettings())


KINDS = ("robots", "home", "page", "terms", "legal", "tdmrep", "ai_txt", "trust_txt", "rsl")
SHOWN = st.lists(st.tuples(st.sampled_from(KINDS), st.binary(max_size=200), st.sampled_from([200, 404, 503, None])))
TOKENS = [
    b"<meta name=robots content=noai>",
    b"Disallow: /",
    b"User-agent: *",
    b"\n",
    b"\x00",
    b"\xff\xfe",
    b"<",
    b"[{",
    LICENSED,
]


@given(SHOWN, st.sampled_from(POLICIES))
def test_whatever_a_site_answers_there_is_a_verdict_and_it_can_be_kept(
    shown: list[tuple[str, bytes, int | None]], name: str
) -> None:
    asked = tuple(exhibit(kind, f"/{i}", body, status) for i, (kind, body, status) in enumerate(shown))
    docket = Docket(RightsSettings(policy=name), (Case("https://example.org", (SEED,), asked),), (), False)
    ((verdict, _),) = verdicts_of(docket, shipped(name))
    assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
    if not any(e.kind == "robots" for e in asked):
        assert verdict.decision == "deny"


@given(st.lists(st.sampled_from(TOKENS), max_size=8).map(b"".join), st.sampled_from(KINDS[1:]))
def test_nothing_that_is_added_lifts_an_opt_out(body: bytes, kind: str) -> None:
    no = exhibit("trust_txt", "/trust.txt", b"datatrainingallowed=no")
    assert reasons(no, exhibit(kind, "/more", body))[0] == "deny"
