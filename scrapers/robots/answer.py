"""What an answer to `GET /robots.txt` means, whatever it is (RFC 9309, 2.3.1)."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapers.robots.doubt import MAX_BODY_BYTES
from scrapers.robots.rules import RobotsRules


def rules_for(status: int | None, body: bytes, truncated: bool = False) -> RobotsRules:
    """Return the rules that an answer means, after its redirects; `body` is decoded.

    `status` is None where nothing could be had: unreachable, reset, timeout, a redirect loop, a body cut short.
    2xx is the file, 4xx "unavailable", which allows (2.3.1.3), all else a no (2.3.1.4). 429 is within 4xx and
    allows as the RFC has it: it says "more slowly", and whoever asks must then go slowly, as `Retry-After` says.
    206 is a no, because nobody asked for a part.
    """
    if status is None:
        return RobotsRules("deny", "robots.txt cannot be had")
    if 400 <= status < 500:
        return RobotsRules("allow", f"there is no robots.txt (HTTP {status})")
    if not 200 <= status < 300 or status == 206:
        return RobotsRules("deny", f"robots.txt answers HTTP {status}")
    if truncated:
        return RobotsRules("deny", f"robots.txt is longer than {MAX_BODY_BYTES} bytes")
    return RobotsRules.parse(body)


def robots_url(url: str) -> str:
    """Return the URL of the robots.txt that rules `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
