"""Which captures may be used, and why the others may not."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scrapers import exhibits
from scrapers.clear import clear
from scrapers.evidence import Exchange
from scrapers.exhibits import Case, Docket, Exhibit
from scrapers.policy import POLICY, load
from sitecorpus import ledger
from sitecorpus.document import CAPTURES, ROW_TYPE
from sitecorpus.executors import Processes, Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import RightsSettings
from sitecorpus.rights import Evidence, Verdict
from sitecorpus.shards import iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job
from sitecorpus.warc import WarcWriter

CC = '<footer>Content is under <a href="https://creativecommons.org/licenses/{}/4.0/">CC</a></footer>'
PAGE = f"<p>Some words.</p>{CC.format('by')}"
PLACES = {"robots": "/robots.txt", "tdmrep": "/.well-known/tdmrep.json", "ai_txt": "/ai.txt"}
DECLARED = {"license": "LicenseRef-Mine", "attested_by": "A. Person", "attested_on": "2026-08-01"}


@dataclass
class Archive:
    """A hand-made corpus folder whose captures are real WARC records."""

    root: Path
    files: dict[str, bytes] = field(default_factory=lambda: {"robots": b""})
    """Files of the site, as `vet` had them."""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"crawl": [], "intake": []})

    def __post_init__(self) -> None:
        self.writers = {name: WarcWriter(self.root / "archive" / name, "pages", {}) for name in self.rows}

    def page(
        self,
        path: str,
        html: str = PAGE,
        status: int = 200,
        kind: str = "text/html",
        at: str = "2026-08-01T00:00:00Z",
        **headers: str,
    ) -> None:
        url = path if path.startswith("http") else "https://example.org" + path
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n" + "".join(
            f"{n.replace('_', '-')}: {v}\r\n" for n, v in headers.items()
        )
        where = self.writers["crawl"].exchange(url, b"GET / HTTP/1.1", head.encode(), html.encode(), None, [])
        self._add("crawl", url, "response", status, kind, len(html), where, at)

    def item(self, url: str, kind: str, content_type: str, body: bytes) -> None:
        where = self.writers["intake"].resource(url, content_type, body)
        self._add("intake", url, kind, None, content_type, len(body), where, "2026-08-01T00:00:00Z")

    def _add(
        self, source: str, url: str, kind: str, status: int | None, content_type: str, size: int, where: Any, at: str
    ) -> None:
        self.rows[source].append({
            "url": url, "kind": kind, "status": status, "content_type": content_type, "payload_digest": "x", "payload_bytes": size,
            "found_by": "links", "fetched_at": at, "warc_file": f"archive/{source}/{where.file}", "warc_offset": where.offset,
            "warc_record_id": where.record_id,
        })  # fmt: skip

    def _vet(self, rights: RightsSettings) -> None:
        """What `vet` leaves behind: the policy, and an archive with a docket."""
        vet = self.root / "archive/vet"
        shutil.rmtree(vet, ignore_errors=True)
        writer = WarcWriter(vet, "evidence", {})
        declared = []
        if rights.evidence_files:
            where = writer.resource("urn:sitecorpus:c:evidence:letter.txt", "text/plain", b"You may.")
            letter = Exchange("urn:x:letter.txt", "urn:x:letter.txt", None, body=b"You may.", record_id=where.record_id)
            declared.append(Exhibit("file", letter))
        asked = []
        for kind, body in self.files.items():
            url = "https://example.org" + PLACES[kind]
            where = writer.exchange(url, b"GET / HTTP/1.1", b"HTTP/1.1 200 OK", body, None, [])
            asked.append(Exhibit(kind, Exchange(url, url, 200, (), body, record_id=where.record_id)))
        case = Case("https://example.org", ("https://example.org/",), tuple(asked))
        exhibits.write(writer, "urn:sitecorpus:c", Docket(rights, (case,), tuple(declared), True))
        writer.close()
        (vet / POLICY).write_bytes(load(rights.policy)[1])

    def clear(
        self, hosts: Mapping[str, str] | None = None, workers: int = 1, terms: str = "", **rights: Any
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return {URL: licence} of the pages and {URL: reason} of the others."""
        for name, rows in self.rows.items():
            write_shard(
                self.root / "archive" / name / "captures-00000.parquet",
                sorted(rows, key=lambda r: str(r["url"])),
                CAPTURES,
            )
        answers = {"https://example.org": "allow", "intake": "allow", **(hosts or {})}
        evidence = (Evidence("terms", terms, None, 200, None, ""),) if terms else ()
        made = [Verdict(f"v-{h}", h, "sitecorpus", a, None, (), evidence).as_dict() for h, a in answers.items()]  # type: ignore[arg-type]
        self._vet(RightsSettings(**rights))
        (self.root / "archive/vet/verdicts.json").write_text(json.dumps(made))
        out = self.root / "build" / f"clear-{workers}"
        inputs = {n: self.root / "archive" / n for n in ("vet", "crawl", "intake")}
        executor = Serial() if workers == 1 else Processes(workers)
        job = Job(
            "clear", SimpleNamespace(rights=RightsSettings(**rights)), inputs, out, CorpusDir(self.root), executor, out
        )
        counts = clear(job)
        pages = list(iter_rows(shard_paths(out, "pages")))
        drops = list(ledger.read(out))
        assert counts.read == len(pages) + len(drops) == sum(len(r) for r in self.rows.values())
        assert [p["url"] for p in pages] == sorted(p["url"] for p in pages)
        return {p["url"]: p["license"] for p in pages}, {d["url"]: d["reason"] for d in drops}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def test_every_capture_is_a_page_or_a_ledger_row_with_its_reason(archive: Archive) -> None:
    archive.page("/licensed")
    archive.page("/noai", f'<meta name="robots" content="noai">{PAGE}')
    archive.page("/header", X_Robots_Tag="noai")
    archive.page("/rsl", Link='</l.xml>; rel="license"; type="application/rsl+xml"')
    archive.page("/nc", f"<p>Words.</p>{CC.format('by-nc')}")
    archive.page("/none", "<p>Words.</p>")
    archive.page("/unclear", f'<meta name="license" content="MIT">{PAGE}')
    archive.page("/gone", status=404)
    archive.page("/moved", status=301)
    archive.page("/broken", status=503)
    archive.page("/secret", status=403)
    archive.page("/feed", kind="application/rss+xml")
    archive.page("/untyped", "\x89PNG", kind="")
    archive.page("/robots.txt", kind="text/plain")
    archive.page("/empty", "")
    archive.page("/alias", '<meta http-equiv="refresh" content="0; url=/licensed"><a href="/licensed">here</a>')
    archive.page("https://elsewhere.example/x")
    pages, drops = archive.clear()
    assert pages == {"https://example.org/licensed": "CC-BY-4.0"}
    assert {u.rpartition("/")[2]: r for u, r in drops.items()} == {
        "noai": "opted_out", "header": "opted_out", "rsl": "needs_review", "nc": "license_not_allowed", "none": "no_license",
        "unclear": "license_unclear", "gone": "not_found", "moved": "redirect", "broken": "server_error", "secret": "denied",
        "feed": "not_a_document", "untyped": "not_a_document", "robots.txt": "not_a_document", "empty": "empty", "alias": "redirect", "x": "host_not_cleared",
    }  # fmt: skip


