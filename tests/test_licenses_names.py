"""Which licence an address or a phrase names, in many languages."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.licenses import licence_at, licence_named
from scrapers.licenses.phrases import names_in


@pytest.mark.parametrize(
    ("address", "spdx", "jurisdiction"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", None),
        ("//creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0", None),
        ("http://creativecommons.org/licenses/by-sa/3.0/de/deed.en", "CC-BY-SA-3.0", "de"),
        ("http://creativecommons.org/licenses/by-sa/3.0/deed.de", "CC-BY-SA-3.0", None),
        ("https://creativecommons.org/licenses/by/3.0/igo/legalcode", "CC-BY-3.0", "igo"),
        ("https://creativecommons.org/licenses/by/4.0).", "CC-BY-4.0", None),
        ("https://i.creativecommons.org/l/by-nc/3.0/us/88x31.png", "CC-BY-NC-3.0", "us"),
        ("https://licensebuttons.net/p/zero/1.0/88x31.png", "CC0-1.0", None),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0", None),
        ("https://l.example/?u=https%3A%2F%2Fcreativecommons.org%2Flicenses%2Fby-sa%2F4.0%2F", "CC-BY-SA-4.0", None),
        ("https://web.archive.org/web/2014/http://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0", None),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.html", "GPL-2.0-only", None),
        ("https://www.gnu.org/licenses/fdl-1.3.html", "GFDL-1.3", None),
        ("https://opensource.org/licenses/MIT", "MIT", None),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0", None),
        ("https://www.govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0", None),
    ],
)  # fmt: skip
def test_an_address_names_its_licence_with_its_jurisdiction_apart(address: str, spdx: str, jurisdiction: str) -> None:
    assert licence_at(address) == (spdx, jurisdiction)


@pytest.mark.parametrize(
    "address",
    [
        "https://creativecommons.org/", "https://creativecommons.org/licenses/by/", "https://example.org/license",
        "https://creativecommons.org/licenses/by-nd-sa/4.0/", "https://creativecommons.org/licenses/by/9.9/", "",
    ],
)  # fmt: skip
def test_an_address_that_leaves_the_licence_open_names_none(address: str) -> None:
    assert licence_at(address) is None


@pytest.mark.parametrize(
    ("phrase", "spdx"),
    [
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"), ("CC-BY-NC-ND 3.0 DE", "CC-BY-NC-ND-3.0"), ("CC 4.0 BY-NC-SA", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Attribution License (CC BY 4.0)", "CC-BY-4.0"),
        ("Creative Commons Attribution-Noncommercial-No Derivative Works 3.0 United States License", "CC-BY-NC-ND-3.0"),
        ("Creative Commons Namensnennung - Nicht-kommerziell - Weitergabe unter gleichen Bedingungen 3.0 Schweiz Lizenz", "CC-BY-NC-SA-3.0"),
        ("licence Creative Commons Attribution - Pas d’Utilisation Commerciale - Partage dans les Mêmes Conditions 4.0", "CC-BY-NC-SA-4.0"),
        ("licencia de Creative Commons Reconocimiento-NoComercial-SinObraDerivada 4.0 Internacional", "CC-BY-NC-ND-4.0"),
        ("Licenza Creative Commons Attribuzione - Non commerciale - Non opere derivate 4.0 Internazionale", "CC-BY-NC-ND-4.0"),
        ("Licença Creative Commons - Atribuição-NãoComercial-SemDerivações 4.0 Internacional", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Naamsvermelding-NietCommercieel-GelijkDelen 3.0 Nederland-licentie", "CC-BY-NC-SA-3.0"),
        ("licencji Creative Commons Uznanie autorstwa - Użycie niekomercyjne - Na tych samych warunkach 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons «Атрибуция — Некоммерческое использование — На тех же условиях» 4.0 Всемирная", "CC-BY-NC-SA-4.0"),
        ("クリエイティブ・コモンズ 表示 - 継承 4.0 国際 ライセンス", "CC-BY-SA-4.0"),
        ("知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议", "CC-BY-NC-SA-4.0"),
        ("under the MIT License", "MIT"), ("Apache License, Version 2.0", "Apache-2.0"), ("CC0", "CC0-1.0"),
        ("GNU Free Documentation License 1.3 or later", "GFDL-1.3"), ("Open Government Licence v3.0", "OGL-UK-3.0"),
        ("Licence Ouverte 2.0", "etalab-2.0"), ("GPLv3", "GPL-3.0-only"),
    ],
)  # fmt: skip
def test_a_phrase_names_its_licence(phrase: str, spdx: str) -> None:
    assert licence_named(phrase) == spdx


@pytest.mark.parametrize(
    "phrase",
    [
        "Creative Commons", "CC BY", "Creative Commons license by Ann Lee 4.0", "CC BY-SA-ND 3.0", "cc: all of us",
        "under the MIT License or the Apache License, Version 2.0", "CC BY 4.0 and CC BY-NC", "",
    ],
)  # fmt: skip
def test_a_phrase_that_leaves_the_licence_open_or_names_two_names_none(phrase: str) -> None:
    assert licence_named(phrase) is None


def test_a_name_stands_where_it_says_in_the_text() -> None:
    text = "İ before. Creative Commons Attribution 4.0, and code under the MIT License."
    assert [text[n.start : n.end] for n in names_in(text)] == ["Creative Commons Attribution 4.0", "MIT License"]


@given(st.text(alphabet="CcBYby-Nn ASas04.3/mitMIT Licence0", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_words_are_read_and_names_do_not_overlap(text: str) -> None:
    names = list(names_in(text))
    assert all(a.end <= b.start for a, b in pairwise(names))
    licence_at(text)
