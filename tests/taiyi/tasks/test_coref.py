from __future__ import annotations

import pytest

from taiyi import tasks
from taiyi.instances import Context, Instance, Item, Items, Outcome
from taiyi.records import Coreference, Document, Entity, Turn
from taiyi.tasks import TaskSpec, coref

TEXT = "Aspirin, the drug, helps; it is aspirin. it works"


def document(*clusters: tuple[str, ...]) -> Document:
    found, mentions = 0, {}
    for name, text in (("T1", "Aspirin"), ("T2", "the drug"), ("T3", "it"), ("T4", "aspirin"), ("T5", "it")):
        found = TEXT.index(text, found)
        mentions[name] = Entity(id=name, type="x", spans=((found, found + len(text)),), text=text)
        found += len(text)
    groups = tuple(Coreference(f"C{n}", members) for n, members in enumerate(clusters))
    return Document(id="c/train/1", language="en", text=TEXT, entities=tuple(mentions.values()), coreferences=groups)


def test_clusters_are_distinct_texts_in_order() -> None:
    (draft,) = coref.instances(document(("T1", "T3", "T5", "T2"), ("T3", "T5")), TaskSpec())
    assert draft.gold == (("Aspirin", "it", "the drug"),)
    assert draft.fields == {"text": TEXT}


def test_a_document_without_a_cluster_is_not_asked_about() -> None:
    assert not [*coref.instances(document(("T3", "T5")), TaskSpec())]


def test_the_answer_lists_clusters_in_brackets() -> None:
    gold = (("Phenobarbital", "it"), ("a child, two years old", "the child"))
    text = coref.answer(gold, Context(), "taiyi")
    assert text == '[Phenobarbital, it]; ["a child, two years old", the child]'
    assert coref.parse(text, Context()).items == gold


@pytest.mark.parametrize(
    ("text", "status", "items"),
    [
        ("[a, b], [c, d]", "ok", [("a", "b"), ("c", "d")]),
        ("1. [a, b]\n2. (c, d, c)", "ok", [("a", "b"), ("c", "d")]),
        ("[a, b]; [c]", "partial", [("a", "b")]),
        ('[["a", "b"], ["c", "d"]]', "ok", [("a", "b"), ("c", "d")]),
        ("There are no coreferent mentions.", "none", []),
        ("[a]", "unparsed", []),
    ],
)
def test_answers_are_read_as_models_give_them(text: str, status: str, items: list[Item]) -> None:
    parsed = coref.parse(text, Context())
    assert (parsed.status, list(parsed.items)) == (status, items)


def outcome(gold: Items, text: str) -> Outcome:
    turns = (Turn("user", "?"), Turn("assistant", ""))
    instance = Instance(id="c/t/1#coref.en.t1", task="coref", language="en", style="taiyi", turns=turns, gold=gold)
    return Outcome(instance, text, coref.parse(text, Context()))


def test_the_score_counts_links_in_either_direction() -> None:
    score = tasks.score("coref", [outcome((("a", "b", "c"),), "[c, a]; [d, e]")])
    assert (score.details["precision"], score.details["recall"]) == (0.5, pytest.approx(1 / 3))
