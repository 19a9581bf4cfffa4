"""What a site says of rights today, held against what it said when the corpus was made; and what follows from it.

Nothing that was made is touched. Pages are taken out only when a person says so, and that is kept in
`archive/withdrawn.json`, from which `clear` works ever after.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sitecorpus.durable import write_atomic
from sitecorpus.errors import RefusedError, SitecorpusError
from sitecorpus.layout import PARTIAL, WITHDRAWN, CorpusDir
from sitecorpus.rights import read_verdicts
from sitecorpus.strict_toml import printable

DRIFT = "drift.json"
SHOWN = 20


@dataclass(frozen=True)
class Change:
    """Something that a host says otherwise now."""

    host: str
    what: str
    """evidence or reason."""
    name: str
    """The kind of evidence, or the reason's code."""
    how: str
    """appeared, gone, changed."""
    url: str
    detail: str
    """The lines that differ, or the reason in words."""


@dataclass(frozen=True)
class DriftedPage:
    """A page of the corpus that would not be taken today."""

    url: str
    document_id: str
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Drift:
    """What one recheck found."""

    checked_at: str
    vet: str
    """The directory whose evidence it was held against."""
    decisions: Mapping[str, tuple[str | None, str | None]]
    """{host: (then, now)}."""
    changes: tuple[Change, ...]
    pages: tuple[DriftedPage, ...]
    gone: tuple[DriftedPage, ...]
    pages_asked: int
    """How many pages were fetched again; the others were judged by their archived answer."""
    pages_total: int

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise than it was."""
        return bool(self.changes or self.pages or self.gone or self.refuses)

    @property
    def refuses(self) -> bool:
        """Whether a host or a page that was taken would not be taken today."""
        return bool(self.pages) or any(then == "allow" != now for then, now in self.decisions.values())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, directory: Path) -> Drift:
        """Raises SitecorpusError where the record is damaged."""
        path = directory / DRIFT
        try:
            data = json.loads(path.read_bytes())
            return cls(
                **{
                    **data,
                    "decisions": {k: tuple(v) for k, v in data["decisions"].items()},
                    "changes": tuple(Change(**c) for c in data["changes"]),
                    "pages": tuple(DriftedPage(**p) for p in data["pages"]),
                    "gone": tuple(DriftedPage(**p) for p in data["gone"]),
                }
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SitecorpusError(
                f"{path}: the recheck cannot be read ({error}). Move {directory.name} away and run `vet --diff` again."
            ) from None


def rechecks(corpus: CorpusDir, vet: Path) -> Iterator[Path]:
    """Yield the directories of the rechecks of what `vet` found, the newest first."""
    for directory in sorted((corpus.root / "archive").glob("recheck-*"), reverse=True):
        if (
            (directory / DRIFT).exists()
            and not directory.name.endswith(PARTIAL)
            and Drift.read(directory).vet == vet.name
        ):
            yield directory


def newest(corpus: CorpusDir, vet: Path) -> tuple[Path, Drift] | None:
    """Return the newest recheck of what `vet` found, or None."""
    directory = next(rechecks(corpus, vet), None)
    return (directory, Drift.read(directory)) if directory else None


def evidence_time(vet: Path) -> datetime | None:
    """Return when the oldest of the evidence behind the verdicts was fetched; None where nothing was."""
    times = [e.fetched_at for v in read_verdicts(vet).values() for e in v.evidence if e.fetched_at]
    return datetime.fromisoformat(min(times)) if times else None


def refuse_old_evidence(directory: Path, max_age_days: int, now: datetime, remedy: str) -> None:
    """Raise RefusedError where the evidence behind a directory's verdicts is older than [rights] `max_age_days`."""
    read_at = evidence_time(directory)
    if read_at is not None and now - read_at > timedelta(days=max_age_days):
        raise RefusedError(
            f"{directory.name}: what the site says of rights was read {(now - read_at).days} days ago, and [rights] "
            f"`max_age_days` is {max_age_days}. {remedy}"
        )


def refuse_drifted(corpus: CorpusDir, vet: Path) -> None:
    """Raise RefusedError, naming the pages, where the newest recheck found some that were not dropped since."""
    last = newest(corpus, vet)
    if last is None:
        return
    directory, found = last
    dropped = withdrawn(corpus)
    left = [page for page in found.pages if page.url not in dropped]
    if not left:
        return
    lines = [f"  - {printable(p.url)}: {p.reason.replace('_', ' ')}{_because(p.detail)}" for p in left[:SHOWN]]
    if len(left) > SHOWN:
        lines.append(f"  … and {len(left) - SHOWN:,} more")
    raise RefusedError(
        "\n".join(
            [
                f"{corpus.name}: {len(left):,} of its pages may no longer be used, by what the site said on "
                f"{found.checked_at[:10]} ({corpus.relative(directory / DRIFT)} lists them all):",
                *lines,
                f"`--drop-drifted` takes them out and goes on: `sitecorpus build {corpus.name} --drop-drifted`.",
            ]
        )
    )


def _because(detail: Mapping[str, Any]) -> str:
    said = [str(detail[k]) for k in ("source", "kind", "license", "decision", "value", "quote") if detail.get(k)]
    return printable(f" ({', '.join(said)[:160]})") if said else ""


def drop(corpus: CorpusDir, vet: Path, now: datetime) -> int:
    """Note in `archive/withdrawn.json` that the newest recheck's pages go; return how many are new there."""
    last = newest(corpus, vet)
    if last is None:
        return 0
    directory, found = last
    known = withdrawn(corpus)
    new = [page for page in found.pages if page.url not in known]
    for page in new:
        known[page.url] = {
            "reason": page.reason,
            "detail": dict(page.detail),
            "recheck": directory.name,
            "dropped_at": now.isoformat(timespec="seconds"),
        }
    if new:
        rows = [{"url": url, **known[url]} for url in sorted(known)]
        write_atomic(corpus.root / WITHDRAWN, json.dumps(rows, indent=1, ensure_ascii=False).encode() + b"\n")
    return len(new)


def withdrawn(corpus: CorpusDir) -> dict[str, dict[str, Any]]:
    """Return {url: why and when} of the pages that were taken out; raises SitecorpusError where it is damaged."""
    path = corpus.root / WITHDRAWN
    try:
        return {row.pop("url"): row for row in json.loads(path.read_bytes())}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SitecorpusError(
            f"{path}: what was taken out of this corpus cannot be read ({error}). Restore the file: without it, pages "
            "that may not be used would come back."
        ) from None
