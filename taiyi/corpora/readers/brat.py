"""BRAT and BioNLP-ST standoff: a .txt and its annotation files, lines T R E * M A N #."""

from __future__ import annotations

from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers.mentions import OnMismatch


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the standoff reader. The split's files are the .txt files.

    annotations: suffixes of the annotation files that belong to a text, in reading order.
    annotation_folder: where they lie below the corpus folder; empty: beside the text.
    missing: what a text without one of its annotation files means: an error, or nothing annotated in that file.
    annotated: false where the gold is withheld (blind test sets).
    document_id: a regular expression on the file's stem; its first group is the document id.
    star_relations: names of `*` lines that are relations between neighbours (Chia's OR); `* Equiv` is coreference.
    """

    annotations: tuple[str, ...] = (".ann",)
    annotation_folder: str = ""
    missing: Literal["refuse", "empty"] = "refuse"
    annotated: bool = True
    document_id: str = r"(.+)"
    star_relations: tuple[str, ...] = ()
    on_mismatch: OnMismatch = "refuse"
