"""robots.txt (RFC 9309): how it is had, how it is written, and whom it means."""

from __future__ import annotations

import codecs
from itertools import pairwise

from fleet.answers import CLOSE, HTML, RESET, Answer, gzipped, moved, page, status, text
from fleet.site import Site, site

DENY = "User-agent: *\nDisallow: /\n"
DENY_US = "User-agent: sitecorpus\nDisallow: /\n"
OPEN = "User-agent: *\nDisallow:\n"
PRIVATE = "User-agent: *\nDisallow: /private/\n"
PADDING = "# " + "padding " * 12 + "\n"


def hops(count: int, last: Answer) -> dict[str, Answer]:
    """`/robots.txt` and the rest of a chain of `count` redirects that ends at `last`."""
    names = ["/robots.txt", *(f"/-hop{n}" for n in range(1, count + 1))]
    chain = {name: moved(following) for name, following in pairwise(names)}
    return chain | {names[-1]: last}


FETCHING: tuple[Site, ...] = (
    site("robots-404", "no robots.txt: everything may be asked for (2.3.1.3)", "allow"),
    site("robots-401", "4xx is no robots.txt", "allow", robots=status(401, DENY)),
    site("robots-403", "4xx is no robots.txt, whatever its body says", "allow", robots=status(403, DENY)),
    site("robots-410", "4xx is no robots.txt", "allow", robots=status(410)),
    site("robots-451", "4xx is no robots.txt", "allow", robots=status(451)),
    site(
        "robots-429",
        "4xx is no robots.txt, or a server that asks us to go away",
        "allow|deny",
        robots=Answer(b"later", 429, (*HTML, ("Retry-After", "0"))),
    ),
    *(
        site(f"robots-{code}", "5xx is a no (2.3.1.4)", "deny", "robots", robots=status(code, OPEN))
        for code in (500, 502, 503, 504, 599)
    ),
    site("robots-reset", "a connection that is reset is a no", "deny", "robots", robots=RESET),
    site("robots-close", "a connection that closes is a no", "deny", "robots", robots=CLOSE),
    site(
        "robots-short",
        "a body that ends early is a no",
        "deny",
        "robots",
        robots=Answer(b"User-agent: x\n", headers=HTML, behaviour="short"),
    ),
    site(
        "robots-garbage",
        "what is not HTTP is a no",
        "deny",
        "robots",
        robots=Answer(b"\x00\x01\x02 hello", behaviour="garbage"),
    ),
    site("robots-304", "an answer that is none is a no", "deny", "robots", robots=status(304, b"")),
    site(
        "robots-5-redirects",
        "five redirects are followed, and the rules at their end hold",
        "allow",
        more=hops(5, text(PRIVATE)),
    ),
    site("robots-5-redirects-no", "five redirects are followed, to a no", "deny", "robots", more=hops(5, text(DENY))),
    site("robots-12-redirects", "an endless way is a no", "deny", "robots", more=hops(12, text(OPEN))),
    site("robots-loop", "a redirect loop is a no", "deny", "robots", robots=moved("/robots.txt")),
    site(
        "robots-other-loop",
        "two sites that send us round",
        "deny",
        "robots",
        robots=moved("https://robots-loop.test/robots.txt"),
    ),
    site(
        "robots-elsewhere-no",
        "rules that another origin answers hold here (2.3.1.2)",
        "deny",
        "robots",
        robots=moved("https://robots-denies-all.test/robots.txt"),
    ),
    site(
        "robots-elsewhere",
        "rules that another origin answers hold here",
        "allow",
        robots=moved("https://robots-open.test/robots.txt", 301),
    ),
    site(
        "robots-nowhere",
        "a redirect to what is no address is a no",
        "deny",
        "robots",
        robots=moved("ftp://127.0.0.1/robots.txt"),
    ),
)

