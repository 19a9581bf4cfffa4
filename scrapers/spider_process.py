"""One spider, one child process, one exit status: Twisted's reactor runs once in a process, and ends with it.

The child reads its orders as one line of JSON from stdin, and ends at once when stdin closes: a parent that
was killed leaves no crawl behind. It reports as lines of JSON on stdout.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any

from scrapers.frontier import PREFIX
from sitecorpus.errors import SitecorpusError
from sitecorpus.fingerprint import plain
from sitecorpus.recipe import CrawlSettings
from sitecorpus.strict_toml import from_table, printable

log = logging.getLogger(__name__)

ORPHANED = 70
STOP_WITHIN_S = 30.0


@dataclasses.dataclass(frozen=True)
class Order:
    """What one spider is to do."""

    crawl: CrawlSettings
    contact: str
    origins: tuple[str, ...]  # those with a verdict that allows
    output: Path
    serve: str | None  # the loopback URL to connect to instead of the network

    def to_line(self) -> bytes:
        fields = {"contact": self.contact, "origins": self.origins, "output": str(self.output), "serve": self.serve}
        return json.dumps({"crawl": plain(self.crawl), **fields}).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Order:
        data = json.loads(line)
        crawl = from_table(data["crawl"], CrawlSettings, "the crawl's order", "crawl")
        return cls(crawl, data["contact"], tuple(data["origins"]), Path(data["output"]), data["serve"])


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a spider ended: finished; or unreachable, robots, shutdown, with words."""

    ending: str
    why: str


def run_spider(order: Order, on_progress: Callable[[int, int], None]) -> Ending:
    """Run a spider to its end in a process of its own; `on_progress(done, found)` counts pages.

    Interrupts and SIGTERM stop the child cleanly before they go on. Raises SitecorpusError where it crashed.
    """
    home = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryFile() as errors, _terminate_as_exit():
        # a session of its own: Ctrl-C reaches the parent alone, which then asks the child to stop, once
        child = subprocess.Popen(
            [sys.executable, "-m", "scrapers.spider_process"], cwd=home, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
        )  # fmt: skip
        try:
            assert child.stdin and child.stdout
            with suppress(BrokenPipeError):  # it died at once: its status says so
                child.stdin.write(order.to_line())
                child.stdin.flush()
            ending = _listen(child.stdout, on_progress)
            status = child.wait()
        except BaseException:
            _stop(child)
            raise
        finally:
            if child.stdin:
                child.stdin.close()
            if child.stdout:
                child.stdout.close()
        if status != 0 or ending is None:
            errors.seek(0)
            last = errors.read()[-2000:].decode("utf-8", "replace").strip().splitlines()[-1:]
            raise SitecorpusError(
                f"the crawl's process ended with status {status} ({printable(last[0]) if last else 'no words'}). "
                "What it archived is kept: run the same command again to go on from there."
            )
        return ending


def _listen(stdout: IO[bytes], on_progress: Callable[[int, int], None]) -> Ending | None:
    ending, why = None, ""
    for line in stdout:
        if not line.endswith(b"\n"):
            break  # killed in the middle of it
        message = json.loads(line)
        if "found" in message:
            on_progress(message["done"], message["found"])
        if "log" in message:
            log.log(message["level"], "%s", printable(message["log"]))
        why = message.get("stopped", why)
        ending = message.get("ending", ending)
    return None if ending is None else Ending(ending, printable(why))


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()  # the archive stands that
        child.wait()


@contextmanager
def _terminate_as_exit() -> Iterator[None]:
    """Turn SIGTERM into SystemExit while the block runs, so that the child is stopped before we go."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def main() -> int:
    """Run the spider that stdin orders; return the exit status."""
    order = Order.of_line(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # a stray print is no report
    logging.basicConfig(level=logging.WARNING, handlers=[_Reports(out)])

    from scrapy.crawler import CrawlerProcess

    from scrapers.politeness import scrapy_settings
    from scrapers.spiders.site import SiteSpider, json_line

    settings = scrapy_settings(order.crawl, order.contact, len(order.origins), order.serve)
    lock = _only_writer(order.output)
    process = CrawlerProcess(settings)
    crawled = process.crawl(
        SiteSpider, crawl=order.crawl, origins=order.origins, output=order.output,
        report=lambda message: out.write(json_line(message)),
    )  # fmt: skip
    failures: list[Any] = []
    crawled.addErrback(failures.append)
    process.start()
    for failure in failures:
        failure.printTraceback(sys.stderr)
    os.close(lock)
    return 1 if failures or process.bootstrap_failed else 0


def _only_writer(output: Path) -> int:
    """Wait until an orphan of a killed run has let go of the archive; the lock ends with this process."""
    output.mkdir(parents=True, exist_ok=True)
    handle = os.open(output / f"{PREFIX}-00000.warc.gz", os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


class _Reports(logging.Handler):
    """Send log lines to the parent, which has the only terminal."""

    def __init__(self, out: IO[str]) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and not record.name.startswith("scrapers"):
            return  # what Scrapy says of itself
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        self._out.write(json.dumps({"level": record.levelno, "log": text[:2000]}) + "\n")


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    # at once, wherever the crawl stands: the archive is cut to whole exchanges at the next start
    os._exit(ORPHANED)


if __name__ == "__main__":
    sys.exit(main())
