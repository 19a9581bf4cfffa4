"""A site's terms of use: where they may stand, and what their clauses say about copying, crawling and training.

Deterministic: sentences, patterns, and the words that turn a pattern into a prohibition or take it back. The
question is narrow: would these terms, alone, let an unaffiliated crawler copy the articles and train a
language model on them, without asking? It is no legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from lxml import etree

from scrapers.markup import parse_html

Answer = Literal["yes", "partial", "no"]
Span = tuple[int, int]  # character offsets into the text


@dataclass(frozen=True)
class Clause:
    """Whether the text prohibits something (or, for `open_license`, grants it), and where it says so."""

    answer: Answer = "no"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class TermsReading:
    """The four clauses. `verdict`: deny, review, allow, silent (nothing of the kind) or unreadable."""

    automated_access: Clause
    ml_training: Clause
    reproduction_or_commercial: Clause
    open_license: Clause
    verdict: Literal["deny", "review", "allow", "silent", "unreadable"]


def read_terms(text: str, language: str | None = None) -> TermsReading:
    """Read the text of a terms page into clauses. `language` (ISO 639-1) is taken as a hint only: the patterns
    of all known languages (English, German, French, Spanish) are tried."""
    sentences = list(_sentences(text))
    automated = _clause(text, sentences, _automated)
    training = _clause(text, sentences, _training)
    copying = _clause(text, sentences, _copying)
    granted = _clause(text, sentences, _granted)
    if not _readable(text):
        return TermsReading(automated, training, copying, granted, "unreadable")
    if "yes" in (automated.answer, training.answer):
        verdict: Any = "deny"
    elif granted.answer == "yes" and training.answer == "no":
        verdict = "allow"
    elif "partial" in (automated.answer, training.answer, granted.answer) or copying.answer != "no":
        verdict = "review"
    else:
        verdict = "silent"
    return TermsReading(automated, training, copying, granted, verdict)


def _readable(text: str) -> bool:
    """Whether this is the text of terms at all: not a bot wall, a hub of links or an empty shell."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    if len(words) < 60 or re.search(
        r"javascript is disabled|verify (?:that )?you(?:'|’| a)re (?:not a robot|human)|enable javascript",
        text[:3000],
        re.IGNORECASE,
    ):
        return len(words) >= 400
    return len(_LEGAL.findall(text)) >= 2


_LEGAL = re.compile(
    r"\byou (?:may|agree|must|shall|can|are|will|should)\b|\bwe (?:may|grant|reserve|do not|are)\b|\blicen[cs]ed? (?:under|to)\b|\bprohibited\b|\bpermitted\b|\bliab|"
    r"\bwithout (?:our |prior |express |the )|\bvous\b|\bnous\b|\bsie\b.{0,40}\b(?:dürfen|müssen|können|verpflichten)|\bhaftung|\burheber|\busted\b|\bdebe|\bprohib|\bresponsab",
    re.IGNORECASE,
)


def _clause(text: str, sentences: list[Span], judge: Any) -> Clause:
    spans: dict[str, list[Span]] = {"yes": [], "partial": []}
    lead = ""
    for start, end in sentences:
        sentence = text[start:end]
        answer = judge(sentence, lead)
        if answer in spans:
            spans[answer].append((start, end))
        lead = _next_lead(sentence, lead)
    for answer in ("yes", "partial"):
        if spans[answer]:
            return Clause(answer, tuple(spans[answer]))  # type: ignore[arg-type]
    return Clause()


# --- sentences, and the introduction that a list item hangs on

