"""Sub-tasks: asked at their rates, of what is there and of what is not, by ids that other types do not move."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import params, tasks
from taiyi.corpora import descriptor
from taiyi.errors import InvalidParams
from taiyi.instances import Draft, Instance
from taiyi.instructions import Wording, render, subtasks, task_spec
from taiyi.ledger import Ledger
from taiyi.params import Subtasks
from taiyi.records import Argument, Document, Entity, Relation
from taiyi.tasks import TaskSpec
from tests.taiyi.instructions.documents import documents

ROOT = Path(__file__).parents[3]
ALL = Subtasks(each_type=99, pair=99, mention=99, absent_types=99, absent_pairs=99, absent_mentions=99)
NER = TaskSpec(
    types={"a": "chemical", "b": "disease", "g": "gene"}, subtasks=("each_type", "mention"), absent=("cell line",)
)
RE = TaskSpec(types={"r": "treats", "s": "causes"}, subtasks=("each_type", "pair"), ends={"r": ("a", "b")})
EE = TaskSpec(types={"e": "binding", "f": "growth"}, roles={"x": "Theme"}, subtasks=("each_type",))
SPECS = {"ner": NER, "re": RE, "ee": EE}


def document(key: str = "1") -> Document:
    return Document(
        id=f"c/train/{key}",
        language="en",
        text="Aspirin helps fever, not gout or acne.",
        entities=(
            Entity("T1", "a", ((0, 7),), "Aspirin"),
            Entity("T2", "b", ((14, 19),), "fever", ("DB:1",)),
            Entity("T3", "b", ((25, 29),), "gout"),
            Entity("T4", "b", ((33, 37),), "acne", ("DB:1",)),
        ),
        relations=(Relation("R1", "r", Argument(ref="T1"), Argument(ref="T2")),),
    )


def drafts(task: str, spec: TaskSpec, rates: Subtasks = ALL, key: str = "1") -> list[Draft]:
    return list(subtasks.drafts(document(key), task, spec, rates, 13))


def named(found: list[Draft], kind: str) -> list[Draft]:
    return [draft for draft in found if draft.subtask.startswith(kind)]


def test_one_type_at_a_time_is_asked_with_its_part_of_the_gold_and_none_for_what_is_absent() -> None:
    found = {draft.subtask: draft for draft in named(drafts("ner", NER), "each_type")}
    assert {name: draft.gold for name, draft in found.items()} == {
        "each_type-chemical": (("chemical", "Aspirin"),),
        "each_type-disease": (("disease", "fever"), ("disease", "gout"), ("disease", "acne")),
        "each_type-gene": (),
        "each_type-cell%20line": (),
    }
    assert all(draft.context.offered == (draft.fields["types"],) for draft in found.values())


def test_the_only_type_of_a_corpus_is_not_asked_again() -> None:
    assert drafts("ner", TaskSpec(types={"a": "chemical"}, subtasks=("each_type",))) == []


def test_a_mention_is_asked_about_with_its_type_and_with_every_other() -> None:
    answers = {(d.fields["mention"], d.fields["type"]): d.gold for d in named(drafts("ner", NER), "mention")}
    assert answers["fever", "disease"] == (("Yes",),)
    assert answers["fever", "chemical"] == answers["Aspirin", "gene"] == (("No",),)
    assert answers["Aspirin", "cell line"] == (("No",),)
    assert len(answers) == 4 * 4


def test_pairs_without_a_relation_are_of_the_declared_types_and_not_another_name_of_one_that_has_it() -> None:
    answers = {
        (d.fields["relation"], d.fields["head"], d.fields["tail"]): d.gold for d in named(drafts("re", RE), "pair")
    }
    assert answers["treats", "Aspirin", "fever"] == (("Yes",),)
    assert [pair for pair in answers if pair[0] == "treats" and answers[pair] == (("No",),)] == [
        ("treats", "Aspirin", "gout")  # acne shares the concept of fever
    ]
    assert all({head, tail} != {"Aspirin", "fever"} for _, head, tail in answers if _ != "treats")


@given(documents(), st.sampled_from(sorted(SPECS)))
def test_every_answer_of_a_subtask_reads_back_and_its_id_extends_its_records(record: Document, task: str) -> None:
    ledger = Ledger()
    for style in ("taiyi", "json"):
        wording = Wording(style=style, folder=ROOT / "data/templates", seed=13)
        asked = list(subtasks.drafts(record, task, SPECS[task], ALL, 13))
        found: list[Instance] = list(render(record, task, SPECS[task], wording, ledger, asked))
        assert len({instance.id for instance in found}) == len(found) == len(asked) + 1
        assert all(instance.record == record.id for instance in found)
    assert not ledger.entries


@given(documents(), st.sampled_from(sorted(SPECS)))
def test_pairs_and_mentions_that_are_asked_about_are_not_both_affirmed_and_denied(record: Document, task: str) -> None:
    asked = [draft for draft in subtasks.drafts(record, task, SPECS[task], ALL, 13) if draft.context.operation]
    assert len({draft.subtask for draft in asked}) == len(asked)


def test_another_type_moves_no_question_that_is_asked() -> None:
    more = msgspec.structs.replace(NER, types={"z": "species", **NER.types})
    before, after = ({d.subtask: d for d in drafts("ner", spec)} for spec in (NER, more))
    assert before.keys() < after.keys()
    assert all(after[name] == draft for name, draft in before.items())


def test_a_rate_is_kept_on_average_and_what_is_chosen_depends_on_the_record_alone() -> None:
    rates = Subtasks(mention=1.25, absent_mentions=0.5)
    found = [drafts("ner", NER, rates, str(n)) for n in range(400)]
    said = [draft.gold[0][0] for each in found for draft in each]
    assert 1.15 < said.count("Yes") / 400 < 1.35
    assert 0.42 < said.count("No") / 400 < 0.58
    assert {sum(d.gold[0][0] == "Yes" for d in each) for each in found} == {1, 2}
    assert drafts("ner", NER, rates, "7") == found[7]


def test_more_of_a_kind_never_take_away_those_there_were() -> None:
    few, many = (drafts("ner", NER, Subtasks(mention=rate)) for rate in (2, 3))
    assert many[:2] == few and len(many) == 3


def test_the_demo_asks_no_subtask_although_its_corpora_declare_some() -> None:
    demo = params.load(ROOT / "params.yaml")
    assert demo.instruct.subtasks == Subtasks()
    declared = 0
    for corpus in demo.corpora:
        for task, spec in descriptor.find(corpus, ROOT / "data/corpora").tasks.items():
            kinds = task_spec(corpus, task, spec).subtasks
            declared += len(kinds)
            if kinds:
                asked = subtasks.drafts(
                    document(), task, task_spec(corpus, task, spec), demo.instruct.subtasks, demo.seed
                )
                assert list(asked) == []
    assert declared


def test_whole_questions_are_the_same_whether_smaller_ones_are_asked_or_not() -> None:
    wording = Wording(style="taiyi", folder=ROOT / "data/templates", seed=13, count=2)
    alone = list(render(document(), "ner", NER, wording, Ledger()))
    beside = list(render(document(), "ner", NER, wording, Ledger(), drafts("ner", NER)))
    assert beside[: len(alone)] == alone and len(beside) > len(alone)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"subtasks": ["pair"]}, r"ner has no sub-task 'pair'\s+known: each_type, mention"),
        ({"subtasks": ["pairs"]}, "Invalid enum value 'pairs'"),
        ({"types": {"a": "chemical"}, "absent": ["chemical"]}, "'chemical' is declared both as a type and as absent"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(declared: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParams, match=message):
        task_spec("c", "ner", declared)


def test_each_kind_has_its_rates() -> None:
    assert {kind for task in tasks.ids() for kind in tasks.subtasks_of(task)} == {"each_type", "pair", "mention"}
    assert [ALL.of(kind) for kind in ("each_type", "pair", "mention")] == [(99, 99)] * 3
