"""A site changes its mind: what changed is told, the pages are named, and nothing is made of them any more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from pydoc_data.topics import topics

import pytest
from crawling import HTML, Site

from sitecorpus import drift
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.layout import CorpusDir
from sitecorpus.shards import iter_rows, shard_paths

FOOTER = '<footer>This site is licensed under <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</footer>'
TEXTS = [text for _, text in sorted(topics.items()) if 1500 < len(text) < 6000][:12]
PATHS = [f"/articles/{i}" for i in range(len(TEXTS))]


def article(number: int, head: str = "") -> bytes:
    paragraphs = "".join(f"<p>{p}</p>" for p in TEXTS[number].split("\n\n"))
    return f"<html lang=en><head><title>Article {number}</title>{head}</head><body><article><h1>Article {number}</h1>{paragraphs}</article>{FOOTER}</body></html>".encode()


def the_site() -> Site:
    links = "".join(f'<a href="{path}">{path}</a> ' for path in PATHS)
    site = Site(routes={path: (200, HTML, article(i)) for i, path in enumerate(PATHS)})
    site.routes["/"] = (200, HTML, f"<html><body>{links}{FOOTER}</body></html>".encode())
    site.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private\n")
    return site


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SITECORPUS_CORPORA": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "sitecorpus", *args], capture_output=True, text=True, env=environment, check=False
    )


@pytest.fixture(scope="module")
def as_it_was(serve: Callable[[Site], Site], tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    """A corpus, published, of a site that still runs."""
    site, home = serve(the_site()), tmp_path_factory.mktemp("home")
    (home / "site").mkdir()
    (home / "site" / "corpus.toml").write_text(
        f'contact = "me@example.org"\n[crawl]\nseeds = ["{site.url}/"]\ndelay_s = 0.0\n[split]\nvalidation_fraction = 0.2\n'
    )
    done = run(home, "publish", "site")
    assert done.returncode == 0, done.stderr
    return site, home


@pytest.fixture
def published(as_it_was: tuple[Site, Path], tmp_path: Path) -> tuple[Site, Path]:
    """The site as it was, and a copy of the corpus."""
    site, home = as_it_was
    site.routes = the_site().routes
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    return site, tmp_path


def urls_of(home: Path) -> set[str]:
    status = json.loads(run(home, "status", "site", "--json").stdout)
    data = Path(status["stages"]["publish"]["directory"]) / "data"
    return {row["url"] for row in iter_rows([*shard_paths(data, "train"), *shard_paths(data, "validation")], ["url"])}


def test_a_site_that_stays_as_it_is_has_not_drifted(published: tuple[Site, Path]) -> None:
    _, home = published
    asked = run(home, "vet", "site", "--diff", "--json")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    found = json.loads(asked.stdout)
    assert (found["changes"], found["pages"], found["gone"]) == ([], [], [])
    assert found["pages_asked"] == found["pages_total"] == len(TEXTS)


def test_pages_that_opt_out_are_named_and_dropped_only_when_a_person_says_so(published: tuple[Site, Path]) -> None:
    site, home = published
    before = urls_of(home)
    site.routes["/robots.txt"] = (
        200, {"Content-Type": "text/plain"},
        b"User-agent: *\nDisallow: /private\n\nUser-agent: GPTBot\nDisallow: /articles/2\n",
    )  # fmt: skip
    site.routes[PATHS[3]] = (200, HTML, article(3, '<meta name="robots" content="noai">'))
    site.routes[PATHS[4]] = (200, {**HTML, "TDM-Reservation": "1"}, article(4))
    site.routes[PATHS[5]] = (404, HTML, b"gone")

    asked = run(home, "vet", "site", "--diff", "--json")
    assert asked.returncode == 3, asked.stdout + asked.stderr
    found = json.loads(asked.stdout)
    drifted = {site.url + PATHS[i] for i in (2, 3, 4)}
    assert {p["url"] for p in found["pages"]} == drifted
    assert {p["url"] for p in found["gone"]} == {site.url + PATHS[5]}
    robots = next(c for c in found["changes"] if c["name"] == "robots")
    assert (robots["how"], "+User-agent: GPTBot" in robots["detail"].splitlines()) == ("changed", True)

    for stage in ("publish", "train"):
        refused = run(home, stage, "site")
        assert refused.returncode == 3
        assert {
            line.split()[1].rstrip(":") for line in refused.stderr.splitlines() if line.startswith("  - ")
        } == drifted

    dropped = run(home, "publish", "site", "--drop-drifted")
    assert dropped.returncode == 0, dropped.stderr
    assert urls_of(home) == before - drifted
    assert run(home, "publish", "site").returncode == 0  # it stays so
    assert run(home, "audit", "site").returncode == 0
    story = json.loads(run(home, "why", site.url + PATHS[3], "--json").stdout)["corpora"]["site"]
    assert (story[-1]["stage"], story[-1]["reason"]) == ("clear", "withdrawn")
    record = (home / "site" / "build" / "rights.html").read_text()
    assert site.url + PATHS[3] in record


def test_a_host_that_says_no_takes_all_its_pages_with_it(published: tuple[Site, Path]) -> None:
    site, home = published
    site.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")
    asked = run(home, "vet", "site", "--diff", "--json")
    found = json.loads(asked.stdout)
    assert asked.returncode == 3
    assert found["decisions"][site.url] == ["allow", "deny"]
    assert len(found["pages"]) == len(TEXTS)
    assert run(home, "publish", "site").returncode == 3


def test_a_site_that_is_down_has_neither_changed_its_mind_nor_agreed(published: tuple[Site, Path]) -> None:
    site, home = published
    site.routes["/robots.txt"] = (503, HTML, b"later")
    asked = run(home, "vet", "site", "--diff")
    assert asked.returncode == 1
    assert "could not be asked again" in asked.stderr
    assert not list((home / "site" / "archive").glob("recheck-*Z"))
    assert run(home, "publish", "site").returncode == 0


def test_evidence_that_is_too_old_stops_publishing_and_a_recheck_mends_it(published: tuple[Site, Path]) -> None:
    _, home = published
    corpus = CorpusDir(home / "site")
    (vet,) = (corpus.root / "archive").glob("vet-*")
    read_at = drift.evidence_time(vet)
    assert read_at is not None
    drift.refuse_old_evidence(vet, 90, read_at + timedelta(days=90), "")
    with pytest.raises(RefusedError, match="91 days ago"):
        drift.refuse_old_evidence(vet, 90, read_at + timedelta(days=91, seconds=1), "")
    recipe = corpus.recipe.read_text()
    corpus.recipe.write_text(recipe + "[rights]\nmax_age_days = 0\n")
    late = run(home, "publish", "site")
    assert (late.returncode, "max_age_days" in late.stderr) == (3, True)


def test_a_record_of_what_was_taken_out_that_is_damaged_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "withdrawn.json").write_text('[{"url": 1')
    with pytest.raises(SitecorpusError, match="Restore the file"):
        drift.withdrawn(CorpusDir(tmp_path))


def test_nothing_is_dropped_where_nobody_has_looked(tmp_path: Path) -> None:
    assert drift.drop(CorpusDir(tmp_path), tmp_path / "archive" / "vet-1", datetime.now(UTC)) == 0
