"""A policy: a short TOML file that says of each finding whether it allows, is for a person to review, or denies.

What no policy can say otherwise is not in it: robots.txt that denies or cannot be had is a deny; an opt-out is
never an allow; a permission that nothing shows is for review. A line that is left out is `deny` for a ban or an
opt-out and `review` for all else, so a policy that forgets something is stricter, never laxer.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sitecorpus import strict_toml
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import POLICIES
from sitecorpus.rights import Answer

POLICY = "policy.toml"
"""The name under which the words of the policy are kept beside the verdicts."""
SHIPPED = Path(__file__).parent.parent / "policies"
MAX_BYTES = 64 << 10
Refusal = Literal["review", "deny"]
Basis = Literal["owner", "license", "permission", "public-domain"]


@dataclass(frozen=True)
class TermsRules:
    """What the terms of use say. `ban`: without exception for us; `restrict`: in part, or for some uses."""

    ban_automated_access: Answer = "deny"
    restrict_automated_access: Answer = "review"
    ban_ml_training: Answer = "deny"
    restrict_ml_training: Answer = "review"
    ban_copying: Answer = "review"
    unreadable: Answer = "review"
    silent: Answer = "review"
    absent: Answer = "review"
    changed: Answer = "deny"


@dataclass(frozen=True)
class SignalRules:
    """Opt-outs that machines read. A line with the name of a specification holds for it in place of `opt_out`."""

    opt_out: Refusal = "deny"
    payment: Refusal = "deny"
    training_agents: Refusal = "deny"
    unclear: Refusal = "review"
    content_signal: Refusal | None = None
    content_usage: Refusal | None = None
    tdmrep: Refusal | None = None
    rsl: Refusal | None = None
    robots_meta: Refusal | None = None
    ai_txt: Refusal | None = None
    trust_txt: Refusal | None = None


@dataclass(frozen=True)
class LicenseRules:
    """What a page says of the licence of its text. `listed` is what [rights] `allow` of the recipe names."""

    listed: Answer = "review"
    non_commercial: Answer = "review"
    no_derivatives: Answer = "review"
    other: Answer = "review"
    conflict: Refusal = "review"
    none: Refusal = "review"


@dataclass(frozen=True)
class DeclarationRules:
    """What the recipe declares, by its basis."""

    owner: Answer = "review"
    license: Answer = "review"
    permission: Answer = "review"
    public_domain: Answer = "review"
    none: Answer = "review"
    """Nothing is declared. `allow`: it need not be, where a page grants."""
    lift_terms: tuple[Basis, ...] = ()
    """On these bases the site's terms do not bind: they are the declarant's own, or were lifted for them."""


@dataclass(frozen=True)
class Policy:
    """The rules, and what they are called."""

    name: str = "licensed"
    terms: TermsRules = field(default_factory=TermsRules)
    signals: SignalRules = field(default_factory=SignalRules)
    licenses: LicenseRules = field(default_factory=LicenseRules)
    declarations: DeclarationRules = field(default_factory=DeclarationRules)

    def called(self, name: str) -> Policy:
        """The same rules under the name that they have in the recipe."""
        return dataclasses.replace(self, name=name)

    def ask(self, section: str, *findings: str) -> tuple[Answer, str]:
        """Return the hardest answer to some findings, and the line that gave it (`terms.silent = allow`)."""
        rules = getattr(self, section)
        found: list[tuple[Answer, str]] = []
        for finding in findings:
            answer: Answer = getattr(rules, finding)
            found.append((answer, f"{section}.{finding} = {answer}"))
        return max(found, key=lambda pair: ("allow", "review", "deny").index(pair[0]))


_SECTIONS: dict[str, type[Any]] = {
    "terms": TermsRules,
    "signals": SignalRules,
    "licenses": LicenseRules,
    "declarations": DeclarationRules,
}


def shipped(name: str) -> Policy:
    """Return a policy that comes with the program; `name` is one of `POLICIES`."""
    return parse((SHIPPED / f"{name}.toml").read_bytes(), name, f"policy {name}")


def load(name: str, beside: Callable[[str], Path] = Path) -> tuple[Policy, bytes]:
    """Return a policy by its name, or by the path of its file, and the bytes it was read from.

    `beside` finds a path that stands in a recipe. Raises RecipeError where there is no such policy, or it has a
    mistake in it.
    """
    if name not in POLICIES and not name.endswith(".toml"):
        close = difflib.get_close_matches(name, POLICIES, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise RecipeError(
            f"policy {strict_toml.printable(name)!r}: name one of {', '.join(POLICIES)}, or a file that ends in .toml.{hint}"
        )
    path = SHIPPED / f"{name}.toml" if name in POLICIES else beside(name)
    try:
        with path.open("rb") as f:
            data = f.read(MAX_BYTES + 1)
    except OSError as error:
        raise RecipeError(
            f"{path}: [rights] `policy`: this file cannot be read ({error.strerror}). Write one, or name one of "
            f"{', '.join(POLICIES)}."
        ) from None
    return parse(data, name, str(path)), data


def parse(data: bytes, name: str, where: str) -> Policy:
    """Read the TOML of a policy; raises RecipeError naming `where`, the section and the key."""
    if len(data) > MAX_BYTES:
        raise RecipeError(f"{where}: a policy of more than {MAX_BYTES >> 10} KiB is none that a person reads.")
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RecipeError(f"{where}: not valid TOML: {error}.") from None
    found: dict[str, Any] = {}
    for section, table in tables.items():
        if section not in _SECTIONS or not isinstance(table, dict):
            close = difflib.get_close_matches(section, _SECTIONS, n=1)
            hint = f" Did you mean [{close[0]}]?" if close else ""
            raise RecipeError(
                f"{where}: a policy has no section `{strict_toml.printable(section)}`.{hint} "
                f"Its sections: {', '.join(f'[{s}]' for s in _SECTIONS)}."
            )
        found[section] = strict_toml.from_table(table, _SECTIONS[section], where, section)
    return dataclasses.replace(Policy(), name=name, **found)
