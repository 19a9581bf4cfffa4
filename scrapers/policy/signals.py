"""What a site's files, and a page's own headers and markup, say to machines about training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.exhibits import TRAINING_AGENTS, Exhibit
from scrapers.policy.findings import because
from scrapers.policy.rules import Policy
from scrapers.quotes import find_source
from scrapers.signals import Signal, TrainingAgents, signals_of
from sitecorpus.rights import Answer, Quote, Reason

FILES = ("robots", "ai_txt", "trust_txt", "tdmrep", "rsl")
"""Kinds of exhibits that speak for more than one page."""


@dataclass(frozen=True)
class SiteFiles:
    """The files of a host that speak for all its pages: those that were had whole, by their name in a signal."""

    sources: Mapping[str, Exhibit]
    more: tuple[tuple[str, Exhibit], ...] = ()
    """Second copies, in another of their places: read too, so the stricter of two holds."""
    training: TrainingAgents | None = None
    """The list of training agents that was archived with them; None: the one that comes with the program."""

    @classmethod
    def of(cls, exhibits: Sequence[Exhibit]) -> SiteFiles:
        """Take the files from what a host was asked."""
        sources: dict[str, Exhibit] = {}
        more, training = [], None
        for exhibit in exhibits:
            if exhibit.kind == TRAINING_AGENTS:
                training = TrainingAgents.parse(exhibit.exchange.body, exhibit.exchange.url)
            if exhibit.kind not in FILES or not exhibit.exchange.ok:
                continue
            name = f"rsl:{exhibit.exchange.url}" if exhibit.kind == "rsl" else exhibit.kind
            if name in sources:
                more.append((name, exhibit))
            else:
                sources[name] = exhibit
        return cls(sources, tuple(more), training)

    def signals(self, url: str, page: Exhibit | None) -> list[tuple[Signal, Exhibit | None]]:
        """Return all that holds for a page, each with where it stood (None: it is not archived here)."""
        html, headers = (page.exchange.body, page.exchange.header_map) if page is not None else (b"", {})
        bodies = {name: e.exchange.body for name, e in self.sources.items()}
        found = [(s, self._holder(s, page)) for s in signals_of(url, bodies, html, headers, training=self.training)]
        for name, exhibit in self.more:
            again = signals_of(url, {name: exhibit.exchange.body}, training=self.training)
            found += [(s, exhibit) for s in again if s.file == name]
        return found

    def _holder(self, signal: Signal, page: Exhibit | None) -> Exhibit | None:
        """Return where the words of a signal stand: of a file that was named and not had, where it was named."""
        quote = signal.quote
        for exhibit in (self.sources.get(signal.file), self.sources.get("robots"), page):
            if exhibit is None:
                continue
            if quote.header is not None:
                if quote.text in exhibit.exchange.header(quote.header):
                    return exhibit
            elif exhibit.exchange.body[quote.start : quote.end].decode("utf-8", "replace") == quote.text:
                return exhibit
        return self.sources.get(signal.file, page)


def signal_reasons(found: Sequence[tuple[Signal, Exhibit | None]], url: str, policy: Policy) -> Iterator[Reason]:
    """Say what was said; a grant is noted, and is no licence."""
    for signal, exhibit in found:
        detail = f"{signal.kind}, {signal.source}: {signal.value}"[:500]
        if signal.answer == "grant":
            if exhibit is not None:
                yield because("signal_permits", ("allow", None), detail, exhibit, _placed(signal.quote, exhibit))
            continue
        code = "opted_out" if signal.answer == "opt-out" else "signal_to_read"
        ruling = _ruling(signal, policy)
        if exhibit is not None:
            yield because(code, ruling, detail, exhibit, _placed(signal.quote, exhibit))
        else:
            yield Reason(code, ruling[0], detail, url, None, signal.quote, None, ruling[1])


def no_opt_out(exhibits: Sequence[Exhibit]) -> Iterator[Reason]:
    """Say where an opt-out was looked for, where there is none."""
    looked = [
        e for e in exhibits if e.kind in (*FILES, "home") and (e.exchange.ok or 400 <= (e.exchange.status or 0) < 500)
    ]
    if looked:
        places = ", ".join(dict.fromkeys(urlsplit(e.exchange.url).path or "/" for e in looked))
        yield because("no_opt_out", ("allow", None), f"no opt-out from training in {places}", looked[-1])


def _placed(quote: Quote, exhibit: Exhibit) -> Quote | None:
    """A quotation with its place, where the reader did not know it; None where there are no words to quote."""
    if quote.header is None and quote.start is None and quote.text:
        return Quote(quote.text, None, *(find_source(exhibit.exchange.body, quote.text) or (None, None)))
    return quote if quote.text or quote.header else None


def _ruling(signal: Signal, policy: Policy) -> tuple[Answer, str]:
    if signal.answer == "review":
        return policy.ask("signals", "unclear")
    if signal.kind == "robots-agents":
        return policy.ask("signals", "training_agents")
    if signal.kind == "rsl" and "payment" in signal.value:
        return policy.ask("signals", "payment")
    named = signal.kind.replace("-", "_").replace(".", "_")
    return policy.ask("signals", named if getattr(policy.signals, named, None) is not None else "opt_out")
