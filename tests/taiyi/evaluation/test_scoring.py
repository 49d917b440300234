import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import jsonl, tasks
from taiyi.errors import Conflict, InvalidInput
from taiyi.evaluation.examples import choose, spelled
from taiyi.evaluation.outcomes import VERDICTS, judge, verdict, verdicts
from taiyi.evaluation.results import Evaluation
from taiyi.evaluation.scoring import evaluate, macro, macro_score, metrics, seen_mentions
from taiyi.instances import Context, Instance
from taiyi.records import Turn

TOPICS = Context(offered=("Treatment", "Prevention"))
OPTIONS = Context(offered=("A", "B"), choices=(("A", "heparin"), ("B", "warfarin")))
MENTIONS = Context(offered=("Chemical", "Disease"))


def _instance(identifier, task, gold, context=TOPICS, language="en", prompt="What is it?"):
    target = tasks.load(task).answer(gold, context, "taiyi")
    turns = (Turn("user", prompt), Turn("assistant", target))
    return Instance(
        id=f"{identifier}#{task}.{language}.t1",
        task=task,
        language=language,
        style="taiyi",
        turns=turns,
        gold=gold,
        context=context,
    )


@pytest.fixture
def instances():
    """Two corpora, four tasks, two languages; five benchmarks."""
    return [
        _instance("topics/test/1", "tc", (("Treatment",),), TOPICS),
        _instance("topics/test/2", "tc", (("Prevention",),), TOPICS),
        _instance("topics/test/3", "tc", (("Prevention",),), TOPICS),
        _instance("exam/test/1", "qa_mc", (("A",),), OPTIONS),
        _instance("exam/test/2", "qa_mc", (("B",),), OPTIONS),
        _instance("abstracts/test/1", "ner", (("Chemical", "lithium"), ("Disease", "cyanosis")), MENTIONS),
        _instance("abstracts/test/2", "ner", (("Disease", "hypotonia"),), MENTIONS),
        _instance("parallel/test/1", "mt", (("阿司匹林降低风险。",),), Context(operation="zh", language="zh")),
        _instance("parallel/test/2", "mt", (("Aspirin lowers the risk.",),), Context(operation="en"), language="zh"),
    ]


def _answered(instances):
    return {instance.id: instance.target for instance in instances}


def test_gold_answers_are_right_and_score_one_on_every_benchmark(instances):
    evaluation = evaluate(judge(instances, _answered(instances)), seen={}).evaluation
    assert [result.score.value for result in evaluation.results] == pytest.approx([1.0] * 5)
    assert evaluation.verdicts == {"right": 9, "wrong": 0, "unparsable": 0, "unanswered": 0}
    assert [result.name for result in evaluation.results] == [
        "abstracts ner en",
        "exam qa_mc en",
        "parallel mt en",
        "parallel mt zh",
        "topics tc en",
    ]


def test_right_wrong_unparsable_and_unanswered_are_told_apart(instances):
    right, wrong, unparsable, unanswered = instances[:4]
    predictions = {
        right.id: right.target,
        wrong.id: tasks.load("tc").answer((("Treatment",),), TOPICS, "taiyi"),
        unparsable.id: "",
    }
    outcomes = judge([right, wrong, unparsable, unanswered], predictions)
    assert [verdict(outcome) for outcome in outcomes] == list(VERDICTS)
    assert outcomes[3].text is None and outcomes[2].text == ""


def test_the_official_n_counts_instances_without_prediction(instances):
    predictions = _answered(instances[:1])
    evaluation = evaluate(judge(instances, predictions), seen={}).evaluation
    by_name = {result.name: result for result in evaluation.results}
    assert evaluation.official_n == 9 and evaluation.verdicts["unanswered"] == 8
    topics = by_name["topics tc en"]
    assert topics.official_n == topics.score.items == 3
    assert topics.score.value == pytest.approx(1 / 3)
    assert topics.statuses == {"ok": 1}
    assert by_name["exam qa_mc en"].score.value == 0.0 and by_name["exam qa_mc en"].statuses == {}


@given(st.data())
def test_the_four_verdicts_of_every_benchmark_add_up_to_its_official_n(data):
    asked = [_instance(f"topics/test/{n}", "tc", (("Treatment",),), TOPICS) for n in range(6)]
    texts = st.none() | st.sampled_from(["", "Result: Treatment", "Result: Prevention", "I cannot say."]) | st.text()
    predictions = {instance.id: text for instance in asked if (text := data.draw(texts, label=instance.id)) is not None}
    (result,) = evaluate(judge(asked, predictions), seen={}).evaluation.results
    assert sum(result.verdicts.values()) == result.official_n == 6
    assert sum(result.statuses.values()) == len(predictions)
    assert 0 <= result.score.value <= 1


