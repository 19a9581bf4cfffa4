"""The words that name a licence, in the languages of its ports, to its SPDX id.

Creative Commons licences are read as a run of words after "Creative Commons" or "CC": their elements, a version, a
country. The elements' names are those of the deeds (https://creativecommons.org/licenses/by-nc-sa/4.0/deed.de, .fr, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.licenses.addresses import Name, of_parts

_ELEMENTS = {
    "by": (
        r"attributions?|namensnennung|paternité|atribución|reconocimiento|reconeixement|attribuzione|atribuição|naamsvermelding|"
        r"uznanie autorstwa|erkännande|navngivelse|navngiving|uveďte (?:autora|původ)|nimeä|atribuire|nevezd meg|imenovanje|"
        r"атрибуция|с указанием авторства|із зазначенням авторства|зазначення авторства|表示|署名|姓名標示|저작자표시"
    ),
    "nc": (
        r"non[- ]?commercial(?: use| uses)?|no commercial use|nicht[- ]?kommerziell(?:e nutzung)?|keine? kommerzielle nutzung|"
        r"pas d['’ ]? ?utilisation commerciale|uso não[- ]?comercial|não[- ]?comercial|no ?comercial|non ?commerciale|"
        r"niet[- ]?commercieel|użycie niekomercyjne|icke[- ]?kommersiell|ikke[- ]?kommers?iell|neužívejte(?: dílo)? komerčně|"
        r"ei[- ]?kaupallinen|necomercial|ne add el|nekomercijalno|некоммерческ\w{1,3}(?: использование)?|некомерційна|"
        r"非営利|非商业性使用|非商業性|비영리"
    ),
    "nd": (
        r"no[- ]?deriv(?:ative|at)?e?s?(?: works?)?|keine bearbeitung(?:en)?|pas de modifications?|sin ?(?:obras? ?)?derivad[ao]s?|"
        r"sense ?obra ?derivada|non opere derivate|sem ?derivações|geen ?afgeleide ?werken|bez utworów zależnych|inga ?bearbetningar|"
        r"ingen ?bearbeidelser?|nezasahujte(?: do díla)?|без производных(?: произведений)?|без похідних(?: творів)?|改変禁止|"
        r"禁止演绎|禁止改作|변경금지"
    ),
    "sa": (
        r"share[- ]?alike|weitergabe unter gleichen bedingungen|partage dans les mêmes conditions|partage à l['’]identique|"
        r"compartir[- ]?igual|compartir bajo la misma licencia|condividi allo stesso modo|compartilha(?:mento)?[- ]?igual|"
        r"compartilhamento pela mesma licença|partilha nos (?:mesmos termos|termos da mesma licença)|gelijk ?delen|"
        r"na tych samych warunkach|dela ?lika|del på samme (?:vilkår|måde)|zachovejte licenci|jaa ?samoin|így add tovább|"
        r"с сохранением условий|на тех же условиях|поширення на тих же умовах|継承|相同方式(?:共享|分享)|동일조건변경허락"
    ),
}  # fmt: skip
_COUNTRIES = {
    "ar": "argentina", "at": "austria|österreich", "au": "australia", "br": "brasil|brazil", "ca": "canada", "ch": "switzerland|schweiz|suisse|svizzera",
    "cl": "chile", "cn": "china mainland|中国大陆", "cz": "česko|czech republic", "de": "germany|deutschland", "es": "spain|españa",
    "fr": "france", "igo": "igo", "it": "italy|italia", "jp": "japan|日本", "nl": "netherlands|nederland", "nz": "new zealand",
    "pl": "poland|polska", "pt": "portugal", "tw": "taiwan|台灣", "uk": "uk|england (?:and|&) wales", "us": "united states|usa?",
}  # fmt: skip
_LEAD = re.compile(
    r"(?:creative[\s-]{0,2}commons|クリエイティブ[・ ]?コモンズ|知识共享|創用)|(?<![\w.@/])CC(?![\w.@])|(?<![\w.@/])CC(?=BY)",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s\-–—−/,.:;+()\[\]<>\"'“”„«»‹›・|®©*_]{1,8}")
_FILLER = re.compile(
    r"(?:licen[cs]es?|licen[cs]ed|lizenz(?:vertrag|en)?|licen[cç]a|licencia|licenza|licencj[aiąęy]|licentie|licens|licence|лицензи\w{1,3}|ліцензі\w{1,3}|"
    r"ライセンス|許諾|许可协议|授權條款|public|publique|pública|pubblica|version|versión|versão|versione|wersja|ver|v|the|under|unter|international[e]?|internacional|"
    r"internazionale|internationaal|międzynarodowe|unported|generic|intl|cc|cc[- ]?licen[cs]e|namens|de|(?:and|und|et|y|e|i)(?!\s+(?:cc|creative)))(?![\w])",
    re.IGNORECASE,
)
_ELEMENT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _ELEMENTS.items()), re.IGNORECASE)
_SHORT = re.compile(r"(?:BY|NC|ND|SA)(?![^\W_])", re.IGNORECASE)
_JOINED = re.compile(r"BY(?:NC)?(?:SA|ND)?(?![^\W_])")  # CC BYNCSA
_VERSION = re.compile(r"(?:v\.? ?)?(\d\.\d)(?![\d]|\.\d)", re.IGNORECASE)
_COUNTRY = re.compile("|".join(f"(?P<{code}>(?:{names}))(?!\\w)" for code, names in _COUNTRIES.items()), re.IGNORECASE)
MAX_RUN_CHARS = 200
MAX_NAMED_CHARS = 200_000

_OTHERS = tuple(
    (re.compile(pattern, re.IGNORECASE), spdx)
    for pattern, spdx in (
        (r"\bCC[ -]?(?:0|zero)\b(?:[ -]?(?:v ?)?1\.0\b)?|creative commons zero\b", "CC0-1.0"),
        (r"\bpublic domain mark\b", "CC-PDM-1.0"),
        (r"\bapache(?: software)?[ -]licen[cs]e,?(?: \(?(?:v\.?|version)?) ?\.?2(?:\.0)?\b|\bapache-2\.0\b|\bapache 2\.0\b", "Apache-2.0"),
        (r"\bMIT[ -]licen[cs]ed?\b|\bMIT[ -]lizenz\b|\blicen[cs](?:e|ia|a) MIT\b|\blicenza MIT\b", "MIT"),
        (r"\b(?:3|three)-clause BSD\b|\bBSD[ -]3-clause\b|\b(?:new|modified|revised) BSD licen[cs]e\b", "BSD-3-Clause"),
        (r"\b(?:2|two)-clause BSD\b|\bBSD[ -]2-clause\b|\bsimplified BSD licen[cs]e\b", "BSD-2-Clause"),
        (r"\bzero[ -]clause BSD\b|\b0BSD\b", "0BSD"),
        (r"\bpython software foundation licen[cs]e(?: version 2)?\b|\bPSF-2\.0\b", "PSF-2.0"),
        (r"\b(?:GNU free documentation licen[cs]e|GFDL|GNU FDL)(?:,? ?-?\(?(?:v\.? ?|version )?1\.([123])\b)?"
         r"|\bGNU-(?:FDL|lizenz für freie dokumentation)\b", "GFDL-1.{}"),
        (r"\b(?:GNU )?(affero |lesser )?(?:general public licen[cs]e|(?<=GNU )GPL)(?:,? ?\(?(?:v\.? ?|version )?([23])(?:\.0)?\b)?", "{}GPL-{}.0-only"),
        (r"\b(?:(A|L))?GPL ?v?([23])(?:\.0)?\b", "{}GPL-{}.0-only"),
        (r"\bopen government licen[cs]e(?:,? ?\(?(?:v\.? ?|version ?)([123])(?:\.0)?\b)", "OGL-UK-{}.0"),
        (r"\bopen government licen[cs]e ?[-–—] ?canada\b", "OGL-Canada-2.0"),
        (r"\b(?:licence ouverte|open licence)(?: ?/ ?open licence)?(?: d['’]etalab| etalab)? ?(?:v\.? ?|version )?2\.0\b|\betalab[- ]2\.0\b", "etalab-2.0"),
        (r"\bdatenlizenz deutschland ?[-–—,] ?namensnennung ?[-–—,]? ?(?:version )?2\.0\b", "DL-DE-BY-2.0"),
        (r"\b(?:free art licen[cs]e|licence art libre)(?: ?1\.3)?\b", "LAL-1.3"),
        (r"\b(?:dedicated to|released (?:in)?to|placed in|in) the public domain\b|\bgemeinfrei\b", "CC-PDDC"),
    )
)  # fmt: skip
_KEYS = (
    "creative", "commons", "コモンズ", "知识共享", "創用", "cc by", "cc-by", "ccby", "cc 4", "cc 3", "cc 2", "cc4", "cc3", "cc:by", "cc attr", "cc nam", "cc0", "cc-0",
    "cc 0", "cc zero", "cc-zero", "public domain", "gemeinfrei", "apache", "mit licen", "mit-licen", "mit liz", "mit-liz", "a mit", "e mit", "bsd", "python software f", "psf-2", "fdl", "freie dokum",
    "free documentation", "general public", "gpl", "open government licen", "ouverte", "open licence", "etalab", "datenlizenz", "free art", "art libre",
)  # fmt: skip
"""One of these stands in every phrase that names a licence; whole pages are searched for them first."""
_BEFORE, _AFTER = 40, MAX_RUN_CHARS + 60
_CHUNK = 10_000


def licence_named(text: str) -> str | None:
    """Return the SPDX id that a phrase names with its version, or None; None too where it names several."""
    names = list(names_in(text))
    known = {name.spdx for name in names if name.spdx}
    return known.pop() if len(known) == 1 and len({name.family for name in names}) == 1 else None


def names_in(text: str) -> Iterator[Name]:
    """Yield the licences that a text names, in order, with where they stand in it."""
    end = read = 0
    for start, stop in _windows(text):
        read += stop - start
        if read > MAX_NAMED_CHARS:
            return
        found = [*_creative_commons(text, start, stop), *_others(text, start, stop)]
        for name in sorted(found, key=lambda n: (n.start, -n.end)):
            if name.start >= end:
                end = name.end
                yield name


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges in which a licence may be named: a page has few, and patterns are slow."""
    lower = text.lower()
    if len(lower) != len(text):  # some letters have a longer small form
        yield from ((at, min(len(text), at + _CHUNK)) for at in range(0, len(text), _CHUNK))
        return
    hits = []
    for key in _KEYS:
        at = lower.find(key)
        while at >= 0:
            hits.append(at)
            at = lower.find(key, at + len(key))
    start = end = -1
    for at in sorted(hits):
        if at - _BEFORE > end or at - start > _CHUNK:
            if end >= 0:
                yield start, end
            start = max(0, at - _BEFORE)
        end = min(len(text), at + _AFTER)
    if end >= 0:
        yield start, end


