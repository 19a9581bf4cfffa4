"""What a site says of itself becomes comments and strings of a recipe, never settings."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from sitecorpus.starter import toml_string


@given(st.text())
def test_any_text_is_one_toml_string(text: str) -> None:
    whole = "".join(c for c in text if not 0xD800 <= ord(c) <= 0xDFFF)
    assert tomllib.loads(f"x = {toml_string(text)}") == {"x": whole}
