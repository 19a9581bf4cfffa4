"""A site's terms of use read into clauses, each with the words that say it. No legal advice."""

from scrapers.terms.clause import Answer, Clause, TermsReading, Verdict
from scrapers.terms.page_text import terms_text
from scrapers.terms.reading import read_terms

__all__ = ["Answer", "Clause", "TermsReading", "Verdict", "read_terms", "terms_text"]
