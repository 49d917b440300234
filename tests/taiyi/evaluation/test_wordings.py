"""The spread of scores over wordings, within one evaluation and over several."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.evaluation.outcomes import VERDICTS, Verdict
from taiyi.evaluation.results import Judged, Wording
from taiyi.evaluation.wordings import Asked, Spread, apart, sensitivity
from taiyi.instances import instance_id
from tests.taiyi.evaluation.systems import exam, system

Answers = Mapping[str, str]
"""By template: a letter a question, r(ight), w(rong) or u(nparsable); a blank where it was not asked."""
LETTERS: dict[str, Verdict] = {"r": "right", "w": "wrong", "u": "unparsable"}


def asked(answers: Answers, *, name: str = "model", model: str = "", signature: str = "") -> Asked:
    """An exam asked in these wordings."""
    judged, right, wordings = [], [], []
    for template, letters in answers.items():
        given = [(n, LETTERS[letter]) for n, letter in enumerate(letters) if letter != " "]
        right += [verdict == "right" for _, verdict in given]
        wordings.append(Wording(template, len(given), sum(verdict == "right" for _, verdict in given) / len(given)))
        judged += [
            Judged(f"exam/test/{n}#qa_mc.en.{template}", verdict, "ok", "", (), (), ("exam",)) for n, verdict in given
        ]
    told = exam(right, wordings=tuple(wordings), signature=signature)
    made = system(name, {"exam": told}, model=model)
    return Asked(made.name, made.evaluation, made.counts, judged)


def spread(*evaluations: Asked) -> Spread:
    [found] = sensitivity(evaluations).spreads
    return found


def test_scores_over_wordings_have_a_mean_a_deviation_and_extremes() -> None:
    found = spread(asked({"t1": "rrrw", "t2": "rrww", "t3": "rwww"}))
    assert (found.mean, found.deviation) == pytest.approx((0.5, 0.25))
    assert (found.lowest.template, found.highest.template) == ("t3", "t1")
    assert found.same_questions and found.shared == 4


def test_a_verdict_that_is_not_the_same_in_all_wordings_depends_on_the_wording() -> None:
    found = spread(asked({"t1": "rrwu", "t2": "rwuu"}))
    assert (found.changed, found.flipped) == (0.5, 0.25)


def test_several_evaluations_of_one_model_say_the_same_as_one() -> None:
    answers = {"t1": "rrwu", "t2": "rwuu", "t10": "wwwr"}
    whole = spread(asked(answers))
    parts = spread(*(asked({template: letters}, name=template) for template, letters in answers.items()))
    assert [wording.template for wording in whole.wordings] == ["t1", "t2", "t10"]
    assert (parts.mean, parts.deviation, parts.changed, parts.flipped, parts.shared) == (
        whole.mean,
        whole.deviation,
        whole.changed,
        whole.flipped,
        whole.shared,
    )
    assert [wording.evaluation for wording in parts.wordings] == ["t1", "t2", "t10"]


def test_wordings_put_to_other_questions_are_marked() -> None:
    found = spread(asked({"t1": "rr  ", "t2": "  ww"}))
    assert not found.same_questions and (found.shared, found.changed, found.flipped) == (0, None, None)
    overlapping = spread(asked({"t1": "rrr ", "t2": " rww"}))
    assert not overlapping.same_questions and (overlapping.shared, overlapping.changed) == (2, 0.5)


def test_one_wording_has_no_spread_and_is_listed() -> None:
    found = sensitivity([asked({"t4": "rw"})])
    assert found.spreads == ()
    assert [(one.name, one.reason) for one in found.not_comparable] == [("exam", "asked in one wording only, t4")]


def test_scores_of_other_measures_are_not_put_together() -> None:
    found = sensitivity([asked({"t1": "rw"}), asked({"t2": "rw"}, signature="accuracy|case:fold")])
    assert [one.reason for one in found.not_comparable] == ["scored differently in the evaluations"]


def test_two_evaluations_in_the_same_wording_are_refused() -> None:
    with pytest.raises(InvalidInput, match="exam is asked in t1 by one and by two"):
        sensitivity([asked({"t1": "rw"}, name="one"), asked({"t1": "rr"}, name="two")])


def test_evaluations_of_different_models_are_refused() -> None:
    with pytest.raises(InvalidInput, match="of different models: x, y"):
        sensitivity([asked({"t1": "rw"}, model="x"), asked({"t2": "rr"}, model="y")])


@given(st.lists(st.sampled_from([*LETTERS]), min_size=1, max_size=12), st.integers(2, 5))
def test_answers_that_are_alike_in_all_wordings_have_no_spread(letters: list[str], wordings: int) -> None:
    found = spread(asked({f"t{n}": "".join(letters) for n in range(wordings)}))
    assert found.deviation == pytest.approx(0, abs=1e-12)
    assert (found.changed, found.flipped) == (0, 0)


@given(st.lists(st.lists(st.sampled_from([*LETTERS]), min_size=5, max_size=5), min_size=2, max_size=5))
def test_what_flips_also_changes_and_the_mean_lies_between_the_extremes(templates: list[list[str]]) -> None:
    found = spread(asked({f"t{n}": "".join(letters) for n, letters in enumerate(templates)}))
    assert found.flipped is not None and found.changed is not None
    assert found.flipped <= found.changed
    assert found.lowest.value <= found.mean + 1e-12 and found.mean <= found.highest.value + 1e-12


@pytest.mark.parametrize("subtask", ["", "en2zh", "w0-1523"])
def test_a_question_is_its_id_without_the_template(subtask: str) -> None:
    ids = [instance_id("c/test/1", task="mt", language="en", template=t, subtask=subtask) for t in ("t1", "t22")]
    (one, first), (other, second) = map(apart, ids)
    assert one == other and (first, second) == ("t1", "t22")


def test_every_verdict_has_a_letter_or_is_unanswered() -> None:
    assert {*LETTERS.values(), "unanswered"} == set(VERDICTS)
