"""Who we say we are."""

from scrapers.agent import PRODUCT, user_agent


def test_the_header_begins_with_the_product_and_names_the_contact() -> None:
    assert user_agent("https://example.org/bot").startswith(f"{PRODUCT}/")
    assert user_agent("https://example.org/bot").endswith(" (+https://example.org/bot)")


def test_a_contact_cannot_end_the_header_line() -> None:
    assert "\n" not in user_agent("a@b.c\r\nX-Evil: 1")
    assert user_agent("")
