"""Which rows belong to the thread of an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from taiyi import corpora
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.instructions.thread import concerns, native
from taiyi.ledger import Ledger
from taiyi.samples import write


@pytest.mark.parametrize(
    ("row", "identifier", "belongs"),
    [
        ("c/test/1", "c/test/1", True),
        ("c/test/1#ner.en.t1", "c/test/1", True),
        ("c/test/1#ner.en.t1@stage1", "c/test/1", True),
        ("c/test/1", "c/test/1#ner.en.t1", True),
        ("c/test/1#ner.en.t1.w0-90", "c/test/1#ner.en.t1", True),
        ("c/test/1#ner.en.t1@stage2", "c/test/1#ner.en.t1", True),
        ("c/test/1#ner.en.t11", "c/test/1#ner.en.t1", False),
        ("c/test/1#re.en.t1", "c/test/1#ner.en.t1", False),
        ("c/test/1.5", "c/test/1", False),
        ("c/test/1@b#ner.en.t1", "c/test/1", False),
        ("c/test/10#ner.en.t1", "c/test/1", False),
    ],
)
def test_a_row_belongs_to_its_own_id_to_what_it_extends_and_to_what_extends_it(
    row: str, identifier: str, belongs: bool
) -> None:
    assert concerns(row, identifier) is belongs


def test_a_place_that_takes_too_long_to_find_is_not_known(root: Path, tmp_path: Path) -> None:
    write(tmp_path, documents=12, seed=13)
    folder = root / "data" / "corpora"
    described = descriptor.find("sample_intent", folder)
    last = [record.id for record in corpora.read(described, "train", tmp_path, Ledger())][-1]
    assert ":" in native("sample_intent", last, folder, tmp_path)
    assert native("sample_intent", last, folder, tmp_path, seconds=0) == ""
    with pytest.raises(NotFound, match="no record"):
        corpora.place(described, last, tmp_path, seconds=0)
