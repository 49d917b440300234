"""Outcomes scored as benchmarks are described: types, further metrics, intervals, wordings, records."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from taiyi.benchmarks import Benchmark
from taiyi.errors import NotFound, NotReady
from taiyi.evaluation import results
from taiyi.evaluation.outcomes import judge, verdicts
from taiyi.evaluation.results import BenchmarkResult
from taiyi.evaluation.scoring import evaluate, metrics
from taiyi.instances import Context, Instance, Items, Outcome, Parsed
from taiyi.metrics import significance
from taiyi.metrics.measures import Metric, make
from taiyi.records import Document, Turn

TYPES = ("chemical", "disease")


def outcome(
    record: str, gold: Items, read: Items | None, *, task: str = "ner", template: str = "t1", status: str = "ok"
) -> Outcome:
    """An answer of the corpus `made`; `read` None: unanswered."""
    instance = Instance(
        id=f"made/{record}#{task}.en.{template}",
        task=task,
        language="en",
        style="taiyi",
        turns=(Turn("user", f"Find them.\n{record}"), Turn("assistant", "!")),
        gold=gold,
        context=Context(offered=TYPES, multiple=True),
    )
    return Outcome(instance, None if read is None else "raw", Parsed(status, read or ()))


def benchmark(identifier: str = "made_one", **settings: object) -> Benchmark:
    whole = {
        "id": identifier, "title": "Made", "group": "main", "corpus": "made", "split": "test", "n": 3,
        "unit": "abstracts", "task": "ner", "language": "en", "metric": {"name": "set_f1"},
    }  # fmt: skip
    return msgspec.convert({**whole, **settings}, Benchmark)


def scored(outcomes: list[Outcome], *described: Benchmark) -> BenchmarkResult:
    (result,) = evaluate(outcomes, {}, described).evaluation.results
    return result


JOINT = [
    outcome("test/1", (("chemical", "lithium"), ("disease", "gout")), (("chemical", "lithium"),)),
    outcome("test/2", (("disease", "ulcer"),), (("chemical", "salt"), ("disease", "ulcer"))),
]


def test_one_question_counts_in_two_benchmarks_of_two_types() -> None:
    chem, dise = (benchmark(name, types=[name]) for name in TYPES)
    found, counts = evaluate(JOINT, {}, (chem, dise))
    by_name = {result.name: result for result in found.results}
    assert (by_name["chemical"].score.details["tp"], by_name["chemical"].score.details["predicted"]) == (1, 2)
    assert (by_name["disease"].score.details["tp"], by_name["disease"].score.details["gold"]) == (1, 2)
    assert by_name["chemical"].verdicts == {"right": 1, "wrong": 1, "unparsable": 0, "unanswered": 0}
    assert found.official_n == 2 and [result.official_n for result in found.results] == [2, 2]
    assert "types:chemical" in by_name["chemical"].score.signature and set(counts) == set(TYPES)


def test_a_group_without_description_is_scored_by_its_tasks_metric() -> None:
    result = scored(JOINT)
    assert (result.name, result.benchmark, result.metric) == ("made ner en", "", Metric("set_f1"))
    assert result.expected_n is None


def test_questions_of_another_split_are_a_result_of_their_own() -> None:
    outcomes = [*JOINT, outcome("dev/9", (("disease", "gout"),), None)]
    found = evaluate(outcomes, {}, [benchmark()]).evaluation
    assert [(result.name, result.official_n) for result in found.results] == [("made_one", 2), ("made ner en", 1)]
    assert sum(result.official_n for result in found.results) == found.official_n
    assert [results.members(found.results, one.instance.id) for one in outcomes] == [
        ("made_one",),
        ("made_one",),
        ("made ner en",),
    ]


def test_the_described_n_stands_beside_the_one_that_was_asked() -> None:
    result = scored(JOINT, benchmark())
    assert (result.expected_n, result.official_n) == (3, 2)


def test_further_metrics_stand_beside_the_headline() -> None:
    result = scored(JOINT, benchmark(also=[{"name": "set_f1", "settings": {"average": "macro"}}]))
    assert [score.name for score in result.also] == ["macro_f1"]
    assert result.also[0].value == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_of_the_parsed_leaves_out_what_could_not_be_read() -> None:
    right = (("disease", "gout"),)
    outcomes = [outcome("test/1", right, right), outcome("test/2", right, None)]
    outcomes.append(outcome("test/3", right, (), status="refusal"))
    result = scored(outcomes)
    assert (result.score.value, result.of_parsed) == (0.5, 1.0)
    assert scored(outcomes[1:]).of_parsed is None


def test_wordings_are_scored_apart() -> None:
    right = (("disease", "gout"),)
    outcomes = [outcome("test/1", right, right), outcome("test/1", right, (), template="t2")]
    assert [(w.template, w.items, w.value) for w in scored(outcomes).wordings] == [("t1", 1, 1.0), ("t2", 1, 0.0)]


def _accuracies(right: int, wrong: int, *, each: int = 1) -> list[Outcome]:
    gold = (("A",),)
    return [
        outcome(f"test/{n}", gold, gold if n < right else (("B",),), task="qa_mc", template=f"t{time}")
        for n in range(right + wrong)
        for time in range(each)
    ]


def test_the_interval_of_an_accuracy_is_wilsons() -> None:
    assert scored(_accuracies(30, 70)).interval == significance.wilson(30, 100)[:2]


def test_questions_about_one_record_are_drawn_together() -> None:
    apart, together = scored(_accuracies(40, 60)).interval, scored(_accuracies(10, 15, each=4)).interval
    assert apart and together
    assert together[1] - together[0] > 1.5 * (apart[1] - apart[0])


def test_the_interval_of_a_micro_f1_holds_it_and_is_the_same_each_time() -> None:
    gold = (("disease", "gout"), ("disease", "ulcer"))
    outcomes = [outcome(f"test/{n}", gold, gold[: n % 3]) for n in range(40)]
    result = scored(outcomes)
    assert result.interval and result.interval[0] < result.score.value < result.interval[1]
    assert scored(outcomes).interval == result.interval


def test_a_single_record_has_no_interval() -> None:
    assert scored(JOINT[:1]).interval is None


def test_counts_make_the_score_again() -> None:
    (counts,) = evaluate(JOINT, {}, [benchmark()]).counts.values()
    assert counts.documents == ("made/test/1", "made/test/2")
    value = make(counts.metric, task=counts.task).of_rows(np.array(counts.rows))
    assert value == scored(JOINT, benchmark()).score.value


def test_sentences_are_drawn_by_their_documents() -> None:
    metric = {"name": "label_f1", "settings": {"document": "."}}
    gold = (("a",),)
    outcomes = [outcome(f"test/{n // 2}.{n}", gold, gold, task="tc") for n in range(6)]
    (counts,) = evaluate(outcomes, {}, [benchmark(task="tc", metric=metric)]).counts.values()
    assert counts.documents == ("made/test/0", "made/test/1", "made/test/2")


RELATIONS = [outcome("test/1", (("induces", "lithium", "gout"),), (("induces", "lithium", "gout"),), task="re")]
RECORDS = {"made/test/1": Document(id="made/test/1", language="en", text="Lithium and gout.")}


def test_a_further_metric_that_needs_records_is_named_where_there_are_none() -> None:
    described = benchmark(task="re", also=[{"name": "concept_f1"}])
    assert (scored(RELATIONS, described).left_out, scored(RELATIONS, described).also) == (("concept_f1",), ())
    asked: list[set[str]] = []

    def records(ids: set[str]) -> dict[str, Document]:
        asked.append(set(ids))
        return RECORDS

    (result,) = evaluate(RELATIONS, {}, [described], records=records).evaluation.results
    assert (result.left_out, len(result.also), asked) == ((), 1, [{"made/test/1"}])


def test_a_headline_that_needs_records_is_refused_without_them() -> None:
    with pytest.raises(NotReady, match="records"):
        scored(RELATIONS, benchmark(task="re", metric={"name": "concept_f1"}))


def test_a_metric_that_does_not_exist_is_answered_with_what_is_close() -> None:
    with pytest.raises(NotFound, match="set_f1"):
        scored(JOINT, benchmark(metric={"name": "sett_f1"}))


def test_metrics_name_a_described_benchmark_by_its_id() -> None:
    found = evaluate(JOINT, {}, [benchmark(name, types=[name]) for name in TYPES]).evaluation
    assert sorted(metrics(found)["ner"]) == ["chemical", "disease"]


def test_an_evaluation_folder_reads_back(tmp_path) -> None:
    asked = [one.instance for one in JOINT]
    outcomes = judge(asked, {asked[0].id: "chemical: lithium"})
    made = evaluate(outcomes, {}, [benchmark()], name="tiny", model="predictions")
    results.write(tmp_path, made, outcomes)
    evaluation, counts = results.read(tmp_path)
    assert (evaluation, counts) == made
    kept = list(results.answers(tmp_path))
    assert [(one.id, one.verdict, one.benchmarks) for one in kept] == [
        (asked[0].id, "wrong", ("made_one",)),
        (asked[1].id, "unanswered", ("made_one",)),
    ]
    assert kept[0].gold == asked[0].gold and kept[1].text is None
    assert verdicts(outcomes)["unanswered"] == 1
