"""What licences allow, ask and forbid, alone and together; values only, so that a judgement can be made again anywhere."""

from sitecorpus.licensing.expression import MAX_EXPRESSION, alternatives
from sitecorpus.licensing.mixture import Mixture
from sitecorpus.licensing.record import require
from sitecorpus.licensing.terms import Terms, license_url, terms_of
from sitecorpus.licensing.use import OBLIGATIONS, Basis, Blocker, Form, Grant, Outcome, Purpose, Use

__all__ = [
    "MAX_EXPRESSION",
    "OBLIGATIONS",
    "Basis",
    "Blocker",
    "Form",
    "Grant",
    "Mixture",
    "Outcome",
    "Purpose",
    "Terms",
    "Use",
    "alternatives",
    "license_url",
    "require",
    "terms_of",
]
