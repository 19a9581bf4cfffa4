"""Which column is which: the recipe's names held against those that a table has."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scrapers.sources.entry import MAX_ENTRY_BYTES, Found, Row, Skip
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import IntakeSettings
from sitecorpus.strict_toml import printable

SETTINGS = ("text", "url", "title", "author", "date", "section")


@dataclass(frozen=True)
class Columns:
    """{setting: the column's name}, for those that the recipe names; `text` always."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, settings: IntakeSettings, has: Sequence[str], where: str) -> Columns:
        """Match; raises RecipeError naming the columns that are there, and the nearest to the one that is not."""
        names = {setting: name for setting in SETTINGS if (name := getattr(settings, setting)) is not None}
        shown = ", ".join(f"`{printable(name)}`" for name in has[:50]) or "none"
        if "text" not in names:
            if "text" not in has and len(has) != 1:
                raise RecipeError(f"{where}: [intake] `text` must say which column has the text. Its columns: {shown}.")
            names["text"] = "text" if "text" in has else has[0]
        for setting, name in names.items():
            if name not in has:
                folded = {h.strip().casefold(): h for h in has}
                near = difflib.get_close_matches(name.strip().casefold(), folded, n=1, cutoff=0.6)
                hint = f" Did you mean `{printable(folded[near[0]])}`?" if near else ""
                raise RecipeError(
                    f"{where}: there is no column `{printable(name)}` for [intake] `{setting}`.{hint} Its columns: {shown}."
                )
        return cls(names)

    def row(self, number: int, values: Mapping[str, Any]) -> Found:
        """Return a row of the table, or why it is none."""
        text = values.get(self.names["text"])
        if isinstance(text, (list, dict, bytes)):
            return Skip(str(number), "not_text", {"type": type(text).__name__})
        said = {setting: _text(values.get(name)) for setting, name in self.names.items()}
        content = said.pop("text")
        if not content or not content.strip():
            return Skip(str(number), "empty", {})
        if len(content) > MAX_ENTRY_BYTES:
            return Skip(str(number), "too_large", {"characters": len(content)})
        said["published_on"] = said.pop("date", None)
        return Row(number, content, **{k: v.strip() for k, v in said.items() if v and v.strip()})


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, (list, dict, bytes)) or value != value:  # NaN
        return None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    # a lone surrogate (JSON can say one) has no UTF-8
    return str(value).encode("utf-8", "replace").decode()
