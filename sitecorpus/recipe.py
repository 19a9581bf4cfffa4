"""`corpus.toml` as frozen dataclasses, one per section: the whole of what a corpus is asked to be.

Every field is followed by its unit, default and consequence. A setting added in a later version defaults
to None, so that it stays out of fingerprints until it is used.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sitecorpus import strict_toml

# What may be trained on and published with no more than credit or the same licence. NC and ND are not
# here: they need a person's decision.
OPEN_LICENSES = (
    "CC0-1.0",
    "CC-PDDC",
    "CC-BY-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-1.0",
    "CC-BY-SA-2.0",
    "CC-BY-SA-2.1",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "GFDL-1.2",
    "GFDL-1.3",
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "PSF-2.0",
    "ISC",
    "Unlicense",
    "OGL-UK-3.0",
    "ODC-By-1.0",
    "PDDL-1.0",
)

POLICIES = ("strict", "licensed", "own", "research")
"""The policies that come with the program."""


@dataclass(frozen=True)
class RightsSettings:
    """May we? What the owner of this recipe declares, and what is accepted as proof."""

    policy: str = "licensed"
    """`licensed`: a page needs an allow-listed licence of its own, or a declaration here.
    `strict`: the same, and silence in the terms is not enough: a terms page must be found and readable.
    `own`: the declaration alone; opt-outs and robots.txt still count. `research`: as `licensed`, with
    non-commercial and no-derivatives licences allowed. Or the path of a policy of your own beside the recipe,
    ending in `.toml` (see docs/rights.md)."""
    allow: tuple[str, ...] = OPEN_LICENSES
    """SPDX ids accepted where a page grants them for its article text."""
    license: str | None = None
    """SPDX id (or `LicenseRef-...`) that you declare for everything in this corpus. Needs `basis`,
    `attested_by` and `attested_on`."""
    basis: Literal["owner", "license", "permission", "public-domain"] | None = None
    """Why you may: you own it; it is licensed so; you were permitted; it is in the public domain."""
    statement: str | None = None
    """The declaration in your own words; kept as evidence."""
    evidence_urls: tuple[str, ...] = ()
    """Pages that show it; fetched and kept as evidence."""
    evidence_files: tuple[str, ...] = ()
    """Files beside the recipe that show it (a signed permission); kept as evidence."""
    terms_url: str | None = None
    """The terms page, where it is not found by itself."""
    terms_sha256: str | None = None
    """sha256 of the terms text you have read; when the page changes, the answer is no until you read it again."""
    attested_by: str | None = None
    """Who says so: a name or an address."""
    attested_on: str | None = None
    """When, as YYYY-MM-DD."""
    max_age_days: int = 90
    """Evidence older than this is not used to crawl."""

    def __post_init__(self) -> None:
        if self.policy not in POLICIES and not self.policy.endswith(".toml"):
            close = difflib.get_close_matches(self.policy, POLICIES, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ValueError(
                f"`policy` is {self.policy!r}; it must be one of {', '.join(map(repr, POLICIES))}, or the path of a file "
                f"that ends in .toml.{hint}"
            )
        if self.license and not (self.basis and self.attested_by and self.attested_on):
            raise ValueError(
                "`license` declares rights for the whole corpus, so it also needs `basis` (owner, license, "
                "permission or public-domain), `attested_by` (your name) and `attested_on` (YYYY-MM-DD)."
            )
        if self.attested_on and not re.fullmatch(r"\d{4}-\d\d-\d\d", self.attested_on):
            raise ValueError(f"`attested_on` is {self.attested_on!r}; write it as YYYY-MM-DD.")

    @property
    def declared(self) -> bool:
        """Whether a person has declared rights for everything in this corpus."""
        return self.license is not None


@dataclass(frozen=True)
class CrawlSettings:
    """Which site, how far, how gently."""

    seeds: tuple[str, ...]
    """Where to begin; the origins (scheme, host, port) of the seeds are the site."""
    capture: str = "1"
    """A name for this visit. Crawls are not reproducible: to crawl again, change it."""
    hosts: tuple[str, ...] = ()
    """More hosts that belong to the site, as `host` or `host:port`."""
    discover: tuple[Literal["sitemap", "feed", "archive", "links"], ...] = ("sitemap", "feed", "archive", "links")
    """How pages are found; the findings are united."""
    allow: tuple[str, ...] = ()
    """Regular expressions on the URL path and query; where given, a page must match one."""
    deny: tuple[str, ...] = ()
    """Regular expressions on the URL path and query; a page that matches one is left out."""
    max_pages: int = 100_000
    """Requests for pages, at most."""
    max_depth: int = 50
    """Links away from a seed, sitemap or feed, at most: a bound on calendars and other endless sites."""
    delay_s: float = 1.0
    """Seconds between two requests to a host; a longer `Crawl-delay` in robots.txt prevails."""
    requests_per_host: int = 1
    """Requests in flight to one host."""
    timeout_s: float = 60.0
    """Seconds for one exchange, in all."""
    retries: int = 3
    """More tries after 429, 5xx and lost connections; `Retry-After` is obeyed."""
    max_body_bytes: int = 32 * 1024 * 1024
    """Larger answers are not kept."""
    serve_from: str | None = None
    """A folder beside the recipe with the site's static files: they are crawled as if they were the site,
    with nothing fetched from the network."""

    def __post_init__(self) -> None:
        if not self.seeds:
            raise ValueError("`seeds` is empty; give at least one URL.")
        for seed in self.seeds:
            if not _is_http(seed):
                raise ValueError(f"`seeds`: {strict_toml.printable(seed)!r} is not an http(s) URL.")
        for host in self.hosts:
            if "/" in host or not _is_http(f"https://{host}/"):
                raise ValueError(f"`hosts`: {strict_toml.printable(host)!r} is not a `host` or `host:port`.")
        for pattern in (*self.allow, *self.deny):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}.") from None
        _positive(self, "max_pages", "requests_per_host", "timeout_s", "max_body_bytes")
        _not_negative(self, "delay_s", "retries", "max_depth")


@dataclass(frozen=True)
class IntakeSettings:
    """Documents that were collected elsewhere. They need a declaration in [rights]."""

    path: str
    """The file or folder, relative to the recipe."""
    format: Literal["folder", "warc", "csv", "jsonl", "text", "dataset"] | None = None
    """What it is; None looks at the name."""
    text: str | None = None
    """csv, jsonl, dataset: the column with the text."""
    url: str | None = None
    """csv, jsonl, dataset: the column with the URL."""
    title: str | None = None
    """csv, jsonl, dataset: the column with the title."""
    author: str | None = None
    """csv, jsonl, dataset: the column with the author."""
    date: str | None = None
    """csv, jsonl, dataset: the column with the date of publication."""
    section: str | None = None
    """csv, jsonl, dataset: the column with the section."""
    separator: str = "<|endoftext|>"
    """text: what stands between two documents."""
    delimiter: str | None = None
    """csv: the character between two columns; None looks at the file."""
    encoding: str = "utf-8"
    """csv, jsonl, text: the encoding; bytes that do not fit are mended by the clean stage."""
    base_url: str | None = None
    """Prefix that turns a file's relative name into its public URL."""


