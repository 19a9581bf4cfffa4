"""A recipe is read strictly: every mistake is a sentence that says where and what instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitecorpus.errors import RecipeError
from sitecorpus.recipe import Recipe

HEAD = 'contact = "me@site.example"\n[crawl]\nseeds = ["https://site.example/"]\n'


def load(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "corpus.toml"
    path.write_text(text, encoding="utf-8")
    return Recipe.load(path)


def test_a_good_recipe_has_its_values_and_the_defaults(tmp_path: Path) -> None:
    recipe = load(tmp_path, HEAD + "delay_s = 2\n[dedupe]\nmin_jaccard = 0.7\n")
    assert recipe.crawl is not None
    assert recipe.crawl.seeds == ("https://site.example/",)
    assert recipe.crawl.delay_s == 2.0
    assert recipe.dedupe.min_jaccard == 0.7
    assert recipe.dedupe.bands == 21


def test_a_recipe_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    crawl = load(tmp_path, "\ufeff" + HEAD.replace("\n", "\r\n")).crawl
    assert crawl is not None and crawl.seeds == ("https://site.example/",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            HEAD + "[dedupe]\nmin_jacard = 0.8\n",
            ["[dedupe]", "`min_jacard`", "Did you mean `min_jaccard`?", "shingle_words"],
        ),
        (HEAD + "[dedup]\nmin_jaccard = 0.8\n", ["`dedup`", "Did you mean `dedupe`?"]),
        (HEAD + '[dedupe]\nmin_jaccard = "high"\n', ["dedupe.min_jaccard", "'high'", "a number"]),
        (HEAD + "[split]\nby = 'tme'\n", ["split.by", "'tme'", "Did you mean 'time'?"]),
        (HEAD + "[train]\nearly_stop = 1\n", ["train.early_stop", "true or false"]),
        (HEAD + "[train]\nmax_steps = true\n", ["train.max_steps", "a whole number"]),
        ('contact = "me@site.example"\n[crawl]\nseeds = "https://site.example/"\n', ["crawl.seeds", "is a list"]),
        ('contact = "me@site.example"\n[crawl]\nseeds = ["ftp://site.example/"]\n', ["not an http(s) URL"]),
        ('contact = "me@site.example"\n[crawl]\nseeds = ["http://h:99999/"]\n', ["`seeds`", "not an http(s) URL"]),
        ('contact = "me@site.example"\n[crawl]\nseeds = ["http://[h/"]\n', ["`seeds`", "not an http(s) URL"]),
        (HEAD + 'hosts = ["h:port"]\n', ["`hosts`", "`host:port`"]),
        ('contact = "me@site.example"\n[crawl]\nseeds = []\n', ["`seeds` is empty"]),
        ('contact = "me@site.example"\n[crawl]\ncapture = "1"\n', ["[crawl] needs `seeds`"]),
        ('contact = "me"\n[crawl]\nseeds = ["https://site.example/"]\n', ["`contact`", "URL or an email"]),
        ('title = "x"\n', ["there is no source"]),
        (HEAD + '[rights]\nlicense = "MIT"\n', ["attested_by"]),
        (HEAD + "crawl = 3\n", ["crawl"]),
        (HEAD + "[dedupe]\nbands = 64\n", ["`bands` × `rows`"]),
        (HEAD + "[train]\nthreads = 0\n", ["`threads` is 0"]),
        (HEAD + "[train]\nseed = -1\n", ["`seed` is -1"]),
        (HEAD + "[train]\nlearning_rate = inf\n", ["`learning_rate` is inf"]),
        (HEAD + "[train]\nblock_tokens = 1\n", ["`block_tokens` is 1"]),
        (HEAD + '[train]\nmodel = ""\n', ["`model` is empty"]),
        (HEAD + '[publish]\nseparator = "\\n"\n', ["`separator` is blank"]),
        (HEAD + "allow = ['(']\n", ["not a regular expression"]),
        ("this is not toml", ["not valid TOML"]),
    ],
)
def test_a_mistake_is_explained(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
    assert "corpus.toml" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_hostile_key_cannot_steer_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, HEAD + '"\\u001b[2J" = 1\n')
    assert "\x1b" not in str(caught.value)
