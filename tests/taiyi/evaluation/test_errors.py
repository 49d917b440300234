"""Error analysis: what is counted adds up to what is wrong, and the worst is shown first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import cli, tasks
from taiyi.errors import NotFound
from taiyi.evaluation import errors, results
from taiyi.evaluation.error_analysis import Analysis, Confusion
from taiyi.evaluation.errors import NOTHING
from taiyi.evaluation.highlight import Ended, pieces
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.scoring import evaluate
from taiyi.instances import Context, Instance, Items
from taiyi.metrics.measures import Metric
from taiyi.pages import errors as errors_page
from taiyi.records import Language, Turn

NOTES = {
    "1": "Aspirin relieves headache but may cause gastric bleeding.",
    "2": "Ibuprofen-induced renal failure was reversible.",
    "3": "No drug was given to the woman with chronic renal failure.",
    "4": "Digoxin <b>levels</b> were high.",
}
GOLD: dict[str, Items] = {
    "1": (("Chemical", "Aspirin"), ("Disease", "headache"), ("Disease", "gastric bleeding")),
    "2": (("Chemical", "Ibuprofen"), ("Disease", "renal failure")),
    "3": (("Disease", "chronic renal failure"),),
    "4": (("Chemical", "Digoxin"),),
}
ANSWERS = {
    "1": "Chemical: aspirin; headache\nDisease: bleeding",
    "2": "Chemical: Ibuprofen\nDisease: renal failure; insomnia\nGene: TP53",
    "3": "I'm sorry, but I cannot help with that.",
}


def question(task: str, key: str, prompt: str, gold: Items, context: Context, language: Language = "en") -> Instance:
    """A question with its gold answer written by the task."""
    return Instance(
        id=f"made/test/{key}#{task}.{language}.t1",
        task=task,
        language=language,
        style="taiyi",
        turns=(Turn("user", prompt), Turn("assistant", tasks.load(task).answer(gold, context, "taiyi"))),
        gold=gold,
        context=context,
    )


def evaluated(folder: Path, questions: list[Instance], answers: dict[str, str]) -> Path:
    """The folder of an evaluation of answers by the record's key."""
    predictions = {one.id: answers[key] for one in questions if (key := one.record.rpartition("/")[2]) in answers}
    folder.mkdir(exist_ok=True)
    outcomes = judge(questions, predictions)
    results.write(folder, evaluate(outcomes, {}), outcomes)
    return folder


def analysed(folder: Path, **settings: Any) -> list[Analysis]:
    """The analyses of what a folder holds."""
    return errors.every(results.read(folder)[0], results.answers(folder), **settings)