@dataclass(frozen=True)
class ExtractSettings:
    """Pages into documents."""

    favor: Literal["balanced", "precision", "recall"] = "balanced"
    """What trafilatura leans to."""
    include_tables: bool = True
    """Keep the text of tables."""
    include_comments: bool = False
    """Keep readers' comments."""


@dataclass(frozen=True)
class CleanSettings:
    """Mend or drop."""

    languages: tuple[str, ...] = ("en",)
    """ISO 639-1 codes to keep; empty keeps all."""
    min_language_probability: float = 0.5
    """Below this the language counts as unknown, and the document is kept only when `languages` is empty."""
    min_words: int = 50
    """Shorter documents are dropped."""
    max_words: int = 200_000
    """Longer documents are dropped."""
    min_mean_word_chars: float = 2.5
    """Mean word length, at least (Gopher uses 3; code and short words are allowed for)."""
    max_mean_word_chars: float = 14.0
    """Mean word length, at most (Gopher uses 10)."""
    min_alphabetic_words: float = 0.5
    """Share of words with a letter, at least (Gopher uses .8)."""
    max_repeated_lines: float = 0.3
    """Share of lines that repeat an earlier one, at most (Gopher: .3)."""
    max_link_lines: float = 0.5
    """Share of lines that are bare URLs or list bullets with nothing else, at most."""


