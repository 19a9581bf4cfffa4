"""Terms of use: where they stand, what they say, and what cannot be read."""

from __future__ import annotations

from fleet.answers import CC_BY, PROSE, XML, Answer, moved, page, status, text
from fleet.license_sites import BADGE, TERMS
from fleet.site import Site, site

LINK = '<a href="/terms">Terms of use</a>'


def terms(*clauses: str, extra: str = "") -> Answer:
    """A terms page of plain house rules, with these clauses among them."""
    body = TERMS + "".join(f"<p>{clause}</p>" for clause in clauses) + TERMS
    return Answer(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Terms of use</title><body><h1>Terms of use</h1>{body}{extra}</body></html>'.encode()
    )


def having(
    name: str,
    shows: str,
    expect: str,
    because: str,
    answer: Answer,
    *,
    link: str = LINK,
    path: str = "/terms",
    lang: str = "en",
) -> Site:
    """A licensed site whose home page leads to these terms."""
    return site(name, shows, expect, because, home=page(name, links=link, lang=lang), more={path: answer})


NO_BOTS = "You may not use any robot, spider, scraper or other automated means to access the site or to copy its content for any purpose."
NO_TRAINING = "You may not use any content of this site to train machine learning or artificial intelligence models, or for text and data mining."
GERMAN = "".join(
    f"<p>{words}</p>"
    for words in (
        "Diese Nutzungsbedingungen gelten für die Nutzung dieser Website. Mit der Nutzung erklären Sie sich damit einverstanden.",
        "Wir können diese Bedingungen jederzeit ändern. Sie müssen sie regelmäßig lesen. Die Haftung für Schäden ist ausgeschlossen.",
        "Sie dürfen andere Besucher nicht stören. Es gilt das Recht der Insel. Der Gerichtsstand ist der Sitz des Betreibers.",
    )
)
GERMAN_BAN = "<p>Das automatisierte Auslesen der Inhalte, insbesondere durch Crawler oder Scraper, ist untersagt.</p>"
GERMAN_TDM = "<p>Die Nutzung der Inhalte für Text- und Data-Mining im Sinne des § 44b UrhG und für das Training künstlicher Intelligenz ist nicht gestattet.</p>"
FRENCH = "".join(
    f"<p>{words}</p>"
    for words in (
        "Les présentes conditions générales régissent l’utilisation de ce site. En utilisant le site, vous acceptez ces conditions.",
        "Nous pouvons modifier ces conditions à tout moment. Vous devez les consulter régulièrement. Notre responsabilité est limitée.",
        "Vous ne devez pas gêner les autres visiteurs. Le droit de l’île est applicable.",
    )
)
FRENCH_BAN = "<p>Il est interdit d’extraire ou de collecter le contenu du site au moyen de robots, de scrapers ou de tout autre procédé automatisé.</p>"


def german(*more: str) -> Answer:
    return Answer(
        f'<!doctype html><html lang="de"><meta charset="utf-8"><h1>Nutzungsbedingungen</h1>{GERMAN}{"".join(more)}{GERMAN}</html>'.encode()
    )


def french(*more: str, encoding: str = "utf-8") -> Answer:
    body = f'<!doctype html><html lang="fr"><meta charset="{encoding}"><h1>Conditions générales</h1>{FRENCH}{"".join(more)}{FRENCH}</html>'
    return Answer(
        body.replace("’", "'").encode(encoding), headers=(("Content-Type", f"text/html; charset={encoding}"),)
    )


