"""A local Hugging Face dataset (`save_to_disk`), or Parquet files; read with pyarrow, so nothing is executed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.sources.columns import Columns
from scrapers.sources.entry import Found
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.recipe import IntakeSettings

BATCH_ROWS = 512


def read(path: Path, settings: IntakeSettings) -> Iterator[Found]:
    """Yield a row for each row, over all files in order; raises RecipeError where a column is not there."""
    files = data_files(path)
    if not files:
        raise RecipeError(
            f"{path}: here is neither a dataset of `save_to_disk` (dataset_info.json, state.json) nor a .parquet file."
        )
    number = 0
    for file in files:
        try:
            for columns, batch in _batches(file, settings):
                for values in batch.to_pylist():
                    number += 1
                    yield columns.row(number, values)
        except (pa.ArrowException, OSError) as error:
            raise SitecorpusError(f"{file}: this file cannot be read ({str(error).splitlines()[0]}).") from None


def data_files(path: Path) -> list[Path]:
    """Return the files with the rows: those that `state.json` lists, for each split; or all Parquet files."""
    if path.is_file():
        return [path]
    if (path / "dataset_dict.json").is_file():
        splits = [str(s) for s in _json(path / "dataset_dict.json").get("splits", [])]
        return [file for split in splits for file in data_files(_inside(path, split))]
    if (path / "state.json").is_file():
        listed = _json(path / "state.json").get("_data_files", [])
        return [_inside(path, str(entry["filename"])) for entry in listed]
    return sorted(p for p in path.rglob("*.parquet") if not p.is_symlink())


def _inside(folder: Path, name: str) -> Path:
    found = (folder / name).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise SitecorpusError(f"{folder}: this dataset names a file outside its folder.")
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SitecorpusError(f"{path}: this dataset cannot be read ({error}).") from None
    if not isinstance(data, dict):
        raise SitecorpusError(f"{path}: this dataset cannot be read (not a JSON object).")
    return data


def _batches(file: Path, settings: IntakeSettings) -> Iterator[tuple[Columns, pa.RecordBatch]]:
    """Batches with the wanted columns only: images and the like beside the text are not read."""
    if file.suffix == ".parquet":
        with pq.ParquetFile(file) as opened:
            columns = Columns.of(settings, opened.schema_arrow.names, str(file))
            for batch in opened.iter_batches(batch_size=BATCH_ROWS, columns=_wanted(columns)):
                yield columns, batch
        return
    with pa.memory_map(str(file)) as source:
        try:
            batches: Iterable[pa.RecordBatch] = pa.ipc.open_stream(source)
        except pa.ArrowInvalid:  # the file format, with a footer
            opened = pa.ipc.open_file(source)
            batches = (opened.get_batch(i) for i in range(opened.num_record_batches))
        for batch in batches:
            columns = Columns.of(settings, batch.schema.names, str(file))
            yield columns, batch.select(_wanted(columns))


def _wanted(columns: Columns) -> list[str]:
    return list(dict.fromkeys(columns.names.values()))