def test_a_page_without_a_content_type_is_a_page_where_it_begins_like_one(archive: Archive) -> None:
    archive.page("/a", f"\n<!DOCTYPE html>{PAGE}", kind="")
    archive.page("/b", f"<!doctype html><meta http-equiv=refresh content='0; url=/a'>{PAGE}", kind="")
    pages, drops = archive.clear()
    assert list(pages) == ["https://example.org/a"]
    assert list(drops.values()) == ["redirect"]


def test_the_terms_page_is_evidence_and_no_document(archive: Archive) -> None:
    archive.page("/terms/")
    archive.page("/article")
    pages, dropped = archive.clear(terms="https://example.org/terms/")
    assert set(pages) == {"https://example.org/article"}
    assert dropped == {"https://example.org/terms/": "terms_page"}


def test_of_one_address_the_newest_answer_stays(archive: Archive) -> None:
    archive.page("/a", at="2026-08-01T00:00:00Z")
    archive.page("/a", at="2026-08-02T00:00:00Z")
    archive.page("/a", status=503, at="2026-08-03T00:00:00Z")
    pages, drops = archive.clear()
    assert (list(pages), set(drops.values())) == (["https://example.org/a"], {"superseded"})


def test_an_owner_declares_for_all_pages_but_an_opt_out_still_counts(archive: Archive) -> None:
    archive.page("/none", "<p>Words.</p>")
    archive.page("/nc", f"<p>Words.</p>{CC.format('by-nc')}")
    archive.page("/noai", '<meta name="robots" content="noai"><p>Words.</p>')
    pages, drops = archive.clear(basis="owner", **DECLARED)
    assert set(pages.values()) == {"LicenseRef-Mine"}
    assert drops == {"https://example.org/noai": "opted_out"}


