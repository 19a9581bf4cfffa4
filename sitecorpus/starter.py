"""`init URL`: a commented recipe from what was found at the site, before any corpus exists."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2

from sitecorpus.durable import write_atomic
from sitecorpus.errors import RecipeError
from sitecorpus.layout import RECIPE
from sitecorpus.stage import open_door


def write(url: str, name: str | None, contact: str | None, force: bool) -> tuple[Path, list[str]]:
    """Write `corpora/<name>/corpus.toml`; return its path and what was found, in words.

    Raises RecipeError where the address or the name cannot be, or a recipe is there already, and
    SitecorpusError where the site cannot be reached.
    """
    if "//" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if parts.scheme not in ("http", "https") or not host:
        raise RecipeError(f"{url!r} is not the address of a web site. Write it as https://www.example.org/.")
    name = name or "-".join(re.findall(r"[a-z0-9]+", f"{host.removeprefix('www.')} {port or ''}".lower()))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise RecipeError(f"--name {name!r}: use letters, digits, dot, dash and underscore.")
    path = Path(os.environ.get("SITECORPUS_CORPORA", "corpora")) / name / RECIPE
    if path.exists() and not force:
        raise RecipeError(f"{path} is there already. Give another --name, or --force to replace it.")
    look = open_door("scrapers.look:look")(url, contact or "")
    found: dict[str, Any] = asdict(look)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sitecorpus"),
        autoescape=False,  # noqa: S701 - TOML, not HTML: every value goes through the filter below
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["toml"] = toml_string
    environment.filters["comment"] = lambda value: re.sub(r"\s+", " ", _printable(str(value)))[:200]
    text = environment.get_template("corpus.toml").render(url=url, contact=contact or "", look=found, name=name)
    write_atomic(path, text.encode())
    return path, _notes(found, contact)


def toml_string(value: str) -> str:
    """Text from outside as a TOML basic string (TOML 1.0): nothing in it can end the string or the line."""
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"'}.get(c, c) if c.isprintable() else f"\\U{ord(c):08X}"
        for c in value
        if not 0xD800 <= ord(c) <= 0xDFFF
    )
    return f'"{escaped}"'


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _notes(look: dict[str, Any], contact: str | None) -> list[str]:
    licenses = ", ".join(f"{name} on {n}" for name, n in look["licenses"].items()) or "none"
    notes = [
        f"robots.txt: {look['robots']}",
        f"sitemaps {len(look['sitemaps'])}, feeds {len(look['feeds'])}",
        "terms: "
        + (", ".join(f"{address} ({verdict})" for address, verdict in look["terms"]) or "no terms page found"),
        f"licences on the pages looked at: {licenses}",
        *(f"opt-out: {words}" for words in look["opt_outs"]),
        ": ".join([f"may we? {look['decision']}", "; ".join(look["reasons"])]).removesuffix(": "),
    ]
    if not contact:
        notes.append("`contact` is empty in the recipe: fill in your URL or email address before you crawl")
    return notes
