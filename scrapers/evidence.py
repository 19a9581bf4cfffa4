"""Fetch one URL and keep the exchange: what is judged is read back from the archive, never from the wire.

Scrapy is not used here: rights are asked before there is a crawl, and its robots middleware fails open. Nothing is
fetched, at first or through a redirect, that the robots.txt of its own origin denies, and no site leads from the
public network to an address within a private one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from urllib3.util import Url, parse_url

from scrapers import wire
from scrapers.agent import PRODUCT
from scrapers.markup import header_map
from scrapers.robots import MAX_BODY_BYTES, RobotsRules, robots_url, rules_for
from scrapers.scope import origin_of
from sitecorpus import warc
from sitecorpus.errors import SitecorpusError
from sitecorpus.strict_toml import printable

REDIRECTS = 5  # RFC 9309, 2.3.1.2: at least five
MAX_ROBOTS_AGE_S = 24 * 3600.0  # RFC 9309, 2.4
TIMEOUT_S = 30.0
MAX_DELAY_S = 10.0
"""Between two requests to an origin, whatever it asks for: some fifty are made in all."""
MAX_UNANSWERED = 3
"""After so many in a row an origin is not asked any more: what hangs would hang fifty times."""
_LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Refused(SitecorpusError):
    """This program does not ask for the address."""


@dataclass(frozen=True)
class Exchange:
    """What came of asking for `url`. `status` is None where nothing could be had; `error` says why, in words."""

    url: str
    final_url: str
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """Decoded, at most the bytes asked for."""
    truncated: bool = False
    error: str | None = None
    fetched_at: str = ""
    record_id: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a whole body to read."""
        return self.status == 200 and self.error is None and not self.truncated

    def header(self, name: str) -> str:
        """All values of one header, joined with commas (RFC 9110, 5.2); "" where there is none."""
        return self.header_map.get(name.lower(), "")

    @property
    def header_map(self) -> dict[str, str]:
        """The headers by lower-case name."""
        return header_map(self.headers)


@dataclass
class _Origin:
    """What one Fetcher knows of an origin: scheme, host and port."""

    robots: Exchange | None = None
    rules: RobotsRules = field(default_factory=lambda: RobotsRules("deny", "robots.txt was not asked for"))
    asked_at: float = -MAX_ROBOTS_AGE_S  # monotonic seconds
    busy_s: float = 0.0
    unanswered: int = 0
    last_at: float = -MAX_DELAY_S