CLAUSES: tuple[Site, ...] = (
    having("terms-neutral", "terms without such a clause are silent", "allow", "", terms()),
    having("terms-ban-bots", "automated access is banned", "deny", "terms", terms(NO_BOTS)),
    having("terms-ban-training", "training is banned", "deny", "terms", terms(NO_TRAINING)),
    having("terms-ban-list", "a ban in a list under its introduction", "deny", "terms", terms(extra="<p>You must not:</p><ul><li>post unlawful things;</li><li>scrape, crawl or spider the site or its content by any automated means;</li><li>sell your account.</li></ul>")),
    having("terms-search-exception", "an exception for search engines is not ours", "deny", "terms", terms(NO_BOTS[:-1] + ", except that operators of public search engines may use spiders to build a search index.")),
    having("terms-permission", "prior written permission is a ban", "deny", "terms", terms("You may not scrape, crawl or harvest the content of this site by automated means without our prior written permission.")),
    having("terms-robots", "what defers to robots.txt is decided there", "allow", "", terms("You may access the site by automated means, such as crawlers, only to the extent permitted by our robots.txt file.")),
    having("terms-robots-no-licence", "robots.txt that is no permission is a ban", "deny", "terms", terms("Our robots.txt file is not a permission: you must not crawl or scrape the site, or use its content to train machine learning models, whatever robots.txt says.")),
    having("terms-user-content", "the operator may train on users' content", "allow", "", terms("You grant us a licence to your content. We may use your content to train our machine learning models and to improve our services.")),
    having("terms-staff", "training of people, and railway trains", "allow", "", terms("We train our staff in data protection every year. Tickets for the train to the pier are not refunded.")),
    having("terms-registration", "robots that register accounts are another matter", "allow|review", "", terms("Accounts registered by bots or other automated methods are not permitted.")),
    having("terms-two-sentences", "a ban whose exception stands in the next sentence", "deny", "terms", terms(NO_BOTS, "Nothing in these terms limits your rights as a visitor who reads the site.")),
    having("terms-long", "the clause at the end of long terms", "deny", "terms", terms(TERMS * 400, NO_TRAINING)),
    having("terms-open", "terms that put the text under a licence ban nothing", "allow", "", terms(f"All text on this site is licensed under {BADGE}.")),
    having("terms-german", "in German", "deny", "terms", german(GERMAN_BAN), link='<a href="/agb">Nutzungsbedingungen</a>', path="/agb", lang="de"),
    having("terms-german-tdm", "a reservation in German", "deny", "terms", german(GERMAN_TDM), link='<a href="/impressum">Impressum</a>', path="/impressum", lang="de"),
    having("terms-german-neutral", "German terms without such a clause", "allow", "", german(), link='<a href="/agb">AGB</a>', path="/agb", lang="de"),
    having("terms-french", "in French", "deny", "terms", french(FRENCH_BAN), link='<a href="/cgu">Conditions générales</a>', path="/cgu", lang="fr"),
    having("terms-french-latin-1", "in French, in Latin-1", "deny", "terms", french(FRENCH_BAN, encoding="iso-8859-1"), link='<a href="/cgu">Conditions générales d&#39;utilisation</a>', path="/cgu", lang="fr"),
)  # fmt: skip

