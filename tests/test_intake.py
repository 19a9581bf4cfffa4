"""What was collected elsewhere enters at the same seam as a crawl."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.intake import guess_format, intake
from scrapers.sources import text_file
from scrapers.sources.entry import Row
from sitecorpus import ledger, warc
from sitecorpus.document import ROW_TYPE
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.manifest import Counts
from sitecorpus.recipe import IntakeSettings
from sitecorpus.rights import Answer, Verdict
from sitecorpus.shards import content_sha256, read_shard
from sitecorpus.stage import Job


class Taken:
    """The stage run over one path, in a corpus folder called `jokes`."""

    def __init__(self, root: Path, decision: Answer | None = "allow", **options: Any) -> None:
        self.root = root / "jokes"
        self.root.mkdir(exist_ok=True)
        vet = self.root / "vet"
        vet.mkdir(exist_ok=True)
        (vet / "verdicts.json").write_text(
            json.dumps([Verdict("v1", "intake", "a", decision, None, (), ()).as_dict()] if decision else [])
        )
        self.output = self.root / "archive" / "intake-1.partial"
        final = self.root / "archive" / "intake-1"
        chosen = SimpleNamespace(intake=IntakeSettings(**options))
        self.job = Job("intake", chosen, {"vet": vet}, self.output, CorpusDir(self.root), Serial(), final)

    def run(self) -> Counts:
        return intake(self.job)

    @property
    def captures(self) -> list[dict[str, Any]]:
        return read_shard(self.output / "captures-00000.parquet")

    @property
    def digest(self) -> str | None:
        return content_sha256(self.output / "captures-00000.parquet")

    def body(self, row: dict[str, Any]) -> bytes:
        return warc.read(self.output / Path(row["warc_file"]).name, row["warc_offset"]).body

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        return {row["url"]: json.loads(self.body(row)) for row in self.captures}

    @property
    def reasons(self) -> dict[str, str]:
        return {row["url"]: row["reason"] for row in ledger.read(self.output)}


# --- csv


def test_a_csv_with_fields_of_several_lines_gives_a_row_for_each_record(tmp_path: Path) -> None:
    file = tmp_path / "jokes.csv"
    jokes = ["Knock knock.\nWho's there?\n\nNobody.", 'He said "no", twice', "plain", "   "]
    with file.open("w", newline="", encoding="utf-8-sig") as f:
        writer = csv.writer(f)
        writer.writerow(["ID", "Joke"])
        writer.writerows(enumerate(jokes))
    taken = Taken(tmp_path, path=str(file), text="Joke")
    counts = taken.run()
    assert [row["text"] for row in taken.rows.values()] == jokes[:3]
    assert taken.reasons == {"urn:sitecorpus:jokes:4": "empty"}
    assert (counts.read, counts.written) == (4, 3)
    row = taken.captures[0]
    assert (row["kind"], row["content_type"], row["status"]) == ("row", ROW_TYPE, None)
    assert row["found_by"] == "intake"
    assert row["url"] == "urn:sitecorpus:jokes:1"
    assert row["warc_file"] == "archive/intake-1/pages-00000.warc.gz"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_named_columns_are_there(tmp_path: Path, delimiter: str) -> None:
    others = "".join({",", ";", "\t", "|"} - {delimiter})
    file = tmp_path / "t.csv"
    file.write_text(f"Title{delimiter}Notes{others * 3}\na{delimiter}b\n")
    taken = Taken(tmp_path, path=str(file), text="Title")
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["a"]


def test_a_column_that_is_not_there_is_an_error_with_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("ID,Joke,Writer\n1,x,y\n")
    with pytest.raises(
        RecipeError, match=r"no column `joke`.*Did you mean `Joke`\? Its columns: `ID`, `Joke`, `Writer`"
    ):
        Taken(tmp_path, path=str(file), text="joke").run()
    with pytest.raises(RecipeError, match="`text` must say which column has the text"):
        Taken(tmp_path, path=str(file)).run()


def test_csv_rows_that_cannot_be_read_are_in_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("text,title\ngood,one\na,b,c\n\nshort\ncaf\u00e9,legacy\n".encode("cp1252"))
    taken = Taken(tmp_path, path=str(file))
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["good", "short", "caf\u00e9"]
    assert taken.reasons == {"urn:sitecorpus:jokes:2": "unreadable"}


def test_a_huge_field_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "t.csv.gz"
    with gzip.open(file, "wt") as f:
        f.write("text\n" + "word " * 100_000 + "\n")
    taken = Taken(tmp_path, path=str(file))
    taken.run()
    assert len(next(iter(taken.rows.values()))["text"]) == 500_000


def test_columns_become_what_the_recipe_calls_them(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "body,link,headline,by,day,part\n"
        "one,https://a.example/1,T,A,2024-05-01,S\n"
        "two,https://a.example/1,,,,\n"
        "three,/rel,,,,\n"
        "four,javascript:alert(1),,,,\n"
    )
    taken = Taken(
        tmp_path, path=str(file), text="body", url="link", title="headline", author="by", date="day", section="part",
        base_url="https://b.example/",
    )  # fmt: skip
    taken.run()
    assert taken.rows["https://a.example/1"] == {
        "text": "one", "title": "T", "author": "A", "published_on": "2024-05-01", "section": "S",
    }  # fmt: skip
    assert taken.rows["https://a.example/1#row-2"] == {"text": "two"}, "two texts from one page are two documents"
    assert {u for u, r in taken.rows.items() if r["text"] in ("three", "four")} == {
        "https://b.example/rel", "https://b.example/javascript:alert(1)",
    }  # fmt: skip


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=5))
def test_what_a_csv_writer_wrote_is_read_back(tmp_path: Path, texts: list[str]) -> None:
    file = tmp_path / "round.csv"
    with file.open("w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f)
        writer.writerow(["n", "text"])
        writer.writerows(enumerate([*texts, "last"]))
    taken = Taken(tmp_path, path=str(file))
    taken.run()
    assert sorted(r["text"] for r in taken.rows.values()) == sorted([t for t in texts if t.strip()] + ["last"])


# --- jsonl


def test_bad_json_lines_are_in_the_ledger_with_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    lines = ["\ufeff" + json.dumps({"text": "one", "title": "T"}), "{broken", "", "[1]", json.dumps({"text": None}),
             json.dumps({"text": ["a"]}), json.dumps({"title": "x"}), '{"text": "lone \\ud800 half"}']  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    taken = Taken(tmp_path, path=str(file), title="title")
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["one", "lone ? half"]
    numbers = {url.rpartition(":")[2]: reason for url, reason in taken.reasons.items()}
    assert numbers == {"2": "unreadable", "4": "unreadable", "5": "empty", "6": "not_text", "7": "empty"}
    with pytest.raises(RecipeError, match=r"no column `Text`.*Did you mean `text`"):
        Taken(tmp_path, path=str(file), text="Text").run()


def test_a_file_of_bad_lines_only_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text("nonsense\n" * 3)
    with pytest.raises(SitecorpusError, match=r"found no document\. Left out: unreadable 3"):
        Taken(tmp_path, path=str(file)).run()


# --- text


def test_a_text_file_in_which_the_separator_does_not_occur_is_told_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "all.txt").write_text("one\n\ntwo\n")
    Taken(tmp_path, path=str(tmp_path / "all.txt")).run()
    assert "`separator` '<|endoftext|>' does not occur in it" in caplog.text


def test_a_text_file_is_split_at_its_separator(tmp_path: Path) -> None:
    file = tmp_path / "all.txt"
    file.write_text("one\n<|endoftext|>\n two\n<|endoftext|><|endoftext|>caf\u00e9<|endoftext|>\n")
    taken = Taken(tmp_path, path=str(file))
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["one", " two", "caf\u00e9"]
    assert taken.reasons == {"urn:sitecorpus:jokes:3": "empty"}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="ab-\n", max_size=60), st.integers(1, 7))
def test_pieces_do_not_matter(tmp_path: Path, text: str, piece: int) -> None:
    file = tmp_path / "pieces.txt"
    file.write_text(text)
    before, text_file._PIECE_CHARS = text_file._PIECE_CHARS, piece
    try:
        found = list(text_file.read(file, IntakeSettings(path="x", separator="--")))
    finally:
        text_file._PIECE_CHARS = before
    wanted = [part.strip("\r\n") for part in text.split("--") if part.strip()]
    assert [row.text for row in found if isinstance(row, Row)] == wanted


# --- folder


def test_a_folder_gives_its_pages_in_order_and_says_what_it_left(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "sub").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "sub" / "a b.html").write_bytes(b"<p>caf\xe9")
    (folder / "z.md").write_text("# Z")
    (folder / "photo.jpg").write_bytes(b"x")
    (folder / "empty.txt").write_text(" \n")
    (folder / "link.html").symlink_to("/etc/passwd")
    taken = Taken(tmp_path, path=str(folder), base_url="https://a.example")
    taken.run()
    assert [(r["url"], r["kind"], r["content_type"]) for r in taken.captures] == [
        ("https://a.example/sub/a%20b.html", "resource", "text/html"), ("https://a.example/z.md", "resource", "text/markdown"),
    ]  # fmt: skip
    assert taken.body(taken.captures[0]) == b"<p>caf\xe9"
    assert {u.rpartition("/")[2]: r for u, r in taken.reasons.items()} == {
        "photo.jpg": "extension", "empty.txt": "empty", "link.html": "symlink", ".git": "hidden",
    }  # fmt: skip


# --- warc


def an_archive(folder: Path) -> Path:
    writer = warc.WarcWriter(folder, "theirs", {"software": "theirs"})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nX-Robots-Tag: noai"
    writer.exchange(
        "https://a.example/1",
        b"GET /1 HTTP/1.1",
        head,
        gzip.compress(b"<p>one"),
        None,
        [],
        {"WARC-Date": "2020-01-02T03:04:05Z"},
    )
    writer.resource("https://a.example/2", "text/plain", b"two")
    writer.exchange("https://a.example/3", b"GET /3 HTTP/1.1", b"HTTP/1.1 404 Not Found", b"gone", None, [])
    writer.close()
    return folder / writer.file


def test_responses_of_a_warc_are_copied_with_their_dates_and_headers(tmp_path: Path) -> None:
    path = an_archive(tmp_path)
    taken = Taken(tmp_path, path=str(path))
    taken.run()
    assert [(r["url"], r["kind"], r["status"]) for r in taken.captures] == [
        ("https://a.example/1", "response", 200), ("https://a.example/2", "resource", None), ("https://a.example/3", "response", 404),
    ]  # fmt: skip
    first = taken.captures[0]
    assert first["fetched_at"] == "2020-01-02T03:04:05Z"
    record = warc.read(taken.output / "pages-00000.warc.gz", first["warc_offset"])
    assert record.body == b"<p>one"
    said = {name.lower(): value for name, value in record.headers}
    assert said["x-robots-tag"] == "noai"
    assert "content-encoding" not in said


def test_a_torn_warc_gives_what_is_whole_and_a_ledger_row(tmp_path: Path) -> None:
    path = an_archive(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    taken = Taken(tmp_path, path=str(path))
    taken.run()
    assert [r["url"] for r in taken.captures] == ["https://a.example/1", "https://a.example/2"]
    assert list(taken.reasons.values()) == ["torn"]


def test_a_wacz_and_a_folder_of_warcs_are_read_as_the_files_in_them(tmp_path: Path) -> None:
    path = an_archive(tmp_path / "warcs")
    plain = Taken(tmp_path, path=str(path.parent))
    plain.run()
    digest = plain.digest
    package = tmp_path / "x.wacz"
    with zipfile.ZipFile(package, "w") as z:
        z.writestr("datapackage.json", "{}")
        z.write(path, "archive/data.warc.gz")
        z.writestr("../evil.warc.gz", "x")
    taken = Taken(tmp_path, path=str(package))
    taken.run()
    assert taken.digest == digest


def test_a_broken_member_of_a_wacz_does_not_cost_the_others(tmp_path: Path) -> None:
    good = an_archive(tmp_path / "warcs")
    package = tmp_path / "x.wacz"
    with zipfile.ZipFile(package, "w") as z:
        z.write(good, "archive/good.warc.gz")
        z.writestr("archive/broken.warc", bytes(range(256)) * 64, zipfile.ZIP_DEFLATED)
        z.writestr("archive/locked.warc", b"x")
        broken, locked = z.getinfo("archive/broken.warc"), z.getinfo("archive/locked.warc")
    data = bytearray(package.read_bytes())
    start = broken.header_offset + 30 + len(broken.filename)
    data[start : start + 40] = b"\xff" * 40  # no deflate stream
    central = data.rindex(b"PK\x01\x02")  # of the last member
    data[locked.header_offset + 6] |= 1  # the bit that says: encrypted
    data[central + 8] |= 1
    package.write_bytes(data)
    taken = Taken(tmp_path, path=str(package))
    taken.run()
    assert len(taken.captures) == 3  # all of the good one
    unreadable = {url: reason for url, reason in taken.reasons.items() if reason == "unreadable"}
    assert sorted(url.rpartition("%21")[2] for url in unreadable) == ["archive/broken.warc", "archive/locked.warc"]


def test_a_wacz_that_is_no_zip_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.wacz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SitecorpusError, match="found no document"):
        Taken(tmp_path, path=str(tmp_path / "x.wacz")).run()


def test_what_is_no_warc_is_an_error_in_words(tmp_path: Path) -> None:
    file = tmp_path / "x.warc"
    file.write_text("hello\n" * 10)
    with pytest.raises(SitecorpusError, match="found no document"):
        Taken(tmp_path, path=str(file)).run()


# --- dataset


def saved_dataset(folder: Path) -> Path:
    """What `Dataset.save_to_disk` leaves: an Arrow stream and its state."""
    folder.mkdir()
    table = pa.table({"text": ["one", None, "three"], "meta": [{"a": 1}] * 3})
    with pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as f, pa.ipc.new_stream(f, table.schema) as writer:
        writer.write_table(table)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    (folder / "dataset_info.json").write_text("{}")
    return folder


def test_a_saved_dataset_and_parquet_files_are_read(tmp_path: Path) -> None:
    taken = Taken(tmp_path, path=str(saved_dataset(tmp_path / "saved")))
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["one", "three"]
    assert list(taken.reasons.values()) == ["empty"]
    both = tmp_path / "dict"
    both.mkdir()
    for split in ("train", "test"):
        saved_dataset(both / split)
    (both / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "test"]}))
    assert Taken(tmp_path, path=str(both)).run().written == 4
    (tmp_path / "pq").mkdir()
    pq.write_table(pa.table({"content": ["x", "y"], "n": [1, 2]}), tmp_path / "pq" / "a.parquet")
    taken = Taken(tmp_path, path=str(tmp_path / "pq"), text="content")
    taken.run()
    assert [row["text"] for row in taken.rows.values()] == ["x", "y"]
    with pytest.raises(RecipeError, match="no column `text`"):
        Taken(tmp_path, path=str(tmp_path / "pq"), text="text").run()


def test_a_dataset_cannot_name_files_outside_its_folder(tmp_path: Path) -> None:
    folder = saved_dataset(tmp_path / "saved")
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "../../etc/passwd"}]}))
    with pytest.raises(SitecorpusError, match="outside its folder"):
        Taken(tmp_path, path=str(folder)).run()


# --- all of them


def test_two_runs_and_one_after_a_kill_give_the_same_digest(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text("".join(json.dumps({"text": f"text {n}"}) + "\n" for n in range(50)))
    taken = Taken(tmp_path, path=str(file))
    taken.run()
    digest, size = taken.digest, len(taken.captures)
    archive = taken.output / "pages-00000.warc.gz"
    archive.write_bytes(archive.read_bytes()[:-50])
    (taken.output / "captures-00000.parquet").unlink()
    taken.run()
    assert (taken.digest, len(taken.captures)) == (digest, size)


def test_a_broken_gz_is_an_error_in_words(tmp_path: Path) -> None:
    file = tmp_path / "t.csv.gz"
    file.write_bytes(b"no gzip at all")
    with pytest.raises(SitecorpusError, match=r"t\.csv\.gz: cannot be read"):
        Taken(tmp_path, path=str(file)).run()


@pytest.mark.parametrize("decision", ["deny", "review", None])
def test_without_a_declaration_nothing_is_taken_in(tmp_path: Path, decision: str | None) -> None:
    file = tmp_path / "t.txt"
    file.write_text("x")
    with pytest.raises(RefusedError, match="Declare in"):
        Taken(tmp_path, decision, path=str(file)).run()


@pytest.mark.parametrize(
    ("make", "options", "words"),
    [
        (lambda p: None, {}, "there is no such file or folder"),
        (lambda p: p.write_text("x"), {}, "set \\[intake\\] `format`"),
        (lambda p: p.write_text("x"), {"format": "text", "encoding": "klingon"}, "which Python does not know"),
        (lambda p: p.write_text("x"), {"format": "text", "separator": ""}, "`separator` is empty"),
        (lambda p: p.mkdir(), {"format": "csv"}, "must be a file"),
        (lambda p: p.mkdir(), {"format": "dataset"}, "neither a dataset"),
        (lambda p: p.write_text(""), {"format": "csv"}, "is empty"),
        (lambda p: p.write_text("a,b"), {"format": "csv", "delimiter": ";;"}, "must be one character"),
    ],
)
def test_what_cannot_be_read_as_asked_is_an_error_of_the_recipe(
    tmp_path: Path, make: Callable[[Path], Any], options: dict[str, Any], words: str
) -> None:
    path = tmp_path / "thing.xyz"
    make(path)
    with pytest.raises(RecipeError, match=words):
        Taken(tmp_path, path=str(path), **options).run()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.csv", "csv"), ("a.TSV", "csv"), ("a.csv.gz", "csv"), ("a.jsonl", "jsonl"), ("a.txt", "text"), ("a.warc", "warc"),
        ("a.warc.gz", "warc"), ("a.wacz", "warc"), ("a.parquet", "dataset"), ("a.html", "folder"),
    ],
)  # fmt: skip
def test_the_format_is_read_from_the_name(tmp_path: Path, name: str, found: str) -> None:
    (tmp_path / name).write_bytes(io.BytesIO().getvalue())
    assert guess_format(tmp_path / name) == found
