"""Tables: cells, quotation marks, headers, encodings."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger

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


def test_columns_may_be_named_in_place_of_a_header(read: Callable, write: Callable) -> None:
    named = {"columns": ["mean", "one", "two"], "pair": {"text_1": "one", "text_2": "two", "scores": ["mean"]}}
    (record,) = read("table", write("M,T 1,T 2\n1.5,a,b\n"), **CSV, **named)
    assert (record.text_1, record.score) == ("a", 1.5)
    assert len(read("table", write("1.5,a,b\n2,c,d\n"), header=False, **CSV, **named)) == 2
    with pytest.raises(InvalidInput, match="4 cells, the columns are 3"):
        read("table", write("1.5,a,b,c\n"), header=False, **CSV, **named)


def test_rows_of_another_width_are_dropped_where_that_is_allowed(
    read: Callable, write: Callable, ledger: Ledger
) -> None:
    path = write("a\tb\t1\nc\td\ne\tf\t0\tg\nh\ti\t1\n")
    assert [record.text_1 for record in read("table", path, on_ragged="drop", **PAIRS)] == ["a", "h"]
    assert [entry.reason.partition(": ")[0] for entry in ledger] == [f"{path}:2", f"{path}:3"]
    assert ledger.counts() == {"row_ragged": 2}


def test_a_table_may_be_packed(read: Callable, write: Callable) -> None:
    packed = gzip.compress(b"\xef\xbb\xbfa\tb\t1\r\nc\td\t0\r\n")
    assert [record.label for record in read("table", write(packed, "two.tsv.gz"), **PAIRS)] == ["1", "0"]
    for damaged in (packed[:-9], b"a\tb\t1\n", packed[:20] + b"\x00\x01" + packed[22:]):
        with pytest.raises(InvalidInput, match="not a sound gzip file") as caught:
            read("table", write(damaged, "two.tsv.gz"), **PAIRS)
        assert caught.value.where.endswith("two.tsv.gz")


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


def test_the_name_of_a_file_may_be_the_label_of_its_lines(read: Callable, write: Callable) -> None:
    books = (write("甲。\n\n乙。\n", "内科学.txt"), write("丙\t丁。\n", "外科.学.txt"))
    options = {"header": False, "delimiter": "\x1f", "classification": {"text": "0", "labels": "@file"}}
    records = read("table", *books, language="zh", **options)
    assert [(record.text, record.labels) for record in records] == [
        ("甲。", ("内科学",)),
        ("乙。", ("内科学",)),
        ("丙\t丁。", ("外科.学",)),
    ]


ABBREVIATION = {
    "delimiter": ",",
    "quoted": True,
    "id": "ID",
    "document": {
        "text": "TEXT",
        "entities": {"list": "", "word": "LOCATION", "type": "", "name": "abbreviation", "text": ""},
    },
}


def test_a_row_may_be_its_one_mention_named_by_the_number_of_its_word(read: Callable, write: Callable) -> None:
    path = write('ID,TEXT,LOCATION,LABEL\n7,"tea, or ZV  twice",2,x\n7,"tea, or ZV  twice",0,y\n')
    first, second = read("table", path, **ABBREVIATION)
    assert [(e.type, e.spans, e.text) for e in first.entities] == [("abbreviation", ((8, 10),), "ZV")]
    assert (second.id, second.entities[0].text) == ("toy/train/7-2", "tea,")


@pytest.mark.parametrize(("word", "said"), [("5", "'LOCATION' is 5, the text has 5 words"), ("x", "whole number"), ("3", "lies outside")])  # fmt: skip
def test_a_word_that_is_not_there_is_refused(read: Callable, write: Callable, word: str, said: str) -> None:
    path = write(f'ID,TEXT,LOCATION\n7,"tea, or ZV  twice",{word}\n')
    with pytest.raises(InvalidInput, match=said) as caught:
        read("table", path, **ABBREVIATION)
    assert caught.value.where == f"{path}:2"


def test_a_whole_text_may_have_a_concept_of_a_named_vocabulary(read: Callable, write: Callable) -> None:
    path = write("123\tHeadache\tmy head hurts\n".encode("latin-1"))
    (record,) = read(
        "table",
        path,
        header=False,
        encoding="latin-1",
        document={"text": "2", "whole": "0", "whole_type": "phrase", "separator": "", "database": "SNOMEDCT"},
    )
    (entity,) = record.entities
    assert (entity.type, entity.text, entity.concepts) == ("phrase", "my head hurts", ("SNOMEDCT:123",))
