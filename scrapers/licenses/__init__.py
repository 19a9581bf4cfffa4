"""One page to the licence of its article text: an SPDX id, what it covers, and the words that say so.

A Creative Commons link on a page mostly licenses something else: a photograph, a comment, a theme's icons, the terms
page. On 84 real pages "the first CC link" granted falsely on 19 of the 24 that grant nothing. So every mention is a
claim with a scope, and only claims whose scope is the article or the site grant.
"""

from scrapers.licenses.addresses import licence_at
from scrapers.licenses.claims import Claim, LicenseReading
from scrapers.licenses.phrases import licence_named
from scrapers.licenses.reading import page_license

__all__ = ["Claim", "LicenseReading", "licence_at", "licence_named", "page_license"]
