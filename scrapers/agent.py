"""Who we say we are: a product token of our own, and a header that says whom to write to.

`Scrapy` is on block lists of AI agents and is many programs' name; robots.txt is asked with the bare token,
because matchers differ on what they make of a full header (RFC 9309, 2.2.1).
"""

from __future__ import annotations

from importlib import metadata

PRODUCT = "sitecorpus"


def user_agent(contact: str) -> str:
    """Return the `User-Agent` header: `sitecorpus/<version> (+<contact>)`, safe to send as a header."""
    try:
        version = metadata.version(PRODUCT)
    except metadata.PackageNotFoundError:
        version = "0"
    shown = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()").strip()
    return f"{PRODUCT}/{version} (+{shown})" if shown else f"{PRODUCT}/{version}"
