"""BioC documents, whatever they are written in: what bioc_xml and bioc_json share."""

from __future__ import annotations

from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers.mentions import OnMismatch


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the BioC readers.

    passages: "offset" puts each passage at its native offset (gaps are filled with blanks); "joined" joins them by one
      blank and ignores the offsets (BC5CDR counts them on the escaped text).
    type: the infon with an annotation's type; concepts: the infons with its ids, the first present one counts.
    concept_separators, databases, no_concept, on_mismatch: as in pubtator.
    relation_type: the infons with a relation's type, the first present one counts.
    relation_ends: infons with the concepts of head and tail, several spellings in turn; nodes are used where there are any.
    """

    passages: Literal["offset", "joined"] = "offset"
    type: str = "type"
    concepts: tuple[str, ...] = ("identifier", "MESH")
    concept_separators: str = "|"
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("-1", "-", "")
    on_mismatch: OnMismatch = "refuse"
    relation_type: tuple[str, ...] = ("relation", "type")
    relation_ends: tuple[tuple[str, str], ...] = (("entity1", "entity2"), ("Chemical", "Disease"))
