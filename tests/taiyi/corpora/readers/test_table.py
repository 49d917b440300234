"""Tables: cells, quotation marks, headers, encodings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams

LABELS = {"classification": {"labels": "labels", "separator": ";"}}
PAIRS = {"header": False, "pair": {"text_1": "0", "text_2": "1", "label": "2"}}
CSV = {"delimiter": ",", "quoted": True}


def test_a_quotation_mark_is_text_in_an_unquoted_table(read: Callable, native: Path) -> None:
    first, second = read("table", native / "two.tsv", id="pmid", **LABELS)
    assert (first.text, first.labels) == ('A "quoted word in a text', ("Treatment", "Mechanism"))
    assert (second.labels, second.annotated) == ((), True)


def test_a_quoted_cell_holds_delimiters_and_line_breaks(read: Callable, native: Path) -> None:
    columns = {"header": False, "pair": {"text_1": "1", "text_2": "2", "label": "3"}}
    first, second = read("table", native / "two.csv", **CSV, **columns)
    assert first.text_1 == 'Do I, too, need "it"?'
    assert (second.text_1, second.label) == ("Two\nlines?", "0")


def test_a_table_may_be_in_another_encoding(read: Callable, write: Callable) -> None:
    path = write("头痛\t头疼\t1\n".encode("gb18030"))
    assert read("table", path, language="zh", encoding="gb18030", **PAIRS)[0].text_2 == "头疼"
    with pytest.raises(InvalidInput, match="not utf-8"):
        read("table", path, **PAIRS)
    with pytest.raises(InvalidParams, match="no encoding 'gb-x'"):
        read("table", path, encoding="gb-x", **PAIRS)


def test_a_column_name_may_hold_a_dot(read: Callable, write: Callable) -> None:
    path = write("Text (no.)\tlabels\r\nt\tx\r\n\r\n")
    (record,) = read("table", path, classification={"text": "Text (no.)", "labels": "labels"})
    assert (record.text, record.labels) == ("t", ("x",))


@pytest.mark.parametrize(
    ("text", "options", "line", "said"),
    [
        ("a\tb\t1\nc\td\n", PAIRS, 2, "2 cells, the first row has 3"),
        ("a\tb\t1\nc\td\t1\t1\n", PAIRS, 2, "4 cells, the first row has 3"),
        ("text\ttext\nc\td\n", LABELS, 1, "stands twice: text, text"),
        ("text\tlabel\nc\td\n", LABELS, 2, "nothing under 'labels'"),
        ('a,"b,1\nc,d,1\n', {**PAIRS, **CSV}, 1, "not a quoted table"),
        ('a,b,1\n"c"c,d,1\n', {**PAIRS, **CSV}, 2, "not a quoted table"),
        ('"a\n",b,1\nc,d\n', {**PAIRS, **CSV}, 3, "2 cells"),
        ("a\tb\t\n", PAIRS, 1, "nothing under '2'"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    read: Callable, write: Callable, text: str, options: dict[str, object], line: int, said: str
) -> None:
    path = write(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("table", path, **options)
    assert caught.value.where == f"{path}:{line}"
