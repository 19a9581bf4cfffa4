"""TOML into frozen dataclasses; a key that is not known is an error that suggests the right one."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from sitecorpus.errors import RecipeError

T = TypeVar("T")


def load(path: Path, cls: type[T]) -> T:
    """Read `path` as `cls`; raises RecipeError naming the file, the section and the key."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors write a byte order mark
    except FileNotFoundError:
        raise RecipeError(
            f"{path}: there is no recipe here. Write one with `sitecorpus init URL`, or check the name."
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise RecipeError(f"{path}: the recipe cannot be read: {error}.") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: not valid TOML: {error}.") from None
    return from_table(data, cls, where=str(path), section="")


def from_table(data: dict[str, Any], cls: type[T], where: str, section: str) -> T:
    """Build dataclass `cls` from the table `data`; `section` is its dotted name, "" for the top."""
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key not in fields:
            raise RecipeError(_unknown(key, list(fields), where, section))
        values[key] = _convert(value, hints[key], where, f"{section}.{key}" if section else key)
    missing = [
        name
        for name, field in fields.items()
        if name not in values and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise RecipeError(f"{where}: {_place(section)} needs `{missing[0]}`, which is not set.")
    try:
        return cls(**values)
    except ValueError as error:
        raise RecipeError(f"{where}: {_place(section)}: {error}") from None


def _place(section: str) -> str:
    return f"[{section}]" if section else "the recipe"


def _unknown(key: str, known: list[str], where: str, section: str) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    what = "setting" if section else "section or setting"
    return (
        f"{where}: {_place(section)} has no {what} `{printable(key)}`.{hint}\n"
        f"Settings of {_place(section)}: {', '.join(known)}."
    )


def printable(text: str) -> str:
    """Text from outside made safe for one line of a terminal: control characters become escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _convert(value: Any, hint: Any, where: str, name: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        options = [a for a in typing.get_args(hint) if a is not type(None)]
        for option in options[:-1]:
            try:
                return _convert(value, option, where, name)
            except RecipeError:
                continue
        return _convert(value, options[-1], where, name)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise RecipeError(f"{where}: `{name}` is a section: write it as [{name}].")
        return from_table(value, hint, where, name)  # type: ignore[arg-type]
    if origin is tuple:
        if isinstance(value, str):
            raise RecipeError(f'{where}: `{name}` is a list: write `["{printable(value)}"]`.')
        if isinstance(value, list):
            inner = typing.get_args(hint)[0]
            return tuple(_convert(v, inner, where, name) for v in value)
    if origin is typing.Literal:
        choices = typing.get_args(hint)
        # bool is an int: `true` must not pass for 1
        if any(value == c and type(value) is type(c) for c in choices):
            return value
        close = difflib.get_close_matches(str(value), [str(c) for c in choices], n=1)
        hint_text = f" Did you mean {close[0]!r}?" if close else ""
        raise RecipeError(
            f"{where}: `{name}` is {value!r}; it must be one of {', '.join(repr(c) for c in choices)}.{hint_text}"
        )
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (str, int, float, bool) and type(value) is hint:
        return value
    # tomllib gives dates their own type; the recipe keeps them as ISO text
    if hint is str and hasattr(value, "isoformat"):
        return value.isoformat()
    wanted = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    raise RecipeError(
        f"{where}: `{name}` is {value!r} ({type(value).__name__}); "
        f"it must be {wanted.get(hint, 'a list' if origin is tuple else str(hint))}."
    )
