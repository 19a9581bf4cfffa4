"""Machine-readable opt-outs from AI training and text mining: each to its specification, with its source.

Only a value that a specification names says anything; an unknown value is neither consent nor opt-out, and
silence is silence. `noindex`, `noarchive` and llms.txt are about other things and are not read here. A grant
(`ai-train=yes`) is recorded, and is no licence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import http_sf

from scrapers.markup import parse_html
from scrapers.robots import RobotsRules

Answer = Literal["opt-out", "grant", "review"]

TRAINING_AGENTS_AS_OF = "2026-08"
TRAINING_AGENTS = (
    "GPTBot", "ClaudeBot", "anthropic-ai", "Google-Extended", "Applebot-Extended", "CCBot", "Meta-ExternalAgent",
    "FacebookBot", "Bytespider", "Amazonbot", "cohere-ai", "cohere-training-data-crawler", "AI2Bot", "Diffbot",
    "omgili", "Omgilibot", "Webzio-Extended", "ImagesiftBot", "PanguBot", "Timpibot", "DeepSeekBot", "Kangaroo Bot",
    "img2dataset", "SBIntuitionsBot",
)  # fmt: skip
"""Product tokens whose operators say that they gather training data. A site that shuts them out has said no to
training, whatever it lets other crawlers do. The list is dated; it is short on purpose."""


@dataclass(frozen=True)
class Signal:
    """One statement. `kind` is the specification, `source` where it stood, `value` its words."""

    kind: str
    answer: Answer
    source: str
    value: str


def site_signals(bodies: Mapping[str, bytes], url: str, agent: str) -> tuple[Signal, ...]:
    """Read what a site says for `url`. `bodies` are the archived bodies of the answers that were had with
    success, by name: `robots`, `ai_txt`, `trust_txt`, `tdmrep`; absent ones said nothing."""
    found: list[Signal] = []
    if "robots" in bodies:
        found += _from_robots(bodies["robots"], url, agent)
    if "ai_txt" in bodies:
        found += _from_ai_txt(bodies["ai_txt"], url, agent)
    if "trust_txt" in bodies:
        found += _from_trust_txt(bodies["trust_txt"])
    if "tdmrep" in bodies:
        found += _from_tdmrep(bodies["tdmrep"], url)
    return tuple(dict.fromkeys(found))


def page_signals(html: bytes, headers: Mapping[str, str], agent: str) -> tuple[Signal, ...]:
    """Read what one page says, in its headers and its markup. Headers may come in any case."""
    lower = {n.lower(): v for n, v in headers.items()}
    found = [*_robots_words(lower.get("x-robots-tag", ""), agent, "X-Robots-Tag header")]
    found += _content_usage(lower.get("content-usage", ""), "Content-Usage header")
    if "application/rsl+xml" in lower.get("link", "").lower():
        found.append(Signal("rsl", "review", "Link header", lower["link"][:200]))
    reservation = lower.get("tdm-reservation", "").strip()
    source = "tdm-reservation header"
    tree = parse_html(html) if b"<" in html else None
    for meta in tree.iter("meta") if tree is not None else ():
        name, content = (meta.get("name") or "").strip().lower(), (meta.get("content") or "").strip()
        if name == "tdm-reservation":  # markup prevails over the header (TDMRep, 6.3)
            reservation, source = content, "tdm-reservation meta"
        elif name in ("robots", agent.lower()) or name in _TRAINING_NAMES:
            found += _robots_words(content, agent, f"meta {name}")
        elif name == "content-usage":
            found += _content_usage(content, "content-usage meta")
    if tree is not None:
        for link in tree.iter("link"):
            if (link.get("type") or "").lower() == "application/rsl+xml":
                found.append(Signal("rsl", "review", "link element", (link.get("href") or "")[:200]))
    if reservation in ("0", "1"):
        found.append(Signal("tdmrep", "opt-out" if reservation == "1" else "grant", source, reservation))
    return tuple(dict.fromkeys(found))


# --- X-Robots-Tag and meta robots

_NO_AI = frozenset({"noai", "noimageai", "noml", "nomachinelearning"})
_TRAINING_NAMES = frozenset(name.lower() for name in TRAINING_AGENTS)
# directives of search engines whose own value follows a colon: their name is no agent
_WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})


def _robots_words(value: str, agent: str, source: str) -> Iterator[Signal]:
    """`[agent:] word, word`: an agent's name stands until the next one."""
    ours = True
    for part in value.split(","):
        name, colon, rest = part.partition(":")
        word = part
        if colon and name.strip().lower() not in _WITH_VALUE:
            scope = name.strip().lower()
            ours, word = scope in ("*", agent.lower()) or scope in _TRAINING_NAMES, rest
        word = word.strip().lower()
        # an image opt-out is read as one for the page: text and image cannot be told apart by a name alone
        if ours and word in _NO_AI:
            yield Signal("robots-meta", "opt-out", source, word)


# --- robots.txt


def _groups(text: str, agent: str) -> Iterator[tuple[str, str]]:
    """Yield (field, value) of the lines that hold for `agent`: its own group, else that of `*`."""
    groups: list[tuple[set[str], list[tuple[str, str]]]] = []
    opened = False
    for line in text.splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "user-agent":
            if not opened:
                groups.append((set(), []))
            groups[-1][0].add(value.lower())
            opened = True
        else:
            opened = False
            if groups:
                groups[-1][1].append((field, value))
    own = [lines for agents, lines in groups if agent.lower() in agents]
    for lines in own or [lines for agents, lines in groups if "*" in agents]:
        yield from lines