def ner_questions() -> list[Instance]:
    """The notes above, asked for chemicals and diseases."""
    context = Context(offered=("Chemical", "Disease"))
    return [
        question("ner", key, f"Find Chemical, Disease.\nText: {text}\nGo.", GOLD[key], context)
        for key, text in NOTES.items()
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evaluation of named entities with errors of many kinds."""
    return evaluated(tmp_path / "evaluation", ner_questions(), ANSWERS)


def test_every_kind_of_error_is_counted_and_the_items_add_up(folder: Path) -> None:
    (one,) = analysed(folder)
    assert one.kinds == {
        "spelling": 1, "type": 1, "too_short": 1, "hallucinated": 1, "unread": 1, "unanswered": 1,
    }  # fmt: skip
    assert sum(one.items.values()) == one.missed + one.spurious
    assert (one.found, one.missed, one.spurious) == (2, 5, 4)
    assert one.verdicts == {"right": 0, "wrong": 2, "unparsable": 1, "unanswered": 1}
    assert one.statuses == {"ok": 1, "off_schema": 1, "refusal": 1}


def test_the_counts_are_those_of_the_score(folder: Path) -> None:
    result = results.read(folder)[0].results[0]
    (one,) = analysed(folder)
    assert {"tp": one.found, "predicted": one.predicted, "gold": one.gold}.items() <= result.score.details.items()


def test_confusions_hallucinations_and_names_not_offered_are_named(folder: Path) -> None:
    (one,) = analysed(folder)
    assert one.confusions == (Confusion("Disease", "Chemical", 1),)
    assert [row.what for row in one.hallucinated] == ["aspirin", "insomnia"]
    assert [row.what for row in one.off_schema] == ["Gene"]
    assert (one.flags.hallucinated, one.flags.respelled, one.flags.off_schema) == (2, 1, 1)


def test_the_worst_document_is_the_one_with_most_errors_and_shows_its_mentions(folder: Path) -> None:
    (one,) = analysed(folder)
    worst = one.worst[0]
    assert worst.id.startswith("made/test/1#") and worst.wrong == 6
    assert "".join(piece.text for piece in worst.pieces).strip() == NOTES["1"]
    states = {piece.text: piece.state for piece in worst.pieces}
    assert (states["Aspirin"], states["headache"], states["bleeding"]) == ("missed", "near", "near")


def test_documents_that_were_read_come_first_among_those_of_low_f1(folder: Path) -> None:
    (one,) = analysed(folder, top=100)
    assert [doc.verdict for doc in one.lowest] == ["wrong", "wrong", "unparsable", "unanswered"]
    assert one.lowest[0].f1 < one.lowest[1].f1


def test_labels_make_a_matrix_with_a_column_for_what_was_not_read(tmp_path: Path) -> None:
    context = Context(offered=("诊断", "治疗"), language="zh")
    gold = {"1": "诊断", "2": "诊断", "3": "治疗", "4": "治疗"}
    questions = [question("tc", key, f"分类：{key}", ((label,),), context, "zh") for key, label in gold.items()]
    (one,) = analysed(evaluated(tmp_path, questions, {"1": "诊断", "2": "治疗", "3": "治疗"}))
    assert one.matrix and one.matrix.columns == ("治疗", "诊断", NOTHING)
    assert one.matrix.rows == ((1, 0, 1), (1, 1, 0))
    assert one.kinds == {"confused": 1, "unanswered": 1} and one.confusions == (Confusion("诊断", "治疗", 1),)


def test_events_with_the_right_trigger_tell_which_roles_are_wrong(tmp_path: Path) -> None:
    context = Context(offered=("Relief",), roles=("Agent", "Theme"))
    gold: Items = (("Relief", "relieves", (("Agent", "Aspirin"), ("Theme", "headache"))),)
    asked = question("ee", "1", f"Events?\n{NOTES['1']}", gold, context)
    answer = "Relief: (Trigger: relieves, Theme: Aspirin, Agent: bleeding)"
    (one,) = analysed(evaluated(tmp_path, [asked], {"1": answer}))
    assert one.kinds == {"arguments": 1}
    assert {row.what for row in one.roles} == {"Agent → Theme", "Theme missed", "Agent spurious"}


def test_texts_are_ranked_by_likeness_and_have_no_items(tmp_path: Path) -> None:
    references = {"1": "the liver is enlarged", "2": "the heart is normal in size"}
    asked = [question("qa_sqa", key, f"What? {key}", ((text,),), Context()) for key, text in references.items()]
    (one,) = analysed(evaluated(tmp_path, asked, {"1": "liver enlarged", "2": "bones"}), top=10)
    assert not one.kinds and [doc.id[10] for doc in one.lowest] == ["2", "1"]


def test_only_the_types_that_a_benchmark_scores_are_analysed(folder: Path) -> None:
    evaluation, _ = results.read(folder)
    only = msgspec.structs.replace(evaluation.results[0], metric=Metric("f1", {"types": "Chemical"}))
    one = errors.analyse(only, list(results.answers(folder)))
    assert (one.gold, one.predicted, one.found) == (3, 3, 1)
    assert [row.what for row in one.hallucinated] == ["aspirin"], "insomnia is a disease"


def test_a_benchmark_that_was_not_scored_is_answered_with_what_is_close(folder: Path) -> None:
    with pytest.raises(NotFound, match="made ner en"):
        analysed(folder, only="made ner zh")


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_one_of_equal_texts(text: str, other: str) -> None:
    assert errors.likeness(text, other) == errors.likeness(other, text)
    assert errors.likeness(text, text) == 1
    assert 0 <= errors.likeness(text, other) <= 1


MENTION = st.tuples(st.sampled_from("AB"), st.sampled_from(("renal", "renal failure", "failure", "of", "absent")))


SOURCE = st.lists(st.sampled_from(["renal", " ", "\n", "failure", "of"])).map("".join)


@given(st.sets(MENTION), st.sets(MENTION), SOURCE)
def test_pieces_are_the_whole_source_in_order(gold: Any, predicted: Any, source: str) -> None:
    made = pieces("ner", gold, predicted, source)
    assert "".join(piece.text for piece in made) == source
    assert all(bool(piece.state) == (piece.gold or piece.predicted) for piece in made)


def test_overlapping_mentions_are_cut_where_one_begins_or_ends() -> None:
    gold = {("Disease", "chronic renal failure"), ("Organ", "renal")}
    made = pieces("ner", gold, {("Disease", "renal failure")}, "In chronic renal failure.")
    assert [(piece.text, piece.gold, piece.predicted) for piece in made] == [
        ("In ", False, False),
        ("chronic ", True, False),
        ("renal", True, True),
        (" failure", True, True),
        (".", False, False),
    ]
    assert set(made[3].ended) == {Ended("near", "Disease"), Ended("near", "→ Disease")}


def test_a_mention_of_another_type_is_near_and_one_without_likeness_is_not() -> None:
    states = [
        [piece.state for piece in pieces("ner", {("A", "renal")}, {(kind, text)}, "renal failure") if piece.state]
        for kind, text in (("B", "renal"), ("A", "failure"))
    ]
    assert states == [["near"], ["missed", "spurious"]]


def test_the_page_is_whole_in_itself_and_escapes_what_it_shows(folder: Path) -> None:
    page = errors_page.render(analysed(folder), name="a model")
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert "&lt;b&gt;levels" in page and "<b>levels" not in page
    assert page.count("<article") == len({doc.id for one in analysed(folder) for doc in (*one.worst, *one.lowest)})


def test_a_page_of_nothing_says_so() -> None:
    assert "No benchmark was scored" in errors_page.render([])


def test_the_command_prints_a_line_for_each_benchmark(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["errors", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "made ner en" in printed and "too_short 1" in printed


def test_the_command_shows_one_benchmark_in_full(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["errors", str(folder), "--benchmark", "made ner en"]) == 0
    printed = capsys.readouterr().out
    assert "Aspirin[Chemical missed] relieves" in printed.replace("\n", " ")
    assert "Disease · headache → Chemical · headache" in printed


def test_the_command_gives_json_and_a_page(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "errors.html"
    assert cli.main(["errors", str(folder), "--json", "--html", str(page)]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["kinds"]["spelling"] == 1 and page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_refuses_a_folder_without_an_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["errors", str(tmp_path)]) == 2
    assert "scores.json" in capsys.readouterr().err
