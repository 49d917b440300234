"""PubTator: `id|t|title`, `id|a|abstract`, then tab-separated mentions and concept-level relations; blank line between."""

from __future__ import annotations

from taiyi.corpora import readers
from taiyi.corpora.readers.mentions import OnMismatch


class Options(readers.Options):
    """Options of the PubTator reader.

    concept_separators: characters that part the ids of one mention ("|" in BC5CDR and NCBI, "," in BioRED, where "|"
      belongs to variant ids; ",;" in NLM-Gene).
    databases: entity type -> database put before an id that names none, "*" for every other type: {"*": MESH}.
    no_concept: what stands in the id column of a mention without a concept.
    on_mismatch: what to do with a mention that is not the text at its offsets.
    """

    concept_separators: str = "|"
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("-1", "-", "")
    on_mismatch: OnMismatch = "refuse"
