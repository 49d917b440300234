"""Tables whose texts mark two mentions that a label relates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers import marked_table
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput


def test_marks_become_mentions_and_the_label_their_relation(read: Callable, native: Path) -> None:
    cause, effect, other = read("marked_table", native / "two.marked.csv")
    assert cause.text == "The Fendol, she says, gave her a rash."
    assert [(e.id, e.text) for e in effect.entities] == [("E1", 'Her "dry" cough'), ("E2", "Nosartan")]
    assert [(r.type, r.head.ref, r.tail.ref) for d in (cause, effect, other) for r in d.relations] == [
        ("Cause", "E1", "E2"),
        ("Cause", "E2", "E1"),
        ("Other", "E1", "E2"),
    ]


def test_labels_may_be_numbers_and_rows_may_have_ids(read: Callable, write: Callable) -> None:
    path = write("n\tt\tl\n7\t<E1>a</E1> <E2>b</E2>\t1\n", "a.tsv")
    options = {"delimiter": "\t", "quoted": False, "id": "n", "text": "t", "label": "l", "type": "thing"}
    (document,) = read("marked_table", path, names={"1": "Prevent(e2, e1)"}, **options)
    assert document.id == "toy/train/7"
    assert document.relations[0].type == "Prevent" and document.relations[0].head.ref == "E2"
    assert document.entities[0].type == "thing"
    with pytest.raises(InvalidInput, match="the label '1' has no name"):
        read("marked_table", path, names={"0": "Cause(e1,e2)"}, **options)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a <e2>b</e2>,Other", "no mention is marked as e1"),
        ("<e1>a <e2>b</e2>,Other", "no mention is marked as e1"),
        ("<e1></e1><e2>b</e2>,Other", "no mention is marked as e1"),
        ("</e1>a<e1> <e2>b</e2>,Other", "no mention is marked as e1"),
        ("<e1>a</e1> <e2>b</e2> <e2>c</e2>,Other", "<e2> stands twice"),
        ("<e1><e1>a</e1> <e2>b</e2>,Other", "<e1> stands twice"),
        ("<e1>a</e1> <e2>b</e2>,", "the label is ''"),
        ('<e1>a</e1> <e2>b</e2>,"Cause(E1,E1)"', "the label is"),
        ("<e1>a</e1> <e2>b</e2>", "cells"),
    ],
)
def test_a_damaged_row_is_named(read: Callable, write: Callable, row: str, said: str) -> None:
    path = write(f"Text,Label\r\n<e1>a</e1><e2>b</e2>,Other\r\n{row}\r\n", "a.csv")
    with pytest.raises(InvalidInput, match=said) as caught:
        read("marked_table", path)
    assert caught.value.where == f"{path}:3"


@given(st.lists(st.text("ab <>/e1", max_size=4), min_size=5, max_size=5))
def test_the_text_is_what_stands_between_the_marks(parts: list[str]) -> None:
    marked = "{}<e1>x{}</e1>{}<e2>y{}</e2>{}".format(*parts)
    fields = Fields("a.csv:1", {})
    try:
        text, (first, second) = marked_table._unmarked(fields, marked, "thing")
    except InvalidInput:
        assert marked_table._MARK.search("\n".join(parts)) or marked.count("e1>") > 2 or marked.count("e2>") > 2
    else:
        assert text[slice(*first.spans[0])] == first.text
        assert text[slice(*second.spans[0])] == second.text
