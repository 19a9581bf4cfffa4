"""A verdict in words that a person can check, and can act on."""

from scrapers.advice import DISCLAIMER, explain, refusal
from sitecorpus.rights import Evidence, Quote, Reason, Verdict

SHA = "a" * 64
BAN = Reason(
    "terms_deny", "deny", "the terms ban automated access", "https://x.org/terms", SHA,
    Quote("No\n  robots.\x1b[31m", None, 40, 50), "2026-08-01T00:00:00Z", "terms.ban_automated_access = deny",
)  # fmt: skip
TAG = Reason(
    "opted_out", "deny", "robots-meta, X-Robots-Tag: noai", "https://x.org/", SHA, Quote("noai", "x-robots-tag")
)
ROBOTS = Reason("robots_allows", "allow", "robots.txt was read", "https://x.org/robots.txt", SHA)
EVIDENCE = Evidence("robots", "https://x.org/robots.txt", SHA, 200, "<urn:1>", "2026-08-01T00:00:00Z")
VERDICT = Verdict("v1", "https://x.org", "sitecorpus", "deny", None, (ROBOTS, BAN, TAG), (EVIDENCE,), "licensed")


def test_an_explanation_has_every_reason_with_words_place_hash_time_and_rule() -> None:
    said = explain(VERDICT)
    for words in (
        "The answer is no (deny)", "policy licensed", "“No robots.", "bytes 40 to 50", "header x-robots-tag", SHA,
        "2026-08-01T00:00:00Z", "decided by terms.ban_automated_access = deny", "what no policy can change", DISCLAIMER,
        "ask for permission", "https://x.org/robots.txt HTTP 200",
    ):  # fmt: skip
        assert words in said, words
    assert said.index("terms_deny") < said.index("robots_allows")
    assert "\x1b" not in said


def test_a_refusal_has_what_stands_against_it_and_what_to_do() -> None:
    said = refusal([VERDICT], "archive/vet-1.partial")
    assert "robots_allows" not in said
    assert said.count("  → ") == 2
    assert said.count(DISCLAIMER) == 1
    assert "archive/vet-1.partial" in said