_END = re.compile(
    r"(?<=[.!?;])[\"”'’)\]*_]*\s+(?=[\"“'(\[*_]*[A-ZÀ-Ý0-9•(])|\n\s*\n|\n\s*(?=(?:[-*•·]|\(?[a-z0-9ivx]{1,4}[.)])\s)|\n(?=#)"
)
_ITEM = re.compile(r"^\s*(?:[-*•·]|\(?[a-z0-9ivx]{1,4}[.)])\s", re.IGNORECASE)


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for match in _END.finditer(text):
        if text[start : match.start()].strip():
            yield _trim(text, start, match.start())
        start = match.end()
    if text[start:].strip():
        yield _trim(text, start, len(text))


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _next_lead(sentence: str, lead: str) -> str:
    if sentence.rstrip(" *_").endswith((":", "to", "not", "—")) and not _ITEM.match(sentence):
        return sentence
    if _ITEM.match(sentence) or sentence.rstrip().endswith((";", "; or", "; and", ",")) or sentence[:1].islower():
        return lead or (sentence if sentence.rstrip(" *_").endswith(":") else "")
    if _FORBIDS.search(sentence) and _ITEM.search(sentence):
        return sentence
    return ""


# --- the words of prohibition and of exception

_FORBIDS = re.compile(
    r"\b(?:may|must|shall|will|can|should|do|does|did|are|is|agree|agrees|undertake|covenant|warrant)\b[^.;]{0,60}?\b(?:not|never|neither|nor|refrain)\b|"
    r"\b(?:cannot|can't|can’t|don't|don’t|won't|mustn't|may not|not (?:to|allowed|permitted|authori[sz]ed|be)|no (?:right|part|one|person|user|content|material)|"
    r"prohibit(?:s|ed|ion|ions)?|forbid(?:s|den)?|restrict(?:ed|ions)|unauthori[sz]ed|prior (?:written|express)|without (?:our|the|prior|express|written|first|its|permission|consent|authori|having|any)|"
    r"unless (?:you|expressly|specifically|otherwise|we|authori)|violat(?:e|es|ion)|unacceptable|misuse|abus(?:e|ive)|not (?:include|use|access|engage)|refrain|except (?:as|with|where)|"
    r"disallow(?:ed|s)?|strictly|reserve[sd]?|opt(?:s|ed)?[- ]out|conditions? (?:of|on) use|does not (?:include|permit|allow))\b|"
    r"\b(?:interdit(?:e|es|s)?|interdiction|ne (?:pas|peut|peuvent|devez|pouvez|concédons|doit)|n['’]\w+ (?:pas|aucun)|s['’]interdi\w+|sans (?:l['’]|notre |autorisation|accord)|aucun droit|s['’]engage\w* à ne|"
    r"untersagt|verboten|nicht (?:gestattet|erlaubt|zulässig)|dürfen nicht|darf nicht|ohne (?:vorherige|ausdrückliche|unsere|schriftliche)|vorbehalten|"
    r"prohibid[oa]s?|prohíbe|queda prohibido|no (?:podrá|puede|está permitido|se permite)|sin (?:el |la |nuestr|autorización|consentimiento|previa))",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\bpersonal (?:data|information|details)\b|personally identif|\be-?mail addresses\b|\bcommercial purpose|abusive|disrupt|\bto (?:create|register|open) (?:an )?accounts?\b|"
    r"unreasonabl|more request messages|imposes? an? |human can reasonably|données personnelles|personenbezogen",
    re.IGNORECASE,
)
_ABOUT_USERS = re.compile(
    r"\byou (?:hereby )?(?:grant|give|license|acknowledge|understand|agree that (?:we|our|you retain))|\bwe (?:may |also |will |do |can )*(?:use|train|scan|analy[sz]e|employ|proactively|implement|have)|\bour (?:right\b|models)|"
    r"this (?:license|licence|right) includes|right (?:for us )?to (?:use|analyze)|allow us to|help us|to (?:train|improve) our|nous (?:utilisons|pouvons)|\bwir (?:nutzen|verwenden)",
    re.IGNORECASE,
)