def _others(text: str, start: int, stop: int) -> Iterator[Name]:
    for pattern, template in _OTHERS:
        for hit in pattern.finditer(text, start, stop):
            groups = [(group or "") for group in hit.groups()]
            spdx: str | None = template
            family = re.sub(r"-?[\d.]+(?:-only)?$", "", template) or template
            if "{}" in template:
                kind = groups[0][:1].upper() if template.startswith("{}") else ""
                version = groups[-1]
                family = kind + "GPL" if template.startswith("{}") else re.sub(r"-[\d.]*\{.*", "", template)
                spdx = (
                    template.format(*((kind, version) if template.startswith("{}") else (version,)))
                    if version
                    else None
                )
            yield Name(spdx, None, family, hit.start(), hit.end())


def _creative_commons(text: str, start: int, stop: int) -> Iterator[Name]:
    end = 0
    for lead in _LEAD.finditer(text, start, stop):
        name = _run(text, lead) if lead.start() >= end else None
        if name:
            end = name.end
            yield name


def _run(text: str, lead: re.Match[str]) -> Name | None:
    """Read on from "Creative Commons" as long as the words belong to the name of a licence."""
    parts: set[str] = set()
    version = where = None
    at = end = lead.end()
    short = closed = False  # closed: the version came after the elements
    while at < lead.end() + MAX_RUN_CHARS:
        if gap := _GAP.match(text, at):
            at = gap.end()
        if not version and (hit := _VERSION.match(text, at)):
            version, end, closed = hit[1], hit.end(), bool(parts)
        elif parts and closed:
            hit = _COUNTRY.match(text, at)
            if hit:
                where, end = hit.lastgroup, hit.end()
                break
            hit = _FILLER.match(text, at)
            if hit is None:
                break
        elif hit := _ELEMENT.match(text, at):
            parts.add(hit.lastgroup or "")
            end = hit.end()
        elif (hit := _SHORT.match(text, at)) and not (short and hit[0].lower() == "by"):
            # "Creative Commons by" is a code, "Creative Commons licence by Ann" an author
            if (
                hit[0].lower() == "by"
                and hit[0] != "BY"
                and not _code_follows(text, hit.end())
                and not _is_code(text, lead, hit)
            ):
                break
            parts.add(hit[0].lower())
            short, end = True, hit.end()
        elif hit := _JOINED.match(text, at):
            parts.update(p for p in ("by", "nc", "nd", "sa") if p.upper() in hit[0])
            end = hit.end()
        else:
            hit = _FILLER.match(text, at)
            if hit is None:
                break
        at = hit.end()
    if not parts:
        return None
    if "by" not in parts and version and version != "1.0":
        parts.add("by")  # attribution is part of all since 2.0
    name = of_parts(sorted(parts), version, where)
    return Name(name.spdx, name.jurisdiction, name.family, lead.start(), end) if name else None


def _code_follows(text: str, at: int) -> bool:
    return re.match(r"[\s/_–-]{0,3}(?:(?:nc|nd|sa)\b|v?\d\.\d)", text[at : at + 10], re.IGNORECASE) is not None


def _is_code(text: str, lead: re.Match[str], hit: re.Match[str]) -> bool:
    between = text[lead.end() : hit.start()]
    follows = text[hit.end() : hit.end() + 2].lstrip(" ")
    return between in ("-", "") or (between in (" ", ":") and (not follows or not follows[0].isalpha()))
