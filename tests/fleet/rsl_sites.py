"""RSL 1.0: where a licence is named, what it permits, and what is no licence at all."""

from __future__ import annotations

from fleet.answers import RESET, RSL, XML, Answer, page, status, text
from fleet.signal_sites import BARE, headed, others, star, tagged
from fleet.site import Site, site


def rsl(*license: str, url: str = "/", space: str = "https://rslstandard.org/rsl", server: str = "") -> Answer:
    words = "".join(license)
    return Answer(
        f'<?xml version="1.0"?>\n<rsl xmlns="{space}"><content url="{url}"{server}><license>{words}</license></content></rsl>'.encode(),
        headers=RSL,
    )


def says(what: str, usage: str) -> str:
    return f'<{what} type="usage">{usage}</{what}>'


FREE = '<payment type="free"/>'
NO_AI = rsl(says("prohibits", "ai-train"))
NAMED = star() + "\nLicense: https://self.test/license.xml\n"


def named(license: Answer) -> dict[str, Answer]:
    """What robots.txt names is this licence."""
    return {"/robots.txt": text(NAMED), "/license.xml": license}


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rsl [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("k")))
    + b']><rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><permits type="usage">&j;</permits></license></content></rsl>'
)
STOLEN = (
    b'<?xml version="1.0"?><!DOCTYPE rsl [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY t "all">]>'
    b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><permits type="usage">&t;</permits></license></content></rsl>'
)
SITES: tuple[Site, ...] = (
    site("rsl-prohibits", "a prohibited use is an opt-out", "deny", "rsl", more=named(NO_AI)),
    site("rsl-prohibits-all", "all is ours too", "deny", "rsl", more=named(rsl(says("prohibits", "all")))),
    site("rsl-prohibits-ai-all", "ai-all is ours too", "deny", "rsl", more=named(rsl(says("permits", "search"), says("prohibits", "ai-all")))),
    site("rsl-prohibits-older", "the older name of the use", "deny", "rsl", more=named(rsl(says("prohibits", "train-ai")))),
    site("rsl-prohibits-wins", "of both, the prohibition holds", "deny", "rsl", more=named(rsl(says("permits", "all"), says("prohibits", "ai-train"), FREE))),
    site("rsl-prohibits-search", "another use is another question, but what is not permitted is not said", "allow|review", more=named(rsl(says("prohibits", "search")))),
    site("rsl-permits", "a permitted use, free, is no obstacle", "allow", more=named(rsl(says("permits", "ai-train search"), FREE))),
    site("rsl-permits-all", "without a payment it is free (3.7)", "allow", more=named(rsl(says("permits", "all")))),
    site("rsl-permits-bare", "it is no licence of the text", "review", home=BARE, more=named(rsl(says("permits", "all"), FREE))),
    site("rsl-permits-search", "of uses, only those listed are permitted (3.5)", "deny|review", "rsl", more=named(rsl(says("permits", "search")))),
    site("rsl-permits-some", "a permission for some users is for a person to read", "deny|review", "rsl", more=named(rsl(says("permits", "all"), '<permits type="user">education</permits>'))),
    site("rsl-payment", "payment is a no", "deny", "rsl", more=named(rsl(says("permits", "all"), '<payment type="crawl"><amount currency="USD">0.01</amount></payment>'))),
    site("rsl-payment-training", "payment for training is a no", "deny", "rsl", more=named(rsl(says("permits", "ai-train"), '<payment type="training"/>'))),
    site("rsl-payment-unknown", "an unknown payment is not free", "deny|review", "rsl", more=named(rsl(says("permits", "all"), '<payment type="barter"/>'))),
    site("rsl-server", "a licence that must be asked for is not had", "deny|review", "rsl", more=named(rsl(says("permits", "all"), server=' server="https://self.test/olp"'))),
    site("rsl-missing", "a licence that is named and not there is not silence", "review|deny", "rsl", robots=NAMED),
    site("rsl-500", "nor one whose server fails", "review|deny", "rsl", more=named(status(500))),
    site("rsl-reset", "nor one that breaks off", "review|deny", "rsl", more=named(RESET)),
    site("rsl-relative", "an address that is none is not silence", "review|deny", "rsl", robots=star() + "\nLicense: /license.xml\n", more={"/license.xml": NO_AI}),
    site("rsl-no-xml", "nor is what is no XML", "review|deny", "rsl", more=named(Answer(b"hello", headers=RSL))),
    site("rsl-cut", "nor is XML that breaks off before the prohibition", "review|deny", "rsl", more=named(Answer(rsl(says("permits", "all"), says("prohibits", "ai-train")).body[:150], headers=RSL))),
    site("rsl-other-namespace", "another vocabulary is not understood", "review|deny", "rsl", more=named(rsl(says("permits", "all"), space="https://example.org/other"))),
    site("rsl-no-namespace", "nor is none", "review|deny", "rsl", more=named(Answer(rsl(says("permits", "all")).body.replace(b' xmlns="https://rslstandard.org/rsl"', b""), headers=RSL))),
    site("rsl-entity-bomb", "entities are not expanded", "review|deny", "rsl", more=named(Answer(BOMB, headers=RSL))),
    site("rsl-entity-file", "entities grant nothing", "review|deny", "rsl", more=named(Answer(STOLEN, headers=RSL))),
    site("rsl-header", "the Link header names one", "deny", "rsl", home=headed("r", ("Link", '<https://self.test/license.xml>; rel="license"; type="application/rsl+xml"')), more={"/license.xml": NO_AI}),
    site("rsl-link", "the link element names one", "deny", "rsl", home=page("r", head='<link rel="license" type="application/rsl+xml" href="/license.xml">'), more={"/license.xml": NO_AI}),
    site("rsl-inline", "it stands in the page itself", "deny", "rsl", home=page("r", head=f'<script type="application/rsl+xml">{NO_AI.body.decode()}</script>')),
    site("rsl-link-missing", "a link to nothing is not silence", "review|deny", "rsl", home=page("r", head='<link rel="license" type="application/rsl+xml" href="/license.xml">')),
    site("rsl-in-group", "License is not bound to a group", "deny", "rsl", robots=others("Googlebot", "License: https://self.test/license.xml"), more={"/license.xml": NO_AI}),
    site("rsl-elsewhere", "it may stand on another origin", "deny|review", "rsl", robots=star() + "\nLicense: https://rsl-prohibits.test/license.xml\n"),
    site("rsl-two", "of two licences the stricter holds", "deny", "rsl", robots=NAMED + "License: https://self.test/second.xml\n", more={"/license.xml": rsl(says("permits", "all")), "/second.xml": NO_AI}),
    site("rsl-redirect", "it is followed", "deny", "rsl", more=named(Answer(b"", 302, (*XML, ("Location", "/second.xml")))) | {"/second.xml": NO_AI}),
    site(
        "rsl-content", "a licence holds for its content", "allow", more=named(rsl(says("prohibits", "ai-train"), url="/premium/*")),
        pages={"/premium/a": (page("premium"), "dropped"), "/b": (page("b"), "kept")},
    ),
    site("against-rsl-noai", "a permission does not lift noai", "deny", "noai", home=tagged("noai"), more=named(rsl(says("permits", "all"), FREE))),
)  # fmt: skip