_MACHINE = re.compile(
    r"\b(?:web[- ]?)?(?:scrap(?:e|es|ing|ed|er|ers)|crawl(?:s|ing|er|ers)?|spider(?:s|ing)?|robots?|bots?|harvest(?:s|ing|er)?|data[- ]?min(?:e|ing)|screen[- ]scrap\w+|"
    r"data (?:extraction|gathering|collection) (?:tool|method|and)|extract(?:ion)? (?:of )?data|automat(?:ed|ic|ically)\b[^.;]{0,60}?\b(?:means|access|system|systems|program|programs|process|processes|script|scripts|software|device|devices|tool|tools|query|queries|agents?|methods?|otherwise|uses?|download\w*|technolog\w+)|"
    r"bulk download\w*|systematic(?:ally)? (?:retriev|download|collect|copy|extract)\w*|moissonn\w+|aspir(?:er|ation)|robots d['’]indexation|extraction|automatisiert\w*|auslesen|crawler|rastre\w+|automatizad\w+|mine data|mine the)\b",
    re.IGNORECASE,
)
_TAKE = re.compile(
    r"\b(?:access|copy|copies|copying|download\w*|collect\w*|extract\w*|index\w*|retriev\w*|gather\w*|obtain\w*|monitor\w*|scrap\w*|crawl\w*|harvest\w*|mine|mining|query|store|acquire|acquir\w*|search|data|content|information|"
    r"accéder|extraire|extraction|collecte\w*|copier|zugreifen|auslesen|kopieren|herunterladen|extraer|acceder|recopilar|copiar)\b",
    re.IGNORECASE,
)
_NOT_TAKING = re.compile(
    r"accounts? (?:registered|created|by)|\bsend(?:ing)? (?:unsolicited|spam|messages)|submit or edit|\bvirus(?:es)?\b|trojan|worms?\b|spyware|chat ?bots?|auto(?:matically)? renew|"
    r"automatically (?:renew|terminate|launch|collect|receive|update)|translat|\bvote|likes? or|followers|play(?:s|ed)? |bid(?:s|ding)?\b|jobs from|postings without|not a robot",
    re.IGNORECASE,
)
_ROBOTS_OK = re.compile(
    r"(?:permi\w+|grant\w*|allow\w*|consent\w*)[^.;]{0,80}(?:crawl|robots\.txt|search engines?)|search engines? (?:may|can)|in accordance with (?:the )?robots",
    re.IGNORECASE,
)


def _automated(sentence: str, lead: str) -> Answer:
    hit = _MACHINE.search(sentence)
    if not hit or not (_FORBIDS.search(sentence) or _FORBIDS.search(lead)):
        return "no"
    strong = re.search(r"scrap|crawl|spider|harvest|data[- ]?min|robot|extraction|mine data", sentence, re.IGNORECASE)
    if _ABOUT_USERS.search(sentence) or not _TAKE.search(sentence):
        return "no"
    if _NOT_TAKING.search(sentence) and not (
        strong and re.search(r"scrap|crawl|spider|extract|harvest", sentence, re.IGNORECASE)
    ):
        return "no"
    if _PARTIAL.search(sentence) and not re.search(
        r"\bfor any (?:purpose|reason)|any (?:robot|content|portion|part)|scraping (?:our|the|any)|content or|data or content",
        sentence,
        re.IGNORECASE,
    ):
        return "partial"
    if _ROBOTS_OK.search(sentence) and not _FORBIDS.search(_ROBOTS_OK.sub("", sentence)):
        return "no"
    return "yes"


