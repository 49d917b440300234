from __future__ import annotations

import pytest

from taiyi import tasks
from taiyi.instances import Context, Instance, Outcome
from taiyi.records import Pair, Turn
from taiyi.tasks import TaskSpec, tp_te

SPEC = TaskSpec(types={"e": "entailment", "n": "neutral", "c": "contradiction"})


def test_a_pair_is_asked_for_its_label() -> None:
    (found,) = tp_te.instances(Pair(id="p/train/1", language="en", text_1="p", text_2="h", label="n"), SPEC)
    assert found.fields == {"text_1": "p", "text_2": "h", "labels": "entailment, neutral, contradiction"}
    assert found.gold == (("neutral",),)
    assert tp_te.parse(tp_te.answer(found.gold, found.context, "taiyi"), found.context).items == found.gold


def test_scored_and_withheld_pairs_ask_nothing() -> None:
    scored = Pair(id="p/train/1", language="en", text_1="p", text_2="h", score=1.0)
    withheld = Pair(id="p/train/2", language="en", text_1="p", text_2="h", annotated=False)
    assert not [*tp_te.instances(scored, SPEC), *tp_te.instances(withheld, SPEC)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Result: neutral", "neutral"),
        ("Entailment.", "entailment"),
        ("This is a contradiction, not an entailment.", "contradiction"),
    ],
)
def test_labels_are_read_from_sentences(text: str, label: str) -> None:
    assert tp_te.parse(text, Context(offered=("entailment", "neutral", "contradiction"))).items == ((label,),)


def test_the_score_is_accuracy() -> None:
    turns = (Turn("user", "?"), Turn("assistant", "neutral"))
    context = Context(offered=("entailment", "neutral"))
    asked = Instance(
        id="p/test/1#tp_te.en.t1",
        task="tp_te",
        language="en",
        style="taiyi",
        turns=turns,
        gold=(("neutral",),),
        context=context,
    )
    score = tasks.score("tp_te", [Outcome(asked, "neutral", tp_te.parse("neutral", context))])
    assert (score.name, score.value) == ("accuracy", 1.0)