@dataclass
class Fetcher:
    """Fetches politely, one at a time, and archives every exchange; each origin's robots.txt is asked for once.

    `connect_to` maps an origin (`scheme://host[:port]`) to the base URL to connect to instead; the Host header
    and the archived URL stay public. Where it is given, no other origin is fetched.
    """

    writer: warc.WarcWriter
    agent: str
    delay_s: float = 1.0
    connect_to: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S
    """For one exchange; a recipe may ask for less than `TIMEOUT_S`, not for more."""
    _origins: dict[str, _Origin] = field(default_factory=dict)
    _addresses: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    def robots(self, url: str, referrer: str | None = None) -> Exchange:
        """Return what came of asking for the robots.txt that rules `url`; it is fetched at most once in 24 hours.

        `referrer` is the page that named `url`: see `get`.
        """
        origin = origin_of(url)
        known = self._known(origin)
        if known.robots is None or time.monotonic() - known.asked_at > MAX_ROBOTS_AGE_S:
            return self.get(robots_url(origin), "robots", MAX_BODY_BYTES, referrer)
        return known.robots

    def rules(self, url: str, referrer: str | None = None) -> RobotsRules:
        """Return the rules that hold for `url`, after asking for its robots.txt where that is not known."""
        self.robots(url, referrer)
        return self._known(origin_of(url)).rules

    def get(self, url: str, kind: str, max_body_bytes: int = 4 << 20, referrer: str | None = None) -> Exchange:
        """Fetch `url`, following redirects; failures are values too, archived as metadata records.

        Nothing is fetched that robots.txt denies, but robots.txt itself (`kind` "robots"), whose redirects may lead
        anywhere: what is found there are the rules of the origin that was asked (RFC 9309, 2.3.1.2). Where `referrer`
        named the address and is public, the address has to be, too; the same holds for redirects from `url`.
        """
        current, refused = url, False
        for hop in range(REDIRECTS + 1):
            try:
                found = self._once(current, kind, max_body_bytes, referrer if hop == 0 else referrer or url)
                location = _location(found)
                if location is None:
                    break
                current = urljoin(current, location).partition("#")[0]
                if urlsplit(current).scheme not in ("http", "https"):
                    raise ValueError("redirected to something that is not http(s)")
            except (*wire.FAILURES, SitecorpusError) as error:
                found, refused = self._failed(url, current, kind, _words(error)), isinstance(error, Refused)
                break
        else:
            found = self._failed(url, current, kind, f"more than {REDIRECTS} redirects")
        found = replace(found, url=url)
        if kind == "robots" and not refused:
            known = self._known(_origin_or_itself(url))
            known.robots, known.asked_at = found, time.monotonic()
            known.rules = rules_for(None if found.error else found.status, found.body, found.truncated)
        return found

    def _failed(self, url: str, current: str, kind: str, error: str) -> Exchange:
        self.writer.failure(url, [("via", kind), ("fetched-url", current), ("error", error)])
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Exchange(url, current, None, error=error, fetched_at=now)

    def _once(self, url: str, kind: str, max_body_bytes: int, referrer: str | None) -> Exchange:
        public = parse_url(url)
        if not public.host or public.scheme not in ("http", "https"):
            raise ValueError("this is not an http(s) URL")
        origin, url = origin_of(url), public.url
        if self.connect_to and origin not in self.connect_to:
            raise Refused("this address is not served from the folder of the recipe")
        base = parse_url(self.connect_to[origin]) if origin in self.connect_to else public
        known = self._known(origin)
        if known.unanswered >= MAX_UNANSWERED:
            raise Refused(f"{origin} left {MAX_UNANSWERED} requests in a row unanswered and is not asked any more")
        known.unanswered += 1  # until there is an answer
        addresses = self._look_up(base)
        known.unanswered -= 1
        if referrer is not None and not self.connect_to and not all(map(wire.is_public, addresses)):
            self._refuse_private(referrer, public, addresses)
        if kind != "robots" and not self.rules(url, referrer).allows(PRODUCT, url):
            raise Refused(_denial(known))
        self._wait(known, base)
        headers = {
            "Host": public.netloc or "",
            "User-Agent": self.agent,
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate, br",
            "Connection": "close",
        }
        target = public.request_uri
        known.unanswered += 1
        answer = wire.exchange(
            base.scheme or "http", (base.host or "").strip("[]"), _port(base), addresses, target, headers,
            min(self.timeout_s, TIMEOUT_S),
        )  # fmt: skip
        known.unanswered = 0
        if answer.status in (429, 503):
            known.busy_s = MAX_DELAY_S
        return self._kept(url, target, headers, answer, kind, max_body_bytes)

    def _kept(
        self, url: str, target: str, headers: Mapping[str, str], answer: wire.Answer, kind: str, max_body_bytes: int
    ) -> Exchange:
        """Archive an answer, and read it back from there."""
        request = "\r\n".join([f"GET {target} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())])
        location = self.writer.exchange(
            url, request.encode(), answer.head, answer.body, answer.ip, [("via", kind)],
            {"WARC-Truncated": "length"} if answer.too_long else None,
        )  # fmt: skip
        encoding = header_map(answer.headers).get("content-encoding", "").strip().lower()
        known = encoding in wire.ENCODINGS
        record = warc.read(self.writer.directory / location.file, location.offset, max_body_bytes if known else 0)
        truncated = known and (record.truncated or answer.too_long)
        error = None
        if not known:
            error = f"the answer is encoded as {encoding[:40]!r}, which was not asked for"
        elif answer.miscounted:
            error = "more came than Content-Length announced"
        elif not truncated and not wire.is_whole(answer.body, encoding, max_body_bytes):
            error = "the body of the answer is damaged or cut short"
        return Exchange(
            url, url, record.status, record.headers, record.body, truncated, error, location.fetched_at,
            location.record_id,
        )  # fmt: skip

    def _known(self, origin: str) -> _Origin:
        return self._origins.setdefault(origin, _Origin())

    def _look_up(self, base: Url) -> tuple[str, ...]:
        """Return the addresses of a host, as they were when it was first asked: an answer later may be another."""
        key = ((base.host or "").strip("[]"), _port(base))
        if key not in self._addresses:
            self._addresses[key] = wire.resolve(*key)
        return self._addresses[key]

    def _refuse_private(self, referrer: str, public: Url, addresses: tuple[str, ...]) -> None:
        if all(map(wire.is_public, self._look_up(parse_url(referrer)))):
            inside = next(a for a in addresses if not wire.is_public(a))
            raise Refused(f"it leads to {inside} ({public.host}), within a private network, which is not asked")

    def _wait(self, known: _Origin, base: Url) -> None:
        if base.host not in _LOCAL:  # our own machine needs no rest
            rest_s = max(self.delay_s, min(max(known.rules.crawl_delay(PRODUCT) or 0.0, known.busy_s), MAX_DELAY_S))
            time.sleep(max(0.0, known.last_at + rest_s - time.monotonic()))
        known.last_at = time.monotonic()


def _denial(known: _Origin) -> str:
    if known.rules.access == "rules":
        return "robots.txt does not let us read it"
    error = known.robots.error if known.robots else None
    return known.rules.why + (f": {error}" if error else "")


def _port(base: Url) -> int:
    return base.port or (443 if base.scheme == "https" else 80)


def _origin_or_itself(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError:
        return url


def _location(found: Exchange) -> str | None:
    """Where an answer redirects to."""
    location = found.header("location")
    return location if found.status in (301, 302, 303, 307, 308) and location else None


def _words(error: Exception) -> str:
    """Say in a few words what went wrong, with nothing that could end a line."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return printable(re.sub(r"^<?HTTPS?Connection\([^)]*\)[^:]*: ", "", text))[:200]
