"""The second wing: pages into documents, mended, deduplicated, split, published."""
