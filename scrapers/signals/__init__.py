"""Machine-readable opt-outs from AI training and text mining, and grants of them: each to its specification.

`signals_of` returns all that holds for one page, `to_fetch` what else must be read to know. Only a value that a
specification names says anything: an unknown one is neither consent nor opt-out, and silence is silence. `noindex`,
`noarchive` and llms.txt are about other things. A grant (`ai-train=yes`) is recorded, and is no licence.
"""

from scrapers.signals.gather import signals_of, to_fetch
from scrapers.signals.signal import Answer, Signal
from scrapers.signals.training_agents import TrainingAgents

__all__ = ["Answer", "Signal", "TrainingAgents", "signals_of", "to_fetch"]
