"""A fleet of little sites through the whole chain: each host gets the right answer, and only what is allowed goes on."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from fleet import SITES, Fleet, Site, serving
from fleet.answers import page

from sitecorpus import ledger, warc
from sitecorpus.errors import SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.pipeline import build
from sitecorpus.rights import Reason, Verdict
from sitecorpus.shards import iter_rows, shard_paths

BY_NAME = {s.name: s for s in SITES}
TOGETHER = [s for s in SITES if not s.rights]
"""Sites that one recipe can hold."""
HUB = "hub"
PAGES = [(s, path) for s in TOGETHER if s.expect == {"allow"} for path in s.pages]


@dataclass
class Run:
    """One corpus: its verdicts, and the directories of the stages that it came through."""

    root: Path
    fleet: Fleet
    stages: Mapping[str, Path]
    asked_by_crawl: list[tuple[str, str]]
    stopped: str
    """Why no stage came after the last of `stages`; empty where all did."""

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """{site: verdict}"""
        (vet,) = (self.root / "archive").glob("vet-*")
        found = [Verdict.from_dict(v) for v in json.loads((vet / "verdicts.json").read_text())]
        return {self.fleet.name(v.host): v for v in found}

    @cached_property
    def bodies(self) -> dict[str, bytes]:
        """{WARC record id: decoded body} of the evidence."""
        (vet,) = (self.root / "archive").glob("vet-*")
        return {r.record_id: r.body for f in warc.archive_files(vet) for r in warc.scan(f)}

    @cached_property
    def headers(self) -> dict[str, str]:
        """{WARC record id: its HTTP head, values one a line}"""
        (vet,) = (self.root / "archive").glob("vet-*")
        return {r.record_id: "\n".join(v for _, v in r.headers) for f in warc.archive_files(vet) for r in warc.scan(f)}

    def rows(self, stage: str, prefix: str) -> list[dict[str, Any]]:
        assert stage in self.stages, self.stopped
        return list(iter_rows(shard_paths(self.stages[stage], prefix)))

    @cached_property
    def kept(self) -> dict[str, dict[str, Any]]:
        return {row["url"]: row for row in self.rows("clear", "pages")}

    @cached_property
    def dropped(self) -> dict[str, str]:
        """{URL: why it went no further}"""
        assert "clear" in self.stages, self.stopped
        rows = [row for stage in ("crawl", "clear") for row in ledger.read(self.stages[stage])]
        return {row["url"]: f"{row['reason']} {row['detail']}" for row in rows}

    def url(self, site: str, path: str) -> str:
        return self.fleet.origins[site] + path


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    links = "".join(f'<a href="https://{s.name}.test/">a site</a> ' for s in TOGETHER)
    with serving({s.name: s.answers for s in SITES} | {HUB: {"/": page("The hub", links=links)}}) as served:
        yield served


@pytest.fixture(scope="module")
def run(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One recipe with all sites as its hosts, through to the documents."""
    hosts = [fleet.origins[s.name].removeprefix("http://") for s in TOGETHER]
    crawl = f'seeds = ["{fleet.origins[HUB]}/"]\nhosts = {json.dumps(hosts)}\ndiscover = ["sitemap", "links"]\nretries = 1\ntimeout_s = 5.0\n'
    return _build(fleet, tmp_path_factory.mktemp("fleet"), crawl, "", "extract")


@pytest.fixture(scope="module")
def declared(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """{site: run}: each site with a declaration in a recipe of its own."""
    runs = {}
    for site in SITES:
        if site.rights:
            root = tmp_path_factory.mktemp(site.name)
            for name, words in site.files.items():
                (root / name).write_text(words)
            crawl = f'seeds = ["{fleet.origins[site.name]}/"]\n'
            runs[site.name] = _build(fleet, root, crawl, f"[rights]\n{site.rights}", "clear")
    return runs


def _build(fleet: Fleet, root: Path, crawl: str, rights: str, through: str) -> Run:
    recipe = f'title = "Fleet"\ncontact = "https://example.net/bot"\n[crawl]\ndelay_s = 0.0\n{crawl}{rights}'
    (root / "corpus.toml").write_text(recipe)
    stages: dict[str, Path] = {}
    asked, stopped = [0], ""

    def tell(stage: str, directory: Path, *_: object) -> None:
        stages[stage] = directory
        if stage == "vet":
            asked[0] = len(fleet.log)

    try:
        build(CorpusDir(root), through, Serial(), tell)
    except SitecorpusError as error:
        stopped = str(error)
    return Run(root, fleet, stages, fleet.log[asked[0] :] if "vet" in stages else [], stopped)


def _sitecorpus(*args: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sitecorpus", *args],
        capture_output=True, text=True, env={**os.environ, "SITECORPUS_CORPORA": str(home)}, check=False, timeout=120,
    )  # fmt: skip


def _against(verdict: Verdict) -> list[Reason]:
    return [r for r in verdict.reasons if r.answer != "allow"]


def _verdict(site: Site, run: Run, declared: Mapping[str, Run]) -> Verdict:
    return (declared[site.name] if site.rights else run).verdicts[site.name]


def test_there_are_enough_sites_and_no_two_show_the_same_under_one_name() -> None:
    assert len(SITES) >= 100
    assert len(BY_NAME) == len(SITES)


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.name)
def test_each_host_gets_the_answer_that_its_words_call_for(site: Site, run: Run, declared: dict[str, Run]) -> None:
    verdict = _verdict(site, run, declared)
    said = [f"{r.code}: {r.detail}" for r in _against(verdict)]
    assert verdict.decision in site.expect, f"{site.shows}; {said}"
    if verdict.decision != "allow":
        assert any(re.search(site.because, words, re.IGNORECASE) for words in said), said
    elif site.license:
        assert verdict.license == site.license


