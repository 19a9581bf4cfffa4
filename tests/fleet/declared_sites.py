"""What a recipe declares: owners, permissions, policies; and what no declaration lifts."""

from __future__ import annotations

from fleet.answers import RESET, page, text
from fleet.license_sites import bare, cc, linked
from fleet.signal_sites import BARE, tagged
from fleet.site import Site, site
from fleet.terms_sites import LINK, NO_BOTS, terms

WHO = 'attested_by = "A. Person"\nattested_on = "2026-08-01"\n'
OWN = f'policy = "own"\nlicense = "CC-BY-4.0"\nbasis = "owner"\n{WHO}'
PERMITTED = f'license = "LicenseRef-permission"\nbasis = "permission"\n{WHO}'
LICENSED = f'license = "CC-BY-4.0"\nbasis = "license"\n{WHO}'
LETTER = {"letter.txt": "Dear A. Person, you may use all texts of our site to train language models. The owner.\n"}
SIGNED = 'evidence_files = ["letter.txt"]\n'
NC = bare("nc", footer=linked(cc("by-nc"), "CC BY-NC 4.0"))
RESERVED = {"/.well-known/tdmrep.json": text('[{"location": "/", "tdm-reservation": 1}]')}

SITES: tuple[Site, ...] = (
    site("own", "an owner needs no licence", "allow", home=BARE, rights=OWN, pages={"/a": (bare("a"), "kept")}),
    site("own-terms", "an owner's terms bind others", "allow", home=page("o", links=LINK, footer=""), more={"/terms": terms(NO_BOTS)}, rights=OWN),
    site("own-robots", "robots.txt binds an owner too", "deny", "robots", robots="User-agent: *\nDisallow: /\n", home=BARE, rights=OWN),
    site("own-unreachable", "and a robots.txt that cannot be had", "deny", "robots", robots=RESET, home=BARE, rights=OWN),
    site("own-noai", "and an opt-out", "deny", "noai", home=tagged("noai"), rights=OWN),
    site("own-tdm", "and a reservation", "deny", "tdmrep", home=BARE, more=RESERVED, rights=OWN),
    site("own-not-declared", "who owns it has to say so", "review", "declar", home=page("licensed"), rights='policy = "own"\n'),
    site("permission", "a permission with the file that shows it", "allow", home=BARE, license="LicenseRef-permission", rights=PERMITTED + SIGNED, files=LETTER),
    site("permission-no-file", "a permission with nothing to show", "review|deny", "permission|evidence|file", home=BARE, rights=PERMITTED),
    site("permission-tdm", "a permission and a reservation: a conflict", "deny|review", "tdmrep", home=BARE, more=RESERVED, rights=PERMITTED + SIGNED, files=LETTER),
    site("permission-robots", "a permission does not lift robots.txt", "deny|review", "robots", robots="User-agent: *\nDisallow: /\n", home=BARE, rights=PERMITTED + SIGNED, files=LETTER),
    site("declared-license", "a licence that a person found", "allow", home=BARE, rights=LICENSED),
    site("declared-license-terms", "does not lift a ban", "deny|review", "terms", home=page("o", links=LINK, footer=""), more={"/terms": terms(NO_BOTS)}, rights=LICENSED),
    site("strict-terms", "strict: licence and readable terms", "allow", home=page("s", links=LINK), more={"/terms": terms()}, rights='policy = "strict"\n'),
    site("strict-silence", "strict: silence is not enough", "review", "terms", rights='policy = "strict"\n'),
    site("strict-nc", "strict: no non-commercial licence", "review", "licen", home=NC, rights='policy = "strict"\n'),
    site("research-nc", "research: non-commercial is taken", "allow", license="CC-BY-NC-4.0", home=NC, rights='policy = "research"\n'),
    site("research-none", "research: no licence is no licence", "review", "licen", home=BARE, rights='policy = "research"\n'),
    site("research-opt-out", "research: an opt-out is one", "deny", "tdmrep", home=NC, more=RESERVED, rights='policy = "research"\n'),
)  # fmt: skip
