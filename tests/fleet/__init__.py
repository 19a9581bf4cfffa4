"""A fleet of little sites on loopback: each shows one rule of robots.txt, of a signal, a licence, terms or a policy.

`SITES` is what must be true, `serving` serves it. The expectations follow the specifications, not the program.
"""

from __future__ import annotations

from fleet import declared_sites, license_sites, robots_sites, rsl_sites, signal_sites, terms_sites
from fleet.answers import Answer
from fleet.server import Fleet, serving
from fleet.site import Outcome, Site

SITES: tuple[Site, ...] = (
    *robots_sites.SITES,
    *signal_sites.SITES,
    *rsl_sites.SITES,
    *license_sites.SITES,
    *terms_sites.SITES,
    *declared_sites.SITES,
)

__all__ = ["SITES", "Answer", "Fleet", "Outcome", "Site", "serving"]
