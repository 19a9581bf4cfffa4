"""Everything that holds for one page, from its site's files and from its own headers and markup.

Each specification is a module of its own, with its scope and its precedence; between them there is none: all that
they say is returned, and one no is a no. A grant is left out where the same specification says no, or what cannot be read, in the same place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from scrapers.agent import PRODUCT
from scrapers.signals import ai_txt, content_signal, content_usage, robots_meta, rsl, tdmrep, training_agents, trust_txt
from scrapers.signals.markup import Markup, read_markup
from scrapers.signals.paths import page_path
from scrapers.signals.rsl_links import MAX_DOCUMENTS, named_documents
from scrapers.signals.signal import Signal
from scrapers.signals.training_agents import TrainingAgents, shipped
from sitecorpus.rights import Quote

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def signals_of(
    url: str,
    files: Mapping[str, bytes],
    html: bytes = b"",
    headers: Mapping[str, str] = _NO_HEADERS,
    agent: str = PRODUCT,
    training: TrainingAgents | None = None,
) -> tuple[Signal, ...]:
    """Return what is said for the page at `url`, in order, each once.

    `files` holds the bodies that were had with success: `robots`, `ai_txt`, `trust_txt`, `tdmrep`, and `rsl:<URL>`
    for what `to_fetch` names. `html` and `headers`, in any case, are the page's own; several lines of a header are
    joined with commas. `training` is the list of training agents, by default the one that comes with the program.
    A pure function; no input raises.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    markup = read_markup(html)
    found: dict[tuple[str, ...], Signal] = {}
    for signal in _all(url, files, markup, lower, agent, training or shipped()):
        found.setdefault((signal.kind, signal.answer, signal.source, signal.value, signal.file), signal)
    refused = {(s.kind, s.file) for s in found.values() if s.answer != "grant"}
    return tuple(s for s in found.values() if s.answer != "grant" or (s.kind, s.file) not in refused)


def to_fetch(
    url: str, files: Mapping[str, bytes], html: bytes = b"", headers: Mapping[str, str] = _NO_HEADERS
) -> tuple[str, ...]:
    """Return the absolute http(s) URLs of documents that have to be read to know: RSL licences not yet in `files`."""
    lower = {name.lower(): value for name, value in headers.items()}
    named = named_documents(url, files.get("robots"), read_markup(html), lower)
    return tuple(d.url for d in named[:MAX_DOCUMENTS] if d.url and f"rsl:{d.url}" not in files)


def _all(
    url: str,
    files: Mapping[str, bytes],
    markup: Markup,
    headers: Mapping[str, str],
    agent: str,
    training: TrainingAgents,
) -> Iterator[Signal]:
    path = page_path(url)
    if "robots" in files:
        robots = files["robots"]
        yield from content_signal.from_robots(robots, path, agent)
        yield from content_usage.from_robots(robots, path, agent)
        yield from training_agents.signals(url, robots, training)
    if "ai_txt" in files:
        yield from ai_txt.signals(url, files["ai_txt"], agent, training)
    if "trust_txt" in files:
        yield from trust_txt.signals(files["trust_txt"])
    yield from _own(markup, headers, training.lower() | {agent.lower()})
    yield from tdmrep.signals(path, files.get("tdmrep"), headers.get(tdmrep.HEADER, ""), tdmrep.metas(markup))
    yield from rsl.signals(url, files, markup, headers)


def _own(markup: Markup, headers: Mapping[str, str], agents: frozenset[str]) -> Iterator[Signal]:
    """What a page says in words of its own: directives for robots, and preferences."""
    for name in robots_meta.HEADERS:
        if name in headers:
            yield from robots_meta.from_header(name, headers[name], agents)
    yield from content_usage.from_header(headers.get(content_usage.HEADER, ""))
    yield from content_signal.from_header(headers.get(content_signal.HEADER, ""))
    for meta in markup.metas:
        yield from robots_meta.from_meta(markup, meta, agents)
        name = robots_meta.meta_name(meta)
        if name == content_usage.HEADER:
            yield from content_usage.from_meta(meta.get("content"), markup.quote(meta))
        elif name == content_signal.HEADER:
            yield from content_signal.from_meta(meta.get("content"), markup.quote(meta))
    if markup.unparsed:
        yield Signal(robots_meta.KIND, "review", "the page", "its markup cannot be parsed", "page", Quote(""))
