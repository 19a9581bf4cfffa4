"""From archived evidence and a readable policy to one answer: allow, review or deny, with every reason.

    deny    robots.txt denies, or cannot be had; the terms ban automated access or machine learning; an opt-out
            from training; an RSL licence for a price; AI-training agents shut out
    review  what a person must read: terms that cannot be read, conflicts, NC and ND, nothing that grants
    allow   robots.txt allows, nothing says no, and an allow-listed licence of the text or a declaration grants

The hardest answer of all reasons is the verdict. Which answer a finding gets stands in the policy
(`scrapers/policies/*.toml`, or a file of your own), but for robots.txt, which always counts.
"""

from scrapers.exhibits import Exhibit
from scrapers.policy.grants import declaration_reason
from scrapers.policy.host import Finding, judge
from scrapers.policy.page import PageFinding, Site, judge_page, judge_row
from scrapers.policy.rules import POLICY, Policy, load, parse, shipped
from scrapers.policy.verdicts import evidence_of, stable, verdict_of, verdicts_of

__all__ = [
    "POLICY",
    "Exhibit",
    "Finding",
    "PageFinding",
    "Policy",
    "Site",
    "declaration_reason",
    "evidence_of",
    "judge",
    "judge_page",
    "judge_row",
    "load",
    "parse",
    "shipped",
    "stable",
    "verdict_of",
    "verdicts_of",
]
