"""Where on a page a statement stands: what its ancestors say that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

Place = Literal["comment", "quoted", "hidden", "image", "thing", "footer", "widget", "article", ""]

# names are matched token by token: `margin-bottom` is no bottom of a page, `comments-open` no comment
_COMMENT = re.compile(
    r"^(?:(?:wp|js|post|entry|article|the|user|fb|blog|page|div|li|single|view|all|block|isso|remark\d*)[-_]+)*(?:comments?|kommentare?|comentarios?|commentaires?)"
    r"(?:[-_]+(?:area|list|section|body|content|wrapper|wrap|container|thread|block|box|text|form|item|respond|template|inner|holder|author|meta|\d+))*$"
    r"|^(?:commentlist|commentbody|commenttext|respond|disqus_thread|signature|post-signature|user-?sig)$|^disqus|^reply-\d+$",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"caption|(?:photo|image|img|picture|media|bild|foto|thumb|thumbnail|hero|featured)[-_]*(?:licen[cs]e|lizenz|credits?|copyright|attribution|source|meta|info|author)"
    r"|(?:credits?|licen[cs]e|copyright|attribution)[-_]*(?:photo|image|img|picture|media|bild|foto)|bildnachweis|bildquelle|bildrechte|^gallery|slideshow|lightbox|carousel",
    re.IGNORECASE,
)
_EMBED = re.compile(
    r"^(?:wp-block-)?embed|[-_]embed(?:[-_]|$)|oembed|^gist(?:[-_]|$)|twitter-tweet|instagram-media|leaflet|mapbox|ol-attribution|gmnoprint|codepen|"
    r"podcast-?player|video-?js|media-?player|search-?results?(?:[-_]|$)|^related|[-_]related|teaser|(?:^|[-_])promo|advert|^code(?:block|-block|-example|mirror)?$|highlight",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"footer|(?:^|[-_])(?:foot|colophon|site-?info|fuss|fu[sß]+zeile|pied|rodape|stopka|bottom-?bar)(?:$|[-_\d])|^(?:site|page)?-?bottom$|credits?-?bar",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:^|[-_])(?:copyright|copyleft|copyrights|licen[cs]e|licen[cs]es|licen[cs]ing|lizenz|licencia|licenza|cc|creative-?commons|ccl|rights|imprint|impressum|legal)(?:$|[-_\d])",
    re.IGNORECASE,
)
MAX_NOTICE_CHARS = 600
_WIDGET = re.compile(
    r"(?:^|[-_])widget(?:$|[-_\d])|^(?!(?:has|with|no|layout|content|page|body|one|two)[-_]).{0,30}sidebar|sidebox|^side(?:$|[-_\d])|blogroll|^(?:left|right)-?(?:col|bar)|^nav|[-_]nav$|menu",
    re.IGNORECASE,
)
_MODAL = re.compile(r"republi|syndicat", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_THINGS = re.compile(
    r"(?:Image|Photograph|Video|Audio|Media|Music|Movie|Clip|Podcast|Dataset|DataDownload|SoftwareApplication|SoftwareSourceCode|WebApplication|Map|Comment|Review|"
    r"UserComments|StillImage|MovingImage|Sound|Software|Painting|VisualArtwork|3DModel)(?:Object|Recording|Composition|Album|Gallery|Episode|Series)?$"
)
_PICTURES = re.compile(r"Image|Photograph|Painting|VisualArtwork")
_IMAGE_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|tiff?)$|flickr\.com/photos|commons\.wikimedia\.org/wiki/File:|unsplash\.com/photos",
    re.IGNORECASE,
)
_BADGE = re.compile(
    r"creative.?commons|licensebuttons|somerights|some rights|(?:^|[/_ -])cc[-_ ]?(?:by|zero|0|licen)", re.IGNORECASE
)
_QUOTED = frozenset({"blockquote", "q", "pre", "code", "textarea", "template", "xmp", "samp", "kbd", "iframe", "select", "option", "button", "input"})  # fmt: skip


_STRICTEST: tuple[Place, ...] = ("comment", "quoted", "image", "thing", "hidden")


class Places:
    """The places of one page's elements."""

    def __init__(self, tree: Any, url: str, spans: Mapping[Any, tuple[int, int]] | None = None) -> None:
        self._tree, self._url, self._spans = tree, url, spans or {}
        self._own: dict[Any, Place] = {}
        self._opened: set[str] | None = None

    def of(self, element: Any) -> Place:
        """Return the place of an element: the strictest of what its ancestors say, else the innermost."""
        found: list[Place] = []
        for ancestor in lineage(element):
            if ancestor not in self._own:
                self._own[ancestor] = self._of_one(ancestor)
            if self._own[ancestor]:
                found.append(self._own[ancestor])
        for place in _STRICTEST:
            if place in found:
                return place
        outer = [place for place in found if place in ("footer", "widget")]
        if outer:
            return outer[-1]  # a gadget's footer is the gadget's, a widget in the page's footer the page's
        return "article" if "article" in found else ""

    def is_footer(self, element: Any) -> bool:
        """Say whether an element is itself a footer, a legal line or the like."""
        if element not in self._own:
            self._own[element] = self._of_one(element)
        return self._own[element] == "footer"

    def _of_one(self, element: Any) -> Place:
        tag = element.tag
        if tag in _QUOTED:
            return "quoted"
        if tag in ("figure", "figcaption") and not _only_badges(element):
            return "image"
        kind = element.get("itemtype") or element.get("typeof") or ""
        if kind and (thing := _THINGS.search(kind.split()[0] if kind.split() else "")):
            if thing[0].startswith(("Comment", "UserComments", "Review")):
                return "comment"
            return "image" if _PICTURES.search(thing[0]) else "thing"
        about = element.get("about")
        if about and (place := self._about(about)):
            return place
        names = [*(element.get("class") or "").split()[:30], element.get("id") or ""]
        if any(_COMMENT.search(n) for n in names if n):
            return "comment"
        if any(_IMAGE.search(n) for n in names) and not _only_badges(element):
            return "image"
        if any(_EMBED.search(n) for n in names):
            return "quoted"
        if element.get("hidden") is not None or _UNSEEN.search(element.get("style") or ""):
            return "" if any(_MODAL.search(n) for n in names) or self._can_open(element) else "hidden"
        if tag == "footer" or element.get("role") == "contentinfo" or any(_FOOTER.search(n) for n in names):
            return "footer"
        start, end = self._spans.get(element, (0, 0))
        if end - start <= MAX_NOTICE_CHARS and any(_NOTICE.search(n) for n in names if n):
            return "footer"
        if tag in ("aside", "nav") or any(_WIDGET.search(n) for n in names if n):
            return "widget"
        return "article" if tag in ("article", "main") or element.get("role") == "main" else ""

    def _can_open(self, element: Any) -> bool:
        """Say whether a button or a link of the page shows what is hidden at first."""
        if self._opened is None:
            found = self._tree.xpath(
                "//@aria-controls | //@data-target | //@data-bs-target | //a/@href[starts-with(., '#')]"
            )
            self._opened = {str(value).lstrip("#") for value in found}
        return bool(element.get("id")) and element.get("id") in self._opened

    def _about(self, about: str) -> Place:
        """What RDFa says that the statement is about; this page itself has no say."""
        if _IMAGE_FILE.search(about):
            return "image"
        try:
            there = urlsplit(urljoin(self._url, about))
            here = urlsplit(self._url)
        except ValueError:
            return ""
        same = not here.netloc or (there.netloc, there.path.rstrip("/")) == (here.netloc, here.path.rstrip("/"))
        return "" if same or about.startswith("#") or there.path in ("", "/") else "thing"


def is_badge(image: Any) -> bool:
    """Say whether a picture is a licence's badge."""
    return _BADGE.search(" ".join(image.get(a) or "" for a in ("src", "alt", "data-src", "title"))) is not None


def _only_badges(element: Any) -> bool:
    images = list(element.iter("img"))
    return bool(images) and all(is_badge(i) for i in images)


def lineage(element: Any) -> Iterator[Any]:
    """Yield an element and its ancestors below the body, innermost first."""
    while element is not None and element.tag not in ("body", "html"):
        yield element
        element = element.getparent()
