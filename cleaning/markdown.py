"""Text from the web made safe inside Markdown: it is shown as it is, and never becomes markup or a link of its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from sitecorpus.strict_toml import printable

# https://spec.commonmark.org/0.31.2/#backslash-escapes; `:` and `@` keep GitHub from making links and mentions
_ESCAPES = {ord(c): f"\\{c}" for c in "\\`*_{}[]()#+!|~:@$^="} | {ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;"}
# What may end a link's destination or begin something else in it
_IN_DESTINATION = {ord(c): f"%{ord(c):02X}" for c in " <>\\`\"'|{}()[]^*_~\x7f"} | {ord("&"): "&amp;"}


def plain(text: str) -> str:
    """Return `text` on one line, to be read and not interpreted."""
    line = printable(" ".join(text.split()))
    return line.translate(_ESCAPES).replace("www.", "www\\.")


def link(label: str, url: str) -> str:
    """Return a link, or both texts where the URL is not one of the web's (`urn:`, `javascript:`)."""
    try:
        of_the_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        of_the_web = False
    if not of_the_web:
        return f"{plain(label)} ({plain(url)})"
    return f"[{plain(label)}](<{printable(url).translate(_IN_DESTINATION)}>)"