def test_extraction_is_split_by_mentions_seen_in_training_and_other_tasks_are_not(instances):
    training = [_instance("abstracts/train/1", "ner", (("Chemical", "Lithium"),), MENTIONS)]
    evaluation = evaluate(judge(instances, _answered(instances)), seen=seen_mentions(training)).evaluation
    by_name = {result.name: result for result in evaluation.results}
    entities = by_name["abstracts ner en"]
    assert (entities.seen.details["gold"], entities.unseen.details["gold"]) == (1, 2)
    assert by_name["topics tc en"].seen is None


def test_a_prediction_for_another_test_set_is_refused(instances):
    with pytest.raises(InvalidInput, match=r"1 predictions answer no test instance, among them other/test/1"):
        judge(instances, {"other/test/1#tc.en.t1": "Treatment"})


def test_an_instance_that_comes_twice_is_refused(instances):
    with pytest.raises(Conflict, match="comes twice"):
        judge([instances[0], instances[0]], {})


def test_a_test_set_without_instances_is_refused():
    with pytest.raises(InvalidInput, match="no test instance"):
        evaluate([], seen={})


def test_macro_is_the_unweighted_mean_over_benchmarks(instances):
    evaluation = evaluate(judge(instances, _answered(instances[:3])), seen={}).evaluation
    assert evaluation.macro == macro(evaluation.results) == pytest.approx(1 / 5)
    assert macro([]) == 0.0


def test_the_score_that_chooses_a_checkpoint_is_the_mean_over_tasks_and_languages(instances):
    scores = macro_score(instances, _answered(instances[:4]))
    assert scores["tc.en"] == 1.0 and scores["qa_mc.en"] == 0.5 and scores["ner.en"] == 0.0
    parts = [value for name, value in scores.items() if name != "score"]
    assert len(parts) == 5 and scores["score"] == pytest.approx(sum(parts) / 5)


def test_metrics_nest_task_and_corpus_and_tell_two_languages_of_one_corpus_apart(instances):
    tree = metrics(evaluate(judge(instances, _answered(instances)), seen={}).evaluation)
    assert tree["macro"] == pytest.approx(1.0)
    assert tree["tc"]["topics"]["accuracy"] == 1.0 and tree["tc"]["topics"]["n"] == 3
    assert tree["ner"]["abstracts"]["baseline"] == 0.0
    assert sorted(tree["mt"]) == ["parallel_en", "parallel_zh"]


def test_an_evaluation_reads_back_as_it_was_written(instances, tmp_path):
    evaluation = evaluate(judge(instances, _answered(instances)), seen=seen_mentions(instances)).evaluation
    jsonl.write_json(tmp_path / "scores.json", evaluation)
    assert jsonl.read_json(tmp_path / "scores.json", Evaluation) == evaluation


def test_examples_name_what_was_missed_and_what_was_spurious(instances):
    asked = instances[5]
    text = tasks.load("ner").answer((("Chemical", "lithium"), ("Chemical", "carbonate")), MENTIONS, "taiyi")
    (shown,) = choose(judge([asked], {asked.id: text}))
    assert (shown.verdict, shown.missed, shown.spurious) == (
        "wrong",
        ("Disease · cyanosis",),
        ("Chemical · carbonate",),
    )
    assert (shown.gold, shown.prediction, shown.id) == (asked.target, text, asked.id)


def test_examples_are_taken_from_the_tasks_in_turn_and_are_the_same_each_time():
    asked = [_instance(f"topics/test/{n}", "tc", (("Treatment",),), TOPICS) for n in range(30)]
    asked += [_instance(f"exam/test/{n}", "qa_mc", (("A",),), OPTIONS) for n in range(3)]
    outcomes = judge(asked, _answered(asked))
    shown = choose(outcomes, each=10)
    assert sorted(example.task for example in shown) == ["qa_mc"] * 3 + ["tc"] * 7
    assert choose(reversed(outcomes), each=10) == shown


def test_unanswered_instances_are_no_examples(instances):
    assert choose(judge(instances, {})) == ()
    assert verdicts(judge(instances, {}))["unanswered"] == 9


def test_a_nested_item_is_spelled_in_brackets():
    assert spelled(("Regulation", ("Theme", "IL-2"), "up")) == "Regulation · (Theme · IL-2) · up"
