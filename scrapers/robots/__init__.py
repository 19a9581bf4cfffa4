"""One site's robots.txt as rules (RFC 9309), answered as Google's reference matcher answers; in doubt, no.

`RobotsRules.parse(body).allows("sitecorpus", url)`; `rules_for` says what any answer to `GET /robots.txt` means.
"""

from scrapers.robots.answer import robots_url, rules_for
from scrapers.robots.doubt import MAX_BODY_BYTES
from scrapers.robots.lines import Line
from scrapers.robots.rules import Access, RobotsRules

__all__ = ["MAX_BODY_BYTES", "Access", "Line", "RobotsRules", "robots_url", "rules_for"]
