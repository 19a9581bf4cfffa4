"""What a sentence says that its licence covers: the work, or something else beside it.

"Photos on this site are under CC BY" licenses photos, "text and photos" the text too, "content except photos" the
content: the head noun decides, before the licence's name or, where none stands there, after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["work", "image", "thing", "terms", "comment", "denied", "none"]


@dataclass(frozen=True)
class Subject:
    """What a statement is about. `strong`: it speaks of this very work, not of some work."""

    kind: Kind
    strong: bool = False
    licenses: bool = False
    """It has a verb or a label that licenses: "licensed under", "Lizenz:"."""


_I = re.IGNORECASE
_PICTURE = (
    r"(?:\w*(?:photo(?:s|graphs?|graphy|graphies)?|images?|pictures?|fotos?|foto(?:grafie|graf|credit)\w*|bild(?:er|ern|es|nachweis|quelle|quellen|rechte|material|autor)?|grafik(?:en)?|imágenes|imagen|"
    r"fotografías?|immagin[ei]|imagens?|imagem|obraz(?:y|ek)?|zdjęci[ea]|afbeelding(?:en)?|фото\w*|изображени\w+|иллюстраци\w+|写真|画像))|illustrations?|drawings?|graphics?|artwork|cartoons?|comics?|"
    r"dessins?|crédits?|credits?|screenshots?|thumbnail|avatars?|gravatars?|logos?|icons?|flickr|unsplash|pixabay|pexels|wikimedia|via"
)  # fmt: skip
_THING = (
    r"(?:site|web|page|blog|website|web site)[ -](?:design|theme|template|layout)|themes?|templates?|vorlagen?|designs?|layouts?|skins?|fonts?|schrift(?:en|art)?|plugins?|plug-ins?|scripts?|"
    r"(?:source |sample |example |program )?code(?: samples?| snippets?| examples?)?|examples?|samples?|quellcode|quelltexte?|codebeispiele?|snippets?|software|library|libraries|lightbox\w*|highslide|jquery\w*|bootstrap|"
    r"font ?awesome|glyphicons|famfamfam|silk|stylesheets?|css|app|apps|program|tools?|generator|(?:meta)?data(?:set|sets|base|bases)?|metadaten|daten(?:satz|sätze|bank)?|données|datos|dati|dados|"
    r"statisti(?:cs|ken)|api|maps?|map data|map tiles|karten?(?:daten|material)?|cartes?|mapas?|openstreetmap|videos?|vidéos?|film(?:e|s)?|audio|music|musik|musique|música|musica|songs?|sounds?|podcasts?|"
    r"animations?|models?|3d models?|widgets?|games?|spiel|weather|ontolog(?:y|ie)|vocabular(?:y|ies)|schema|captcha|dictionary data|powered by"
)  # fmt: skip
_TERMS = (
    r"(?<!under the )(?<!to the )(?<!under )(?<!by the )(?<!with the )terms(?: of (?:service|use))?|terms and conditions|(?:privacy )?policy|privacy(?: statement| notice)?|agreement|disclaimer|code of conduct|nutzungsbedingungen|agb|datenschutz\w*|"
    r"haftungsausschluss|impressum|mentions légales|conditions d['’]utilisation|aviso legal|this license|licen[cs]e text"
)
_COMMENTS = r"comments?|kommentare?|commentaires|comentarios|commenti"
_WORK = (
    r"(?:art)?works?|articles?|posts?|postings?|blogs?|weblogs?|sites?|websites?|web ?sites?|webpages?|pages?|texts?|contents?|contributions?|materials?|wikis?|documents?|documentation|docs|"
    r"books?|e-?books?|chapters?|essays?|stor(?:y|ies)|poems?|novels?|recipes?|thesis|reports?|papers?|publications?|tutorials?|guides?|manuals?|handbooks?|courses?|lectures?|lessons?|slides|notes|newsletters?|"
    r"resources?|textbooks?|entr(?:y|ies)|answers?|questions?|translations?|reviews?|columns?|writings?|transcripts?|columns|stuff|everything|"
    r"werke?s?|arbeit(?:en)?|inhalte?n?s?|eigenbeitr[äa]ge|(?:\w{0,12})beitr[aä]ge?n?|artikeln?s?|texte?n?|seiten?|webseiten?|website|internetseiten?|dokumente?s?|dokumentation|buch(?:es)?|skript|"
    r"[œo]euvres?|œuvres?|travail|travaux|contenus?|articles?|textes?|documents?|obras?|contenidos?|trabajos?|artículos?|textos?|sitio|página|bitácora|entradas?|documento|libro|"
    r"oper[ae]|contenut[oi]|articol[oi]|test[oi]|sito|conteúdos?|trabalhos?|artigos?|werk|werken|inhoud|teksten?|artikelen|utw[oó]r\w*|treś[cć]\w*|tekst\w*|artykuł\w*|strona|stron[iy]|dílo|obsah|verket|innehåll\w*|"
    r"произведени\w*|материал\w*|контент\w*|содержани\w*|содержимое|стат[ьеи]\w*|текст\w*|сайт\w*|твір|作品|記事|文章|文書|コンテンツ|サイト|内容|本文|저작물"
)  # fmt: skip
_NOUN = re.compile(
    rf"(?<![\w-])(?:(?P<thing>{_THING})|(?P<image>{_PICTURE})|(?P<terms>{_TERMS})|(?P<comment>{_COMMENTS})|(?P<work>{_WORK}))(?![\w])"
    r"|(?P<cjk>作品|記事|文章|コンテンツ|サイト|内容|저작물)|(?P<cjkimage>写真|画像)",
    _I,
)
_UNLESS = re.compile(
    r"(?:except|unless)(?: as| where| for)?(?: content)?(?: is| are)? ?(?:otherwise|explicitly|where|noted|stated|indicated|specified)|where otherwise (?:noted|stated)|otherwise (?:noted|stated|indicated|specified)|"
    r"(?:soweit|sofern|wenn|falls|wo) nicht (?:anders|anderweitig|ausdrücklich|abweichend)|sauf (?:mention|indication|avis)|salvo (?:que|indica|donde|dove|diversa|disposi|menç)|"
    r"excepto (?:donde|cuando|onde|se)|exceto (?:onde|quando|se)|se non diversamente|tenzij anders|o ile nie|jeśli nie|если не указано|特に(?:明記|断り|記載)",
    _I,
)  # fmt: skip
_EXCEPT = re.compile(
    r"(?:except(?:ing)?(?: for| where| as)?|excluding|apart from|other than|außer|ausgenommen|mit ausnahme (?:von|der)|sauf|hors|excepto|salvo|eccetto|tranne|with the exception of)\b[^.;:()]{0,80}?(?:[,;:)]|$)",
    _I,
)
_SELF = re.compile(
    r"(?<!\w)(?:this|these|our|my|all|every|any|its|diese[rsmn]?|unsere?|meine?|alle[rsn]?|sämtliche|ce|cet|cette|ces|notre|nos|mes|tous|toutes|tout|est[aeo]s?|nuestr[oa]s?|mis|tod[oa]s?(?: (?:el|la|los|las|o|os|as))?|"
    r"quest[aoei]|tutt[ie](?: (?:gli|i|le))?|nostr[ie]|dez[e]|dit|ten|ta|te|wszystkie|niniejsz\w+|эт\w{1,3}|все|вс[её]|наш\w*|detta|denna|toto|この|当|本|이)(?![a-z])|[‘“\"]?\b(?:user|reader) contribut",
    _I,
)
_APPLIES = re.compile(r"\W*(?:\w+\W+){0,3}?(?:applies to|for|covers|gilt für|für|pour|s['’]applique)\b", _I)
_HOLDER = re.compile(  # "© 2020 Apache Software Foundation": who, not what
    r"((?:©|\(c\)|copyright\b|copr\.)(?:[\s\d,–-]|©|\(c\)|copyright|by)*)(?:(?!licen|lizen|\bunder\b|\bunter\b|\bis\b|\bare\b|[.;|,])[\s\S]){1,80}",
    _I,
)
_THIS_IS = re.compile(r"(?:this is|c['’]est|dies ist|esto es|questo è) (?:an?|une?|eine?|una?|un)\b", _I)
_LICENSING = re.compile(
    r"licen[cs](?:ed|ing|iad[oa]|ié)|\blicen[cs]e\b|\blicen[cs]es\b|lizen[zs]|licenz|licencia|licença|licencj|licentie|licens|лиценз|ліценз|ライセンス|available under|released under|published under|distributed under|"
    r"shared under|(?:made )?available|covered by|subject to|under (?:a|the|an)\b|steh(?:t|en) unter|unterlieg|unter (?:der|einer)|sous\b|bajo\b|sotto\b|sob\b|onder\b|rights|copyright|©|\(c\)|rechte|droits|derechos",
    _I,
)  # fmt: skip
_DENIED = re.compile(
    r"\b(?:not|never|no longer|isn['’]t|aren['’]t|cannot|can['’]t)\b(?! (?:otherwise|explicitly|specifically|expressly|noted|stated|only|limited|copyrighted|affiliated|for|commercial))[^.;]{0,40}"
    r"|\bnicht(?: mehr)? (?:unter|lizen\w+|mehr|durch)\b|\bn['’](?:est|a)\b[^.;]{0,12}\b(?:pas|plus)\b|\bne sont (?:pas|plus)\b|\bno (?:está|están|se distribuye)\b|\bnon (?:è|sono)\b|\bnão (?:está|são)\b|\bnie (?:jest|są)\b|\bне (?:доступ|распростран|лиценз)\w*"
    r"|\b(?:formerly|previously|used to|was (?:originally |once |previously )?(?:licensed|released|published under|available)|were (?:originally |previously )?(?:licensed|released|available)|until (?:19|20)\d\d|ehemals|früher)\b"
    r"|\b(?:you|contributors?|authors?|users?|sie|ihr|du)\b[^.;]{0,60}\b(?:agree|agrees|irrevocably|(?:can|may|must|should|could)(?! (?:freely |also )?(?:(?:re)?(?:distribute|use|publish)|copy|share|modify|adapt)\b)|want|choose|chose|submit|stimm\w*)\b"
    r"|\b(?:agree|agreeing|consent)\b[^.;]{0,40}\b(?:to|that)\b|\bby (?:posting|submitting|contributing|uploading|editing|saving)\b"
    r"|\b(?:adapted|derived|excerpted|taken|borrowed|copied|reused|translated|modified|quoted|incorporat\w+|includes?|contains?|uses|using|basiert auf|enthält|verwendet)\b[^.;]{0,40}\b(?:from|by|material|content|text|texte?|data|work|information|aus|von|unter)\b"
    r"|\b(?:mit|with|enthält)\b[^.;]{0,20}\b(?:material|content|inhalten|texten)\b[^.;]{0,10}\b(?:from|of|der|von|aus|des)\b"
    r"|\b(?:if|whether|when|wenn|falls|suppose|example|e\.g\.|z\. ?b\.|such as|like|add|write|mark|choose|search|find)\b[^.;]{0,30}$",
    _I,
)  # fmt: skip
_DENIED_AFTER = re.compile(
    r"^[^.;]{0,30}(?:does not|doesn['’]t|do not|don['’]t|gilt nicht|ne s['’]appli|no (?:se )?aplica|non si applica|no longer|is not|are not|was not|wurde nicht)",
    _I,
)
_AND = re.compile(
    r"^[\s,/&+]*(?:(?:and|und|et|y|e|ed|i|en|och|a|oraz|или|и|sowie|or|oder|und die|and the|the|die|der|das|all|alle|les|los|las|le|la|other|andere|any|its|&amp;)[\s,/&+]*){0,4}$|^[、・や及びと\s]*$",
    _I,
)
_IN = re.compile(
    r"(?<!\w)(?:on|in|of|from|at|within|throughout|across|auf|in|von|aus|des|der|dieser|dieses|vom|im|du|de|des|sur|dans|en|del|della|di|sul|su|nel|da|do|no|na|w|z|nas?|op|van|för|på|в|на)\s+(?:[\w'’-]+\s+){0,2}$",
    _I,
)
_ELSEWHERE = re.compile(
    r"(?<!\w)(?:on|of|from|at|by|auf|von|de|sur|di|su|en)\s+(?!this|these|our|my|the|all|dieser|dieses|unser|diesem|ce|cet|cette|notre|est[ea]|quest)[\"“„«]?[A-ZÄÖÜ][\w.-]+",
)
_QUOTE_MARKS = re.compile(r"[\"“”„«»‹›‘](?=[^\"“”„«»‹›]{0,160}$)")


def subject_of(before: str, after: str, heading: bool = False) -> Subject:
    """Read what a licence covers. `before` and `after` are the words of its clause, beside its name.

    `heading`: other lines stand between, whose first noun is no sentence's subject.
    """
    before = _HOLDER.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), before)
    licenses = _LICENSING.search(before) is not None or _LICENSING.search(after[:60]) is not None
    if _DENIED.search(_UNLESS.sub(" ", before)) or _DENIED_AFTER.search(after):
        return Subject("denied", licenses=licenses)
    unless = _UNLESS.search(before) is not None or _UNLESS.search(after[:120]) is not None
    found = _head(before)
    if found is None:
        found = _head(after) if not unless else None
        if found is not None and found[0] == "work":
            own = _SELF.search(after[: found[1]])
            if own is not None and own.start() <= 10:
                return Subject("work", True, licenses)
            found = ("work", 0) if _APPLIES.match(after[: found[1]]) else None
        if found is None:
            return Subject("work", True, licenses) if unless else Subject("none", licenses=licenses)
        return Subject(found[0], licenses=licenses)
    kind, at = found
    if kind != "work":
        return Subject(kind, licenses=licenses)
    lead = before[max(0, at - 45) : at]
    strong = (
        unless
        or _SELF.search(lead) is not None
        or _THIS_IS.search(lead) is not None
        or (not heading and not lead.strip(" ©-–—:,|*"))
    )
    if _ELSEWHERE.search(before[at:]) and not unless:
        strong = False
    return Subject("work", strong, licenses)


def is_quoted(before: str, after: str) -> bool:
    """Say whether a statement stands between quotation marks: somebody else's words, or an example."""
    opened = _QUOTE_MARKS.search(before)
    if opened is None:
        return False
    ahead = re.match(r"[^\"“”„«»‹›’]{0,120}([\"“”„«»‹›])", after)
    inside = before[opened.end() :]
    return ahead is not None and len(inside.split()) > 2


