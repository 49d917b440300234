"""The i2b2 challenges' lines: concepts, assertions, relations, medications, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi.corpora import readers
from taiyi.corpora.readers import i2b2_lines
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger
from taiyi.records import Argument, Document

CONCEPTS = {"text": "txt/{id}.txt", "more": ["rel/{id}.rel", "ast/{id}.ast"]}
MEDICATIONS = {"text": "**/notes/{id}", "document_id": r"(\d+)"}


def read(folder: Path, *names: str, ledger: Ledger | None = None, **options: Any) -> list[Document]:
    source = readers.Source(
        corpus="toy",
        split="train",
        language="en",
        folder=folder,
        files=tuple(folder / name for name in names),
        ledger=ledger or Ledger(),
    )
    return list(i2b2_lines.read(source, msgspec.convert(options, i2b2_lines.Options)))


@pytest.fixture
def note(tmp_path: Path, ledger: Ledger) -> Callable[..., Document]:
    """`note(lines, text)`: the one document of a text and its .con file."""

    def make(lines: str, text: str = "A bad cough .\nNo fever", **options: Any) -> Document:
        (tmp_path / "n.txt").write_bytes(text.encode())
        (tmp_path / "n.con").write_bytes(lines.encode())
        return read(tmp_path, "n.con", ledger=ledger, text="{id}.txt", **options)[0]

    return make


def test_concepts_assertions_and_relations_make_one_document(native: Path) -> None:
    (document,) = read(native / "i2b2", "concept/note-01.con", **CONCEPTS)
    assert (document.id, document.document_id) == ("toy/train/note-01", "note-01")
    assert [(entity.type, entity.text) for entity in document.entities] == [
        ("problem", "severe  Chest Pain"),
        ("treatment", "Nosartan"),
        ("problem", "the chest pain\nand the fever"),
        ("problem", "his cough"),
        ("test", "A chest film"),
        ("problem", "fracture"),
    ]
    assert [(r.type, r.head.ref, r.tail.ref) for r in document.relations] == [
        ("TrIP", "T2", "T3"),
        ("TeRP", "T5", "T6"),
    ]
    assert document.meta == {"T1": "present", "T6": "absent"}


def test_an_entry_becomes_a_medication_with_its_fields(native: Path) -> None:
    ledger = Ledger()
    (document,) = read(native / "i2b2", "90001_gold.entries", ledger=ledger, **MEDICATIONS)
    assert [(entity.type, entity.text) for entity in document.entities] == [
        ("m", "Nosartan"),
        ("do", "20 mg"),
        ("mo", "by mouth"),
        ("f", "twice\na day before sleep"),
        ("du", "for\n3 weeks"),
        ("r", "high pressure"),
        ("m", "Fendol"),
        ("f", "as needed"),
    ]
    assert [(r.type, r.head.ref) for r in document.relations[-2:]] == [("r", "T1"), ("f", "T7")]
    assert document.meta == {"T1": "e=start t=current c=factual ln=list", "T7": "ln=narrative"}
    assert not list(ledger)


def test_a_mention_named_by_several_lines_is_one_entity(note: Callable) -> None:
    entry = 'm="a" 1:0 1:0||do="bad" 1:1 1:1||ln="list"\n'
    document = note(f'{entry}m="no" 2:0 2:0||do="bad" 1:1 1:1||ln="list"\n{entry}')
    assert [entity.text for entity in document.entities] == ["A", "bad", "No"]
    assert [(r.head, r.tail) for r in document.relations] == [
        (Argument(ref="T1"), Argument(ref="T2")),
        (Argument(ref="T3"), Argument(ref="T2")),
    ]
    assert document.meta["T1"] == "ln=list; ln=list"


def test_places_may_be_parted_by_a_blank_where_a_comma_is_due(note: Callable) -> None:
    document = note('m="a...cough" 1:0 1:0 1:2 1:2||do="nm"\n')
    assert document.entities[0].spans == ((0, 1), (6, 11))


@pytest.mark.parametrize("text", ["A bad cough .\r\nNo fever\r\n", "\ufeffA bad cough .\nNo fever"])
def test_carriage_returns_and_a_byte_order_mark_move_no_token(note: Callable, text: str) -> None:
    document = note('\ufeffc="no fever" 2:0 2:1||t="problem"\r\n', text)
    assert document.entities[0].text == "No fever"


def test_an_empty_file_of_annotations_is_a_document_without_any(note: Callable) -> None:
    assert note("\n").entities == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('c="cough" 1:2 1:2', "no line has the fields c"),
        ('c="cough" 1:2||t="problem"', "not a field"),
        ('c="cough 1:2 1:2||t="problem"', "not a field"),
        ('c="cough" 1:2 1:x||t="problem"', "not a field"),
        ('c="cough"||t="problem"', "the field c has no places"),
        ('c="cough" 1:2 1:2||t=""', "the field c has no type"),
        ('c="cough" 1:9 1:9||t="problem"', "no such tokens"),
        ('c="cough" 1:1 1:1||t="problem"', "reads 'bad'"),
        ('c="bad" 1:1 1:1||r="TrIP"||c="cough" 1:2 1:2', "no concept is annotated where 'bad'"),
        ('c="bad" 1:1 1:1||t="problem"||a="present"', "no concept is annotated where 'bad'"),
        ('m="nm"||do="nm"', "the field m has no places"),
        ('m="a" 1:0 1:0||do="bad"||mo="nm"', "the field do has no places"),
        ('x="a" 1:0 1:0||t="problem"', "no line has the fields x, t"),
        ("||", "not a field"),
    ],
)
def test_a_damaged_line_is_named(note: Callable, tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        note(f'c="fever" 2:1 2:1||t="problem"\n\n{line}\n')
    assert caught.value.where == f"{tmp_path / 'n.con'}:3"
    assert caught.value.remedy


def test_what_cannot_be_placed_is_dropped_where_that_is_allowed_with_what_refers_to_it(
    note: Callable, ledger: Ledger
) -> None:
    document = note(
        'm="a" 1:0 1:0||do="2 mg" 1:9 1:9||mo="orally" 2:1 2:1\nc="a" 1:1 1:1||r="x"||c="a" 1:0 1:0\nm="nm"||do="nm"\n',
        on_mismatch="drop",
    )
    assert [entity.text for entity in document.entities] == ["A"]
    assert document.relations == ()
    assert ledger.counts() == {"mention_dropped": 2, "part_dropped": 5}


def test_a_text_that_is_not_there_once_is_named(tmp_path: Path) -> None:
    (tmp_path / "n.con").write_text("")
    with pytest.raises(InvalidInput, match=r"there are 0 files 'txt/n\.txt'") as caught:
        read(tmp_path, "n.con", text="txt/{id}.txt")
    assert caught.value.where == str(tmp_path / "n.con")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "n.txt").write_text("")
    with pytest.raises(InvalidInput, match="there are 2 files"):
        read(tmp_path, "n.con", text="**/{id}.txt")


def test_further_files_may_be_missing_only_where_the_option_says_so(tmp_path: Path) -> None:
    (tmp_path / "n.con").write_text('c="cough" 1:0 1:0||t="problem"')
    (tmp_path / "n.txt").write_text("cough")
    options = {"text": "{id}.txt", "more": ["{id}.rel"]}
    with pytest.raises(InvalidInput, match="there are 0 files"):
        read(tmp_path, "n.con", **options)
    assert read(tmp_path, "n.con", missing="empty", **options)[0].relations == ()


def test_templates_and_patterns_that_name_no_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "n.con").write_text("")
    with pytest.raises(InvalidParams, match="where the id stands"):
        read(tmp_path, "n.con", text="texts/*.txt")
    with pytest.raises(InvalidInput, match="does not match"):
        read(tmp_path, "n.con", text="{id}.txt", document_id=r"(\d+)")
