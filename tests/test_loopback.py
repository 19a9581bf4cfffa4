"""A folder served as nginx would with try_files."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.loopback import content_type, serving


@pytest.fixture
def client(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    site = tmp_path / "site"
    (site / "blog").mkdir(parents=True)
    (site / "index.html").write_text("home")
    (site / "blog" / "index.html").write_text("blog")
    (site / "blog" / "a b.html").write_text("post")
    (site / "robots.txt").write_text("User-agent: *")
    (tmp_path / "secret.html").write_text("secret")
    (site / "link.html").symlink_to(tmp_path / "secret.html")
    with serving(site, "https://a.example") as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        yield connection
        connection.close()


def get(client: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    client.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = client.getresponse()
    return answer.status, answer.read().decode(), dict(answer.headers)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, "home"),
        ("/index.html", 200, "home"),
        ("/blog/", 200, "blog"),
        ("/blog/a%20b", 200, "post"),
        ("/blog/a%20b.html?x=1", 200, "post"),
        ("/robots.txt", 200, "User-agent: *"),
        ("/nothing", 404, None),
        ("/../secret", 404, None),
        ("/..%2fsecret.html", 404, None),
        ("/%00", 404, None),
        ("/link", 404, None),
        ("/link.html", 404, None),
        ("/" + "x" * 5000, 404, None),
    ],
)
def test_files_are_found_as_nginx_finds_them(client: http.client.HTTPConnection, path: str, status: int, body: str | None) -> None:  # fmt: skip
    found_status, found_body, _ = get(client, path)
    assert found_status == status
    assert body is None or found_body == body
    assert "secret" not in found_body


def test_a_folder_without_slash_is_redirected_under_the_public_address(client: http.client.HTTPConnection) -> None:
    status, _, headers = get(client, "/blog?x=1")
    assert (status, headers["Location"]) == (301, "https://a.example/blog/?x=1")


def test_an_unchanged_file_is_not_sent_again(client: http.client.HTTPConnection) -> None:
    _, _, headers = get(client, "/")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert get(client, "/", If_None_Match=headers["ETag"])[:2] == (304, "")


def test_a_404_page_of_the_site_is_used(client: http.client.HTTPConnection, tmp_path: Path) -> None:
    (tmp_path / "site" / "404.html").write_text("lost?")
    assert get(client, "/nothing")[:2] == (404, "lost?")


def test_types_do_not_depend_on_the_machine() -> None:
    found = [content_type(Path(name)) for name in ("feed.xml", "x.md", "a.png", "b.unknown")]
    assert found == ["application/xml", "text/markdown; charset=utf-8", "image/png", "application/octet-stream"]
