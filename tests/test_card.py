"""The dataset card: valid for the hub, honest about leakage, and deaf to what titles say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from cleaning.card import CardFacts, FunnelStep, SplitFacts, card, code
from cleaning.grounds import Judgement, Plan
from cleaning.hub_license import hub_license
from cleaning.license_file import license_file
from sitecorpus.licensing import Grant
from sitecorpus.recipe import PublishSettings
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
BY, OWN = Grant("CC-BY-4.0"), Grant("LicenseRef-A", "owner")


def judged(*grants: Grant, policy: str = "licensed", **settings: str) -> Judgement:
    return Judgement.of(Plan.of(PublishSettings(**settings), policy), grants)  # type: ignore[arg-type]


FACTS = CardFacts(
    title="Tales of A",
    contact="mailto:me@a.org",
    splits={
        "train": SplitFacts(1200, 50_000, 300_000, {"CC-BY-4.0": 1000, "LicenseRef-A": 200}),
        "validation": SplitFacts(60, 2_000, 12_000, {"CC-BY-4.0": 60}),
    },
    languages=["en"],
    grants={BY: 1060, OWN: 200},
    judgement=judged(BY, OWN),
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


def of(*licenses: str, policy: str = "licensed", **settings: str) -> str:
    grants = [Grant(name) for name in licenses]
    splits = {"train": SplitFacts(9, 9, 9, dict.fromkeys(licenses, 1))}
    made = judged(*grants, policy=policy, **settings)
    return card(replace(FACTS, splits=splits, grants=dict.fromkeys(grants, 1), judgement=made))


@pytest.mark.parametrize(
    ("licenses", "hub", "said"),
    [
        (("CC-BY-4.0", "CC-BY-SA-4.0"), "cc-by-sa-4.0", "any purpose, this folder may be shared under CC-BY-SA-4.0"),
        (("CC0-1.0", "CC-BY-3.0"), "cc-by-3.0", "may be shared under CC-BY-3.0"),
        (("CC-BY-4.0", "Apache-2.0"), ["apache-2.0", "cc-by-4.0"], "shared under Apache-2.0 AND CC-BY-4.0"),
        (
            ("GFDL-1.3", "CC-BY-SA-4.0"),
            ["cc-by-sa-4.0", "gfdl"],
            "a collection, for any purpose: no one licence covers it",
        ),
    ],
)
def test_the_license_of_the_whole_follows_from_those_of_its_parts(
    licenses: tuple[str, ...], hub: object, said: str, tmp_path: Path
) -> None:
    text = of(*licenses)
    assert read(text, tmp_path).data.to_dict()["license"] == hub
    assert said in text


def test_it_says_what_each_license_asks_and_what_a_model_may_be() -> None:
    text = of("CC-BY-4.0", "CC-BY-SA-4.0")
    row = "| [CC-BY-4.0](<https://creativecommons.org/licenses/by/4.0/>) | 1 | name author and source, say that the text was changed |"
    assert row in text
    assert "it may be given away under CC-BY-SA-4.0 (name author and source" in text
    assert "it may be trained, and not be given away (CC-BY-SA-4.0: no licence for one work" in of(
        "GFDL-1.3", "CC-BY-SA-4.0"
    )
    assert "training is analysis" in of("GFDL-1.3", "CC-BY-SA-4.0", weights="analysis")
    assert "for non-commercial purposes under CC-BY-NC-4.0" in of("CC-BY-NC-4.0", policy="research")


def test_a_private_folder_says_so_first(tmp_path: Path) -> None:
    text = of("CC-BY-ND-4.0", audience="private")
    assert read(text, tmp_path).data.to_dict()["license"] == "other"
    assert "PRIVATE: these texts may be used as each licence allows, and are not to be handed on." in text
    assert license_file({Grant("CC-BY-ND-4.0"): 1}, judged(Grant("CC-BY-ND-4.0"), audience="private")).startswith(
        "PRIVATE"
    )


def test_the_hub_has_its_own_names() -> None:
    names = {"CC-BY-4.0": "cc-by-4.0", "GFDL-1.3-or-later": "gfdl", "ODC-By-1.0": "odc-by", "GPL-3.0-only": "gpl-3.0"}
    assert {spdx: hub_license(spdx) for spdx in names} == names
    assert hub_license("OGL-UK-3.0") == hub_license("CC-BY-SA-2.0") == hub_license("LicenseRef-A") == "other"


def test_the_license_file_names_every_ground_with_its_place() -> None:
    text = license_file(FACTS.grants, FACTS.judgement)
    assert "- CC-BY-4.0: 1,060 documents; name author and source" in text
    assert "  https://creativecommons.org/licenses/by/4.0/" in text
    assert "- LicenseRef-A (the publisher's own): 200 documents; all rights are reserved" in text


@pytest.mark.parametrize("text", ["a", "`a`", "``", "a`b``c"])
def test_a_code_span_holds_its_text(text: str) -> None:
    (inline,) = (t for t in MarkdownIt().parse(f"x {code(text)} y") if t.type == "inline")
    assert [(c.type, c.content) for c in inline.children or []][1] == ("code_inline", text)
