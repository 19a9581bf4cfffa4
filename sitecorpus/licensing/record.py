"""What `publish` wrote down of a dataset's licences, read by whoever wants to do something with it."""

from __future__ import annotations

import json
from pathlib import Path

from sitecorpus.errors import RefusedError
from sitecorpus.licensing.use import Outcome


def require(path: Path, what: str) -> Outcome:
    """Return the outcome `what` (publishing, training, weights) of a `rights.json`; raises RefusedError where it is
    no, or cannot be read."""
    try:
        outcome = Outcome.from_dict(json.loads(path.read_bytes())[what])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            f"{path}: whether {what} is allowed cannot be read ({error}). Move {path.parent.name} away and publish again."
        ) from None
    if not outcome.allowed:
        why = "; ".join(f"{b.grant.license} {b.why}" for b in outcome.blockers)
        raise RefusedError(f"{path}: the licences do not allow {what} for a {outcome.use.purpose} purpose: {why}.")
    return outcome