_LEARNS = re.compile(
    r"\bmachine[- ]learning\b|\b(?:generative |artificial )intelligence\b|\b(?:large |foundation )?(?:language|ai|ml|foundation) models?\b|\btext[- /]*(?:and|&|/)?[- ]*data[- ]mining\b|\bTDM\b|\btext mining\b|"
    r"\b(?:gen(?:erative)? ?)?AI\b(?=[^.;]{0,80}\b(?:train|model|develop|system|tool|dataset|purpose|program))|\b(?:train|training|develop)\b[^.;]{0,60}\b(?:AI|LLMs?|models?|algorithms?|neural)\b|"
    r"computer analysis|intelligence artificielle|apprentissage (?:automatique|machine)|fouille de (?:textes?|données)|exploration de données|extraction de données|"
    r"künstliche[rn]? intelligenz|maschinelle[sn]? lernen|text[- ]und[- ]data[- ]mining|§ ?44b|inteligencia artificial|aprendizaje automático|minería de (?:textos|datos)",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"\b(?:content|contents|data|material|materials|site|website|services?|works?|articles?|text|information|anything|any part|our|contenus?|données|inhalte|texte|contenidos?|datos|server|website)\b",
    re.IGNORECASE,
)
_USE = re.compile(
    r"\b(?:us(?:e|es|ing|ed)|train(?:ing|ed|s)?|develop(?:ment|ing|ed)?|creat(?:e|ion|ing)|min(?:e|ing)|analysis|input|datasets?|utilis\w+|utiliz\w+|nutz\w+|verwend\w+|purposes|extraction|concédons)\b",
    re.IGNORECASE,
)
_DISCLAIMS = re.compile(
    r"does not guarantee|no guarantee|as is\b|evolving|accura(?:te|cy)|AI-generated|generated by (?:AI|artificial)|may contain errors|speaker of|our (?:generative )?AI (?:features|services|tools)|powered by|train(?:ed|ing)? (?:our|its|their) (?:staff|employees|personnel)|outputs?\b",
    re.IGNORECASE,
)
_NARROW = re.compile(
    r"\bnoai\b|\bcompet(?:e|es|ing|itive)\b|does not consent|labeled as|outputs?\b|our (?:generative )?AI features",
    re.IGNORECASE,
)


def _training(sentence: str, lead: str) -> Answer:
    if not _LEARNS.search(sentence) or not (_FORBIDS.search(sentence) or _FORBIDS.search(lead)):
        return "no"
    if (
        not _USE.search(sentence)
        or not (_CONTENT.search(sentence) or _CONTENT.search(lead))
        or _ABOUT_USERS.search(sentence)
    ):
        return "no"
    if _NARROW.search(sentence):
        return "partial"
    return "no" if _DISCLAIMS.search(sentence) else "yes"


_COPIES = re.compile(
    r"\b(?:reproduc\w*|republish\w*|redistribut\w*|distribut\w*|copy|copied|copying|commercial(?:ly)?|non-?commercial|derivative works?|exploit\w*|resell|resale|reproduction|diffus\w+|usage (?:personnel|privé)|vervielfältig\w*|verbreit\w*|gewerblich\w*|kommerziell\w*|reproducir|comercial\w*)\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:content|contents|materials?|site|website|services?|articles?|text|works?|information|contenus?|inhalte|texte|contenidos?|sitio|page|pages)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:personal(?:,)?(?: and)? non-?commercial|non-?commercial(?:,)? (?:personal|use)|solely for your (?:own )?(?:personal|internal)|personal use only|usage (?:strictement )?(?:personnel|privé)|privaten gebrauch|uso personal)",
    re.IGNORECASE,
)


def _copying(sentence: str, lead: str) -> Answer:
    if _ABOUT_USERS.search(sentence) or not (_OURS.search(sentence) or _OURS.search(lead)):
        return "no"
    if _PERSONAL.search(sentence) or (
        _COPIES.search(sentence) and (_FORBIDS.search(sentence) or _FORBIDS.search(lead))
    ):
        return "yes"
    return "no"


