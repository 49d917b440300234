from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.instances import Context, Draft, Instance, Outcome, Parsed
from taiyi.records import Classification, Dialogue, Language, Turn
from taiyi.tasks import TaskSpec, tc

LITCOVID = ("Treatment", "Diagnosis", "Prevention", "Mechanism", "Transmission", "Epidemic Forecasting", "Case Report")
HALLMARKS = (
    "activating invasion and metastasis",
    "genomic instability and mutation",
    "sustaining proliferative signaling",
    "none",
)
QIC = ("医疗费用", "病情诊断", "疾病描述", "其他", "治疗方案")


def draft(labels: tuple[str, ...], spec: TaskSpec, language: Language = "en") -> Draft:
    (found,) = tc.instances(Classification(id="c/train/1", language=language, text=" A text. ", labels=labels), spec)
    return found


def read(text: str, offered: tuple[str, ...], **settings: object) -> tuple[str, list[str]]:
    parsed = tc.parse(text, Context(offered=offered, **settings))  # type: ignore[arg-type]
    return parsed.status, [str(label) for (label,) in parsed.items]


def test_native_labels_are_asked_for_by_their_names() -> None:
    spec = TaskSpec(
        types={"0": "benign", "1": "malignant", "2": "malignant"}, aliases={"cancer": "malignant", "x": "y"}
    )
    found = draft(("2",), spec)
    assert found.fields == {"text": "A text.", "labels": "benign, malignant"}
    assert (found.gold, found.wording) == ((("malignant",),), "default")
    assert found.context == Context(offered=("benign", "malignant"), aliases={"cancer": "malignant"})


def test_a_label_that_is_not_declared_is_refused_by_record() -> None:
    with pytest.raises(InvalidInput, match=r"c/train/1: the label 'C' is not declared"):
        draft(("C",), TaskSpec(types={"A": "a"}))


def test_two_labels_where_one_is_expected_are_refused() -> None:
    with pytest.raises(InvalidInput, match="multiple: true"):
        draft(("A", "B"), TaskSpec(types={"A": "a", "B": "b"}))
    assert draft(("A", "B"), TaskSpec(types={"A": "a", "B": "b"}, multiple=True)).wording == "multiple"


def test_no_label_is_an_empty_gold_or_the_corpuss_own_label_for_it() -> None:
    plain = draft((), TaskSpec(types={"A": "a"}))
    assert (plain.gold, tc.answer(plain.gold, plain.context, "taiyi")) == ((), "Result: none")
    named = draft((), TaskSpec(types={"A": "a"}, none_label="none"))
    assert (named.gold, named.context.offered) == ((("none",),), ("a", "none"))
    assert tc.answer(named.gold, named.context, "taiyi") == "Result: none"
    assert tc.parse("Result: none", named.context).items == named.gold


def test_without_declared_labels_any_label_may_be_answered() -> None:
    found = draft(("cystic fibrosis",), TaskSpec())
    assert (found.wording, found.context.offered) == ("open", ())
    assert tc.parse("Result: cystic fibrosis", found.context).items == found.gold


def test_other_families_and_withheld_gold_ask_nothing() -> None:
    dialogue = Dialogue(id="d/test/1", language="en", turns=(Turn("user", "Hi"),))
    withheld = Classification(id="c/test/1", language="en", text="t", annotated=False)
    assert not [*tc.instances(dialogue, TaskSpec()), *tc.instances(withheld, TaskSpec())]


def test_answers_are_written_as_the_paper_writes_them() -> None:
    chinese = Context(offered=QIC, language="zh", multiple=True)
    assert tc.answer((("Prevention",),), Context(offered=LITCOVID), "taiyi") == "Result: Prevention"
    assert tc.answer((("医疗费用",), ("其他",)), chinese, "taiyi") == "上述文本被分类为：医疗费用，其他"
    assert tc.answer((), chinese, "taiyi") == "上述文本被分类为：无"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Result: Treatment, Mechanism", ["Treatment", "Mechanism"]),
        ("Result: Treatment; Mechanism; Case Report", ["Treatment", "Mechanism", "Case Report"]),
        ("Result: Epidemic forecasting and transmission", ["Epidemic Forecasting", "Transmission"]),
        ("Treatment.", ["Treatment"]),
    ],
)
def test_several_labels_are_read_in_any_case_and_with_any_separator(text: str, labels: list[str]) -> None:
    assert read(text, LITCOVID, multiple=True) == ("ok", labels)


def test_a_label_with_and_in_it_is_one_label() -> None:
    text = "Result: activating invasion and metastasis, genomic instability and mutation"
    assert read(text, HALLMARKS, multiple=True) == ("ok", list(HALLMARKS[:2]))
    assert read("Result: none", HALLMARKS, multiple=True) == ("ok", ["none"])


