"""The LICENSE file of a published folder: what the whole is under, and what each licence in it asks."""

from __future__ import annotations

from collections.abc import Mapping

from cleaning.grounds import Judgement, asks
from cleaning.markdown import plain
from sitecorpus.licensing import Grant, license_url

ASKED = {
    "attribution": "name author and source",
    "changes": "say that the text was changed",
    "notice": "give the licence's text and notices along",
    "share-alike": "share what is made from it under the same terms",
    "non-commercial": "no commercial use",
    "no-derivatives": "share unchanged copies only",
    "all-rights-reserved": "all rights are reserved: ask the owner",
}
"""Every obligation in words for people."""


def license_file(licenses: Mapping[Grant, int], judgement: Judgement) -> str:
    """Return the text: the whole first, then every ground with its documents and what it asks."""
    lines = [
        f"- {plain(grant.license)}{_basis(grant)}: {documents:,} document{'s' * (documents != 1)}; {asked_words(grant)}"
        + (f"\n  {where}" if (where := license_url(grant.license)) else "")
        for grant, documents in licenses.items()
    ]
    return (
        f"{whole(judgement)}\n\nEach document is under the license that its row names (column `license`); where that was said "
        "stands in\n`license_source`. Authors and sources are credited in ATTRIBUTION.md. A licence that asks for its text to "
        "be given\nalong is to be put beside this file by whoever hands the folder on.\n\n" + "\n".join(lines) + "\n"
    )


def whole(judgement: Judgement) -> str:
    """Return one sentence on the folder as a whole."""
    if judgement.private:
        return "PRIVATE: these texts may be used as each licence allows, and are not to be handed on."
    if "all-rights-reserved" in judgement.publishing.obligations:
        return (
            "All rights in texts of this folder are reserved; what may be done with it beyond reading, its owner says."
        )
    purpose = "any purpose" if judgement.publishing.use.purpose == "commercial" else "non-commercial purposes only"
    if judgement.publishing.license:
        return f"As a whole, for {purpose}, this folder may be shared under {plain(judgement.publishing.license)}."
    return (
        f"This folder is a collection, for {purpose}: no one licence covers it, and each document keeps its own. Nothing that "
        "joins all of them into one work may be shared."
    )


def asked_words(grant: Grant) -> str:
    """Return what one ground asks, in words."""
    return ", ".join(ASKED[name] for name in asks(grant)) or "nothing is asked"


def _basis(grant: Grant) -> str:
    words = {"owner": " (the publisher's own)", "permission": " (by permission)", "public-domain": " (public domain)"}
    return words.get(grant.basis, "")
