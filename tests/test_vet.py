"""The stage, end to end on a folder that is served as a site."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from scrapers.policy.rules import SHIPPED
from scrapers.vet import rejudge
from sitecorpus import ledger
from sitecorpus.audit import verify
from sitecorpus.errors import RecipeError, RefusedError, SitecorpusError
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.pipeline import build, survey
from sitecorpus.recipe import Recipe
from sitecorpus.rights import Verdict
from sitecorpus.warc import archive_files, member_ends, scan

FOOTER = '<footer>Content is under <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a></footer>'
DECLARED = '[rights]\nlicense = "CC-BY-4.0"\nbasis = "owner"\nattested_by = "A. Person"\nattested_on = "2026-08-01"\n'


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "posts").mkdir(parents=True)
    (site / "robots.txt").write_text("User-agent: *\nDisallow: /private/\nSitemap: https://example.org/sitemap.xml\n")
    (site / "index.html").write_text('<html lang="en-GB"><title>A  site</title><a href="/posts/a">A</a></html>')
    (site / "posts/a.html").write_text(f"<p>Text.</p>{FOOTER}")
    (site / "sitemap.xml").write_text("<urlset><url><loc>https://example.org/posts/a</loc></url></urlset>")
    write(tmp_path, "")
    return tmp_path


def write(
    corpus: Path, more: str, source: str = '[crawl]\nseeds = ["https://example.org/"]\nserve_from = "site"\n'
) -> None:
    (corpus / "corpus.toml").write_text(f'title = "T"\ncontact = "https://example.net/bot"\n{source}{more}')


def vet(corpus: Path) -> Path:
    states = build(CorpusDir(corpus), through="vet", executor=Serial())
    assert states[-1].directory is not None
    return states[-1].directory


def verdicts(directory: Path) -> list[Verdict]:
    return [Verdict.from_dict(v) for v in json.loads((directory / "verdicts.json").read_text())]


def test_a_licensed_site_is_allowed_and_every_word_of_it_is_kept(corpus: Path) -> None:
    done = vet(corpus)
    (verdict,) = verdicts(done)
    assert (verdict.decision, verdict.license, verdict.host) == ("allow", "CC-BY-4.0", "https://example.org")
    kept = {r.record_id for f in archive_files(done) for r in scan(f) if r.kind == "response"}
    assert {e.warc_record_id for e in verdict.evidence if e.status is not None} <= kept
    assert {"robots", "home", "page", "probe", "tdmrep", "ai_txt", "trust_txt"} <= {e.kind for e in verdict.evidence}


def test_the_same_site_gives_the_same_digest(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first = build(CorpusDir(corpus), through="vet", executor=Serial())[-1].manifest
    vet_dir = next((corpus / "archive").iterdir())
    vet_dir.rename(tmp_path_factory.mktemp("old") / "vet")
    second = build(CorpusDir(corpus), through="vet", executor=Serial())[-1].manifest
    assert first is not None
    assert second is not None
    assert first.digest == second.digest


def test_a_site_that_denies_us_is_refused_in_clear_words_and_asked_for_nothing_more(corpus: Path) -> None:
    (corpus / "site/robots.txt").write_text("User-agent: *\nDisallow: /\n")
    with pytest.raises(RefusedError, match=r"robots_denies: .*robots\.txt.*example\.org"):
        vet(corpus)
    partial = next((corpus / "archive").glob("vet-*.partial"))
    (verdict,) = verdicts(partial)
    assert [e.kind for e in verdict.evidence] == ["robots", "training_agents"]


def test_a_refusal_is_asked_again_at_the_next_run(corpus: Path) -> None:
    (corpus / "site/posts/a.html").write_text("<p>Text.</p>")
    with pytest.raises(RefusedError, match="no_license"):
        vet(corpus)
    (corpus / "site/posts/a.html").write_text(f"<p>Text.</p>{FOOTER}")
    assert verdicts(vet(corpus))[0].decision == "allow"


def test_terms_that_ban_training_refuse(corpus: Path) -> None:
    ban = (
        "<p>You may not use our content to train machine learning models.</p>"
        + "<p>You agree that we may change these terms.</p>" * 12
    )
    (corpus / "site/terms.html").write_text(ban)
    with pytest.raises(RefusedError, match="terms_deny: the terms ban machine learning"):
        vet(corpus)


def test_a_site_that_cannot_be_reached_is_refused_with_what_to_check(corpus: Path) -> None:
    write(corpus, "", '[crawl]\nseeds = ["http://127.0.0.1:1/"]\n')
    with pytest.raises(RefusedError, match="check the address and the network"):
        vet(corpus)


def test_a_folder_that_is_not_there_is_the_recipes_mistake(corpus: Path) -> None:
    write(corpus, "", '[crawl]\nseeds = ["https://example.org/"]\nserve_from = "nowhere"\n')
    with pytest.raises(RecipeError, match="serve_from"):
        vet(corpus)


INTAKE = '[intake]\npath = "texts"\n'


def test_documents_from_elsewhere_need_a_declaration_which_is_kept(corpus: Path) -> None:
    (corpus / "permission.txt").write_text("You may.")
    write(corpus, "", INTAKE)
    with pytest.raises(RefusedError, match="not_declared"):
        vet(corpus)
    write(corpus, DECLARED + 'evidence_files = ["permission.txt"]\n', INTAKE)
    done = vet(corpus)
    (verdict,) = verdicts(done)
    assert (verdict.host, verdict.decision, verdict.license) == ("intake", "allow", "CC-BY-4.0")
    bodies = {r.url.rpartition(":")[2]: r.body for f in archive_files(done) for r in scan(f) if r.kind == "resource"}
    assert bodies["permission.txt"] == b"You may."
    assert json.loads(bodies["declaration"])["attested_by"] == "A. Person"


def test_evidence_that_is_not_there_is_the_recipes_mistake(corpus: Path) -> None:
    write(corpus, DECLARED + 'evidence_files = ["gone.txt"]\n', INTAKE)
    with pytest.raises(RecipeError, match="evidence_files"):
        vet(corpus)


def test_a_refusal_shows_the_lines_to_add_and_they_are_right(tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text("text")
    write(tmp_path, "", source='[intake]\npath = "all.txt"\n')
    with pytest.raises(RefusedError) as refused:
        vet(tmp_path)
    words = str(refused.value)
    lines = words[words.index("[rights]\n") :].replace("YYYY-MM-DD", "2026-08-01")
    write(tmp_path, lines, source='[intake]\npath = "all.txt"\n')
    assert verdicts(vet(tmp_path))[0].decision == "allow"


# --- the policy, and judging again


def test_the_policy_that_decided_is_kept_and_its_words_are_part_of_the_question(corpus: Path) -> None:
    (corpus / "ours.toml").write_text((SHIPPED / "licensed.toml").read_text())
    write(corpus, '[rights]\npolicy = "ours.toml"\n')
    first = vet(corpus)
    assert (first / "policy.toml").read_text() == (corpus / "ours.toml").read_text()
    assert verdicts(first)[0].policy == "ours.toml"
    (corpus / "ours.toml").write_text(
        (SHIPPED / "licensed.toml").read_text().replace('absent = "allow"', 'absent = "deny"')
    )
    with pytest.raises(RefusedError, match="no_terms_page"):
        vet(corpus)


def test_a_policy_with_a_mistake_stops_before_anything_is_asked(corpus: Path) -> None:
    (corpus / "ours.toml").write_text('[terms]\nsilence = "allow"\n')
    write(corpus, '[rights]\npolicy = "ours.toml"\n')
    with pytest.raises(RecipeError, match="Did you mean `silent`"):
        vet(corpus)
    assert not list((corpus / "archive").rglob("*.warc.gz"))


@pytest.mark.parametrize("intake", ["", INTAKE])
def test_the_archive_alone_gives_the_same_verdicts_byte_for_byte(corpus: Path, intake: str) -> None:
    (corpus / "permission.txt").write_text("You may.")
    (corpus / "site/robots.txt").write_text("User-agent: *\nDisallow: /private/\nCrawl-delay: 0\n")
    (corpus / "site/terms.html").write_text("<p>You agree that we may change these terms. You are responsible.</p>" * 9)
    write(
        corpus,
        DECLARED + 'evidence_files = ["permission.txt"]\nevidence_urls = ["https://example.org/gone"]\n' + intake,
    )
    done = vet(corpus)
    assert list(rejudge(done)) == []
    assert [r for v in verdicts(done) for r in v.reasons if r.answer == "allow" and not r.fetched_at] == []


def test_a_list_of_training_agents_beside_the_recipe_takes_the_place_of_ours(corpus: Path) -> None:
    (corpus / "site/robots.txt").write_text("User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    with pytest.raises(RefusedError, match="GPTBot"):
        vet(corpus)
    own = corpus / "training_agents.toml"
    own.write_text('as_of = "2026-01-01"\n[[agent]]\nname = "OtherBot"\n')
    done = vet(corpus)
    assert [e.kind for e in verdicts(done)[0].evidence].count("training_agents") == 1
    own.unlink()
    assert list(rejudge(done)) == []  # by the list that was archived
    own.write_text("as_of = 1\n")
    with pytest.raises(RecipeError, match="no list of training agents"):
        vet(corpus)


def test_a_verdict_that_does_not_follow_from_the_archive_is_found(corpus: Path) -> None:
    done = vet(corpus)
    kept = json.loads((done / "verdicts.json").read_text())
    kept[0]["reasons"] = [r for r in kept[0]["reasons"] if r["code"] != "robots_allows"]
    kept[0]["decision"] = "review"
    (done / "verdicts.json").write_text(json.dumps(kept))
    ((file, problem),) = rejudge(done)
    assert file == "verdicts.json"
    assert "https://example.org: review, where its evidence says allow" in problem
    assert "robots_allows" in problem
    found = verify(survey(CorpusDir(corpus), Recipe.load(corpus / "corpus.toml")), CorpusDir(corpus))
    assert any("where its evidence says allow" in f.problem for f in found)


def test_evidence_that_was_swapped_changes_the_verdict_and_is_found(corpus: Path) -> None:
    done = vet(corpus)
    (archive,) = archive_files(done)
    ends, whole = list(member_ends(archive)), archive.read_bytes()
    members = [gzip.decompress(whole[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    swapped = (m.replace(b"Disallow: /private/", b"Disallow: /        ") for m in members)
    archive.write_bytes(b"".join(gzip.compress(m) for m in swapped))
    assert "robots_denies" in "".join(problem for _, problem in rejudge(done))


def test_without_a_docket_nothing_is_judged(corpus: Path) -> None:
    done = vet(corpus)
    for archive in archive_files(done):
        archive.unlink()
    with pytest.raises(SitecorpusError, match="no docket"):
        list(rejudge(done))


def test_a_refusal_that_is_asked_again_is_judged_by_the_newest_answers(corpus: Path) -> None:
    (corpus / "site/posts/a.html").write_text("<p>Text.</p>")
    with pytest.raises(RefusedError):
        vet(corpus)
    (corpus / "site/posts/a.html").write_text(f"<p>Text.</p>{FOOTER}")
    assert list(rejudge(vet(corpus))) == []


def test_a_permission_without_a_letter_is_not_enough(corpus: Path) -> None:
    (corpus / "site/posts/a.html").write_text("<p>Text.</p>")
    write(corpus, DECLARED.replace("owner", "permission"))
    with pytest.raises(RefusedError, match=r"permission_not_shown.*evidence_files"):
        vet(corpus)
    (corpus / "letter.txt").write_text("You may.")
    write(corpus, DECLARED.replace("owner", "permission") + 'evidence_files = ["letter.txt"]\n')
    done = vet(corpus)
    (row,) = ledger.read(done)
    assert hashlib.sha256(b"You may.").hexdigest() in row["detail"]
    assert "A. Person, 2026-08-01" in row["detail"]
