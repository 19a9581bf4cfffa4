"""SPDX license expressions as the ways in which one may comply with them.

`A OR B` offers a choice, `A AND B` asks for both, and an exception (`WITH`) only ever adds a permission, so it is left
away (SPDX 2.3, annex D).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from license_expression import AND, OR, LicenseSymbol, LicenseWithExceptionSymbol, Licensing

MAX_EXPRESSION = 300
"""Characters; longer ones are not read."""
MAX_ALTERNATIVES = 64

_PARSER = Licensing()


@lru_cache(maxsize=4096)
def alternatives(expression: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to comply, each the ids that hold together, in order; empty where it is no expression, or too long.

    `MIT OR (CC-BY-4.0 AND ISC)` → `(("CC-BY-4.0", "ISC"), ("MIT",))`
    """
    if len(expression) > MAX_EXPRESSION:
        return ()
    try:
        tree = _PARSER.parse(expression)
        ways = _ways(tree) if tree is not None else set()
    except Exception:  # on bad input the parser raises IndexError and others beside its own
        return ()
    return tuple(sorted(tuple(sorted(way)) for way in ways))


def _ways(node: object) -> set[frozenset[str]]:
    if isinstance(node, LicenseWithExceptionSymbol):
        return _ways(node.license_symbol)
    if isinstance(node, LicenseSymbol):
        name = str(node.key)
        if len(name.split()) != 1:
            raise ValueError(f"{name!r} is no id")
        return {frozenset({name})}
    if isinstance(node, OR):
        found = set().union(*(_ways(part) for part in node.args))
    elif isinstance(node, AND):
        found = {frozenset()}
        for part in node.args:
            found = {frozenset().union(*both) for both in product(found, _ways(part))}
            if len(found) > MAX_ALTERNATIVES:
                break
    else:
        raise TypeError(type(node).__name__)
    if len(found) > MAX_ALTERNATIVES:
        raise ValueError("too many alternatives")
    return found
