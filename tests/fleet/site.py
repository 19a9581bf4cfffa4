"""One little site of the fleet: what it serves, what it shows, and the answer that it must get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from fleet.answers import Answer, page, text

Outcome = Literal["kept", "dropped", "not asked"]


@dataclass(frozen=True)
class Site:
    """`expect` holds the decisions that are right for the host: one, but where a specification leaves it open."""

    name: str
    shows: str
    expect: frozenset[str]
    answers: Mapping[str, Answer] = field(repr=False)
    because: str = ""
    """A pattern that one of the reasons against must match, in any case."""
    license: str | None = None
    """The SPDX id that an allowed host must be recorded with."""
    pages: Mapping[str, Outcome] = field(default_factory=dict)
    """What must become of each page, where the host is allowed."""
    rights: str = ""
    """The lines of [rights] in the recipe."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files beside the recipe."""


def site(
    name: str,
    shows: str,
    expect: str,
    because: str = "",
    *,
    robots: str | bytes | Answer | None = None,
    home: Answer | None = None,
    pages: Mapping[str, tuple[Answer, Outcome]] | None = None,
    more: Mapping[str, Answer] | None = None,
    license: str | None = "CC-BY-4.0",
    rights: str = "",
    files: Mapping[str, str] | None = None,
) -> Site:
    """Say a site in one line: what is not given is a licensed home page, and 404 for everything else.

    `expect` is a decision, or several with `|` between them; `because` is what a refusal has to say.
    """
    pages = pages or {}
    links = "".join(f'<a href="{path}">{path}</a> ' for path in pages)
    home = home or page(name.replace("-", " "))
    answers = {path: answer for path, (answer, _) in pages.items()} | dict(more or {})
    answers["/"] = replace(home, body=home.body.replace(b"<!--pages-->", links.encode()))
    if robots is not None:
        answers["/robots.txt"] = robots if isinstance(robots, Answer) else text(robots)
    outcomes: dict[str, Outcome] = {"/": "kept", **{path: outcome for path, (_, outcome) in pages.items()}}
    decisions = frozenset(expect.split("|"))
    license = license if "allow" in decisions else None
    return Site(name, shows, decisions, answers, because, license, outcomes, rights, files or {})
