"""The demonstration site into a folder: all of it or nothing, and the same bytes every time."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from scrapers.demo.plan import plan_site
from scrapers.demo.render import render_site
from scrapers.demo.texts import documentation_date, read_articles, read_stub
from sitecorpus.errors import RecipeError, SitecorpusError

ORIGIN = "http://docs.sitecorpus.example"
"""RFC 2606 reserves `.example`: no real site can have this name."""
MARKER = "demo-site.json"
"""Says what the folder is, and lets it be replaced by the next build."""


@dataclass(frozen=True)
class DemoCounts:
    """What was built."""

    articles: int
    pages: int
    """HTML files, of every kind."""
    words: int
    text_bytes: int
    """UTF-8 bytes of the articles' source text."""
    special: dict[str, str]
    """Pages that are there to be treated differently: what they are -> URL."""

    def __str__(self) -> str:
        return (
            f"{self.articles:,} articles on {self.pages:,} pages, {self.words:,} words, "
            f"{len(self.special)} pages that a crawler must treat differently (listed in demo-site.json)"
        )


def build_demo_site(folder: Path, origin: str = ORIGIN) -> DemoCounts:
    """Write the site as static files that belong at `origin`, replacing an earlier build.

    The same Python and NumPy give the same bytes. Raises RecipeError where `folder` holds something else,
    SitecorpusError where the documentation is not installed or the disk refuses.
    """
    if folder.exists() and not _replaceable(folder):
        raise RecipeError(
            f"{folder}: there is something here that is not a demo site; name a new folder, or remove it."
        )
    articles = read_articles()
    site = plan_site(articles, read_stub(), documentation_date())
    files, special = render_site(site, origin, {"python": platform.python_version(), "numpy": version("numpy")})
    counts = DemoCounts(
        articles=len(articles),
        pages=sum(name.endswith(".html") for name in files),
        words=sum(a.words for a in articles),
        text_bytes=sum(len(a.body.encode()) for a in articles),
        special=special,
    )
    files[MARKER] = json.dumps(asdict(counts), indent=1, sort_keys=True) + "\n"
    try:
        _write(folder, files)
    except OSError as error:
        raise SitecorpusError(
            f"{folder}: the demo site could not be written: {error}. Make room, then run again."
        ) from None
    return counts


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir()))


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write aside, then rename: a site that is there is whole."""
    partial = folder.with_name(folder.name + ".partial")
    if partial.exists():
        shutil.rmtree(partial)
    for name, text in files.items():
        path = partial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