_OPEN = re.compile(
    r"creative commons|\bcc[ -]by\b|\bcc0\b|\bGFDL\b|free documentation licen[cs]e|\b(?:MIT|Apache|BSD)\b[^.;]{0,30}licen[cs]e|open government licen[cs]e|public domain|PSF licen[cs]e|python software foundation licen[cs]e",
    re.IGNORECASE,
)
_GRANTS = re.compile(
    r"(?:is|are|made|be) (?:\w+ ){0,3}(?:licensed|available|released|published|dedicated|reused?)|licensed under|under (?:the|a|an) |(?:may|can|free to) (?:\w+ ){0,3}(?:reuse|copy|share|use|redistribute)|"
    r"stehen? unter|lizenziert|sous licence|bajo (?:la |una )?licencia",
    re.IGNORECASE,
)
_THIS_TEXT = re.compile(
    r"\b(?:this|these) (?:\w+ )?(?:agreement|terms|policy|policies|document|privacy)|\byou (?:submit|contribute|upload|post)|your (?:content|contributions)|welcome",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\bcertain\b|\bsome\b|\bmay also\b|\bwhere (?:noted|marked|indicated)|third[- ]party", re.IGNORECASE
)


def _granted(sentence: str, lead: str) -> Answer:
    if not _OPEN.search(sentence) or _THIS_TEXT.search(sentence):
        return "no"
    if not (_GRANTS.search(sentence) or _GRANTS.search(lead)) or re.search(
        r"\bnot\b[^.;]{0,40}(?:licensed|available|under)", sentence, re.IGNORECASE
    ):
        return "no"
    return "partial" if _SOME.search(sentence) else "yes"


# --- from a page to its words


def terms_text(body: bytes) -> str:
    """Return the words of a page, one block of markup a paragraph; plain text as it is."""
    if b"<" not in body[:2000]:
        return body.decode("utf-8", "replace")
    tree = parse_html(body)
    if tree is None:
        return ""
    for junk in tree.xpath("//script | //style | //noscript | //template"):
        junk.drop_tree()
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            pieces.append("\n\n- " if element.tag == "li" else "\n\n" if element.tag in _BREAKS else "")
            pieces.append(element.text or "")
        else:
            pieces.append("\n\n" if element.tag in _BREAKS else "")
            pieces.append(element.tail or "")
    return "\n\n".join(" ".join(p.split()) for p in "".join(pieces).split("\n\n") if p.strip())


_BREAKS = frozenset({"p", "li", "div", "td", "section", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "br", "tr", "ul", "ol", "footer", "header", "nav", "main", "article"})  # fmt: skip


# --- where they may stand

_LINK_WORDS = re.compile(
    r"\b(?:terms|conditions|legal|copyright|licen[cs]e|licen[cs]ing|acceptable use|user agreement|tos|nutzungsbedingungen|agb|impressum|rechtliches|mentions légales|"
    r"conditions générales|cgu|términos|aviso legal|condiciones|termini|note legali|voorwaarden|termos|условия|規約)\b",
    re.IGNORECASE,
)
_STRONG_WORDS = re.compile(
    r"\bterms\b|conditions|\btos\b|user agreement|acceptable use|nutzungsbedingungen|\bagb\b|\bcgu\b|términos|condiciones|termini|termos|規約",
    re.IGNORECASE,
)
WELL_KNOWN_PATHS = ("/terms", "/terms-of-service", "/terms-of-use", "/tos", "/legal")


def terms_links(home: Any, url: str) -> tuple[tuple[str, bool], ...]:
    """Return the addresses on the same site that a parsed home page calls its terms, or (False) only something
    legal, the likeliest first."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    found: dict[str, int] = {}
    for anchor in home.iter("a"):
        try:
            address = urljoin(url, (anchor.get("href") or "").strip()).partition("#")[0]
            parts = urlsplit(address)
        except ValueError:
            continue
        words = " ".join("".join(anchor.itertext()).split())[:80] + " " + re.sub(r"[/_.-]+", " ", parts.path[-60:])
        if parts.scheme not in ("http", "https") or not _LINK_WORDS.search(words):
            continue
        if not ((parts.hostname or "") == host or (parts.hostname or "").removeprefix("www.").endswith(host)):
            continue
        if len("".join(anchor.itertext()).split()) > 8:  # an article about terms, not a link to them
            continue
        found.setdefault(address, 0 if _STRONG_WORDS.search(words) else 1)
    return tuple(sorted(((a, rank == 0) for a, rank in found.items()), key=lambda pair: not pair[1]))
