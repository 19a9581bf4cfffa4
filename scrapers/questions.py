"""What has been asked of one site so far: each address once, what robots.txt allows, and the answers as exhibits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scrapers.agent import PRODUCT
from scrapers.evidence import Exchange, Fetcher
from scrapers.exhibits import Exhibit
from scrapers.robots import RobotsRules
from scrapers.scope import origin_of

CLOSED = "robots.txt does not let us read it"


@dataclass
class Questions:
    """Asks about the site of `seed`; `exhibits` grows with each answer, the site's robots.txt first."""

    fetcher: Fetcher
    seed: str
    exhibits: list[Exhibit] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _elsewhere: set[str] = field(default_factory=set)

    @property
    def origin(self) -> str:
        return origin_of(self.seed)

    def robots(self) -> RobotsRules:
        """Ask for the site's robots.txt."""
        self.exhibits.append(Exhibit("robots", self.fetcher.robots(self.seed)))
        return self.fetcher.rules(self.seed)

    def may(self, url: str) -> bool:
        """Say whether robots.txt of the address's own host, which is asked first, lets us read it."""
        try:
            origin = origin_of(url)
        except ValueError:  # a port that is none
            return False
        allowed = self.fetcher.rules(url, self.seed).allows(PRODUCT, url)
        if origin != self.origin and origin not in self._elsewhere:
            self._elsewhere.add(origin)
            # not "robots": those are the rules of the site itself
            self.exhibits.append(Exhibit("robots_elsewhere", self.fetcher.robots(url, self.seed)))
        return allowed

    def ask(self, kind: str, url: str, max_body_bytes: int = 4 << 20) -> Exchange | None:
        """Return the answer; None where the address was asked for before, or robots.txt denies it."""
        if url in self._asked or not self.may(url):
            return None
        self._asked.add(url)
        self.exhibits.append(Exhibit(kind, self.fetcher.get(url, kind, max_body_bytes, self.seed)))
        return self.exhibits[-1].exchange

    def must_ask(self, kind: str, url: str) -> Exchange | None:
        """As `ask`; what is denied is an exhibit too, because not to be let read is no silence."""
        found = self.ask(kind, url)
        if found is None and url not in self._asked:
            self._asked.add(url)
            self.exhibits.append(Exhibit(kind, unasked(url, self._why_not(url))))
            return self.exhibits[-1].exchange
        return found

    def _why_not(self, url: str) -> str:
        try:
            robots, rules = self.fetcher.robots(url, self.seed), self.fetcher.rules(url, self.seed)
        except ValueError:
            return "this is not an address"
        return CLOSED if rules.access == "rules" else robots.error or rules.why

    def is_closed_by_name(self, url: str) -> bool:
        """Say whether robots.txt denies an address by a rule about it, or its folder: so there may be something.

        A rule about everything (`Disallow: /`) or about a kind of file (`/*.txt$`) does not speak of this one.
        """
        rule = self.fetcher.rules(url, self.seed).ruling(PRODUCT, url)
        return not self.may(url) and rule is not None and rule.value.partition("*")[0].strip("/$ ") != ""

    def answered(self, *kinds: str) -> list[Exchange]:
        """Return the whole answers of some kinds."""
        return [e.exchange for e in self.exhibits if e.kind in kinds and e.exchange.ok]

    def find(self, url: str, kinds: Sequence[str]) -> Exchange | None:
        """Return what came of asking for a URL as one of some kinds."""
        return next((e.exchange for e in self.exhibits if e.exchange.url == url and e.kind in kinds), None)

    def retell(self, found: Exchange, kind: str, told: Exchange) -> None:
        """Put an exhibit of another kind, or with more said of it, in the place of the one that `found` is."""
        at = next(i for i, e in enumerate(self.exhibits) if e.exchange is found)
        self.exhibits[at] = Exhibit(kind, told)


def unasked(url: str, error: str) -> Exchange:
    """Return what stands for an address that was not asked for."""
    return Exchange(url, url, None, error=error)
