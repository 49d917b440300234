"""BioC in XML, read one document at a time."""

from __future__ import annotations

from taiyi.corpora.readers import bioc


class Options(bioc.Options, frozen=True, kw_only=True):
    """The options of both BioC readers; see taiyi.corpora.readers.bioc."""
