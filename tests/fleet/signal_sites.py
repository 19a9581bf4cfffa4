"""Opt-outs and grants that machines read: each by its specification, with scope and precedence."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.answers import HTML, RESET, Answer, json_file, page, status, text
from fleet.site import Outcome, Site, site

BARE = page("No licence", footer="<footer><p>A site about the island.</p></footer>")
"""A home page that grants nothing."""
SOFT_404 = status(
    200, "<!doctype html><html><head><title>Oops</title></head><body><p>Nothing is here.</p></body></html>"
)


def star(*lines: str) -> str:
    """A robots.txt with one group, for all."""
    return "\n".join(["User-agent: *", *lines, "Allow: /", ""])


def others(agent: str, *lines: str) -> str:
    """A robots.txt with a group for one agent, and another that lets all others in."""
    return "\n".join([f"User-agent: {agent}", *lines, "", "User-agent: *", "Disallow:", ""])


def headed(name: str, *headers: tuple[str, str], head: str = "") -> Answer:
    return page(name, head=head).with_headers(*headers)


CONTENT_SIGNAL: tuple[Site, ...] = (
    site("cs-no", "ai-train=no is an opt-out", "deny", "content-signal", robots=star("Content-Signal: search=yes,ai-train=no")),
    site("cs-yes", "ai-train=yes is no obstacle", "allow", robots=star("Content-Signal: search=yes, ai-train=yes")),
    site("cs-yes-bare", "ai-train=yes is no licence", "review", "licen", home=BARE, robots=star("Content-Signal: ai-train=yes")),
    site("cs-unknown", "an unknown value says neither no", "allow|review", robots=star("Content-Signal: ai-train=maybe")),
    site("cs-unknown-bare", "nor yes", "review", home=BARE, robots=star("Content-Signal: ai-train=maybe")),
    site("cs-search-only", "search and ai-input are other questions", "allow", robots=star("Content-Signal: search=no, ai-input=no")),
    site("cs-case", "field, name and value in any case", "deny", "content-signal", robots=star("CONTENT-signal: Search=Yes , AI-Train = NO # so")),
    site("cs-both", "of yes and no in one group no holds", "deny", "content-signal", robots=star("Content-Signal: ai-train=yes", "Content-Signal: ai-train=no")),
    site("cs-other-group", "another agent's group is not ours", "allow", robots=others("Googlebot", "Content-Signal: ai-train=no")),
    site("cs-own-group", "our own group is ours", "deny", "content-signal", robots=others("sitecorpus", "Content-Signal: ai-train=no", "Allow: /")),
    site("cs-comment", "a comment is no directive", "allow", robots=star("# Content-Signal: ai-train=no")),
    site("cs-no-group", "an opt-out before any group is not lost", "deny|review", "content-signal", robots="Content-Signal: ai-train=no\n" + star()),
    site("cs-between-names", "an opt-out between names holds for the group", "deny", "content-signal", robots="User-agent: a\nContent-Signal: ai-train=no\nUser-agent: *\nAllow: /\n"),
    site("cs-bom", "a byte order mark hides nothing", "deny", "content-signal", robots=b"\xef\xbb\xbf" + star("Content-Signal: ai-train=no").encode()),
    site("cs-cr", "CR alone ends a line", "deny", "content-signal", robots=star("Content-Signal: ai-train=no").replace("\n", "\r")),
    site("cs-utf16", "no encoding hides an opt-out", "deny", robots=star("Content-Signal: ai-train=no").encode("utf-16")),
)  # fmt: skip

CONTENT_USAGE: tuple[Site, ...] = (
    site("cu-robots", "train-ai=n for every path", "deny", "content-usage", robots=star("Content-Usage: train-ai=n")),
    site("cu-robots-yes-bare", "train-ai=y is no licence", "review", "licen", home=BARE, robots=star("Content-Usage: train-ai=y")),
    site(
        "cu-robots-path", "a rule with a path holds for that path", "allow", robots=star("Content-Usage: /drafts/ train-ai=n"),
        pages={"/drafts/one": (page("draft"), "dropped"), "/one": (page("one"), "kept"), "/x/drafts/": (page("x"), "kept")},
    ),
    site(
        "cu-longest", "the longest path decides", "allow",
        robots=star("Content-Usage: train-ai=y", "Content-Usage: /a/ train-ai=n", "Content-Usage: /a/open/ train-ai=y"),
        pages={"/a/one": (page("a"), "dropped"), "/a/open/one": (page("open"), "kept")},
    ),
    site("cu-equal", "of two rules of one length the stricter holds", "deny", "content-usage", robots=star("Content-Usage: / train-ai=n", "Content-Usage: / train-ai=y")),
    site("cu-other-group", "another agent's group is not ours", "allow", robots=others("Googlebot", "Content-Usage: train-ai=n")),
    site("cu-search", "search is another question", "allow", robots=star("Content-Usage: search=n")),
    site("cu-header", "the header of the front page speaks for it", "deny", "content-usage", home=headed("cu", ("Content-Usage", "train-ai=n"))),
    site("cu-header-parameter", "parameters change nothing", "deny", "content-usage", home=headed("cu", ("Content-Usage", 'search=y, train-ai=n;since="2026"'))),
    site("cu-broken", "a no in a broken dictionary is not lost", "deny|review", "content-usage", home=headed("cu", ("Content-Usage", "train-ai=n, ,=,"))),
    site("cu-case", "keys and values have case: these are unknown ones", "allow|review", home=headed("cu", ("Content-Usage", "train-ai=N"))),
    site("cu-header-against-robots", "header and robots rule: the stricter holds", "deny", "content-usage", robots=star("Content-Usage: train-ai=n"), home=headed("cu", ("Content-Usage", "train-ai=y"))),
)  # fmt: skip


def tdmrep(body: str | bytes | Answer) -> Mapping[str, Answer]:
    return {"/.well-known/tdmrep.json": body if isinstance(body, Answer) else json_file(body)}


def meta(name: str, value: object) -> str:
    return f'<meta name="{name}" content="{value}">'


RESERVED = '[{"location": "/", "tdm-reservation": 1}]'
TDMREP: tuple[Site, ...] = (
    site("tdm-file", "1 in the file reserves", "deny", "tdmrep", more=tdmrep(RESERVED)),
    site("tdm-file-bom", "a byte order mark hides nothing", "deny", "tdmrep", more=tdmrep(b"\xef\xbb\xbf" + RESERVED.encode())),
    site("tdm-file-0", "0 in the file is no obstacle", "allow", more=tdmrep('[{"location": "/", "tdm-reservation": 0}]')),
    site("tdm-file-0-bare", "0 in the file is no licence", "review", "licen", home=BARE, more=tdmrep('[{"location": "/", "tdm-reservation": 0}]')),
    site("tdm-policy", "a policy for sale is still a reservation", "deny", "tdmrep", more=tdmrep('[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://self.test/p.json"}]')),
    site("tdm-policy-only", "a policy alone reserves nothing", "allow|review", more=tdmrep('[{"location": "/", "tdm-policy": "https://self.test/p.json"}]')),
    site("tdm-other-value", "another value is unset", "allow|review", more=tdmrep('[{"location": "/", "tdm-reservation": 2}]')),
    site("tdm-other-value-bare", "another value is no grant", "review", home=BARE, more=tdmrep('[{"location": "/", "tdm-reservation": "0"}]')),
    site("tdm-object", "an object where an array should be: not lost", "deny|review", "tdmrep", more=tdmrep('{"location": "/", "tdm-reservation": 1}')),
    site("tdm-broken", "a reservation in broken JSON is not lost", "deny|review", "tdmrep", more=tdmrep('[{"location": "/", "tdm-reservation": 1},]')),
    site("tdm-utf16", "a reservation in another encoding is not lost", "deny|review", "tdmrep", more=tdmrep(RESERVED.encode("utf-16"))),
    site("tdm-soft-404", "a web page is no tdmrep.json", "allow", more=tdmrep(SOFT_404)),
    site("tdm-500", "a server that fails may hide a reservation", "review|deny", "tdmrep|opt-out|signal", more=tdmrep(status(503))),
    site("tdm-reset", "a connection that is reset may hide a reservation", "review|deny", "tdmrep|opt-out|signal", more=tdmrep(RESET)),
    site(
        "tdm-first-match", "the first entry that matches decides", "allow",
        more=tdmrep('[{"location": "/closed/open/", "tdm-reservation": 0}, {"location": "/closed/*", "tdm-reservation": 1}, {"location": "/*.txt.html$", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]'),
        pages={"/closed/a": (page("a"), "dropped"), "/closed/open/a": (page("open"), "kept"), "/b": (page("b"), "kept"), "/c.txt.html": (page("c"), "dropped")},
    ),
    site(
        "tdm-precedence", "meta prevails over header, header over file; absence resets nothing", "allow",
        more=tdmrep('[{"location": "/file-1", "tdm-reservation": 1}, {"location": "/file-0", "tdm-reservation": 0}]'),
        pages={
            "/file-1-alone": (page("file 1"), "dropped"),
            "/file-1-header-0": (headed("1", ("tdm-reservation", "0")), "kept"),
            "/file-1-meta-0": (headed("2", head=meta("tdm-reservation", 0)), "kept"),
            "/file-1-policy-only": (headed("3", ("tdm-policy", "https://self.test/p")), "dropped"),
            "/file-1-header-other": (headed("4", ("tdm-reservation", "no")), "dropped"),
            "/file-0-header-1": (headed("5", ("TDM-Reservation", "1")), "dropped"),
            "/file-0-meta-1": (headed("6", head=meta("tdm-reservation", 1)), "dropped"),
            "/header-1-meta-0": (headed("7", ("tdm-reservation", "1"), head=meta("tdm-reservation", 0)), "kept"),
            "/header-0-meta-1": (headed("8", ("tdm-reservation", "0"), head=meta("TDM-Reservation", 1)), "dropped"),
            "/header-1": (headed("9", ("tdm-reservation", "1")), "dropped"),
            "/nothing": (page("10"), "kept"),
        },
    ),
)  # fmt: skip


def tagged(*values: str) -> Answer:
    return headed(" and ".join(values)[:40] or "none", *(("X-Robots-Tag", value) for value in values))


def said(name: str, content: str) -> Answer:
    return headed(f"{name} {content}"[:40], head=meta(name, content))


TAGS: Mapping[str, tuple[Answer, Outcome]] = {
    "/noai": (tagged("noai"), "dropped"),
    "/noimageai": (tagged("noimageai"), "dropped"),
    "/noml": (tagged("noml"), "dropped"),
    "/case": (tagged("NoAI"), "dropped"),
    "/list": (tagged("max-snippet:-1, noai, noimageai"), "dropped"),
    "/date": (tagged("unavailable_after: 25 Jun 2030 15:00:00 PST, noai"), "dropped"),
    "/all-agents": (tagged("*: noai"), "dropped"),
    "/us": (tagged("sitecorpus: noindex, noai"), "dropped"),
    "/training": (tagged("GPTBot: noai"), "dropped"),
    "/two-headers": (tagged("googlebot: noindex", "noai"), "dropped"),
    "/others-then-us": (tagged("otherbot: noindex, sitecorpus: noai"), "dropped"),
    "/others": (tagged("googlebot: noai"), "kept"),
    "/noindex": (tagged("noindex, nofollow, noarchive, nosnippet"), "kept"),
    "/date-alone": (tagged("unavailable_after: 25-Aug-2030 15:00:00 EST"), "kept"),
    "/word": (tagged("noaiding"), "kept"),
    "/none": (page("nothing said"), "kept"),
}
METAS: Mapping[str, tuple[Answer, Outcome]] = {
    "/m-noai": (said("robots", "noai"), "dropped"),
    "/m-noimageai": (said("robots", "index, noimageai"), "dropped"),
    "/m-noml": (said("robots", "noml"), "dropped"),
    "/m-case": (said("ROBOTS", "NOAI, NoImageAI"), "dropped"),
    "/m-unquoted": (page("unquoted", head="<META NAME=robots CONTENT=noai>"), "dropped"),
    "/m-us": (said("sitecorpus", "noai"), "dropped"),
    "/m-training": (said("ClaudeBot", "noai"), "dropped"),
    "/m-body": (page("in the body", more=meta("robots", "noai")), "dropped"),
    "/m-second": (page("two", head=meta("robots", "index") + meta("robots", "noai")), "dropped"),
    "/m-usage": (headed("header", ("Content-Usage", "train-ai=n")), "dropped"),
    "/m-others": (said("googlebot", "noai"), "kept"),
    "/m-comment": (page("in a comment", head=f"<!-- {meta('robots', 'noai')} -->"), "kept"),
    "/m-noindex": (said("robots", "noindex, noarchive, nofollow"), "kept"),
    "/m-words": (page("words about noai", more="<p>The word noai in a robots meta tag says no.</p>"), "kept"),
}
PAGE_SIGNALS: tuple[Site, ...] = (
    site("x-robots-tag", "X-Robots-Tag holds for its page", "allow", pages=TAGS),
    site("meta-robots", "meta robots holds for its page", "allow", pages=METAS),
    site("noai-home", "noai on the front page", "deny", "noai", home=tagged("noai")),
    site("noindex-home", "noindex, noarchive and llms.txt are neither opt-out nor grant", "allow", home=tagged("noindex, noarchive"), more={"/llms.txt": text("# Island\n> Do not train on this. ai-train=no\n")}),
    site("llms-txt-bare", "llms.txt is no grant", "review", "licen", home=BARE, more={"/llms.txt": text("# Island\n> Everything here is free to train on, under CC BY 4.0.\n")}),
)  # fmt: skip


def ai_txt(body: str | Answer) -> Mapping[str, Answer]:
    return {"/ai.txt": body if isinstance(body, Answer) else text(body)}


def trust(body: str, path: str = "/trust.txt") -> Mapping[str, Answer]:
    return {path: text(body)}


FILES: tuple[Site, ...] = (
    site("ai-txt", "Disallow: / in ai.txt", "deny", "ai.txt", more=ai_txt("User-Agent: *\nDisallow: /\n")),
    site("ai-txt-text", "text is not for training", "deny", "ai.txt", more=ai_txt("# Spawning AI\nUser-Agent: *\nDisallow: *.txt\nDisallow: *.html\nAllow: *.jpg\n")),
    site("ai-txt-images", "images are another question", "allow", more=ai_txt("User-Agent: *\nDisallow: *.jpg\nDisallow: *.png\nAllow: *.txt\nAllow: *.html\n")),
    site("ai-txt-agent", "a training agent that ai.txt shuts out", "deny|review", "ai.txt", more=ai_txt("User-Agent: GPTBot\nDisallow: /\n")),
    site("ai-txt-allow-bare", "Allow in ai.txt is no licence", "review", "licen", home=BARE, more=ai_txt("User-Agent: *\nAllow: /\n")),
    site("ai-txt-path", "a path in ai.txt holds for that path", "allow", more=ai_txt("User-Agent: *\nDisallow: /private/\n"), pages={"/private/a": (page("a"), "dropped"), "/b": (page("b"), "kept")}),
    site("ai-txt-soft-404", "a web page is no ai.txt", "allow", more=ai_txt(SOFT_404)),
    site("ai-txt-500", "a server that fails may hide an opt-out", "review|deny", "ai.?txt|opt-out|signal", more=ai_txt(status(500))),
    site("ai-txt-short", "an answer that breaks off may hide an opt-out", "review|deny", "ai.?txt|opt-out|signal", more=ai_txt(Answer(b"User-Agent: *\n", headers=HTML, behaviour="short"))),
    site("trust-no", "datatrainingallowed=no", "deny", "trust", more=trust("member=https://example.org/\ndatatrainingallowed=no\n")),
    site("trust-case", "names and values in any case", "deny", "trust", more=trust("DataTrainingAllowed = No # ours\r\n")),
    site("trust-well-known", "in its other place", "deny", "trust", more=trust("datatrainingallowed=no", "/.well-known/trust.txt")),
    site("trust-both", "of both places the stricter holds", "deny|review", "trust", more={**trust("datatrainingallowed=yes"), **trust("datatrainingallowed=no", "/.well-known/trust.txt")}),
    site("trust-yes", "yes is no obstacle", "allow", more=trust("datatrainingallowed=yes")),
    site("trust-yes-bare", "yes is no licence", "review", "licen", home=BARE, more=trust("datatrainingallowed=yes")),
    site("trust-other", "another value is neither", "allow|review", more=trust("datatrainingallowed=ask")),
)  # fmt: skip

AGENTS: tuple[Site, ...] = (
    *(
        site(f"agent-{name.lower()}", "who shuts out a training agent has said no to training", "deny", name, robots=others(name, "Disallow: /"))
        for name in ("GPTBot", "CCBot", "Google-Extended", "ClaudeBot", "Applebot-Extended", "Bytespider")
    ),
    site("agent-case", "names have no case", "deny", "gptbot", robots=others("gptbot", "Disallow: /")),
    site("agent-among", "one among others", "deny", "gptbot", robots="User-agent: Googlebot\nUser-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n"),
    site("agent-star-form", "by a pattern", "deny", "gptbot", robots=others("GPTBot", "Disallow: /*")),
    site("agent-fetcher", "an agent that fetches for its user does not train", "allow", robots=others("ChatGPT-User", "Disallow: /")),
    site("agent-search", "a search engine does not train", "allow", robots=others("Googlebot", "Disallow: /")),
    site("agent-slow", "to slow an agent down is not to shut it out", "allow", robots=others("GPTBot", "Crawl-delay: 20")),
    site("agent-let-in", "to let an agent in is not to shut it out", "allow", robots=others("GPTBot", "Disallow:")),
    site("agent-path", "from a path: an opt-out for that path", "allow", robots=others("GPTBot", "Disallow: /members/"), pages={"/members/a": (page("a"), "dropped"), "/b": (page("b"), "kept")}),
)  # fmt: skip

CONFLICTS: tuple[Site, ...] = (
    site("against-cs-tdm", "0 in one place does not lift a no in another", "deny", "content-signal", robots=star("Content-Signal: ai-train=no"), more=tdmrep('[{"location": "/", "tdm-reservation": 0}]')),
    site("against-trust-ai", "yes in one file does not lift a no in another", "deny", "ai.txt", more={**trust("datatrainingallowed=yes"), **ai_txt("User-agent: *\nDisallow: /\n")}),
    site("against-cs-agent", "ai-train=yes does not lift a no to training agents", "deny", "gptbot", robots="User-agent: GPTBot\nDisallow: /\n\n" + star("Content-Signal: ai-train=yes")),
    site("against-license-noai", "a licence does not lift noai", "deny", "noai", home=page("CC BY and noai", head=meta("robots", "noai"))),
)  # fmt: skip

SITES = (*CONTENT_SIGNAL, *CONTENT_USAGE, *TDMREP, *PAGE_SIGNALS, *FILES, *AGENTS, *CONFLICTS)
