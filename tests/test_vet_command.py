"""`sitecorpus vet URL`: the answer before there is a recipe, as words, as JSON and as an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crawling import HTML, Site

LICENSED = b'<html lang=en><body><p>Words.</p><footer>All text is under <a rel=license href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</footer></body></html>'
ROBOTS = {"Content-Type": "text/plain"}


def run(*args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SITECORPUS_CORPORA": "/nonexistent"}
    return subprocess.run(
        [sys.executable, "-m", "sitecorpus", "vet", *args], capture_output=True, text=True, env=environment, check=False
    )


@pytest.fixture(scope="module")
def site(serve: Callable[[Site], Site]) -> Site:
    return serve(Site(routes={"/": (200, HTML, LICENSED), "/robots.txt": (200, ROBOTS, b"User-agent: *\nAllow: /\n")}))


def test_a_site_that_grants_is_allowed_and_says_why(site: Site) -> None:
    answer = run(site.url, "--explain")
    assert answer.returncode == 0, answer.stderr
    assert "license_found: CC-BY-4.0" in answer.stdout
    assert "“All text is under CC BY 4.0.” (bytes " in answer.stdout
    assert "decided by licenses.listed = allow" in answer.stdout
    assert "not legal advice" in answer.stdout


def test_json_holds_the_whole_verdict(site: Site) -> None:
    answer = run(site.url, "--json")
    verdict = json.loads(answer.stdout)
    assert (verdict["decision"], verdict["license"], verdict["policy"]) == ("allow", "CC-BY-4.0", "licensed")
    (granted,) = [r for r in verdict["reasons"] if r["code"] == "license_found"]
    start, end = granted["quote"]["start"], granted["quote"]["end"]
    assert LICENSED[start:end].startswith(b"All text is under")
    assert all(r["url"] and r["fetched_at"] for r in verdict["reasons"])


def test_another_policy_answers_otherwise(site: Site) -> None:
    answer = run(site.url, "--policy", "own")
    assert (answer.returncode, "review" in answer.stdout) == (3, True)
    assert run(site.url, "--policy", "lax").returncode == 2


@pytest.mark.parametrize(
    ("robots", "why"),
    [
        ((200, ROBOTS, b"User-agent: sitecorpus\nDisallow: /\n"), "robots denies"),
        ((503, ROBOTS, b""), "robots unreachable"),
        ((200, ROBOTS, b"User-agent: *\nAllow: /\nContent-Signal: ai-train=no\n"), "opted out"),
        ((200, ROBOTS, b"User-agent: CCBot\nDisallow: /\n"), "opted out"),
    ],
)
def test_a_no_is_exit_code_3(
    serve: Callable[[Site], Site], robots: tuple[int, dict[str, str], bytes], why: str
) -> None:
    site = serve(Site(routes={"/": (200, HTML, LICENSED), "/robots.txt": robots}))
    answer = run(site.url + "/")
    assert answer.returncode == 3
    assert why in answer.stdout


def test_a_page_speaks_for_itself(serve: Callable[[Site], Site]) -> None:
    noai = LICENSED.replace(b"<body>", b'<head><meta name="robots" content="noai"></head><body>')
    site = serve(Site(routes={"/": (200, HTML, LICENSED), "/a": (200, HTML, noai)}))
    assert run(site.url + "/").returncode == 0
    assert run(site.url + "/a").returncode == 3


def test_nobody_there_is_a_no() -> None:
    answer = run("http://127.0.0.1:9/")
    assert (answer.returncode, "robots unreachable" in answer.stdout) == (3, True)
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "nosuchcorpus", "http://", "https://a b/"]
)
def test_what_is_neither_a_corpus_nor_an_address_is_usage(target: str) -> None:
    answer = run(target)
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_options_of_a_corpus_do_not_go_with_an_address(site: Site, tmp_path: Path) -> None:
    assert run(site.url, "--diff").returncode == 2
    assert run(str(tmp_path), "--policy", "own").returncode == 2
