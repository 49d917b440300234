"""Files of records: whole or not at all, and an error names the file and line."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import jsonl
from taiyi.errors import InvalidInput, NotReady, TaiyiError
from taiyi.records import Classification

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=4)
    ),
    max_leaves=8,
)


def failing(rows: int, error: Exception) -> Iterator[dict[str, int]]:
    """So many rows, then the error."""
    for row in range(rows):
        yield {"row": row}
    raise error


@given(rows=st.lists(VALUES, max_size=6))
def test_what_is_written_is_what_is_read(rows: list[object], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    assert jsonl.write(path, rows) == len(rows)
    assert list(jsonl.read(path, object)) == rows
    assert path.read_bytes().count(b"\n") == len(rows)


def test_the_same_rows_give_the_same_bytes_whatever_the_order_of_keys(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "a", [{"b": 1, "a": 2}])
    jsonl.write(tmp_path / "b", [{"a": 2, "b": 1}])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failure_in_the_middle_leaves_no_file_and_no_scrap(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        jsonl.write(tmp_path / "deep" / "rows.jsonl", failing(1000, ZeroDivisionError()))
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_failure_in_the_middle_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    jsonl.write(path, [{"row": "old"}])
    with pytest.raises(ZeroDivisionError):
        jsonl.write(path, failing(1000, ZeroDivisionError()))
    assert list(jsonl.read(path, object)) == [{"row": "old"}]
    assert list(tmp_path.iterdir()) == [path]


def test_a_row_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        jsonl.write(tmp_path / "rows.jsonl", [{"row": 1}, object()])
    assert list(tmp_path.iterdir()) == []


def test_a_file_missing_while_rows_are_made_is_not_taken_for_one_that_cannot_be_written(tmp_path: Path) -> None:
    def rows() -> Iterator[str]:
        yield from (tmp_path / "source.txt").open()

    with pytest.raises(FileNotFoundError, match=r"source\.txt"):
        jsonl.write(tmp_path / "rows.jsonl", rows())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TaiyiError, match=r"file/rows\.jsonl: cannot be written"):
        jsonl.write(tmp_path / "file" / "rows.jsonl", [])


def test_a_full_disk_names_the_file_keeps_the_old_one_and_leaves_no_scrap(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    jsonl.write(path, [{"row": "old"}])
    program = f"""
import resource
from pathlib import Path
from taiyi import jsonl
from taiyi.errors import TaiyiError
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    jsonl.write(Path({str(path)!r}), ({{"row": "x" * 1000}} for _ in range(1000)))
except TaiyiError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == f"{path}: cannot be written: File too large; free some space or choose another folder\n"
    assert list(jsonl.read(path, object)) == [{"row": "old"}]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_names_what_would_make_it(tmp_path: Path) -> None:
    for attempt in (lambda: list(jsonl.read(tmp_path / "no", object)), lambda: jsonl.read_json(tmp_path / "no")):
        with pytest.raises(NotReady, match="does not exist; run the stage that writes it"):
            attempt()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (b'{"family":"classification","id":"a/train/2","language":"en","te', "malformed"),
        (b"", "truncated"),
        (b'{"family":"classification","id":"a/train/2","language":"fr","text":"t"}', "language"),
        (b'{"family":"classification","id":"a/train/2","language":"en","text":"t","lables":[]}', "lables"),
        (b'{"family":"classification","id":"a/train/2","language":"en"}', "text"),
        (b'{"family":"classification","id":"a/train/2","language":"en","text":"\xff"}', "utf-8"),
        (b'{"family":"classification","id":"a/train/2","language":"en","text":"t","labels":["x","x"]}', "a/train/2"),
    ],
)
def test_a_damaged_line_is_named_with_file_and_line(tmp_path: Path, damage: bytes, problem: str) -> None:
    path = tmp_path / "rows.jsonl"
    good = msgspec.json.encode(Classification(id="a/train/1", language="en", text="t"))
    path.write_bytes(b"\n".join((good, damage, good)))
    with pytest.raises(InvalidInput) as caught:
        list(jsonl.read(path, Classification))
    assert str(caught.value).startswith(f"{path}:2: ")
    assert problem in str(caught.value)


def test_the_lines_before_a_damaged_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"row":1}\n{"row":')
    rows = jsonl.read(path, object)
    assert next(rows) == {"row": 1}
    with pytest.raises(InvalidInput):
        next(rows)


def test_one_json_value_goes_out_indented_and_comes_back_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    jsonl.write_json(path, {"b": [1, 2], "a": "中文"})
    assert path.read_text(encoding="utf-8").startswith('{\n  "a": "中文",')
    assert jsonl.read_json(path) == {"a": "中文", "b": [1, 2]}
    with pytest.raises(InvalidInput, match=r"a\.json: Expected `array`, got `object`"):
        jsonl.read_json(path, list[int])


class Head(msgspec.Struct):
    n: int


def test_values_are_read_in_the_order_of_a_key_and_those_without_one_left_out(tmp_path: Path) -> None:
    values = [{"n": n * 7 % 100, "text": "头" * (n % 5)} for n in range(100)]
    jsonl.write(tmp_path / "t.jsonl", values)
    read = jsonl.read_ordered(tmp_path / "t.jsonl", dict[str, Any], lambda head: head.n if head.n % 2 else None, Head)
    assert list(read) == sorted((value for value in values if value["n"] % 2), key=lambda value: value["n"])


def test_a_line_that_cannot_be_ordered_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"n": 1}\n{"m": 1}\n')
    with pytest.raises(InvalidInput, match=r"t\.jsonl:2"):
        list(jsonl.read_ordered(tmp_path / "t.jsonl", Any, lambda head: head.n, Head))


def test_values_are_found_by_their_ids(tmp_path: Path) -> None:
    records = [Classification(id=f"c/train/{n}", language="zh", text=f"文本{n}") for n in range(5)]
    jsonl.write(tmp_path / "rows.jsonl", records)
    lookup = jsonl.Lookup(tmp_path / "rows.jsonl", Classification)
    assert [lookup[record.id] for record in reversed(records)] == records[::-1]
    with pytest.raises(InvalidInput, match=r"rows\.jsonl: holds no c/train/5"):
        lookup["c/train/5"]


def test_a_lookup_names_the_line_that_has_no_id(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"id": "a"}, {"text": "b"}])
    with pytest.raises(InvalidInput, match=r"rows\.jsonl:2"):
        jsonl.Lookup(tmp_path / "rows.jsonl", dict)
    with pytest.raises(NotReady):
        jsonl.Lookup(tmp_path / "none.jsonl", dict)
