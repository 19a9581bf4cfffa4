"""Pages that hold nothing but the way to another one."""

import pytest

from scrapers.stubs import redirect_target


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ('<meta http-equiv="Refresh" content="0;URL=\'/new\'">', "/new"),
        ('<script>window.location.href = "/new";</script><p>Moved.</p>', "/new"),
        ('<meta http-equiv="refresh" content="300">' + "<p>Words.</p>", None),
        ('<meta http-equiv="refresh" content="0; url=/new">' + "<p>Many words here.</p>" * 40, None),
        ("<p>The location of the pub.</p>", None),
    ],
)
def test_a_page_that_only_leads_elsewhere_is_told_apart(html: str, target: str | None) -> None:
    assert redirect_target(html.encode()) == target
