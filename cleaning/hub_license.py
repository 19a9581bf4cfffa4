"""The names that the Hugging Face hub has for licences."""

from __future__ import annotations

# The hub's ids (https://huggingface.co/docs/hub/repositories-licenses) are SPDX ids in lower case, where it has one
_HUB_LICENSES = frozenset(
    {
        "apache-2.0", "mit", "isc", "unlicense", "bsd-2-clause", "bsd-3-clause", "pddl", "cc0-1.0", "cc-by-2.0",
        "odc-by", "gfdl", "gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "odbl", "wtfpl", "zlib",
        "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "artistic-2.0", "etalab-2.0", "ofl-1.1",
        "epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2", "osl-3.0", "ncsa", "postgresql", "bsl-1.0", "ecl-2.0", "afl-3.0",
        "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0",
        "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
    }
)  # fmt: skip
_HUB_NAMES = {
    "gfdl-1.1": "gfdl", "gfdl-1.2": "gfdl", "gfdl-1.3": "gfdl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl", "odbl-1.0": "odbl",
}  # fmt: skip


def hub_license(spdx: str) -> str:
    """Return the hub's id for an SPDX id; `other` where it has none."""
    name = spdx.lower().removesuffix("-only").removesuffix("-or-later")
    name = _HUB_NAMES.get(name, name)
    return name if name in _HUB_LICENSES else "other"
