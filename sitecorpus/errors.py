"""What can go wrong, as one small tree; every message says what was found, where, and what to do now.

    SitecorpusError          exit 1: the work could not be finished (disk full, empty site, torn input)
    ├── RecipeError          exit 2: the recipe or the command line asks for something that cannot be
    └── RefusedError         exit 3: rights or policy say no

Expected endings (a dropped document, a refused page) are values and ledger rows, not exceptions.
"""

from __future__ import annotations


class SitecorpusError(Exception):
    """The work could not be finished; what is stored is intact."""

    exit_code = 1


class RecipeError(SitecorpusError):
    """The recipe, or the command line, asks for something that cannot be."""

    exit_code = 2


class RefusedError(SitecorpusError):
    """It could not be shown that we may."""

    exit_code = 3
