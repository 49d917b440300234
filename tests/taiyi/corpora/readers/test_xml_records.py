"""XML records: what XPath finds in an element, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams

PAIRS = {
    "record": "pair",
    "fields": {"id": "@pid", "asked": "chq", "known": "faq", "same": "@value"},
    "id": "id",
    "pair": {"text_1": "asked", "text_2": "known", "label": "same"},
}
ANSWERS = {
    "record": "Question",
    "fields": {"q": "Text", "a": "Answers/Answer[@Score>2]/Text"},
    "question": {"question": "q", "answers": "a"},
}
QUESTIONS = """<Set>
  <Question QID="1">
    <Text> Is it <b>contagious</b>? </Text>
    <Answers>
      <Answer Score="4"><Text>Yes.</Text></Answer>
      <Answer Score="1"><Text>Eat more fruit.</Text></Answer>
      <Answer Score="3"><Text>By air &amp; touch.</Text></Answer>
    </Answers>
  </Question>
</Set>
"""


def test_attributes_and_elements_are_fields(read: Callable, native: Path) -> None:
    first, second = read("xml_records", native / "two.pairs.xml", **PAIRS)
    assert (first.id, first.text_1, first.label) == (
        "toy/train/7",
        "Does the sea air help\nagainst a cough & cold?",
        "true",
    )
    assert (second.text_2, second.label) == ("What is an ear?", "false")


def test_white_space_that_lays_a_text_out_may_be_joined(read: Callable, native: Path) -> None:
    first, _ = read("xml_records", native / "two.pairs.xml", **PAIRS, spaces="join")
    assert first.text_1 == "Does the sea air help against a cough & cold?"


def test_several_matches_are_a_list_and_marks_within_a_text_are_text(read: Callable, write: Callable) -> None:
    (record,) = read("xml_records", write(QUESTIONS), **ANSWERS)
    assert (record.question, record.answers) == ("Is it contagious?", ("Yes.", "By air & touch."))


def test_a_record_may_take_a_field_from_the_element_around_it(read: Callable, write: Callable) -> None:
    fields = {"q": "../../Text", "a": "Text", "n": "@Score"}
    options = {"record": "Answer", "fields": fields, "pair": {"text_1": "q", "text_2": "a", "scores": ["n"]}}
    records = read("xml_records", write(QUESTIONS), **options)
    assert [record.score for record in records] == [4.0, 1.0, 3.0]
    assert {record.text_1 for record in records} == {"Is it contagious?"}


def test_a_list_in_the_place_of_a_text_is_joined(read: Callable, write: Callable) -> None:
    options = {**ANSWERS, "fields": {"q": "Text | Answers/Answer[1]/Text", "a": "string(Answers)"}, "joiner": " "}
    assert read("xml_records", write(QUESTIONS), **options)[0].question == "Is it contagious? Yes."


def test_an_id_that_returns_is_numbered(read: Callable, write: Callable) -> None:
    pair = '<pair pid="1" value="true"><chq>a</chq><faq>b</faq></pair>'
    records = read("xml_records", write(f"\ufeff<set>\r\n{pair}\r\n{pair}</set>"), **PAIRS)
    assert [record.id for record in records] == ["toy/train/1", "toy/train/1-2"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('<set>\n<pair pid="1" value="true"><chq>a</chq></pair>\n</set>', ":2", "there is no 'known'"),
        ('<set>\n<pair pid="1"><chq>a</chq><faq>b</faq></pair>\n</set>', ":2", "nothing under 'same'"),
        ('<set>\n<pair value="x"><chq>a</chq><faq>b</faq></pair>\n</set>', ":2", "there is no 'id'"),
        ('<set>\n<pair pid="1" value="true"><chq>a</chq>\n', ":3", "not well-formed XML"),
        ("<set>\n</set>\n", "", "there is no <pair>"),
        ("", ":1", "not well-formed XML"),
        ('<!DOCTYPE set [<!ENTITY e "x">]>\n<set><pair>&e;</pair></set>', ":1", "declares entities"),
    ],
)
def test_what_is_missing_or_damaged_is_named_by_its_line(
    read: Callable, write: Callable, text: str, line: str, said: str
) -> None:
    path = write(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("xml_records", path, **PAIRS)
    assert caught.value.where == f"{path}{line}"


def test_what_is_no_xpath_is_refused_with_the_field_s_name(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidParams, match="the field 'q' is 'a\\[', which is no XPath"):
        read("xml_records", write(QUESTIONS), **{**ANSWERS, "fields": {"q": "a["}})
    with pytest.raises(InvalidParams, match="cannot be followed"):
        read("xml_records", write(QUESTIONS), **{**ANSWERS, "fields": {"q": "x:a"}})