def test_aliases_are_read_as_what_they_stand_for() -> None:
    aliases = {"疾病表述": "疾病描述", "非上述类型": "其他"}
    assert read("上述文本被分类为：疾病表述", QIC, aliases=aliases) == ("ok", ["疾病描述"])
    assert read("上述文本被分类为：非上述类型", QIC, aliases=aliases) == ("ok", ["其他"])


def test_of_two_labels_in_prose_a_negated_one_does_not_count_and_else_the_first_does() -> None:
    assert read("这句话的意图是治疗方案，而不是病情诊断。", QIC) == ("ok", ["治疗方案"])
    assert read("治疗方案，病情诊断", QIC) == ("ambiguous", ["治疗方案"])
    assert read("not similar", ("dissimilar", "similar")) == ("ok", ["dissimilar"])


def test_a_label_inside_a_word_or_a_longer_label_is_not_named() -> None:
    assert read("The texts are dissimilar.", ("similar", "dissimilar")) == ("ok", ["dissimilar"])
    assert read("It is unknown.", ("yes", "no"))[1] == []
    assert read("完全不匹配或者没有参考价值", ("完全匹配", "部分匹配", "匹配", "完全不匹配或者没有参考价值"))[1] == [
        "完全不匹配或者没有参考价值"
    ]


def test_labels_that_are_not_offered_are_noted() -> None:
    assert read("上述文本被分类为：血瘀痰凝证", ("痰湿蕴肺证", "气虚血瘀证")) == ("off_schema", [])
    assert tc.parse("Result: Treatment, Surgery", Context(offered=LITCOVID, multiple=True)) == Parsed(
        "partial", (("Treatment",),), ("Surgery",)
    )


@pytest.mark.parametrize(
    ("text", "status"), [("", "empty"), ("  \n", "empty"), ("Result: None", "none"), ("无", "none")]
)
def test_empty_and_none_answers(text: str, status: str) -> None:
    assert read(text, LITCOVID, multiple=True) == (status, [])


def test_several_labels_are_scored_by_micro_f1_against_the_commonest_set() -> None:
    context = Context(offered=("a", "b"), multiple=True)
    outcomes = [outcome((("a",),), (("a",),), context), outcome((("a",), ("b",)), (("a",),), context)]
    score = tasks.score("tc", outcomes)
    assert (score.name, score.value, score.baseline_name) == ("f1", 0.8, "majority labels")
    assert tasks.score("tc", [outcome((("a",),), (("a",),), Context(offered=("a", "b")))]).name == "accuracy"


def outcome(gold: tuple[tuple[str], ...], found: tuple[tuple[str], ...], context: Context) -> Outcome:
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    instance = Instance(
        id="c/test/1#tc.en.t1", task="tc", language="en", style="taiyi", turns=turns, gold=gold, context=context
    )
    return Outcome(instance, "raw", Parsed("ok", found))


plain = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
awkward = st.sampled_from(
    ["a", "b", "a, b", "a; b", "a and b", "a，b", "b；a", "Result: a", "none", "无", "[a", "A", "**a**", "- a"]
)
names = st.lists(plain | awkward, min_size=1, max_size=6, unique=True)


@given(offered=names, data=st.data(), language=st.sampled_from(["en", "zh"]), declared=st.booleans())
def test_parse_reads_back_every_answer(
    offered: list[str], data: st.DataObject, language: Language, declared: bool
) -> None:
    gold = tuple((label,) for label in data.draw(st.lists(st.sampled_from(offered), unique=True)))
    context = Context(offered=tuple(offered) if declared else (), multiple=len(gold) > 1, language=language)
    parsed = tc.parse(tc.answer(gold, context, "taiyi"), context, prompt="a, b none")
    assert parsed.items == gold
    assert parsed.status == ("ok" if gold else "none")


@pytest.mark.parametrize(
    "case", ["perfect", "noisy", "taiyi_label_alias", "promptcblue_other_name", "majority", "out_of_label"]
)
def test_kuake_qic_from_raw_answers(case: str) -> None:
    if not os.environ.get("TAIYI_SCORE_VECTORS"):
        pytest.skip("TAIYI_SCORE_VECTORS does not name the folder of score vectors")
    folder = Path(os.environ["TAIYI_SCORE_VECTORS"]) / "15_kuake_qic"
    gold, raw = (
        [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in ("gold", f"pred.{case}")
    )
    context = Context(
        offered=tuple(dict.fromkeys(row["label"] for row in gold)), aliases={"疾病描述": "疾病表述"}, language="zh"
    )
    outcomes = [
        outcome(((g["label"],),), tc.parse(r["output"], context).items, context) for g, r in zip(gold, raw, strict=True)
    ]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"][case]
    assert tasks.score("tc", outcomes).value == pytest.approx(expected["accuracy_with_alias_map"])
