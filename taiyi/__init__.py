"""Taiyi's pure core: corpora, records, tasks, curation, instructions, evaluation, and the model."""

__version__ = "0.1.0"
