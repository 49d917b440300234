"""XML element by element: flat in memory, deaf to entities, and errors with their line."""

from pathlib import Path

import pytest

from taiyi.corpora.readers import xml_files
from taiyi.errors import InvalidInput


def write(folder: Path, text: str) -> Path:
    path = folder / "a.xml"
    path.write_bytes(text.encode())
    return path


def test_elements_come_whole_and_in_order_with_their_lines(tmp_path: Path) -> None:
    path = write(tmp_path, '<all>\n<d id="1">a<i>b</i>c</d>\n<d id="2"/>\n</all>')
    found = [
        (xml_files.attribute(e, "id", path), xml_files.text(e), e.sourceline) for e in xml_files.elements(path, "d")
    ]
    assert found == [("1", "abc", 2), ("2", "", 3)]


def test_an_element_is_forgotten_once_the_next_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "<all>" + "<d>x</d>" * 100_000 + "</all>")
    # The parser reads ahead by a block of the file.
    assert max(len(element.getparent()) for element in xml_files.elements(path, "d")) < 10_000


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>\n<a><d>&c;</d></a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>\n<a><d>&b;</d></a>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_declared_entities_are_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InvalidInput, match=r"a\.xml:1: the file declares entities \(b"):
        list(xml_files.elements(path, "d"))


def test_a_document_type_outside_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, '<!DOCTYPE a SYSTEM "file:///nowhere/BioC.dtd">\n<a><d>x</d></a>')
    assert [xml_files.text(element) for element in xml_files.elements(path, "d")] == ["x"]


@pytest.mark.parametrize("text", ["<a>\n<d>x</d>\n<d>", "", "<a>\n<d>\n</a>", "no xml"])
def test_what_is_not_well_formed_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"a\.xml:\d+: not well-formed XML"):
        list(xml_files.elements(write(tmp_path, text), "d"))


def test_a_missing_attribute_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = write(tmp_path, '<a>\n<d key="1"/></a>')
    with pytest.raises(InvalidInput, match=r"a\.xml:2: <d> has no attribute 'id'\s+it has: key"):
        [xml_files.attribute(element, "id", path) for element in xml_files.elements(path, "d")]
