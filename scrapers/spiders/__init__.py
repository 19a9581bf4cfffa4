"""Spiders and the finders whose findings they unite."""
