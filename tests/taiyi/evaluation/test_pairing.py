"""What cannot be compared is named with the reason, never dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, NotFound
from taiyi.evaluation.pairing import golds, load, pair
from taiyi.evaluation.results import Judged, Wording
from tests.taiyi.evaluation.systems import Told, exam, mentions, system

EXAM = exam([1, 0, 1])


def reasons(a: Told, b: Told) -> list[tuple[str, str]]:
    shared = {"shared": exam([1, 1])}
    pairs, refused = pair(system("A", {"exam": a, **shared}), system("B", {"exam": b, **shared}))
    assert [one.name for one in pairs] == [name for name in ("exam", "shared") if name not in dict(refused)]
    return refused


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (exam([1, 0, 1], signature="accuracy|case:fold|version:1"), "scored differently: "),
        (exam([1, 0, 1], questions=4), "3 questions and 4"),
        (
            exam([1, 0, 1], prefix="exam/dev/"),
            "6 records are in one of the two only: exam/dev/0, exam/dev/1, exam/dev/2 ...",
        ),
    ],
)
def test_another_measure_number_or_set_of_records_is_a_reason(other: Told, reason: str) -> None:
    [(name, said)] = reasons(EXAM, other)
    assert name == "exam" and said.startswith(reason)


def test_what_signatures_differ_in_is_said() -> None:
    folded = exam([1, 0, 1], signature="accuracy|case:fold|version:1")
    plain = exam([1, 0, 1], signature="accuracy|case:mixed|version:1")
    assert reasons(plain, folded) == [("exam", "scored differently: case mixed instead of fold")]


def test_a_benchmark_that_only_one_has_is_listed() -> None:
    a, b = system("A", {"exam": EXAM, "more": exam([1])}), system("B", {"exam": EXAM, "further": exam([1])})
    assert pair(a, b)[1] == [("further", "only in B"), ("more", "only in A")]


def test_a_benchmark_without_counts_is_listed() -> None:
    a, b = system("A", {"exam": EXAM}), system("B", {"exam": EXAM})
    [(name, reason)] = pair(a._replace(counts={}), b)[1]
    assert name == "exam" and reason.startswith("A kept no counts of it")


def test_another_gold_answer_is_a_reason() -> None:
    def gold(answer: str) -> list[Judged]:
        return [Judged("exam/test/1#qa_mc.en.t1", "right", "ok", "", (), ((answer,),), ("exam",))]

    a, b = (system(name, {"exam": EXAM}, gold=golds(gold(answer))) for name, answer in (("A", "A"), ("B", "C")))
    assert pair(a, b)[1] == [("exam", "1 records have another gold answer: exam/test/1")]
    assert pair(a, a)[1] == []


def test_evaluations_with_nothing_in_common_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"no benchmark in common\n.*A has exam; B has other"):
        pair(system("A", {"exam": EXAM}), system("B", {"other": EXAM}))


def test_only_some_benchmarks_may_be_compared_by_id_or_name() -> None:
    told = {"exam": EXAM, "BC5CDR": mentions([(1, 1, 1)], benchmark="bc5cdr"), "more": exam([0])}
    both = system("A", told), system("B", told)
    pairs, refused = pair(*both, only=("bc5cdr", "exam"))
    assert [one.name for one in pairs] == ["BC5CDR", "exam"] and refused == []
    with pytest.raises(NotFound, match="did you mean 'bc5cdr'"):
        pair(*both, only=("bc5cdd",))


def test_other_wordings_are_noted() -> None:
    asked = [exam([1, 0, 1], wordings=(Wording(template, 3, 0.5),)) for template in ("t1", "t2")]
    pairs, _ = pair(system("A", {"exam": asked[0]}), system("B", {"exam": asked[1]}))
    assert pairs[0].notes == ("asked in other wordings",)


def test_a_folder_without_scores_is_no_evaluation(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is no evaluation folder"):
        load([tmp_path])
