"""A policy is a file that a person can read, and one with a mistake in it is no policy."""

from pathlib import Path

import pytest

from scrapers.policy import load, parse, shipped
from scrapers.policy.rules import SHIPPED
from sitecorpus.errors import RecipeError
from sitecorpus.recipe import POLICIES, RightsSettings


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_is_short_says_every_line_and_is_what_it_is_called(name: str) -> None:
    policy, words = load(name)
    assert policy.name == name
    lines = [line for line in words.decode().splitlines() if "=" in line.partition("#")[0]]
    assert len(lines) <= 25
    for section in ("terms", "signals", "licenses", "declarations"):
        said = words.decode().partition(f"[{section}]")[2].partition("\n[")[0]
        missing = [k for k, v in vars(getattr(policy, section)).items() if v is not None and f"{k} =" not in said]
        assert not missing


def test_every_policy_that_is_shipped_can_be_named_and_the_other_way_round() -> None:
    assert sorted(p.stem for p in SHIPPED.glob("*.toml")) == sorted(POLICIES)


def test_what_a_policy_leaves_out_is_never_allowed() -> None:
    empty = parse(b"", "empty", "here")
    for section in (empty.terms, empty.signals, empty.licenses, empty.declarations):
        assert "allow" not in vars(section).values()
    assert (empty.signals.opt_out, empty.terms.ban_ml_training) == ("deny", "deny")


def test_a_policy_beside_the_recipe_is_found_and_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('[terms]\nsilent = "allow"\n')
    policy, words = load("ours.toml", lambda name: tmp_path / name)
    assert (policy.name, policy.terms.silent, words[:7]) == ("ours.toml", "allow", b"[terms]")
    with pytest.raises(RecipeError, match=r"gone\.toml.*cannot be read"):
        load("gone.toml", lambda name: tmp_path / name)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[term]\nsilent = "allow"', r"no section `term`.*Did you mean \[terms\]"),
        ("terms = 1", "no section `terms`"),
        ('[terms]\nsilence = "allow"', "has no setting `silence`.*Did you mean `silent`"),
        ('[terms]\nsilent = "yes"', "'allow', 'review', 'deny'"),
        ("[terms]\nsilent = true", "must be one of"),
        ('[signals]\nopt_out = "allow"', "must be one of 'review', 'deny'"),
        ('[signals]\ntdmrep = "allow"', "must be|tdmrep"),
        ('[licenses]\nconflict = "allow"', "must be one of 'review', 'deny'"),
        ('[declarations]\nlift_terms = ["me"]', "must be one of"),
        ("[terms", "not valid TOML"),
        ("\xff", "not valid TOML"),
        ("#" * 70_000, "more than 64 KiB"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_its_place(toml: str, said: str) -> None:
    with pytest.raises(RecipeError, match=rf"(?s)ours\.toml: .*(?:{said})"):
        parse(toml.encode("latin-1"), "ours", "ours.toml")


def test_a_name_that_is_none_is_the_recipes_mistake() -> None:
    with pytest.raises(ValueError, match="Did you mean 'research'"):
        RightsSettings(policy="reserch")
    with pytest.raises(RecipeError, match="Did you mean 'strict'"):
        load("strickt")
    assert RightsSettings(policy="rules/ours.toml").policy == "rules/ours.toml"


def test_the_hardest_of_several_findings_decides() -> None:
    assert shipped("research").ask("licenses", "non_commercial", "none") == ("review", "licenses.none = review")
