"""The third wing: fit a model, sample from it, scan what it can recite."""