PLACES: tuple[Site, ...] = (
    site("terms-none", "a thorough look that finds none is silence", "allow"),
    site("terms-home-everywhere", "a site that answers everything with its home page has no terms there", "allow|review", more={"*": page("terms home everywhere")}, home=page("terms home everywhere")),
    site("terms-header", "linked in the header", "deny", "terms", home=page("h", head="", links='<header><a href="/rules/conditions">Conditions of use</a></header>'), more={"/rules/conditions": terms(NO_BOTS)}),
    site("terms-rel", "link rel=terms-of-service", "deny", "terms", home=page("h", head='<link rel="terms-of-service" href="/x/y">'), more={"/x/y": terms(NO_BOTS)}),
    site("terms-unlinked", "at a well-known path, with no link", "deny", "terms", more={"/terms-of-service": terms(NO_BOTS)}),
    site("terms-unlinked-german", "at a well-known path in the site's language", "deny", "terms", home=page("d", lang="de"), more={"/nutzungsbedingungen": german(GERMAN_BAN)}),
    site("terms-sitemap", "named in the sitemap only", "deny", "terms", robots="Sitemap: https://self.test/map.xml\n", more={"/map.xml": Answer(b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://self.test/</loc></url><url><loc>https://self.test/info/terms-of-use</loc></url></urlset>", headers=XML), "/info/terms-of-use": terms(NO_BOTS)}),
    site("terms-second", "the second of two documents", "deny", "terms", home=page("2", links=LINK + '<a href="/acceptable-use">Acceptable use policy</a>'), more={"/terms": terms(), "/acceptable-use": terms(NO_TRAINING)}),
    site("terms-redirect", "behind a redirect", "deny", "terms", home=page("r", links=LINK), more={"/terms": moved("/legal/2026/terms"), "/legal/2026/terms": terms(NO_BOTS)}),
    site("terms-other-port", "on another origin", "deny|review", "terms", home=page("o", links='<a href="https://terms-ban-bots.test/terms">Terms of use</a>')),
    site("terms-text", "as plain text", "deny", "terms", home=page("t", links='<a href="/terms.txt">Terms of use</a>'), more={"/terms.txt": text("Terms of use\n\n" + "\n\n".join(["These terms govern your use of this site, and you agree to them.", "We may change these terms. You are responsible for reading them.", NO_BOTS, "We are not liable for any loss that you may suffer when you use the site."] * 2))}),
    site("terms-of-image", "a word of art in a link's text is no terms page", "allow", home=page("i", more='<p><a href="/essay">How we came to terms with the weather on the island in winter</a></p>'), more={"/essay": page("essay")}),
)  # fmt: skip

UNREADABLE: tuple[Site, ...] = (
    having("terms-empty", "an empty page is not silence", "review", "terms", Answer(b"")),
    having("terms-shell", "a page that needs JavaScript is not silence", "review", "terms", Answer(b'<!doctype html><title>Terms</title><div id="app"></div><noscript>Please enable JavaScript.</noscript><script src="/app.js"></script>')),
    having("terms-wall", "a wall for bots is not silence", "review", "terms", Answer(b"<!doctype html><title>Just a moment</title><p>Verify you are human by completing the action below.</p>")),
    having("terms-404", "a link to nothing is not silence", "review", "terms", status(404)),
    having("terms-403", "nor what is kept from us", "review", "terms", status(403)),
    having("terms-500", "nor a server that fails", "review", "terms", status(500)),
    having("terms-pdf", "a PDF is not read", "review", "terms", Answer(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 40, headers=(("Content-Type", "application/pdf"),))),
    having("terms-image", "nor a picture", "review", "terms", Answer(b'<!doctype html><title>Terms</title><img src="/terms.png" alt="">')),
    having("terms-prose", "nor a page that holds no terms", "review|allow", "", Answer(f"<!doctype html><title>Terms</title>{PROSE}".encode())),
    site("terms-closed", "nor a page that robots.txt keeps from us", "review|deny", "terms", robots="User-agent: *\nDisallow: /private/\n", home=page("c", links='<a href="/private/terms">Terms of use</a>'), more={"/private/terms": terms()}),
    site("terms-probe-500", "a server that fails where terms may be", "review", "terms", more={"/terms": status(500)}),
)  # fmt: skip

CONFLICTS: tuple[Site, ...] = (
    site("terms-against-license", "a licence does not lift a ban", "deny", "terms", home=page("CC BY and a ban", links=LINK), more={"/terms": terms(NO_BOTS, NO_TRAINING, extra=CC_BY)}),
    site("terms-against-signal", "ai-train=yes does not lift a ban", "deny", "terms", robots="User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n", home=page("s", links=LINK), more={"/terms": terms(NO_TRAINING)}),
    site(
        "terms-are-evidence", "a terms page is evidence, and no text of the corpus", "allow", home=page("e", links=LINK),
        pages={"/terms": (terms(extra=CC_BY), "dropped"), "/one": (page("one"), "kept")},
    ),
)  # fmt: skip

SITES = (*CLAUSES, *PLACES, *UNREADABLE, *CONFLICTS)
