"""JSON: an array, one object a line, or one object keyed by id; what lies where is said by the descriptor."""

from __future__ import annotations

from taiyi.corpora.readers import families


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the JSON reader.

    records: the key of the list where it does not stand at the top. In an object keyed by id, the key `@key` is that id.
    """

    records: str = ""
