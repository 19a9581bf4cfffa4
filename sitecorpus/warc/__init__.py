"""WARC 1.1 archives (ISO 28500:2017): a gzip member per record, appended whole, readable by any WARC tool.

One exchange is one `os.write` of three members: metadata (how it was found, and its outlinks), request,
response. A process killed at any instant leaves at most one torn group at the end, which is cut off before
anything is appended: appending after a torn member would make every later record unreadable.
"""

from __future__ import annotations

from sitecorpus.warc.reader import Record, archive_files, read, scan
from sitecorpus.warc.tail import cut_torn_tail, member_ends
from sitecorpus.warc.writer import Fields, Location, WarcWriter, status_line

__all__ = [
    "Fields",
    "Location",
    "Record",
    "WarcWriter",
    "archive_files",
    "cut_torn_tail",
    "member_ends",
    "read",
    "scan",
    "status_line",
]
