"""De-identification XML: what is hidden stands where the tags say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

TAG = '<NAME id="P1" start="4" end="9" text="Quill" TYPE="PATIENT" comment=""/>'


def note(tags: str = TAG, text: str = "Mr. Quill") -> str:
    return f"<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>\n{tags}\n</TAGS>\n</deIdi2b2>"


def test_a_file_is_a_record_named_by_the_file(read: Callable, native: Path) -> None:
    (document,) = read("deid_xml", native / "deid.standoff.xml", record="deIdi2b2")
    assert (document.id, document.document_id) == ("toy/train/deid.standoff", "deid.standoff")
    assert [(entity.id, entity.type, entity.text) for entity in document.entities] == [
        ("P0", "DATE", "2099-02-30"),
        ("P1", "PATIENT", "Quill"),
        ("P2", "CITY", "Halden"),
    ]


def test_records_may_be_named_by_an_attribute(read: Callable, write: Callable) -> None:
    path = write("<all><r n='7'><TEXT>x</TEXT><TAGS/></r><r n='8'><TEXT>y</TEXT><TAGS/></r></all>", "a.xml")
    assert [r.document_id for r in read("deid_xml", path, record="r", id="n")] == ["7", "8"]


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_a_line_break_counts_as_one_however_it_is_written(read: Callable, write: Callable, ends: str) -> None:
    tag = TAG.replace('"4"', '"6"').replace('"9"', '"11"')
    path = write("\ufeff" + note(tag, "A\nMr. Quill").replace("\n", ends), "a.xml")
    assert read("deid_xml", path, record="deIdi2b2")[0].entities[0].text == "Quill"


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (note(TAG.replace('"4"', '"5"')), 4, "reads 'uill'"),
        (note(TAG.replace('"4"', '"-4"')), 4, "start is '-4'"),
        (note(TAG.replace("end=", "stop=")), 4, "no attribute 'end'"),
        (note(TAG + "\n" + TAG), 1, "'P1' is used twice"),
        (note().replace("<TAGS>", "<TAG>").replace("</TAGS>", "</TAG>"), 1, "0 elements <TAGS>"),
        (note().replace("</TEXT>", "</TEXT><TEXT/>"), 1, "2 elements <TEXT>"),
        (note()[:60], 4, "not well-formed"),
    ],
)
def test_what_is_damaged_is_named(read: Callable, write: Callable, content: str, line: int, said: str) -> None:
    path = write(content, "a.xml")
    with pytest.raises(InvalidInput, match=said) as caught:
        read("deid_xml", path, record="deIdi2b2")
    assert caught.value.where == f"{path}:{line}"


def test_a_file_without_records_is_refused(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidInput, match="there is no <deIdi2b2>"):
        read("deid_xml", write("<a/>", "a.xml"), record="deIdi2b2")


def test_tags_that_are_off_are_repaired_where_that_is_allowed(read: Callable, write: Callable, ledger: Ledger) -> None:
    path = write(note(TAG.replace('"4"', '"5"').replace('"9"', '"10"')), "a.xml")
    (document,) = read("deid_xml", path, record="deIdi2b2", on_mismatch="repair")
    assert document.entities[0].text == "Quill"
    assert ledger.counts() == {"mention_repaired": 1}
