"""Tables: TSV or CSV, by column name or, without a header, by number from 0."""

from __future__ import annotations

from taiyi.corpora.readers import families


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the table reader.

    delimiter: between cells. quoted: whether quotation marks quote cells (CSV) or are text (most TSV).
    header: whether the first row names the columns; without one they are named "0", "1", ...
    encoding: utf-8, gb18030 ...
    """

    delimiter: str = "\t"
    quoted: bool = False
    header: bool = True
    encoding: str = "utf-8"
