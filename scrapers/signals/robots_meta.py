"""`noai`, `noimageai` and `noml` in `X-Robots-Tag` and `<meta name="robots">`, for all or for a named agent.

DeviantArt's directives of November 2022, and the like of others. The header is `[agent:] directive, directive`, an
agent's name standing until the next one or the end of its line. `noindex` and `noarchive` are about search engines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.signals.markup import Element, Markup
from scrapers.signals.signal import Signal, header_quote

KIND = "robots-meta"
HEADERS = ("x-robots-tag", "robots-tag")

NO_AI = frozenset({"noai", "noimageai", "noml", "nomachinelearning", "disallowaitraining"})
"""An image opt-out is read as one for the page: whom a name alone reaches cannot be told."""
EVERYBODY = frozenset({"*", "robots", "all"})
# directives of search engines whose own value follows a colon: their name is no agent (draft-illyes-repext)
_WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
# a name begins with a letter: a date that a comma has cut in two does not
_AGENT = re.compile(r"\*|[a-z][\w./-]{0,60}(?: [\w./-]{1,60}){0,3}")
_WORDS = re.compile(r"[\s,;]+")
MAX_VALUE_CHARS = 64 << 10


def from_header(name: str, value: str, agents: frozenset[str]) -> Iterator[Signal]:
    """Read a header, its lines apart by newlines (as `scrapers.markup.header_map` joins them).

    `agents` are the names, in lower case, that mean us: our own, and those that gather for training.
    """
    quote = header_quote(name, value)
    for line in value[:MAX_VALUE_CHARS].lower().split("\n"):
        ours = True
        for part in line.split(","):
            words = part
            agent, colon, rest = part.partition(":")
            agent = agent.strip()
            if colon and agent not in _WITH_VALUE and _AGENT.fullmatch(agent):
                ours, words = agent in EVERYBODY or agent in agents, rest
            for word in _WORDS.split(words):
                if word in NO_AI and ours:
                    yield Signal(KIND, "opt-out", f"{name} header", word, "page", quote)


def from_meta(markup: Markup, element: Element, agents: frozenset[str]) -> Iterator[Signal]:
    """Read a `<meta>` whose name is `robots` or that of an agent that means us."""
    name = meta_name(element)
    if name in EVERYBODY or name in agents or name in HEADERS:
        for word in _WORDS.split(element.get("content").lower()[:MAX_VALUE_CHARS]):
            if word in NO_AI:
                yield Signal(KIND, "opt-out", f"meta {name}", word, "page", markup.quote(element))


def meta_name(element: Element) -> str:
    """Return what a `<meta>` is about, in lower case: `http-equiv` stands for a header of that name."""
    return (element.get("name") or element.get("http-equiv") or element.get("property")).strip().lower()