@dataclass(frozen=True)
class DedupeSettings:
    """One document per cluster."""

    shingle_words: int = 5
    """Words in one shingle."""
    num_perm: int = 128
    """Permutations in one MinHash signature."""
    bands: int = 21
    """Bands of the LSH index; with `rows` it decides recall: 1 − (1 − s^rows)^bands."""
    rows: int = 6
    """Rows in one band; bands × rows may not exceed num_perm."""
    min_jaccard: float = 0.8
    """Exact Jaccard similarity from which a document is a near-duplicate."""
    seed: int = 1
    """Seed of the permutations."""

    def __post_init__(self) -> None:
        _positive(self, "shingle_words", "num_perm", "bands", "rows")
        if self.bands * self.rows > self.num_perm:
            raise ValueError(f"`bands` × `rows` is {self.bands * self.rows}, more than `num_perm` {self.num_perm}.")
        if not 0 < self.min_jaccard <= 1:
            raise ValueError(f"`min_jaccard` is {self.min_jaccard}; it must be over 0 and at most 1.")


@dataclass(frozen=True)
class SplitSettings:
    """Whole clusters to train or to validation."""

    validation_fraction: float = 0.05
    """Share of documents held out."""
    by: Literal["cluster", "time"] = "cluster"
    """`cluster`: by a salted hash of the cluster. `time`: the newest clusters."""
    salt: str = "1"
    """Seed: another salt gives another split."""
    join_jaccard: float = 0.5
    """Documents at least this similar go to one side together."""

    def __post_init__(self) -> None:
        if not 0 < self.validation_fraction < 1:
            raise ValueError(f"`validation_fraction` is {self.validation_fraction}; it must be between 0 and 1.")


@dataclass(frozen=True)
class PublishSettings:
    """The folder that others open."""

    shard_documents: int = 50_000
    """Documents in one Parquet file."""
    separator: str = "<|endoftext|>"
    """What stands between two documents in the one-file text export."""
    purpose: Literal["commercial", "non-commercial"] | None = None
    """What the dataset, and whatever is made of it, is for. `commercial`: any purpose; one document under a
    non-commercial licence stops it. None: `non-commercial` under [rights] `policy = "research"`, else `commercial`."""
    audience: Literal["public", "private"] | None = None
    """`public`: the folder may be handed on; texts are mended, so one document under a no-derivatives licence
    stops it. `private`: it stays with you, for training; the card says so. None: `public`."""
    weights: Literal["adaptation", "analysis"] | None = None
    """What a trained model is held to be, which is not settled: `adaptation`, one work made from all texts, bound by
    their licences; `analysis`, where nothing of a text is handed on. None: `adaptation`."""
    permission: Literal["use", "publish"] | None = None
    """With [rights] `basis = "permission"`: what was permitted. `use`: to train on the texts. `publish`: to hand
    them on too. None: `use`."""

    def __post_init__(self) -> None:
        _positive(self, "shard_documents")
        if not self.separator.strip():
            raise ValueError("`separator` is blank: it could not be told from the text.")