WRITING: tuple[Site, ...] = (
    site("robots-open", "an empty Disallow allows", "allow", robots=OPEN),
    site("robots-empty", "an empty file allows", "allow", robots=""),
    site("robots-comment", "a file of comments allows", "allow", robots="# Disallow: /\n"),
    site("robots-bom", "a byte order mark is no part of the first line", "deny", "robots", robots=codecs.BOM_UTF8 + DENY.encode()),
    site("robots-bom-open", "a byte order mark takes nothing away", "allow", robots=codecs.BOM_UTF8 + PRIVATE.encode()),
    site("robots-cr", "CR alone ends a line (2.2)", "deny", "robots", robots=DENY.replace("\n", "\r")),
    site("robots-crlf", "CR LF ends a line", "deny", "robots", robots=DENY.replace("\n", "\r\n")),
    site("robots-utf16", "UTF-16 is read, or is a no", "deny", "robots", robots=DENY.encode("utf-16")),
    site("robots-utf16-bare", "UTF-16 without its mark is a no", "deny", "robots", robots=OPEN.encode("utf-16-le")),
    site("robots-utf32", "UTF-32 is a no", "deny", "robots", robots=DENY.encode("utf-32")),
    site("robots-gzip", "gzip is unpacked", "deny", "robots", robots=gzipped(DENY)),
    site("robots-gzip-open", "gzip is unpacked", "allow", robots=gzipped(OPEN)),
    site("robots-gzip-twice", "gzip within gzip is no text: a no", "deny", "robots", robots=gzipped(gzipped(OPEN).body)),
    site("robots-gzip-file", "a gzip file that is not announced is no text: a no", "deny", "robots", robots=gzipped(OPEN).body),
    site("robots-gzip-broken", "gzip that breaks off is a no", "deny", "robots", robots=Answer(gzipped(OPEN * 99).body[:-12], headers=gzipped(b"").headers)),
    site("robots-br", "an encoding that was not asked for is a no", "deny", "robots", robots=text(OPEN, ("Content-Encoding", "br"))),
    site("robots-binary", "binary is a no", "deny", "robots", robots=bytes(range(256)) * 8),
    site("robots-soft-404", "a web page that is no robots.txt says nothing", "allow", robots=status(200, "<!doctype html><html><title>Oops</title><p>Nothing is here.</html>")),
    site("robots-in-html", "a web page with rules in it is a no", "deny", "robots", robots=status(200, f"<!doctype html><html><body><pre>\n{DENY}</pre></html>")),
    site("robots-600k", "the rule at the end of 600 KiB counts (2.5)", "deny", "robots", robots=PRIVATE + PADDING * 6000 + "\n" + DENY_US),
    site("robots-600k-open", "600 KiB are read", "allow", robots=PRIVATE + PADDING * 6000),
    site("robots-9m", "a file without measure is a no", "deny", "robots", robots=OPEN + PADDING * 95_000),
    site("robots-long-line", "a line without measure hides no rule", "deny", "robots", robots="User-agent: *\nAllow: /" + "a" * 100_000 + "\nDisallow: /\n"),
    site("robots-orphans", "rules before any group hold for nobody (2.2.1)", "allow", robots="Disallow: /\nUser-agent: other\nDisallow: /x\n"),
    site("robots-typo", "what everybody reads as Disallow is one", "deny", "robots", robots="User-agent: *\nDissallow: /\n"),
    site("robots-spaces", "spaces and tabs around a colon are nothing", "deny", "robots", robots="\t user-AGENT  :\t*  \n   disallow\t:   /   # all\n"),
)  # fmt: skip

GROUPS: tuple[Site, ...] = (
    site("robots-denies-all", "Disallow: / denies", "deny", "robots", robots=DENY),
    site("robots-denies-us", "our own group holds for us", "deny", "robots", robots=DENY_US + "\n" + OPEN),
    site("robots-only-us", "our own group lifts what holds for all", "allow", robots=DENY + "\nUser-agent: sitecorpus\nAllow: /\n"),
    site("robots-our-case", "names have no case", "deny", "robots", robots="User-agent: SiteCorpus\nDisallow: /\n"),
    site("robots-our-version", "a version behind our name is still our name", "deny", "robots", robots="User-agent: sitecorpus/2.0\nDisallow: /\n"),
    site("robots-two-own", "two groups of ours are one (2.2.1)", "deny", "robots", robots="User-agent: sitecorpus\nAllow: /x\n\nUser-agent: other\nAllow: /\n\nUser-agent: sitecorpus\nDisallow: /\n"),
    site("robots-part-name", "a part of our name is another's name", "allow", robots="User-agent: site\nDisallow: /\n\nUser-agent: corpus\nDisallow: /\n"),
    site("robots-part-name-opens", "a part of our name lifts nothing", "deny", "robots", robots="User-agent: site\nAllow: /\n\n" + DENY),
    site("robots-longer-name", "a longer name is another's", "allow", robots="User-agent: sitecorpus-evil\nDisallow: /\n"),
    site("robots-longer-name-opens", "a longer name lifts nothing", "deny", "robots", robots="User-agent: sitecorpus-evil\nAllow: /\n\n" + DENY),
    site("robots-unknown-between", "an unknown line does not end a list of names", "deny", "robots", robots="User-agent: sitecorpus\nX-Mood: calm\nUser-agent: other\nDisallow: /\n"),
    site("robots-delay-between", "Crawl-delay does not end a list of names", "deny", "robots", robots="User-agent: sitecorpus\nCrawl-delay: 1\nUser-agent: other\nDisallow: /\n"),
    site("robots-signal-between", "Content-Signal does not end a list of names", "deny", "robots", robots="User-agent: *\nContent-Signal: search=yes\nUser-agent: other\nDisallow: /\n"),
    site("robots-sitemap-between", "Sitemap does not end a list of names", "deny", "robots", robots="User-agent: sitecorpus\nSitemap: https://self.test/map.xml\nUser-agent: other\nDisallow: /\n"),
    site("robots-blank-between", "a blank line does not end a group", "deny", "robots", robots="User-agent: *\n\n\nDisallow: /\n"),
    site("robots-front-page", "the front page alone may be denied", "deny", "robots", robots="User-agent: *\nDisallow: /$\n"),
    site(
        "robots-paths", "the longest rule decides; of equals Allow does (2.2.2)", "allow",
        robots="User-agent: *\nDisallow: /a/\nAllow: /a/open/\nDisallow: /*?\nDisallow: /*.txt$\nDisallow: /b\nAllow: /b\n"
        "Disallow: /caf%C3%A9\n",
        pages={
            "/a/closed": (page("a closed"), "not asked"), "/a/open/one": (page("a open"), "kept"),
            "/c?d=1": (page("c"), "not asked"), "/e.txt": (page("e"), "not asked"), "/e.txt.html": (page("e html"), "kept"),
            "/b": (page("b"), "kept"), "/caf%C3%A9": (page("café"), "not asked"),
            "/A/closed": (page("capital A"), "kept"),
        },
    ),
)  # fmt: skip

SITES = (*FETCHING, *WRITING, *GROUPS)
