"""The demonstration site: real documentation from this very install, dressed as a small web site."""

from scrapers.demo.build import DemoCounts, build_demo_site

__all__ = ["DemoCounts", "build_demo_site"]
