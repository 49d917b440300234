"""JSON files: three layouts, lines named, ids chosen by a list."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.corpora.readers import json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput


def read(path: Path, **options: str) -> list[tuple[int, object]]:
    found = json_files.values(path, **options)
    return [(int(value.where.rsplit(":", 1)[1]), value.key or value.content) for value in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a": 1},\n\n {"a": 1}\n]', [(1, {"a": 1}), (3, {"a": 1})]),
        ('{"a": 1}\n\n{"a": 2}\r\n', [(1, {"a": 1}), (3, {"a": 2})]),
        ('{"a": {}}\n{"a": {}}', [(1, {"a": {}}), (2, {"a": {}})]),
        ('{"a": 1}', [(1, {"a": 1})]),
        ('{\n"k1": {"a": 1},\n"k2": {"a": 1}}', [(2, "k1"), (3, "k2")]),
        ('{"k1": {"a": 1}, "k2": {}}', [(1, "k1"), (1, "k2")]),
        ('\ufeff[{"a": "\ufeff"}]', [(1, {"a": "\ufeff"})]),
        ("[]", []),
    ],
)
def test_the_layout_is_told_from_the_beginning(write: Callable, text: str, expected: list[tuple[int, object]]) -> None:
    assert read(write(text)) == expected


def test_a_single_line_is_what_it_is_said_to_be(write: Callable) -> None:
    assert read(write('{"k": {}}', "one.jsonl")) == [(1, {"k": {}})]
    assert read(write('{"k": {}}'), layout="lines") == [(1, {"k": {}})]


def test_the_list_may_stand_within(write: Callable) -> None:
    path = write('{"version": 1,\n"data": {"rows": [\n{"a": 1}]}}')
    assert read(path, records="data.rows") == [(3, {"a": 1})]
    with pytest.raises(InvalidInput, match="no 'row'"):
        read(path, records="data.row")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"a": 1},\n{"a": }]', 2),
        ('[{"a": 1},\n{"a": 1}', 2),
        ('{"a": 1}\n{"a": 1\n{"a": 3}', 2),
        ('{\n"k": {"a": 1},\n"l": 1 2}', 3),
        ("", 1),
        ("no JSON", 1),
        ("[" * 100_000, 1),
    ],
)
def test_what_is_no_json_is_named_by_its_line(write: Callable, text: str, line: int) -> None:
    path = write(text)
    with pytest.raises(InvalidInput) as caught:
        read(path)
    assert caught.value.where == f"{path}:{line}"


def test_a_byte_that_is_no_text_is_named_by_its_line(write: Callable) -> None:
    path = write(b'[{"a": "b"},\n{"a": "\xff"}]')
    with pytest.raises(InvalidInput, match="0xff") as caught:
        read(path)
    assert caught.value.where == f"{path}:2"


FIELDS = Fields("f:1", {"a": {"b": [{"@value": "x"}, 2]}, "c.d": 3, "e": None, "f": ["p##q", "", "r"]})


def test_a_key_is_a_path_unless_it_stands_there_as_it_is() -> None:
    assert FIELDS.text("a.b.0.@value") == "x"
    assert FIELDS.text("c.d") == "3"
    assert FIELDS.optional_text("a.b.7") == FIELDS.optional_text("e") == FIELDS.optional_text("") == ""


def test_joined_texts_are_parted_and_trimmed() -> None:
    assert FIELDS.texts("f") == ("p##q", "r")
    assert FIELDS.split("f", "##") == ("p", "q", "r")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: FIELDS.text("e"), "there is no 'e'"),
        (lambda: FIELDS.text("a"), "'a' is an object"),
        (lambda: FIELDS.integer("f"), "'f' is"),
        (lambda: FIELDS.integer("e"), "'e' is nothing"),
        (lambda: FIELDS.items("c.d"), "'c.d' is a number"),
        (lambda: FIELDS.items("f"), "an object, not a text"),
        (lambda: Fields("f:1", []), "an object, not a list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_by_its_place(ask: Callable, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        ask()
    assert caught.value.where == "f:1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": {"x": 1},\n"b": {"x": 2},\n"a": {"x": 3}}', 3),
        ('{"a": {"x": 1},\n"a": {"x": 1}}', 2),
        ('{"甲\\"": {"x": 1}, "b": {},\n"b": {"x": 2}}', 2),
    ],
)
def test_an_object_keyed_by_id_that_says_an_id_twice_is_refused(write: Callable, text: str, line: int) -> None:
    path = write(text, "keyed.json")
    with pytest.raises(InvalidInput, match="stands 2 times") as caught:
        list(json_files.values(path, layout="keyed"))
    assert caught.value.where == f"{path}:{line}"


def test_values_that_read_like_keys_are_no_keys(write: Callable) -> None:
    path = write('{"a": "a", "b": "a", "c": {"a": 1, "b": 2}}', "keyed.json")
    assert [value.key for value in json_files.values(path, layout="keyed")] == ["a", "b", "c"]