@dataclass(frozen=True)
class TrainSettings:
    """Fit a GPT-2-class model, and watch held-out loss."""

    model: str = "scratch"
    """`scratch`; a directory in Hugging Face format, absolute or relative to the recipe; or a hub name such as `gpt2`."""
    vocab_size: int = 2048
    """scratch: size of the byte-level BPE vocabulary, trained on the train split only."""
    layers: int = 3
    """scratch: transformer blocks."""
    width: int = 128
    """scratch: width of the model; heads are 64 wide or fewer."""
    block_tokens: int = 256
    """Tokens in one block (context length)."""
    batch_blocks: int = 8
    """Blocks in one optimizer step."""
    optimizer: Literal["adamw", "adafactor", "muon"] = "adamw"
    """muon: Muon for hidden matrices with AdamW for the rest; fastest from scratch."""
    learning_rate: float = 5e-4
    """Peak learning rate (of AdamW or Adafactor; the AdamW part under muon)."""
    muon_learning_rate: float = 0.02
    """Peak learning rate of the Muon part."""
    weight_decay: float = 0.1
    """Decoupled weight decay."""
    warmup_steps: int = 30
    """Steps of linear warm-up; the rate is constant after."""
    max_steps: int = 1000
    """Optimizer steps."""
    eval_every_steps: int = 100
    """Steps between two evaluations of the whole validation split."""
    milestone_every_steps: int = 500
    """Steps between two checkpoints that are kept for ever."""
    save_every_steps: int | None = None
    """Steps between two checkpoints for resuming; None means at every evaluation."""
    patience_evals: int = 3
    """Evaluations in a row above the best before overfitting is said to have begun."""
    early_stop: bool = False
    """Stop when it has."""
    dropout: float = 0.0
    """Dropout of the model."""
    bf16: bool | None = None
    """Mixed precision in bfloat16; None takes it where the device gains by it."""
    threads: int | None = None
    """CPU threads; weights are bit-identical only for the same number. None: torch's own choice."""
    seed: int = 1
    """Seed of weights and order."""

    def __post_init__(self) -> None:
        _positive(
            self,
            "vocab_size",
            "layers",
            "width",
            "block_tokens",
            "batch_blocks",
            "learning_rate",
            "max_steps",
            "eval_every_steps",
            "milestone_every_steps",
            "patience_evals",
        )
        _not_negative(self, "weight_decay", "warmup_steps", "seed")
        _positive(self, *(n for n in ("threads", "save_every_steps") if getattr(self, n) is not None))
        for name in ("learning_rate", "muon_learning_rate"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"`{name}` is {getattr(self, name)}; it must be a number.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"`dropout` is {self.dropout}; it must be from 0 to below 1.")
        if self.block_tokens < 2:
            raise ValueError("`block_tokens` is 1; a model needs at least 2 tokens to predict one from another.")
        if self.seed >= 2**32:
            raise ValueError(f"`seed` is {self.seed}; it must be below 2^32.")
        if not self.model.strip():
            raise ValueError('`model` is empty; write "scratch", a folder or a hub name.')
        if self.model == "scratch" and self.vocab_size < 257:
            raise ValueError(
                f"`vocab_size` is {self.vocab_size}; a byte-level BPE needs at least 257 (256 bytes and the end of text)."
            )


@dataclass(frozen=True)
class SampleSettings:
    """Text from the recommended checkpoint."""

    prompts: int = 8
    """Held-out documents whose first sentence is a prompt."""
    samples_per_prompt: int = 2
    """Samples for each prompt."""
    max_new_tokens: int = 160
    """Tokens generated after the prompt."""
    temperature: float = 0.8
    """Sampling temperature; 0 is greedy."""
    top_k: int = 40
    """Only the k likeliest tokens; 0 is all."""
    top_p: float = 1.0
    """Nucleus sampling; 1 is off."""
    seed: int = 1
    """Seed: each sample has a generator of its own."""

    def __post_init__(self) -> None:
        _positive(self, "prompts", "samples_per_prompt", "max_new_tokens", "top_p")
        _not_negative(self, "temperature", "top_k")


@dataclass(frozen=True)
class ScanSettings:
    """Verbatim overlap of samples with the train split."""

    min_words: int = 8
    """Shorter overlaps are not reported as copied spans."""

    def __post_init__(self) -> None:
        _positive(self, "min_words")


@dataclass(frozen=True)
class Recipe:
    """One corpus: `corpora/<name>/corpus.toml`."""

    title: str = ""
    """A human name for the corpus; default: its folder's name."""
    contact: str = ""
    """A URL or email address by which a site's owner reaches you; crawling needs it."""
    rights: RightsSettings = field(default_factory=RightsSettings)
    crawl: CrawlSettings | None = None
    intake: IntakeSettings | None = None
    extract: ExtractSettings = field(default_factory=ExtractSettings)
    clean: CleanSettings = field(default_factory=CleanSettings)
    dedupe: DedupeSettings = field(default_factory=DedupeSettings)
    split: SplitSettings = field(default_factory=SplitSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
    train: TrainSettings = field(default_factory=TrainSettings)
    sample: SampleSettings = field(default_factory=SampleSettings)
    scan: ScanSettings = field(default_factory=ScanSettings)

    def __post_init__(self) -> None:
        if self.crawl is None and self.intake is None:
            raise ValueError("there is no source: add a [crawl] section with `seeds`, or an [intake] with `path`.")
        if self.contact and not re.fullmatch(r"https?://[^\s()<>]+|[^\s@()<>]+@[^\s@()<>]+", self.contact):
            raise ValueError(f"`contact` is {self.contact!r}; it must be a URL or an email address.")

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises RecipeError."""
        return strict_toml.load(path, cls)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that cannot be
        return False


def _positive(settings: object, *names: str) -> None:
    for name in names:
        if not getattr(settings, name) > 0:
            raise ValueError(f"`{name}` is {getattr(settings, name)}; it must be over 0.")


def _not_negative(settings: object, *names: str) -> None:
    for name in names:
        if not getattr(settings, name) >= 0:
            raise ValueError(f"`{name}` is {getattr(settings, name)}; it must not be negative.")