def _head(words: str) -> tuple[Kind, int] | None:
    """Return the kind of the noun that a phrase is about, with where it stands."""
    words = _EXCEPT.sub(lambda m: " " * len(m[0]), words)
    nouns: list[tuple[Kind, int, int]] = []
    for hit in _NOUN.finditer(words):
        group = {"cjk": "work", "cjkimage": "image"}.get(hit.lastgroup or "", hit.lastgroup)
        nouns.append((group, hit.start(), hit.end()))  # type: ignore[arg-type]
    if not nouns:
        return None
    head = 0
    if nouns[0][0] == "work" and _IN.search(words[: nouns[0][1]]) and not _SELF_FIRST.match(words):
        # "on this site, icons are": the site is only where
        head = next((i for i, (_, start, _) in enumerate(nouns) if not _IN.search(words[:start])), 0)
    kind, start, end = nouns[head]
    while (
        kind == "work"
        and head + 1 < len(nouns)
        and re.fullmatch(r"['’]s?\s+(?:own\s+)?", words[end : nouns[head + 1][1]])
    ):
        head += 1  # "the site's icons"
        kind, start, end = nouns[head]
    run = [nouns[head]]
    for noun in nouns[head + 1 :]:
        between = words[end : noun[1]]
        if _OTHER.search(between):  # "examples, recipes and other code"
            return noun[0], start
        if not _AND.match(between):
            break
        run.append(noun)
        end = noun[2]
    works = [at for what, at, _ in run if what == "work"]
    return ("work", works[0]) if works else (kind, start)  # "images and text"


_OTHER = re.compile(r"(?:and|or|und|oder|et|y) (?:other|andere[rn]?|sonstige[rn]?|autres?|otros?)\b", _I)
_SELF_FIRST = re.compile(r"\s*(?:dieser|dieses|der|des)\s", _I)
