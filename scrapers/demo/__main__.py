"""Build the demonstration site into a folder: `python -m scrapers.demo FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from scrapers.demo.build import build_demo_site
from sitecorpus.errors import SitecorpusError


def main(arguments: list[str]) -> int:
    """Build, and print what was built; returns the exit status."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m scrapers.demo FOLDER", file=sys.stderr)
        return 2
    try:
        counts = build_demo_site(Path(arguments[0]))
    except SitecorpusError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(
        f"{counts.articles} articles, {counts.words:,} words, {counts.text_bytes:,} bytes of text; {counts.pages} pages"
    )
    for name, url in counts.special.items():
        print(f"  {name:<20} {url}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
