"""AI-training agents that robots.txt shuts out by name: a no to training, whatever other crawlers may do.

Which agents gather training data is no standard but a list, dated, `training_agents.toml` beside this module. A
corpus may bring its own of the same form: `training_agents.toml` beside its recipe, given as bytes so that verdicts
stay functions of what was archived.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from scrapers.robots import Line, RobotsRules
from scrapers.signals.robots_lines import CACHED_FILES, rules_of
from scrapers.signals.signal import MAX_QUOTE_BYTES, Signal, body_quote
from sitecorpus.errors import RecipeError
from sitecorpus.rights import Quote

KIND = "robots-agents"
FILE = "training_agents.toml"

_ORDINARY = "an-ordinary-visitor"
"""No file names it: what it may not fetch is shut to all, and says nothing about training."""
_TOKEN = re.compile(r"[a-z_-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class TrainingAgents:
    """Names of agents that gather training data, as of a day."""

    as_of: str
    names: tuple[str, ...]

    @classmethod
    def parse(cls, body: bytes, where: str = FILE) -> TrainingAgents:
        """Read a list: `as_of = "YYYY-MM-DD"` and `[[agent]]` tables with a `name`; raises RecipeError."""
        try:
            data: dict[str, Any] = tomllib.loads(body.decode("utf-8-sig"))
            names = tuple(str(agent["name"]).strip() for agent in data["agent"])
            as_of = str(data["as_of"])
        except (ValueError, KeyError, TypeError) as error:
            raise RecipeError(
                f'{where}: this is no list of training agents ({error}). It needs as_of = "YYYY-MM-DD" and one '
                "[[agent]] table with a name for each agent."
            ) from None
        bad = [name for name in names if not name or not name[0].isalpha() or len(name) > 80]
        if bad or not _DATE.fullmatch(as_of):
            what = f"the name {bad[0]!r} cannot stand in a robots.txt" if bad else f"as_of is {as_of!r}, not YYYY-MM-DD"
            raise RecipeError(f"{where}: {what}. Correct the list.")
        return cls(as_of, names)

    def lower(self) -> frozenset[str]:
        """Return the names in lower case, in which agents are compared (RFC 9309, 2.2.1)."""
        return frozenset(name.lower() for name in self.names)


@lru_cache(maxsize=1)
def shipped() -> TrainingAgents:
    """Return the list that comes with the program."""
    return TrainingAgents.parse(shipped_bytes())


def shipped_bytes() -> bytes:
    """Return that list as it lies here."""
    return resources.files(__package__).joinpath(FILE).read_bytes()


def signals(url: str, body: bytes, agents: TrainingAgents) -> Iterator[Signal]:
    """Say which of the agents may not fetch the page at `url`, where an ordinary visitor may."""
    named = named_in(body, agents)
    rules = rules_of(body)
    if not named or not rules.allows(_ORDINARY, url):
        return
    shut = [(name, line) for name, token in named if (line := _shut(rules, token, url)) is not None]
    if shut:
        name, line = shut[0]
        names = ", ".join(n for n, _ in shut)
        source = f"groups of robots.txt for AI-training agents (list of {agents.as_of})"
        yield Signal(KIND, "opt-out", source, names, "robots", _quote(body, name, line))


def _shut(rules: RobotsRules, token: str, url: str) -> Line | None:
    line = rules.ruling(token, url)
    return line if line is not None and line.kind == "disallow" else None


@lru_cache(maxsize=CACHED_FILES)
def named_in(body: bytes, agents: TrainingAgents) -> tuple[tuple[str, str], ...]:
    """Return the agents of the list that a file names, each with the token that the matcher knows it by."""
    known = {name.lower(): name for name in agents.names}
    found: dict[str, str] = {}
    for line in rules_of(body).lines:
        if line.kind == "agent":
            value = line.value.lower()
            name = known.get(value) or known.get(re.split(r"[/;,\s]", value, maxsplit=1)[0])
            token = _TOKEN.match(value)
            if name and token and token[0]:  # the matcher cuts a name at the first digit or space
                found.setdefault(name, token[0])
    return tuple(found.items())


@lru_cache(maxsize=CACHED_FILES * 4)
def _quote(body: bytes, name: str, line: Line) -> Quote:
    """Quote from the agent's name to the rule, where they stand together, else the rule."""
    for agent in reversed(rules_of(body).lines):
        near = line.end - MAX_QUOTE_BYTES < agent.start < line.start
        if near and agent.kind == "agent" and agent.value.lower().startswith(name.lower()):
            return body_quote(body, agent.start, line.end)
    return body_quote(body, line.start, line.end)
