"""Counts with rate and ETA: a bar on a terminal, a quiet log line every half minute elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from types import TracebackType
from typing import Any

log = logging.getLogger(__name__)

LOG_EVERY_S = 30.0


class Progress:
    """One counted piece of work. `total` may be None, and may grow while it runs."""

    def __init__(self, label: str, unit: str = "documents", total: int | None = None) -> None:
        self.label, self.unit, self.total = label, unit, total
        self.done = 0
        self.note = ""
        self._started = self._logged = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                TextColumn,
                TimeRemainingColumn,
            )
            from rich.progress import (
                Progress as Bar,
            )
            from rich.table import Column

            def column(text: str, width: int, markup: bool = True) -> TextColumn:
                # a width of its own: on 80 columns the note, and only the note, is cut
                return TextColumn(text, markup=markup, table_column=Column(no_wrap=True, min_width=width))

            self._bar = Bar(
                column("{task.description}", len(self.label)),
                BarColumn(bar_width=12, table_column=Column(min_width=12)),
                MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=9)),
                column("{task.fields[rate]}", len(f"1,000.0 {self.unit}/s")),
                TextColumn("eta", table_column=Column(no_wrap=True, min_width=3)),
                TimeRemainingColumn(table_column=Column(no_wrap=True, min_width=7)),
                TextColumn(
                    "{task.fields[note]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
                ),
                console=Console(stderr=True),
                transient=True,
                expand=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self.label, total=self.total, rate="", note="")
        return self

    def update(self, done: int | None = None, total: int | None = None, note: str | None = None) -> None:
        """Set what is known now; whatever is None stays."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.note = self.note if note is None else note
        now = time.monotonic()
        rate = self.done / max(now - self._started, 1e-9)
        if self._bar is not None:
            self._bar.update(
                self._task,
                completed=self.done,
                total=self.total,
                rate=f"{rate:,.1f} {self.unit}/s",
                note=self.note,
            )
        elif now - self._logged >= LOG_EVERY_S:
            self._logged = now
            of = f" of {self.total:,}" if self.total else ""
            left = f", eta {(self.total - self.done) / rate:,.0f} s" if self.total and rate else ""
            note_text = f", {self.note}" if self.note else ""
            log.info("%s: %s%s %s, %.1f/s%s%s", self.label, f"{self.done:,}", of, self.unit, rate, left, note_text)

    def advance(self, n: int = 1) -> None:
        """Count `n` more."""
        self.update(done=self.done + n)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
