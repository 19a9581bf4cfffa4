"""What terms of use are called, in links and in addresses, in the languages of the web.

All names are tried on every site: a site in Dutch links to "Terms" too. Names and texts are compared folded: no case,
no accents, no punctuation but what separates words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A name is a terms page's. Words of one language a line; a space may be missing (`TermsOfUse`), as in addresses.
_TERMS = """
en: terms (?:and|&|n) conditions|terms conditions|terms of (?:use|usage|service|services|sale|access|business|website|website use|participation)
en: (?:site|website|user|usage|general|legal|service|standard|full|our|the|read|use) terms|terms (?:and|&) privacy|privacy (?:and|&) terms|terms policies|terms policy|terms apply
en: conditions of (?:use|access|service|sale)|terms and policies|t (?:and|&) ?cs?|acceptable use(?: policy)?|fair use policy|user agreement|service agreement|website agreement
en: usage (?:policy|policies|guidelines|rules)|use policy|rules of use|(?:site|website) rules|(?:ai|bot|bots|crawler|crawlers|crawling|robots?|scraping|tdm|text and data mining|data mining) (?:policy|policies|terms|rules|reservation|opt out)|re ?use policy|api terms
de: (?:allgemeine )?(?:nutzungs|geschafts|verwendungs|benutzungs)(?:bedingungen|bestimmungen|ordnung)|nutzungsvorbehalt|agbs?|tdm vorbehalt|allgemeine bedingungen|nutzungsregeln
fr: conditions (?:generales|d utilisation|d usage|de vente|d acces|d emploi|particulieres)|cgus?|cgvs?|cguv|regles d utilisation|charte d utilisation
es: terminos (?:y|e) condiciones|terminos (?:de|del) (?:uso|servicio|servicios)|condiciones (?:de|del) (?:uso|servicio|acceso|utilizacion)|condiciones (?:generales|legales)|terminos legales
it: termini e condizioni|termini (?:di|del|d) ?(?:servizio|utilizzo|uso)|condizioni (?:d uso|di utilizzo|di servizio|generali|di vendita)|termini legali
nl: (?:algemene|gebruiks|leverings|website) ?voorwaarden|gebruiksvoorwaarden|gebruiksregels
pt: termos (?:e|de|do|dos) (?:condicoes|uso|servico|servicos|utilizacao)|condicoes (?:de|gerais)(?: (?:uso|utilizacao|servico))?|termos legais
ca: condicions d us|condicions generals|termes i condicions|termes d us
pl: regulamin(?: serwisu| strony| uslugi)?|warunki (?:korzystania|uzytkowania|uslugi)|zasady korzystania
cs: vseobecne (?:obchodni )?podminky|obchodni podminky|podminky (?:pouziti|uzivani)|(?:obchodne )?podmienky (?:pouzitia|pouzivania)|pravidla uzivani
sv: (?:anvandar|allmanna |anvandnings|kop)villkor
da: (?:bruger|brugs|handels)(?:vilkar|betingelser)|bruker ?vilkar|bruksvilkar
fi: (?:kaytto|palvelu|sopimus)ehdot
hu: felhasznalasi feltetelek|altalanos szerzodesi feltetelek|aszf
ro: termeni (?:si|&) conditii|conditii de utilizare|termeni de utilizare
tr: (?:kullanim|hizmet) (?:kosullari|sartlari)|uyelik sozlesmesi|kullanici sozlesmesi
id: syarat (?:dan|&) ketentuan|ketentuan (?:layanan|penggunaan)
vi: đieu khoan|dieu khoan
ru: пользовательское соглашение|условия (?:использования|пользования|предоставления)|правила (?:использования|пользования|сайта)|публичная оферта
uk: умови (?:використання|користування)|угода користувача|правила користування
bg: общи условия|условия за ползване
el: οροι (?:χρησησ|και προυποθεσεισ)
ar: شروط (?:الاستخدام|الخدمه|الخدمة|الاستعمال)|الشروط والاحكام|الشروط والأحكام
he: תנאי שימוש|תנאי השימוש|תקנון
"""
_TERMS_UNSPACED = "利用規約|規約|利用条件|サイトポリシー|使用条款|服务条款|使用條款|服務條款|使用条件|用户协议|用戶協議|服务协议|이용약관|이용 약관|서비스 약관|ข้อกําหนด|ข้อตกลง"
# A name is something legal, under which terms may stand, or may not.
_LEGAL = """
en: legal(?: notice| notices| information| info| stuff)?|copyright(?: notice| policy| and .{0,20})?|disclaimer|licen[cs]e|licen[cs]ing|licen[cs]es|permissions?(?: requests)?|policies|rights and permissions|reprints and permissions|intellectual property|imprint
de: impressum|rechtliches|rechtliche hinweise|rechtshinweise|urheberrecht|haftungsausschluss|lizenz
fr: mentions legales|informations legales|droits d auteur|propriete intellectuelle
es: aviso legal|nota legal|avisos legales|derechos de autor|informacion legal
it: note legali|informazioni legali|avvertenze legali|diritto d autore
nl: juridische (?:informatie|kennisgeving)|colofon|auteursrecht
pt: aviso legal|informacoes legais|direitos autorais|direitos de autor
pl: nota prawna|prawa autorskie|informacje prawne
"""
_LEGAL_UNSPACED = "法律声明|法律聲明|版权声明|著作権|免責事項|저작권"
_LICENCE = re.compile(r"\blicen[cs]|\blizenz|copyright|©")
# A name that is also a word of every day: the whole text has to be it, or it and a word about another notice.
_ALONE = re.compile(
    r"(?:\w+ )?(?:tos|condiciones|condicoes|condizioni|terminos|termini|termos|termes|voorwaarden|villkor|vilkar|betingelser|ehdot|podminky|"
    r"podmienky|feltetelek|bedingungen|условия|правила|умови)(?: (?:&|and|y|e|i|et|en|och|og|ja|a|und|и) \w+)?"
)
# `terms` alone, but not "in terms of", "search terms", "key terms in statistics"
_BARE = re.compile(r"(?:\w+ ){0,1}terms(?: (?:&|and|en|page|link|here))?(?: \w+)?$")
_NO_TERMS = re.compile(
    r"\b(?:in|on|to|key|search|long|short|medium|mid|glossary|musical|math|mathematical|technical|medical|basic|common|"
    r"important|prison|school|simple|definition|definitions|dictionary|what are|what is|of art|apple) terms\b"
    r"|\bterms (?:in|with|for|to|you|that|from|by|glossary|explained|defined|every|list)\b|\bof terms\b"
)
MAX_WORDS = 8
"""A longer text is an article about terms, not a link to them."""


def _fold_pattern(pattern: str) -> str:
    return pattern.replace(" ", " ?")


def _alternatives(table: str) -> str:
    rows = [line.partition(": ")[2] for line in table.strip().splitlines()]
    return "|".join(_fold_pattern(row) for row in rows)


def fold(text: str) -> str:
    """Return a text without case, accents and punctuation, its words one space apart."""
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    flat = (
        "".join(c for c in flat if not unicodedata.combining(c)).replace("ß", "ss").replace("ł", "l").replace("ı", "i")
    )
    return " ".join(re.sub(r"[^\w&©]+|_+", " ", flat.replace("ø", "o").replace("æ", "ae")).split())


_IS_TERMS = re.compile(rf"(?<!\w)(?:{_alternatives(_TERMS)})(?!\w)")
_IS_LEGAL = re.compile(rf"(?<!\w)(?:{_alternatives(_LEGAL)})(?!\w)")
_UNSPACED_TERMS = re.compile("|".join(fold(name) for name in _TERMS_UNSPACED.split("|")))
_UNSPACED_LEGAL = re.compile("|".join(fold(name) for name in _LEGAL_UNSPACED.split("|")))


@lru_cache(maxsize=4096)
def names_terms(text: str) -> bool:
    """Say whether a link's text, a heading or a part of an address is the name of terms of use."""
    flat = fold(text[:200])
    if len(flat.split()) > MAX_WORDS or _NO_TERMS.search(flat):
        return False
    if _ALONE.fullmatch(flat) or _BARE.fullmatch(flat):
        return True
    return bool(_IS_TERMS.search(flat) or _UNSPACED_TERMS.search(flat))


@lru_cache(maxsize=4096)
def names_legal(text: str) -> bool:
    """Say whether it is the name of something legal, of which terms may be a part."""
    flat = fold(text[:200])
    return len(flat.split()) <= MAX_WORDS and bool(_IS_LEGAL.search(flat) or _UNSPACED_LEGAL.search(flat))


def names_licence(text: str) -> bool:
    """Say whether it is the name of a licence or a copyright notice, which need not hold terms."""
    return bool(_LICENCE.search(fold(text[:200])))
