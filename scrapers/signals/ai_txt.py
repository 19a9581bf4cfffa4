"""Spawning's ai.txt: groups and rules as in robots.txt, about training alone, with patterns of file types.

https://site.spawning.ai/spawning-ai-txt. `Disallow: *.txt` is how its generator says "no text", and a page without
an extension is HTML: a page is asked for as it is, as HTML and as text, and one no is a no. Other files of that name
have other grammars; a no that can be read in one goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from scrapers.robots import Line
from scrapers.signals.robots_lines import CACHED_FILES, rules_of
from scrapers.signals.signal import Signal, body_quote
from scrapers.signals.training_agents import TrainingAgents, named_in

KIND = "ai.txt"

MAX_LINES = 10_000

_PAGE = re.compile(rb"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_ASIDE = re.compile(r"train|permission|dataset|scrap|spawning|mining")
_NO = re.compile(
    r"(?<![a-z])(?:deny|denied|disallow|disallowed|no|none|false|prohibit|prohibited|forbidden|n|opt-out)(?![a-z])"
)
_WEB_PAGES = frozenset({"html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "shtml", "cgi"})


def signals(url: str, body: bytes, agent: str, agents: TrainingAgents) -> Iterator[Signal]:
    """Read the file for the page at `url`."""
    if _PAGE.search(body[:2000]):
        return  # a page that says in words that there is no such file
    rules = rules_of(body)
    if rules.access != "rules" or len(rules.lines) > MAX_LINES:
        why = f"more than {MAX_LINES} lines" if rules.access == "rules" else "cannot be read"
        yield Signal(KIND, "review", "ai.txt", why, "ai_txt", body_quote(body, 0, min(len(body), 100)))
        return
    addresses = _addresses(url)
    named = [(agent, agent), *named_in(body, agents)]
    for name, token in named:
        rulings = [line for address in addresses if (line := rules.ruling(token, address)) is not None]
        for line in rulings:
            if line.kind == "disallow":
                said = f"Disallow: {line.value[:200]}" + ("" if name == agent else f" ({name})")
                yield Signal(KIND, "opt-out", "ai.txt", said, "ai_txt", body_quote(body, line.start, line.end))
                return
        if rulings and name == agent:
            line = rulings[0]
            quote = body_quote(body, line.start, line.end)
            yield Signal(KIND, "grant", "ai.txt", f"Allow: {line.value[:200]}", "ai_txt", quote)
    for line in _asides(body)[:1]:
        said = f"{line.field}: {line.value}"[:200]
        yield Signal(KIND, "review", "ai.txt", said, "ai_txt", body_quote(body, line.start, line.end))


def _addresses(url: str) -> list[str]:
    """The page's address, and for a web page those that a type's pattern would match."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    name = parts.path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else "html"
    if extension not in _WEB_PAGES and len(extension) <= 5 and extension.isalpha():
        return [url]  # a file of another type
    return [url, *(urlunsplit(parts._replace(path=f"{parts.path}.{e}", query="")) for e in ("html", "htm", "txt"))]


@lru_cache(maxsize=CACHED_FILES)
def _asides(body: bytes) -> tuple[Line, ...]:
    return tuple(
        line
        for line in rules_of(body).lines
        if line.kind == "unknown"
        and _ASIDE.search(line.field[:100])
        and _NO.search(f"{line.field[:100]}: {line.value[:200].lower()}")
    )