def test_where_a_licence_is_declared_a_page_that_says_otherwise_prevails(archive: Archive) -> None:
    archive.page("/none", "<p>Words.</p>")
    archive.page("/nc", f"<p>Words.</p>{CC.format('by-nc')}")
    archive.page("/by", PAGE)
    pages, drops = archive.clear(basis="license", **DECLARED)
    assert pages == {"https://example.org/by": "CC-BY-4.0", "https://example.org/none": "LicenseRef-Mine"}
    assert drops == {"https://example.org/nc": "license_not_allowed"}


def test_rows_and_files_from_elsewhere_need_the_declaration(archive: Archive) -> None:
    archive.item("urn:sitecorpus:c:1", "row", ROW_TYPE, b'{"text": "A joke."}')
    archive.item("urn:sitecorpus:c:a.md", "resource", "text/markdown", b"# Words")
    assert set(archive.clear()[1].values()) == {"no_license"}
    for shard in (archive.root / "build").rglob("*.parquet"):
        shard.unlink()
    assert set(archive.clear(basis="owner", **DECLARED)[0].values()) == {"LicenseRef-Mine"}
    for shard in (archive.root / "build").rglob("*.parquet"):
        shard.unlink()
    assert set(archive.clear({"intake": "review"})[1].values()) == {"host_not_cleared"}


def test_two_workers_say_what_one_says(archive: Archive) -> None:
    for i in range(600):
        archive.page(f"/{i:03d}", PAGE if i % 3 else "<p>Words.</p>")
    assert archive.clear() == archive.clear(workers=2)


def test_an_archive_without_captures_gives_an_empty_shard(archive: Archive) -> None:
    assert archive.clear() == ({}, {})


def test_an_address_that_is_none_stops_nothing(archive: Archive) -> None:
    archive.item("http://[bad/x", "resource", "text/html", PAGE.encode())
    archive.item("http://exa mple/%zz?[", "resource", "text/html", PAGE.encode())
    assert archive.clear()[1] == {"http://[bad/x": "not_a_document"}


# --- what the host was asked, by each page's own path


def test_what_a_site_says_of_a_path_holds_for_the_pages_below_it(archive: Archive) -> None:
    archive.files = {
        "robots": b"User-agent: *\nDisallow: /closed/\nContent-Usage: /drafts/ train-ai=n\n\nUser-agent: GPTBot\nDisallow: /members/\n",
        "tdmrep": b'[{"location": "/paid/", "tdm-reservation": 1}]',
        "ai_txt": b"User-agent: *\nDisallow: /art/\n",
    }
    for path in ("/closed/a", "/drafts/a", "/members/a", "/paid/a", "/art/a", "/a"):
        archive.page(path)
    pages, drops = archive.clear()
    assert list(pages) == ["https://example.org/a"]
    assert {u.split("/")[3]: r for u, r in drops.items()} == {
        "closed": "robots_denies", "drafts": "opted_out", "members": "opted_out", "paid": "opted_out", "art": "opted_out",
    }  # fmt: skip


