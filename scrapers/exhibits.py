"""What a site was asked and what it answered, as it is judged: read back from the evidence archive, nothing else.

The last record that `vet` writes is the docket: for each host its exhibits, in order, each with the id of the
response it is. So a verdict can be reached again offline, by anybody who has the folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scrapers.evidence import Exchange
from sitecorpus import strict_toml, warc
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.fingerprint import plain
from sitecorpus.recipe import RightsSettings

PREFIX = "evidence"
TRAINING_AGENTS = "training_agents"
DOCKET_TYPE = "application/vnd.sitecorpus.docket+json"


@dataclass(frozen=True)
class Exhibit:
    """One archived exchange, and what it was fetched for.

    Kinds: robots, home, page, terms, legal, probe, control (an address that nobody made), sitemap, feed, ai_txt,
    trust_txt, tdmrep, rsl, robots_elsewhere (of another host that is asked too); shown (a page that the recipe
    gives as evidence); and what was not fetched: declaration, file, training_agents (the list that was used).
    """

    kind: str
    exchange: Exchange

    @property
    def archived(self) -> bool:
        """Whether there is a record with a body: an answer, or something that was not fetched."""
        return self.exchange.status is not None or self.kind in ("declaration", "file", TRAINING_AGENTS)

    @property
    def sha256(self) -> str | None:
        """Of the decoded body; None where nothing could be had, or it is longer than was read."""
        if not self.archived or self.exchange.truncated:
            return None
        return hashlib.sha256(self.exchange.body).hexdigest()


@dataclass(frozen=True)
class Case:
    """One host, what is asked about it, and the exhibits."""

    host: str
    seeds: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True)
class Docket:
    """All that `vet` judges."""

    rights: RightsSettings
    cases: tuple[Case, ...]
    declared: tuple[Exhibit, ...]
    """The declaration, the files and pages that show it."""
    intake: bool
    """Whether documents from elsewhere are judged too."""


def write(writer: warc.WarcWriter, urn: str, docket: Docket) -> None:
    """Append the docket to the archive that its exhibits lie in."""
    data = {
        "rights": plain(docket.rights),
        "cases": [
            {"host": c.host, "seeds": list(c.seeds), "exhibits": [_entry(e) for e in c.exhibits]} for c in docket.cases
        ],
        "declared": [_entry(e) for e in docket.declared],
        "intake": docket.intake,
    }
    body = json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass") + b"\n"
    writer.resource(f"{urn}:docket", DOCKET_TYPE, body)


def _entry(exhibit: Exhibit) -> dict[str, Any]:
    """An exhibit without what its record says: the kind, and what came of asking."""
    found = asdict(exhibit.exchange)
    for said in ("headers", "body", "status"):
        del found[said]
    if exhibit.archived:
        del found["fetched_at"]
        found["body_bytes"] = len(exhibit.exchange.body)
    return {"kind": exhibit.kind, **found}


def read(directory: Path, kinds: Container[str] | None = None) -> Docket:
    """Read the newest docket of a `vet` directory, with its exhibits (of some kinds, or all).

    Raises SitecorpusError where there is none, or what it names is not there.
    """
    places: dict[str, tuple[Path, int]] = {}
    newest: tuple[Path, int] | None = None
    for path in warc.archive_files(directory, PREFIX):
        for record in warc.scan(path, max_body_bytes=0):
            places[record.record_id] = (path, record.offset)
            if record.kind == "resource" and record.content_type == DOCKET_TYPE:
                newest = (path, record.offset)  # a run that was refused and asked again has left several
    if newest is None:
        raise SitecorpusError(
            f"{directory}: its evidence has no docket, so nothing can be judged by it. Move the folder away and vet again."
        )
    try:
        data = json.loads(warc.read(*newest).body)
        return Docket(
            strict_toml.from_table(data["rights"], RightsSettings, str(directory), "rights"),
            tuple(
                Case(c["host"], tuple(c["seeds"]), tuple(_exhibits(c["exhibits"], places, kinds)))
                for c in data["cases"]
            ),
            tuple(_exhibits(data["declared"], places, kinds)),
            bool(data["intake"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecipeError) as error:
        raise SitecorpusError(
            f"{directory}: the docket of its evidence cannot be read ({error!r}). Move the folder away and vet again."
        ) from None


def _exhibits(
    entries: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[Path, int]], kinds: Container[str] | None
) -> Iterator[Exhibit]:
    for entry in entries:
        if kinds is not None and entry["kind"] not in kinds:
            continue
        said = {k: v for k, v in entry.items() if k not in ("kind", "body_bytes")} | {"status": None}
        if "body_bytes" in entry:
            # as far as it was read when it was fetched: a body may be damaged further on
            record = warc.read(*places[entry["record_id"]], entry["body_bytes"])
            said |= {
                "status": record.status,
                "headers": record.headers,
                "body": record.body,
                "fetched_at": record.fetched_at,
            }
        yield Exhibit(entry["kind"], Exchange(**said))
