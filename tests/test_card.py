"""The dataset card: valid for the hub, honest about leakage, and deaf to what titles say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from cleaning.card import CardFacts, FunnelStep, SplitFacts, card, code, hub_license, license_link, license_text
from sitecorpus.recipe import OPEN_LICENSES
from sitecorpus.rights import Reason, Verdict

CERTIFICATE = {
    "claim": "no validation document has Jaccard >= 0.5 with a training document",
    "holds": True,
    "shingle_words": 5,
    "max_cross_jaccard": 0.25,
    "validation_documents_at_jaccard": {"0.3": 0, "0.5": 0},
    "longest_shared_run_words": 61,
    "validation_documents_sharing_run_words": {"30": 4, "50": 2, "100": 0},
}
HOSTILE = 'Evil: "x"\n---\nlicense: mit # <script>alert(1)</script> [a](javascript:b) | `c`'
VERDICT = Verdict(
    "v1",
    HOSTILE,
    "sitecorpus",
    "allow",
    "CC-BY-4.0",
    (Reason("license_found", "allow", HOSTILE, "https://a.org/"),),
    (),
)
FACTS = CardFacts(
    title="Tales of A",
    contact="mailto:me@a.org",
    splits={
        "train": SplitFacts(1200, 50_000, 300_000, {"CC-BY-4.0": 1000, "LicenseRef-A": 200}),
        "validation": SplitFacts(60, 2_000, 12_000, {"CC-BY-4.0": 60}),
    },
    languages=["en"],
    verdicts=[VERDICT],
    certificate=CERTIFICATE,
    separator="<|endoftext|>",
    funnel=[FunnelStep("clean", 1500, 1300, {"too_short": 200})],
    collected=("2024-01-01", "2024-01-02"),
)


def read(text: str, tmp_path: Path) -> DatasetCard:
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    return DatasetCard.load(tmp_path / "README.md")


def test_the_hubs_own_reader_understands_it(tmp_path: Path) -> None:
    data = read(card(FACTS), tmp_path).data.to_dict()
    assert data["license"] == ["cc-by-4.0", "other"]
    assert (data["license_name"], data["license_link"]) == ("see-license-file", "LICENSE")
    assert data["language"] == ["en"]
    assert data["size_categories"] == ["1K<n<10K"]
    assert data["configs"][0]["data_files"][1] == {"split": "validation", "path": "data/validation-*.parquet"}


def test_it_says_the_numbers_the_mix_the_funnel_and_what_leaks() -> None:
    text = card(FACTS)
    for said in (
        "| train | 1,200 | 50,000 | 300,000 | CC-BY-4.0 (1,000), LicenseRef-A (200) |",
        "| clean | 1,500 | 1,300 | too\\_short 200 |",
        "No validation document has Jaccard >= 0.5 with a training document",
        "| longest run of words shared across the split | 61 |",
        'load_dataset("path/to/this/folder")',
        "from 2024-01-01 to 2024-01-02",
    ):
        assert said in text, said
    assert "leak-free" not in text
    assert "NOT so:" in card(replace(FACTS, certificate={**CERTIFICATE, "holds": False}))


def test_a_hostile_title_or_host_is_only_text(tmp_path: Path) -> None:
    text = card(replace(FACTS, title=HOSTILE, contact=HOSTILE))
    found = read(text, tmp_path)
    assert found.data.to_dict()["license"] == ["cc-by-4.0", "other"]
    assert found.data.to_dict()["pretty_name"] == " ".join(HOSTILE.split())
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(found.text)
    assert "<script" not in html
    assert 'javascript:b"' not in html


def test_every_license_that_a_recipe_allows_has_a_hub_id_and_a_text() -> None:
    assert {hub_license(spdx) for spdx in ("CC-BY-4.0", "GFDL-1.3", "ODC-By-1.0")} == {"cc-by-4.0", "gfdl", "odc-by"}
    assert hub_license("OGL-UK-3.0") == hub_license("CC-BY-SA-2.0") == hub_license("LicenseRef-A") == "other"
    for spdx in OPEN_LICENSES:
        assert (license_link(spdx) or "").startswith("https://")
    assert license_link("CC-BY-SA-2.0") == "https://creativecommons.org/licenses/by-sa/2.0/"
    assert license_link("LicenseRef-A") is license_link("x](y") is None
    assert "- CC-BY-4.0: 1,060 documents, https://creativecommons.org/licenses/by/4.0/" in license_text(FACTS.licenses)


@pytest.mark.parametrize("text", ["a", "`a`", "``", "a`b``c"])
def test_a_code_span_holds_its_text(text: str) -> None:
    (inline,) = (t for t in MarkdownIt().parse(f"x {code(text)} y") if t.type == "inline")
    assert [(c.type, c.content) for c in inline.children or []][1] == ("code_inline", text)