def test_what_a_page_says_prevails_over_the_file_of_its_site(archive: Archive) -> None:
    archive.files["tdmrep"] = b'[{"location": "/", "tdm-reservation": 1}]'
    archive.page("/open", tdm_reservation="0")
    archive.page("/closed")
    assert archive.clear()[1] == {"https://example.org/closed": "opted_out"}


def test_a_licence_file_that_was_never_read_is_for_a_person(archive: Archive) -> None:
    archive.files["robots"] = b"License: https://example.org/license.xml\n"
    archive.page("/a")
    assert list(archive.clear()[1].values()) == ["needs_review"]


def test_pages_that_were_withdrawn_stay_out(archive: Archive) -> None:
    archive.page("/a")
    archive.page("/b")
    gone = [{"url": "https://example.org/b", "reason": "opted_out", "detail": {}, "recheck": "r", "dropped_at": "t"}]
    (archive.root / "archive/withdrawn.json").write_text(json.dumps(gone))
    assert archive.clear() == ({"https://example.org/a": "CC-BY-4.0"}, {"https://example.org/b": "withdrawn"})


def test_a_policy_decides_what_a_page_may_grant(archive: Archive) -> None:
    archive.page("/nc", f"<p>Words.</p>{CC.format('by-nc')}")
    assert archive.clear(policy="research")[0] == {"https://example.org/nc": "CC-BY-NC-4.0"}


def test_a_permission_without_a_letter_is_no_ground(archive: Archive) -> None:
    archive.page("/a", "<p>Words.</p>")
    declared = {**DECLARED, "basis": "permission"}
    assert set(archive.clear(**declared)[1].values()) == {"permission_not_shown"}
    for shard in (archive.root / "build").rglob("*.parquet"):
        shard.unlink()
    assert set(archive.clear(**declared, evidence_files=("letter.txt",))[0].values()) == {"LicenseRef-Mine"}


def test_the_words_that_grant_and_those_that_do_not_are_found_in_their_bytes(archive: Archive) -> None:
    archive.files["robots"] = b"User-agent: *\nDisallow: /closed/\nContent-Usage: /drafts/ train-ai=n\n"
    bodies = {
        "https://example.org/by": PAGE,
        "https://example.org/noai": f'<meta name="robots" content="noai">{PAGE}',
        "https://example.org/nc": f"<p>Words.</p>{CC.format('by-nc')}",
    }
    for url, html in bodies.items():
        archive.page(url, html)
    archive.page("/closed/a")
    archive.page("/drafts/a")
    archive.page("/tag", X_Robots_Tag="noai")
    archive.clear()
    out = archive.root / "build/clear-1"
    said = {r["url"]: json.loads(r["detail"]) for r in ledger.read(out)}
    said |= {r["url"]: r for r in iter_rows(shard_paths(out, "grants"))}
    assert len(said) == 6
    known = {hashlib.sha256(b.encode()).hexdigest(): b.encode() for b in (*bodies.values(), PAGE)}
    known[hashlib.sha256(archive.files["robots"]).hexdigest()] = archive.files["robots"]
    found = {}
    for url, row in said.items():
        assert row["quote"]
        assert row["sha256"] in known
        assert row["said_at"].startswith("https://example.org/")
        assert row["fetched_at"]
        found[url.partition("org/")[2]] = row["header"] or known[row["sha256"]][row["start"] : row["end"]].decode()
    assert found["by"].startswith("Content is under <a")
    assert found["nc"].startswith("Content is under <a")
    assert "noai" in found["noai"]
    assert found["closed/a"] == "Disallow: /closed/"
    assert found["drafts/a"] == "Content-Usage: /drafts/ train-ai=n"
    assert found["tag"] == "x-robots-tag"
