"""Where things lie. The one place that knows the folders below `data/`; stages, tests and the command line ask it."""

from __future__ import annotations

from pathlib import Path

PARAMS = Path("params.yaml")
DESCRIPTORS = Path("data/corpora")
BENCHMARKS = Path("data/benchmarks")
TEMPLATES = Path("data/templates")
PAPER = Path("data/reference/paper_table.yaml")
SAMPLES = Path("data/samples")
IMPORTS = Path("data/imports")
"""Native files that were brought in by `taiyi corpora add`, one folder a corpus, each under DVC."""
RAW = Path("data/raw")
RECORDS = Path("data/records")
CURATED = Path("data/curated")
INSTRUCTIONS = Path("data/instructions")
BASE_MODEL = Path("data/base_model")
TOKENS = Path("data/tokens")
ADAPTERS = Path("data/adapters")
PREDICTIONS = Path("data/predictions")
EVALUATION = Path("data/evaluation")
REPORT = Path("data/report")
MANIFESTS = Path("data/manifests")
METRICS = Path("data/metrics")
CHECKPOINTS = Path(".state/checkpoints")
"""Training checkpoints, outside DVC and under their fingerprint: a killed run resumes, a changed one never does."""

DOWNLOADS = Path(".state/downloads")
"""Downloads, finished or begun: run again, they go on."""

CARD = "card.json"
"""The name of the data card inside a corpus's folder of records."""
LEDGER = "ledger.jsonl"
"""The name of the ledger inside a stage's folder."""
PACKS = "packs.html"
"""Beside the tokens: some packed rows token by token; the report has a copy."""
NEAR_MISSES = "near_misses.jsonl"
"""Among the curated records: pairs that are alike and both kept."""
QUALITY = "quality.json"
"""Among the curated records: what left by rule and corpus, and how alike texts are."""
BUDGET = "budget.json"
"""The name of the loss budget beside the instances."""


def records(corpus: str) -> Path:
    """The folder of a corpus's harmonised records: one `<split>.jsonl` each, and the ledger of its reading."""
    return RECORDS / corpus


def curated(use: str) -> Path:
    """The curated records of one use (train, dev, test): one `<corpus>.jsonl` each."""
    return CURATED / use


def instructions(use: str) -> Path:
    """The instances of one use."""
    return INSTRUCTIONS / f"{use}.jsonl"


def tokens(stage: str) -> Path:
    """The tokenised conversations of one training stage, as an Arrow file."""
    return TOKENS / f"{stage}.arrow"


def manifest(stage: str) -> Path:
    """The manifest of one stage, written last."""
    return MANIFESTS / f"{stage}.json"
