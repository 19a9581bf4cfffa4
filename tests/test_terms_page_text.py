"""From a terms page to its words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.terms import read_terms, terms_text


def test_markup_becomes_paragraphs_in_reading_order() -> None:
    html = b"<body><script>x</script><div>One <b>two</b> three<ul><li>four</li><li>five</li></ul>six</div></body>"
    assert terms_text(html) == "One two three\n\n- four\n\n- five\n\nsix"


def test_inline_elements_within_inline_elements_break_nothing() -> None:
    html = b"<p>You may <a href=/x><b>not <i>scrape</i></b> the</a> site<br>at all.</p>tail"
    assert terms_text(html) == "You may not scrape the site\n\nat all.\n\ntail"


def test_lists_within_lists_are_indented_and_headings_are_marked() -> None:
    html = b"<h2>Use</h2><ol><li>You may not:<ul><li><p>copy</p></li></ul></li><li>pay</li></ol>"
    assert terms_text(html) == "# Use\n\n- You may not:\n\n  - copy\n\n- pay"


def test_what_is_not_shown_is_left_out() -> None:
    html = (
        b"<body><style>s</style><noscript>n</noscript><template>t</template>"
        b"<p hidden>h</p><div style='display: none'>d</div>after</body>"
    )
    assert terms_text(html) == "after"


def test_plain_text_is_returned_as_it_is() -> None:
    assert terms_text(b"You may not:\n\n* scrape\n") == "You may not:\n\n* scrape\n"


def test_a_list_of_a_page_hangs_on_the_words_above_it() -> None:
    html = b"<div><p>You agree <b>not</b> to:</p><ul><li>use <b>robots</b> to copy content</li></ul></div>"
    assert read_terms(terms_text(html)).automated_access.answer == "yes"


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_page_raises(body: bytes) -> None:
    assert isinstance(terms_text(b"<" + body), str)
