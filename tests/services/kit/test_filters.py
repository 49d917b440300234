"""Filters: what they mean, that their mistakes are placed, and that no text breaks them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Refusal
from services.kit.filters import And, Kind, Node, Not, Or, Term, parse

FIELDS: dict[str, Kind] = {
    "task": "list",
    "language": "text",
    "licence": "text",
    "records": "number",
    "updated": "time",
    "open": "flag",
}


def read(text: str, *, search: bool = True) -> Node | None:
    return parse(text, FIELDS, search=search)


ZH, EN, NER = Term("language", "=", "zh"), Term("language", "=", "en"), Term("task", ":", "ner")
MEANT = [
    ("", None),
    ("  ", None),
    ("language = zh", ZH),
    ("language=zh", ZH),
    ("language = 'zh'", ZH),
    (r'licence = "a \"b\" \\c"', Term("licence", "=", r'a "b" \c')),
    ("task:ner", NER),
    ("language=zh AND task:ner", And((ZH, NER))),
    ("language=zh task:ner", And((ZH, NER))),
    ("language=zh OR language=en", Or((ZH, EN))),
    ("task:ner AND language=zh OR language=en", And((NER, Or((ZH, EN))))),
    ("language=zh OR language=en task:ner", And((Or((ZH, EN)), NER))),
    ("(task:ner AND language=zh) OR language=en", Or((And((NER, ZH)), EN))),
    ("NOT language=zh", Not(ZH)),
    ("-language=zh", Not(ZH)),
    ("NOT (language=zh OR task:ner)", Not(Or((ZH, NER)))),
    ("NOT language=zh OR task:ner", Or((Not(ZH), NER))),
    ("licence = CC*", Term("licence", "=", "CC", after=True)),
    ("licence = *-NC*", Term("licence", "=", "-NC", before=True, after=True)),
    ("licence = *", Term("licence", "=", "", before=True)),
    ('licence = "CC*"', Term("licence", "=", "CC*")),
    ("licence = CC-BY-4.0", Term("licence", "=", "CC-BY-4.0")),
    ("records >= 1e3", Term("records", ">=", 1000.0)),
    ("records > -5", Term("records", ">", -5.0)),
    ("updated < 2026-11-21", Term("updated", "<", datetime(2026, 11, 21, tzinfo=UTC))),
    ('updated >= "2026-11-21T08:00:00+08:00"', Term("updated", ">=", datetime(2026, 11, 21, tzinfo=UTC))),
    ("open = true", Term("open", "=", True)),
    ("糖尿病", Term("", ":", "糖尿病")),
    ('"chemical disease" language=zh', And((Term("", ":", "chemical disease"), ZH))),
    ("language = 中文", Term("language", "=", "中文")),
]


@pytest.mark.parametrize(("text", "tree"), MEANT, ids=[text for text, _ in MEANT])
def test_a_filter_means(text: str, tree: Node | None) -> None:
    assert read(text) == tree


WRONG = [
    ("colour = red", "no field 'colour'"),
    ("langage = zh", "did you mean 'language'"),
    ("language =", "character 11: a value after `=` is expected, not the end"),
    ("= zh", "character 1: a field or a value is expected"),
    ("language = zh)", "character 14: nothing more is expected"),
    ("(language = zh", "`)` is expected, not the end"),
    ("language = zh OR", "a field or a value is expected, not the end"),
    ("AND language = zh", "a field or a value is expected"),
    ("language < zh", "compared by != : =, not by `<`"),
    ("task = ner", "compared by :"),
    ("records = many", "a number, not 'many'"),
    ("records = nan", "a number"),
    ("updated > yesterday", "ISO 8601"),
    ("open = yes", "true or false"),
    ('"language" = zh', "no field '\"language\"'"),
    ('language = "zh', "character 12"),
    ("language = zh !", "is expected, not '!'"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[text for text, _ in WRONG])
def test_a_mistake_is_said_and_placed(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(text)
    assert said in refused.value.message
    assert refused.value.violations[0][0] == "filter"


def test_a_list_without_a_search_takes_no_bare_words() -> None:
    with pytest.raises(Refusal, match="a comparison of `zh` is expected"):
        read("zh", search=False)


@pytest.mark.parametrize(
    "text",
    ["a" * 2001, " ".join(["a"] * 65), "(" * 17 + "a" + ")" * 17, "NOT " * 17 + "a", "(" * 1000, "-(" * 900],
    ids=["long", "many", "deep", "negated", "open", "both"],
)
def test_a_filter_that_is_too_much_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from("AND OR NOT ( ) - = : < \" ' a language zh task 1 * \\".split())).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except Refusal as refused:
        assert refused.reason == "INVALID_FIELD"


@given(st.text(min_size=1, max_size=100))
def test_a_quoted_value_is_itself(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert read(f'licence = "{quoted}"') == Term("licence", "=", value)
