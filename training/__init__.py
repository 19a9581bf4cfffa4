"""The third wing: fit a model, sample from it, scan what it can recite."""

import os

# Read by OpenMP, tokenizers and the hub client when they load, and every module of this wing passes through here
# first. With spinning waits, two threads on two busy cores made a small matrix product 35 to 110 times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
