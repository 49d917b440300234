"""CoNLL columns: one token a line with its tag, blank line between sentences, optional document markers."""

from __future__ import annotations

from typing import Literal

from taiyi.corpora import readers


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the CoNLL reader.

    token, tag: column numbers from 0; negative ones count from the end. separator: between columns; empty: white space.
    scheme: how tags are chunked. IO has no B-, so neighbours of one type are one mention.
    document: a regular expression for marker lines; its first group is the document id.
    unit: what becomes a record. Documents are sentences joined by a line break, each a passage.
    untyped: the type of tags that carry none (B, I).
    """

    token: int = 0
    tag: int = -1
    separator: str = "\t"
    scheme: Literal["IOB", "IOB2", "IO", "IOBES"] = "IOB2"
    document: str = ""
    unit: Literal["sentence", "document"] = "sentence"
    untyped: str = ""
