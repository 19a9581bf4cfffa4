"""What each licence asks and forbids, by SPDX id: the facts that the algebra is computed from.

The words of a row:
credit   name the author and the source
notice   the licence's text or its notices go along with every copy
changes  say that the work was changed
nc nd    non-commercial use only; no derivatives
anywhere a permissive licence that every copyleft takes in (the FSF: compatible with all versions of the GPL)
pd       no condition at all: the public domain, or as good
file library work network   reciprocal, and how far it reaches: the changed file; the library; the whole work made from it;
         that work also where it is only used over a network

Creative Commons licences are not here: their ids say what they ask (`terms.py`). Sources: the licences themselves;
SPDX (https://spdx.org/licenses/); the FSF's list (https://www.gnu.org/licenses/license-list.html).
"""

from __future__ import annotations

from types import MappingProxyType

_ROWS = {
    "pd": "CC0-1.0 CC-PDDC CC-PDM-1.0 PDDL-1.0 Unlicense 0BSD MIT-0 WTFPL NIST-PD NTIA-PD NCBI-PD SAX-PD blessing",
    "credit notice anywhere": (
        "MIT X11 ISC BSD-1-Clause BSD-2-Clause BSD-3-Clause Zlib PSF-2.0 Python-2.0 BSL-1.0 NCSA PostgreSQL HPND curl "
        "ICU W3C W3C-20150513 Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 UPL-1.0"
    ),
    "credit notice": (
        "BSD-4-Clause Apache-1.0 Apache-1.1 PHP-3.0 PHP-3.01 OpenSSL AFL-3.0 MS-PL ECL-2.0 "
        "CDLA-Permissive-1.0 CDLA-Permissive-2.0"
    ),
    "credit notice changes": "Apache-2.0 Artistic-2.0",
    "credit": (
        "OGL-UK-1.0 OGL-UK-2.0 OGL-UK-3.0 OGL-Canada-2.0 ODC-By-1.0 etalab-2.0 DL-DE-BY-2.0 NLOD-1.0 NLOD-2.0 OGDL-Taiwan-1.0"
    ),
    "credit nc": "NCGL-UK-2.0",
    "credit notice nc": "PolyForm-Noncommercial-1.0.0",
    "credit notice changes work": (
        "GFDL-1.1-only GFDL-1.1-or-later GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later "
        "GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later "
        "OPL-1.0 CDL-1.0 D-FSL-1.0"
    ),
    # a document that may hold sections nobody may change: for what is mended, as good as no derivatives
    "credit notice changes work nd": (
        "GFDL-1.1-invariants-only GFDL-1.1-invariants-or-later GFDL-1.2-invariants-only GFDL-1.2-invariants-or-later "
        "GFDL-1.3-invariants-only GFDL-1.3-invariants-or-later"
    ),
    "credit changes work": "LAL-1.2 LAL-1.3",
    "credit notice work": "ODbL-1.0 CDLA-Sharing-1.0",
    "credit notice changes library": (
        "LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later"
    ),
    "credit notice changes file": "MPL-1.1 MPL-2.0 EPL-1.0 EPL-2.0 CDDL-1.0 CDDL-1.1 CPL-1.0 OFL-1.1 LPPL-1.3c MS-RL",
    "credit notice changes network": "AGPL-3.0-only AGPL-3.0-or-later EUPL-1.1 EUPL-1.2 OSL-3.0",
}

TABLE = MappingProxyType({name: frozenset(words.split()) for words, names in _ROWS.items() for name in names.split()})
"""SPDX id -> the words of its row."""

RENAMED = MappingProxyType(
    {
        old: new
        for family, versions in (
            ("GFDL", ("1.1", "1.2", "1.3")), ("GPL", ("1.0", "2.0", "3.0")), ("LGPL", ("2.0", "2.1", "3.0")), ("AGPL", ("3.0",)),
        )
        for version in versions
        for old, new in (
            (f"{family}-{version}", f"{family}-{version}-only"),
            (f"{family}-{version}+", f"{family}-{version}-or-later"),
            (f"{family}-{version}-no-invariants-only", f"{family}-{version}-only"),
            (f"{family}-{version}-no-invariants-or-later", f"{family}-{version}-or-later"),
        )
    }
)  # fmt: skip
"""Ids that SPDX has retired or that say no more than another: `GFDL-1.3` grants version 1.3 alone."""

RESERVED = frozenset(
    {"none", "licenseref-proprietary", "licenseref-all-rights-reserved", "licenseref-allrightsreserved"}
)
"""Names under which all rights are reserved, in lower case (NONE: SPDX 2.3, 7.13)."""
