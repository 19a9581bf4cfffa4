"""Jinja for pages: what was crawled is escaped, and only http(s) addresses become links."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup


def render(template: str, **values: Any) -> bytes:
    """Return a page of `templates/` as bytes; a name that it uses and was not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sitecorpus"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["link"] = link
    environment.filters["n"] = lambda v: f"{v:,}" if isinstance(v, int) else f"{v:,.3f}" if isinstance(v, float) else v
    return environment.get_template(template).render(**values).encode("utf-8", "replace")


def link(url: str, text: str | None = None) -> Markup:
    """A link, where the address is http(s); else the bare text: a crawled `javascript:` never becomes one."""
    shown = text or url or ""
    try:
        safe = urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        safe = False
    if not safe:
        return Markup("{}").format(shown)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, shown)