def _from_robots(body: bytes, url: str, agent: str) -> Iterator[Signal]:
    rules = RobotsRules.parse(body)
    if rules.access != "rules":
        return
    usage: list[tuple[int, str]] = []
    path = _path(url)
    # a group without one says nothing of it; Cloudflare writes it into the group of `*`, and so it is read there too
    lines = list(dict.fromkeys([*_groups(rules.text, agent), *_groups(rules.text, "*")]))
    for field, value in lines:
        if field == "content-signal":
            yield from _content_signal(value, path)
        elif field == "content-usage":
            prefix, rest = value.split(None, 1) if value.startswith("/") and " " in value else ("/", value)
            if _matches(prefix, path):
                usage.append((len(prefix), rest))
    longest = max((n for n, _ in usage), default=0)
    for length, rest in usage:
        if length == longest:  # the longest path decides; of equals all are read, so the stricter prevails
            yield from _content_usage(rest, "Content-Usage in robots.txt")
    for line in rules.text.splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if colon and field.strip().lower() == "license":  # RSL 1.0: not bound to a group
            yield Signal("rsl", "review", "License in robots.txt", value.strip()[:200])
    if rules.allows("sitecorpus-ordinary-visitor", url):
        for name in TRAINING_AGENTS:
            if not rules.allows(name, url):
                yield Signal("robots-agents", "opt-out", "robots.txt", name)


def _content_signal(value: str, path: str) -> Iterator[Signal]:
    if value.startswith("/"):  # a form that only third parties describe: read as an opt-out, never as a grant
        prefix, _, value = value.partition(" ")
        if not _matches(prefix, path):
            return
        value = value.replace("ai-train=yes", "")
    for part in value.split(","):
        name, _, answer = (p.strip().lower() for p in part.partition("="))
        if name == "ai-train" and answer in ("yes", "no"):
            yield Signal(
                "content-signal", "opt-out" if answer == "no" else "grant", "Content-Signal in robots.txt", part.strip()
            )


def _content_usage(value: str, source: str) -> Iterator[Signal]:
    """AIPREF: an RFC 9651 dictionary; keys are case-sensitive, `train-ai=n` says no and `=y` yes."""
    if not value.strip():
        return
    try:
        parsed = http_sf.parse(value.strip().encode("ascii"), tltype="dictionary")
    except (ValueError, UnicodeEncodeError):
        # a broken dictionary is ignored whole (RFC 9651, 4.2), but a no in it is not turned into silence
        if re.search(r"\btrain-(?:gen)?ai\s*=\s*n\b", value):
            yield Signal("content-usage", "review", source, value[:200])
        return
    for key, item in parsed.items():
        answer = str(item[0] if isinstance(item, tuple) else item)
        if key in ("train-ai", "train-genai", "bots") and answer in ("n", "y"):
            yield Signal("content-usage", "opt-out" if answer == "n" else "grant", source, f"{key}={answer}")


# --- well-known files


def _from_ai_txt(body: bytes, url: str, agent: str) -> Iterator[Signal]:
    """Spawning's ai.txt: as robots.txt, with patterns of file types; text is `.txt`, `.html` and pages."""
    text = body.decode("utf-8", "replace")
    if "\0" in text or text.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
        return
    for field, value in _groups(text.removeprefix("\ufeff"), agent):
        if field == "disallow" and (
            value in ("/", "*", "/*") or re.fullmatch(r"/?\*?\.(?:txt|html?|md|php|pdf)\$?", value.lower())
        ):
            yield Signal("ai.txt", "opt-out", "ai.txt", f"Disallow: {value}")
        elif field == "disallow" and value.startswith("/") and _matches(value, _path(url)):
            yield Signal("ai.txt", "opt-out", "ai.txt", f"Disallow: {value[:200]}")


def _from_trust_txt(body: bytes) -> Iterator[Signal]:
    for line in body.decode("utf-8", "replace").splitlines():
        name, _, value = (p.strip().lower() for p in line.partition("#")[0].partition("="))
        if name == "datatrainingallowed" and value in ("no", "yes"):
            yield Signal("trust.txt", "opt-out" if value == "no" else "grant", "trust.txt", f"{name}={value}")


def _from_tdmrep(body: bytes, url: str) -> Iterator[Signal]:
    """`/.well-known/tdmrep.json`: an array; the first entry whose location matches decides (TDMRep, 6.1)."""
    source = "/.well-known/tdmrep.json"
    try:
        entries: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        if b"tdm-reservation" in body:
            yield Signal("tdmrep", "review", source, "not valid JSON")
        return
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict) or not isinstance(entry.get("location"), str):
            continue
        if _matches(entry["location"], _path(url)):
            value = entry.get("tdm-reservation")
            if value in (0, 1) and not isinstance(value, bool):
                yield Signal(
                    "tdmrep", "opt-out" if value == 1 else "grant", source, f"{entry['location'][:100]}: {value}"
                )
            return


def _path(url: str) -> str:
    parts = urlsplit(url)
    return unquote(parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _matches(pattern: str, path: str) -> bool:
    """RFC 9309 matching: a prefix, with `*` for anything and `$` for the end."""
    ends = pattern.endswith("$")
    pieces = unquote(pattern.removesuffix("$")).split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not ends or (path.endswith(pieces[-1]) if len(pieces) > 1 else at == len(path))
