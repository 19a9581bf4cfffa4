"""Fetch pages of a corpus again, to hear what they say of rights today; archived like any capture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from scrapers.agent import user_agent
from scrapers.captures import capture_row
from scrapers.evidence import Fetcher
from scrapers.loopback import served
from scrapers.scope import origin_of
from sitecorpus.document import CAPTURES
from sitecorpus.recipe import CrawlSettings
from sitecorpus.rights import read_verdicts
from sitecorpus.shards import write_shard
from sitecorpus.stage import Job
from sitecorpus.warc import WarcWriter, archive_files, scan

PREFIX = "pages"


def revisit(job: Job, urls: Sequence[str]) -> int:
    """Fetch `urls` where the verdicts of `job.inputs["vet"]` still allow it; return how many were answered.

    Writes `pages-NNNNN.warc.gz` and `captures-00000.parquet`, sorted by URL. What robots.txt now denies is not
    asked for, and what is not answered is not there: neither speaks for the page.
    """
    crawl: CrawlSettings = job.settings.crawl
    verdicts = read_verdicts(job.inputs["vet"])
    agent = user_agent(job.settings.contact)
    writer = WarcWriter(job.output, PREFIX, {"software": agent, "format": "WARC File Format 1.1"})
    answered: set[str] = set()
    with served(job.corpus, crawl) as connect_to, job.progress("pages", len(urls)) as progress:
        fetcher = Fetcher(writer, agent, crawl.delay_s, connect_to, crawl.timeout_s)
        for origin, pages in groupby(sorted(urls), key=origin_of):
            verdict = verdicts.get(origin)
            if verdict is None or verdict.decision != "allow":
                continue
            for url in pages:
                answer = fetcher.get(url, "page", crawl.max_body_bytes)  # asks robots.txt first
                answered |= {url} if answer.record_id and answer.final_url == url else set()
                progress.advance()
    writer.close()
    folder = job.corpus.relative(job.stored_as)
    rows = [
        capture_row(
            url=record.url, kind="response", status=record.status, content_type=record.content_type, body=record.body,
            found_by="revisit", fetched_at=record.fetched_at, warc_file=f"{folder}/{path.name}", warc_offset=record.offset,
            warc_record_id=record.record_id,
        )
        for path in archive_files(job.output, PREFIX)
        for record in scan(path, crawl.max_body_bytes)
        if record.kind == "response" and record.url in urls
    ]  # fmt: skip
    write_shard(job.output / "captures-00000.parquet", sorted(rows, key=lambda row: row["url"]), CAPTURES)
    return len(answered)
