"""Where a site's terms of use stand: by links, by the sitemap, by the customary paths; and pages that only seem to be them."""

from scrapers.terms_pages.search import LOOKED, find_terms

__all__ = ["LOOKED", "find_terms"]
