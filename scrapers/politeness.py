"""Recipe into Scrapy settings: polite, quiet, and closed where the library's defaults are open.

Scrapy's own defaults are eight requests at once, no delay, unverified TLS, 1 GiB bodies, a telnet console and
remote control. Everything that this project does not use is taken out of the base lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapers.agent import user_agent
from sitecorpus.recipe import CrawlSettings

MAX_CRAWL_DELAY_S = 60.0
"""A longer `Crawl-delay` is kept to this, and the log says so."""
MAX_RETRY_AFTER_S = 600.0
"""A longer `Retry-After` is kept to this."""
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 60.0

_NO_BASE: Mapping[str, dict[str, Any]] = {
    "ADDONS": {}, "EXTENSIONS_BASE": {}, "SPIDER_MIDDLEWARES_BASE": {}, "DOWNLOADER_MIDDLEWARES_BASE": {},
    "DOWNLOAD_HANDLERS_BASE": {}, "ITEM_PIPELINES_BASE": {}, "FEED_EXPORTERS_BASE": {}, "FEED_STORAGES_BASE": {},
    "SPIDER_CONTRACTS_BASE": {},
}  # fmt: skip


def scrapy_settings(crawl: CrawlSettings, contact: str, origins: int, serve: str | None) -> dict[str, Any]:
    """Return the settings of one crawl over so many `origins`; `serve` is the loopback URL to connect to instead."""
    return {
        **_NO_BASE,
        "BOT_NAME": "sitecorpus",
        "USER_AGENT": user_agent(contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            # what every reader of WARC files can undo
            "Accept-Encoding": "gzip, deflate",
        },
        "SCHEDULER": "scrapers.spiders.site.FrontierScheduler",
        "DOWNLOADER_MIDDLEWARES": {
            "scrapers.gate.Gate": 100,
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "scrapers.patience.Patience": 550,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
            # nearest to the network, where the body is still as it was transferred
            "scrapers.archiver.Archiver": 899,
        },
        "DOWNLOAD_HANDLERS": {
            "http": "scrapers.archiver.SiteDownloadHandler",
            "https": "scrapers.archiver.SiteDownloadHandler",
        },
        "SITECORPUS_SERVE": serve,
        "SITECORPUS_RETRIES": crawl.retries,
        "SITECORPUS_DELAY_S": crawl.delay_s,
        "DOWNLOAD_DELAY": crawl.delay_s,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.requests_per_host,
        "CONCURRENT_REQUESTS": crawl.requests_per_host * max(origins, 1),
        "CONCURRENT_ITEMS": 4,
        "DOWNLOAD_TIMEOUT": crawl.timeout_s,
        "DOWNLOAD_MAXSIZE": crawl.max_body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "ROBOTSTXT_OBEY": False,  # the gate does, and fails closed
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "MEMUSAGE_ENABLED": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }
