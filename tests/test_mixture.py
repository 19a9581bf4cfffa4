"""The licence algebra: what documents together allow, and that more documents never allow more."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitecorpus.licensing import OBLIGATIONS, Grant, Mixture, Outcome, Use, alternatives, license_url, terms_of
from sitecorpus.recipe import OPEN_LICENSES

KINDS = ("BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND")
COMMONS = [f"CC-{kind}-{version}" for kind, version in product(KINDS, ("1.0", "2.0", "2.5", "3.0", "4.0"))]
OTHERS = [
    "CC0-1.0", "CC-PDM-1.0", "MIT", "Apache-2.0", "GFDL-1.2", "GFDL-1.3-or-later", "GFDL-1.3-invariants-only", "GPL-2.0-only",
    "GPL-3.0-or-later", "LGPL-2.1-or-later", "AGPL-3.0-only", "MPL-2.0", "LAL-1.3", "ODbL-1.0", "ODC-By-1.0", "OGL-UK-3.0",
    "CC-BY-SA-3.0-DE", "LicenseRef-proprietary", "LicenseRef-mystery", "Hippocratic-2.1",
]  # fmt: skip
IDS = st.sampled_from(COMMONS + OTHERS)
BASES = st.sampled_from(["license", "license", "license", "owner", "permission", "public-domain"])
GRANTS = st.builds(Grant, IDS, BASES, st.booleans())
CHOICES = st.builds(lambda a, b, op: Grant(f"{a} {op} {b}"), IDS, IDS, st.sampled_from(["OR", "AND"]))
MIXTURES = st.sets(GRANTS | CHOICES, max_size=6).map(Mixture.of)
USES = st.builds(
    Use,
    st.sampled_from(["verbatim", "mended", "merged", "analysis"]),
    st.sampled_from(["commercial", "non-commercial"]),
    st.booleans(),
)
MERGED = Use("merged", "non-commercial")


def outcome(*licenses: str, form: str = "mended", purpose: str = "commercial", shared: bool = True) -> Outcome:
    return Mixture.of(licenses).outcome(Use(form, purpose, shared))  # type: ignore[arg-type]


# --- the algebra


@given(MIXTURES, MIXTURES, MIXTURES, USES)
def test_mixing_does_not_depend_on_order_grouping_or_repetition(a: Mixture, b: Mixture, c: Mixture, use: Use) -> None:
    assert (a | b).outcome(use) == (b | a).outcome(use)
    assert ((a | b) | c).outcome(use) == (a | (b | c)).outcome(use)
    assert (a | a).outcome(use) == a.outcome(use)


@given(MIXTURES, GRANTS | CHOICES, USES)
def test_a_further_document_never_makes_anything_allowed(mixture: Mixture, grant: Grant, use: Use) -> None:
    before, after = mixture.outcome(use), (mixture | Mixture.of([grant])).outcome(use)
    assert before.allowed or not after.allowed
    assert {b.grant for b in before.blockers} <= {b.grant for b in after.blockers}
    if use.form == "merged" and use.shared and before.license is None and mixture.grants:
        assert after.license is None


@given(st.sets(GRANTS, max_size=6).map(Mixture.of), GRANTS, USES)
def test_a_further_document_never_takes_an_obligation_away(mixture: Mixture, grant: Grant, use: Use) -> None:
    before, after = mixture.outcome(use), (mixture | Mixture.of([grant])).outcome(use)
    assert set(before.obligations) <= set(after.obligations)


@given(MIXTURES, st.sampled_from(["verbatim", "mended", "merged"]), st.sampled_from(["commercial", "non-commercial"]))
def test_the_license_of_the_whole_asks_for_all_that_its_parts_ask(mixture: Mixture, form: str, purpose: str) -> None:
    found = mixture.outcome(Use(form, purpose))  # type: ignore[arg-type]
    if found.license is not None:
        free = {g.license for g in mixture.grants if g.basis == "public-domain"}
        if found.license in free:
            return
        of_the_whole = Mixture.of([Grant(found.license, "owner")]).outcome(Use("analysis", "non-commercial"))
        assert set(found.obligations) <= set(of_the_whole.obligations)


@given(MIXTURES, USES)
def test_what_is_harder_is_never_easier(mixture: Mixture, use: Use) -> None:
    allowed = {
        (form, purpose, shared): mixture.outcome(Use(form, purpose, shared)).allowed  # type: ignore[arg-type]
        for form in ("verbatim", "mended", "merged", "analysis")
        for purpose in ("commercial", "non-commercial")
        for shared in (True, False)
    }
    for (form, purpose, shared), yes in allowed.items():
        if yes:
            assert allowed[form, "non-commercial", shared]
            assert allowed[form, purpose, False]
            assert allowed["analysis", purpose, False]
            if form in ("mended", "merged"):
                assert allowed["verbatim", purpose, shared]
            if form == "merged":
                assert allowed["mended", purpose, shared]
    if allowed["mended", "commercial", True]:  # what may be published may be trained on
        assert allowed["merged", "commercial", False]


@given(MIXTURES, USES)
def test_an_outcome_reads_back_as_it_was_written(mixture: Mixture, use: Use) -> None:
    found = mixture.outcome(use)
    assert Outcome.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    assert list(found.obligations) == [name for name in OBLIGATIONS if name in found.obligations]


@given(st.text(max_size=60) | st.text("()ANDORWITH MIT+-.:/", max_size=400), BASES, USES)
def test_whatever_a_license_is_called_the_answer_is_an_answer(text: str, basis: str, use: Use) -> None:
    found = Mixture.of([Grant(text, basis)]).outcome(use)  # type: ignore[arg-type]
    if basis == "license" and not alternatives(text):
        assert not found.allowed


# --- the table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["2.0", "3.0", "3.0-DE", "3.0-IGO", "4.0"])
def test_a_creative_commons_id_says_what_it_asks(kind: str, version: str) -> None:
    terms = terms_of(f"CC-{kind}-{version}")
    assert terms.known
    assert terms.attribution
    assert (terms.share_alike, terms.non_commercial, terms.no_derivatives) == ("SA" in kind, "NC" in kind, "ND" in kind)


@pytest.mark.parametrize(
    ("license_id", "known", "scope"),
    [
        ("mit", True, ""), ("Apache-2.0", True, ""), ("CC0-1.0", True, ""), ("Info-ZIP", True, ""), ("MPL-2.0", True, "file"),
        ("LGPL-2.1", True, "library"), ("GFDL-1.3", True, "work"), ("GPL-2.0+", True, "work"), ("AGPL-3.0-only", True, "network"),
        ("Aladdin", False, ""), ("BUSL-1.1", False, ""), ("Hippocratic-2.1", False, ""), ("CC-BY-4.0-DE", False, ""),
        ("CC-BY-5.0", False, ""), ("CC-SA-2.0", False, ""), ("CC-BY", False, ""), ("NOASSERTION", False, ""),
        ("LicenseRef-mine", False, ""), ("all rights reserved", False, ""), ("any-OSI", False, ""),
    ],
)  # fmt: skip
def test_what_is_not_in_the_table_is_not_known(license_id: str, known: bool, scope: str) -> None:
    terms = terms_of(license_id)
    assert (terms.known, terms.copyleft) == (known, scope)
    assert outcome(license_id).allowed == known or " " in license_id


def test_every_license_that_a_recipe_allows_is_known_and_can_be_read_somewhere() -> None:
    for spdx in OPEN_LICENSES:
        assert outcome(spdx).allowed, spdx
        assert (license_url(spdx) or "").startswith("https://")


@pytest.mark.parametrize(
    ("license_id", "url"),
    [
        ("CC-BY-SA-2.0", "https://creativecommons.org/licenses/by-sa/2.0/"),
        ("CC-BY-SA-3.0-DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("GFDL-1.3-or-later", "https://spdx.org/licenses/GFDL-1.3-or-later.html"),
        ("LicenseRef-A", None), ("x](y", None), ("MIT OR ISC", None), ("", None),
    ],
)  # fmt: skip
def test_a_license_can_be_read_at_its_own_place(license_id: str, url: str | None) -> None:
    assert license_url(license_id) == url


@pytest.mark.parametrize(
    ("expression", "ways"),
    [
        ("MIT OR (CC-BY-4.0 AND ISC)", (("CC-BY-4.0", "ISC"), ("MIT",))),
        ("(MIT OR ISC) AND Zlib", (("ISC", "Zlib"), ("MIT", "Zlib"))),
        ("GPL-2.0-only WITH Classpath-exception-2.0", (("GPL-2.0-only",),)),
        ("MIT AND MIT", (("MIT",),)),
        ("", ()), ("MIT AND", ()), ("Creative Commons", ()), ("((((", ()), ("MIT/X11", ()),
        (" AND ".join(f"({c}-1.0 OR {c}-2.0)" for c in "abcdefghij"), ()), ("A OR " * 100 + "A", ()),
    ],
)  # fmt: skip
def test_an_expression_is_the_ways_to_comply_with_it(expression: str, ways: tuple[tuple[str, ...], ...]) -> None:
    assert alternatives(expression) == ways


# --- one purpose, one form


@pytest.mark.parametrize(
    "license_id", ["CC-BY-NC-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-ND-2.0", "PolyForm-Noncommercial-1.0.0"]
)
@pytest.mark.parametrize("form", ["verbatim", "mended", "merged", "analysis"])
@pytest.mark.parametrize("shared", [True, False])
def test_a_non_commercial_license_carries_no_commercial_use_at_all(license_id: str, form: str, shared: bool) -> None:
    found = outcome("CC-BY-4.0", license_id, form=form, shared=shared)
    assert [b.grant.license for b in found.blockers] == [license_id]
    assert "non-commercial" in found.obligations


@pytest.mark.parametrize(
    ("license_id", "form", "shared", "allowed"),
    [
        ("CC-BY-ND-4.0", "verbatim", True, True), ("CC-BY-ND-4.0", "mended", True, False),
        ("CC-BY-ND-4.0", "merged", True, False), ("CC-BY-ND-4.0", "analysis", True, True),
        ("CC-BY-ND-4.0", "mended", False, True), ("CC-BY-ND-3.0", "mended", False, False),
        ("CC-BY-ND-3.0", "analysis", False, True), ("GFDL-1.3-invariants-only", "mended", True, False),
        ("GFDL-1.3-no-invariants-only", "mended", True, True),
    ],
)  # fmt: skip
def test_no_derivatives_means_no_changed_copies(license_id: str, form: str, shared: bool, allowed: bool) -> None:
    assert outcome(license_id, form=form, shared=shared).allowed == allowed


@pytest.mark.parametrize(
    ("licenses", "whole"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("CC-BY-4.0 CC-BY-3.0", "CC-BY-4.0"),
        ("CC-BY-4.0 CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-4.0 CC-BY-SA-3.0", "CC-BY-SA-4.0"),
        ("CC-BY-SA-3.0 CC-BY-3.0", "CC-BY-SA-3.0"),
        ("CC-BY-SA-2.0 CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-SA-3.0-DE CC-BY-SA-2.5", "CC-BY-SA-3.0"),
        ("CC-BY-SA-1.0", "CC-BY-SA-1.0"),
        ("CC-BY-SA-1.0 CC-BY-SA-4.0", None),
        ("CC-BY-NC-4.0 CC-BY-4.0", "CC-BY-NC-4.0"),
        ("CC-BY-NC-3.0 CC-BY-NC-SA-4.0", "CC-BY-NC-SA-4.0"),
        ("CC-BY-NC-SA-2.0 CC-BY-4.0", "CC-BY-NC-SA-4.0"),
        ("CC-BY-SA-4.0 CC-BY-NC-4.0", None),
        ("CC-BY-SA-4.0 CC-BY-NC-SA-4.0", None),
        ("CC-BY-SA-4.0 GFDL-1.3-or-later", None),
        ("CC-BY-SA-3.0 GFDL-1.2", None),
        ("GFDL-1.2-or-later GFDL-1.3", "GFDL-1.3-only"),
        ("GFDL-1.2 GFDL-1.3", None),
        ("CC-BY-SA-4.0 LAL-1.3", "CC-BY-SA-4.0"),
        ("LAL-1.3", "LAL-1.3"),
        ("MPL-2.0 GPL-2.0-only", "GPL-2.0-only"),
        ("CC-BY-SA-4.0 GPL-3.0-or-later", "GPL-3.0-only"),
        ("CC-BY-SA-4.0 GPL-2.0-only", None),
        ("Apache-2.0 GPL-2.0-only", None),
        ("Apache-2.0 GPL-2.0-or-later", "Apache-2.0 AND GPL-3.0-or-later"),
        ("MIT CC-BY-SA-4.0", "CC-BY-SA-4.0 AND MIT"),
        ("Apache-2.0 CC-BY-4.0 CC0-1.0", "Apache-2.0 AND CC-BY-4.0"),
        ("CC0-1.0 CC-PDM-1.0", "CC-PDM-1.0 AND CC0-1.0"),
        ("ODC-By-1.0 ODbL-1.0", "ODC-By-1.0 AND ODbL-1.0"),
        ("CC-BY-SA-4.0 CC-BY-SA-3.0|GFDL-1.3", "CC-BY-SA-4.0"),
        ("GFDL-1.3 CC-BY-SA-3.0|GFDL-1.3", "GFDL-1.3-only"),
        ("MIT|GPL-3.0-only", "MIT"),
    ],
)
def test_the_whole_is_under_a_license_that_every_part_allows(licenses: str, whole: str | None) -> None:
    parts = [part.replace("|", " OR ") for part in licenses.split()]
    one_work = outcome(*parts, form="merged", purpose="non-commercial")
    assert one_work.license == whole
    assert one_work.allowed == (whole is not None)
    side_by_side = outcome(*parts, purpose="non-commercial")
    assert side_by_side.allowed
    assert side_by_side.license == whole


def test_those_that_cannot_be_one_work_are_named_with_each_other() -> None:
    found = outcome("CC-BY-SA-4.0", "GFDL-1.3", "CC0-1.0", "MIT", form="merged")
    assert {b.grant.license: b.why.rsplit(" ", 1)[1] for b in found.blockers} == {
        "CC-BY-SA-4.0": "GFDL-1.3", "GFDL-1.3": "CC-BY-SA-4.0",
    }  # fmt: skip
    assert outcome("CC-BY-SA-4.0", "GFDL-1.3", form="merged", shared=False).allowed


@pytest.mark.parametrize(
    ("grant", "published", "trained"),
    [
        (Grant("LicenseRef-proprietary"), False, False),
        (Grant("LicenseRef-anything"), False, False),
        (Grant("LicenseRef-proprietary", "owner"), True, True),
        (Grant("CC-BY-NC-ND-4.0", "owner"), True, True),
        (Grant("LicenseRef-proprietary", "permission"), False, True),
        (Grant("LicenseRef-proprietary", "permission", may_share=True), True, True),
        (Grant("CC-BY-4.0", "permission"), True, True),
        (Grant("CC-BY-NC-4.0", "permission"), False, True),
        (Grant("LicenseRef-old", "public-domain"), True, True),
        (Grant("not a licence", "public-domain"), True, True),
        (Grant("CC-BY-NC-4.0", "public-domain"), False, False),
    ],
)
def test_a_declaration_goes_as_far_as_it_says(grant: Grant, published: bool, trained: bool) -> None:
    assert Mixture.of([grant]).outcome(Use("mended")).allowed == published
    assert Mixture.of([grant]).outcome(Use("merged", shared=False)).allowed == trained


def test_nothing_at_all_is_allowed_and_has_no_license() -> None:
    assert Mixture().outcome(MERGED) == Outcome(MERGED, None, (), ())


def test_the_table_for_people_says_what_the_algebra_says() -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "licences.md").read_text(encoding="utf-8")
    lines = page[page.index("| and |") :].split("\n\n")[0].splitlines()
    head, *rows = [[cell.strip("* ") for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    assert len(rows) == len(head) - 1 == 10
    for first, *cells in rows:
        for second, cell in zip(head[1:], cells, strict=True):
            assert outcome(first, second, form="merged", purpose="non-commercial").license == (
                None if cell == "–" else cell
            )