@pytest.mark.parametrize(("site", "path"), PAGES, ids=lambda x: x if isinstance(x, str) else x.name)
def test_each_page_of_an_allowed_host_has_the_outcome_that_it_calls_for(site: Site, path: str, run: Run) -> None:
    url = run.url(site.name, path)
    asked = (site.name, path) in run.fleet.log
    outcome = "kept" if url in run.kept else "dropped" if asked else "not asked"
    assert outcome == site.pages[path], run.dropped.get(url)
    assert outcome == "kept" or run.dropped[url]


def test_a_host_that_is_not_allowed_is_asked_for_nothing_after_its_verdict(run: Run) -> None:
    allowed = {name for name, v in run.verdicts.items() if v.decision == "allow"}
    # a redirect of robots.txt is followed where it leads, as when it was vetted
    elsewhere = {("robots-open", "/robots.txt")}
    assert {(s, p) for s, p in run.asked_by_crawl if s not in allowed} <= elsewhere


@pytest.mark.parametrize(
    ("stage", "prefix"), [("crawl", "captures"), ("clear", "pages"), ("extract", "documents")], ids=lambda x: x
)
def test_no_page_of_a_denied_host_is_in_any_later_stage(run: Run, stage: str, prefix: str) -> None:
    rows = run.rows(stage, prefix)
    assert len(rows) > 50
    assert {run.verdicts[run.fleet.name(row["url"])].decision for row in rows} == {"allow"}


def test_every_page_and_document_carries_its_verdict_its_licence_and_its_bytes(run: Run) -> None:
    for row in (*run.kept.values(), *run.rows("extract", "documents")):
        verdict = run.verdicts[run.fleet.name(row["url"])]
        assert row["verdict_id"] == verdict.verdict_id
        assert row["license"]
        assert row["license_source"]
        record = warc.read(run.root / row["warc_file"], row["warc_offset"])
        assert (record.url, record.record_id) == (row["url"], row["warc_record_id"])
        assert hashlib.sha256(record.body).hexdigest() == row["payload_digest"]


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.name)
def test_what_a_verdict_rests_on_is_found_again_in_the_archive(site: Site, run: Run, declared: dict[str, Run]) -> None:
    where = declared[site.name] if site.rights else run
    verdict = where.verdicts[site.name]
    assert any(e.kind == "robots" for e in verdict.evidence)
    shas = set()
    for evidence in verdict.evidence:
        if evidence.warc_record_id is not None and evidence.sha256 is not None:
            assert hashlib.sha256(where.bodies[evidence.warc_record_id]).hexdigest() == evidence.sha256
            shas.add(evidence.sha256)
    for reason in verdict.reasons:
        assert reason.url
        assert reason.sha256 is None or reason.sha256 in shas


NEED_QUOTES = ("opted_out", "terms_deny", "robots_denies", "license_found")


def _letters(words: str) -> str:
    """The letters of some markup: tags, entities and the spaces between words apart."""
    return re.sub(r"[\W_]+", "", html.unescape(re.sub(r"<[^>]*>", "", words)))


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.name)
def test_a_reason_quotes_the_words_that_it_rests_on(site: Site, run: Run, declared: dict[str, Run]) -> None:
    where = declared[site.name] if site.rights else run
    verdict = where.verdicts[site.name]
    records: dict[str, list[str]] = {}
    for evidence in verdict.evidence:
        if evidence.sha256 and evidence.warc_record_id:
            records.setdefault(evidence.sha256, []).append(evidence.warc_record_id)
    for reason in verdict.reasons:
        if reason.code in NEED_QUOTES:
            assert reason.quote is not None, reason
            assert reason.sha256, reason
            assert reason.fetched_at, reason
        if reason.quote is None or reason.sha256 is None:
            continue
        sources = records[reason.sha256]
        quote = reason.quote
        assert quote.text.strip(), reason
        if quote.header is not None:
            assert any(quote.text in where.headers[r] for r in sources), reason
        elif quote.start is not None:
            found = where.bodies[sources[0]][quote.start : quote.end]
            readings = [_letters(found.decode(e, "replace")) for e in ("utf-8", "latin-1", "utf-16-le", "utf-16-be")]
            assert _letters(quote.text) in readings, (reason, found)


def test_everything_is_judged_again_from_the_archive_alone(run: Run) -> None:
    done = _sitecorpus("audit", str(run.root), "--json", home=run.root.parent)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_a_signed_permission_is_in_the_evidence_with_its_hash(declared: dict[str, Run]) -> None:
    run = declared["permission"]
    (letter,) = [e for e in run.verdicts["permission"].evidence if e.kind == "file"]
    assert letter.sha256 == hashlib.sha256((run.root / "letter.txt").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "code", "decision"),
    [("lic-rel", 0, "allow"), ("tdm-file", 3, "deny"), ("lic-none", 3, "review"), ("robots-503", 3, "deny")],
)
def test_the_command_says_no_with_exit_3(fleet: Fleet, tmp_path: Path, name: str, code: int, decision: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "corpus.toml").write_text(
        f'contact = "https://example.net/bot"\n[crawl]\nseeds = ["{fleet.origins[name]}/"]\n'
    )
    done = _sitecorpus("vet", name, "--json", home=tmp_path)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    (verdicts,) = (tmp_path / name / "archive").glob("vet-*/verdicts.json")
    assert [v["decision"] for v in json.loads(verdicts.read_text())] == [decision]
