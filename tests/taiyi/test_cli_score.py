"""Anyone's answers on the command line: what is scored, what is refused with its line, and that N never shrinks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taiyi import cli, jsonl, layout
from taiyi.evaluation import results
from taiyi.evaluation.results import Evaluation
from taiyi.instances import Instance
from tests.taiyi import benchmark_house
from tests.taiyi.benchmark_house import MENTIONS, TOPICS, lines


@pytest.fixture(scope="module")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return benchmark_house.build(root, tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def inside(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)


@pytest.fixture(scope="module")
def asked(house: Path) -> list[Instance]:
    return benchmark_house.questions(house, MENTIONS)


@pytest.fixture(scope="module")
def perfect(asked: list[Instance]) -> list[dict[str, Any]]:
    return [{"id": question.id, "text": question.target} for question in asked]


@pytest.fixture
def pred(tmp_path: Path) -> Path:
    return tmp_path / "pred.jsonl"


def score(pred: Path, *more: str, benchmark: str = MENTIONS) -> int:
    return cli.main(["score", "--benchmark", benchmark, "--pred", str(pred), *more])


def scored(capsys: pytest.CaptureFixture[str], pred: Path, *more: str) -> tuple[dict[str, Any], str]:
    """The result and what was said beside it."""
    capsys.readouterr()
    assert score(pred, "--json", *more) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err


def refused(capsys: pytest.CaptureFixture[str], pred: Path, *more: str, benchmark: str = MENTIONS) -> str:
    capsys.readouterr()
    assert score(pred, *more, benchmark=benchmark) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_the_score_is_printed_with_all_that_belongs_to_it(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(lines(pred, [*perfect[:-1], {"id": perfect[-1]["id"], "text": "I cannot say."}])) == 0
    shown = capsys.readouterr().out
    for part in ("95 %", "baseline", "signature", "unparsable 1", "of the parsed", "officially", "A note to read."):
        assert part in shown
    rows = {row.split("│")[1].strip(): row for row in shown.splitlines() if row.startswith("│")}
    assert "yes" in rows["Elsewhere"] and "61.5" in rows["Elsewhere"]
    assert "no: metric: micro-F1 over spans; of 7 items" in rows["Spans"]


def test_gold_answers_score_one_by_instance_record_and_key(
    pred: Path, asked: list[Instance], capsys: pytest.CaptureFixture[str]
) -> None:
    for identifier in (
        lambda question: question.id,
        lambda question: question.record,
        lambda question: question.record.split("/", 2)[2],
        lambda question: int(question.record.split("/", 2)[2]),
    ):
        lines(pred, [{"id": identifier(q), "text": q.target, "model": "x", "seconds": 0.5} for q in asked])
        result, said = scored(capsys, pred)
        assert result["score"]["value"] == 1 and result["official_n"] == len(asked) and said == ""


def test_the_evaluation_is_kept_for_the_other_commands_and_scores_again_alike(
    pred: Path, perfect: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    first, _ = scored(capsys, lines(pred, perfect[3:]), "--out", str(out), "--name", "Elsewhere 7B")
    evaluation, counts = results.read(out)
    assert evaluation.name == "Elsewhere 7B" and evaluation.model.startswith("predictions ") and MENTIONS in counts
    assert len(list(results.answers(out))) == len(perfect)
    again, _ = scored(capsys, out / "predictions.jsonl")
    assert again == first


def test_a_folder_that_holds_something_else_is_not_replaced(
    pred: Path, perfect: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("1")
    assert "holds no evaluation" in refused(capsys, lines(pred, perfect), "--out", str(tmp_path / "thesis"))
    assert (tmp_path / "thesis" / "chapter").read_text() == "1"


def test_missing_ids_count_as_unanswered_and_are_said(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    result, said = scored(capsys, lines(pred, perfect[2:]))
    assert result["official_n"] == len(perfect) and result["verdicts"]["unanswered"] == 2
    assert f"2 of {len(perfect)} questions have no row" in said and perfect[0]["id"] in said
    assert result["score"]["details"]["recall"] < 1 and result["of_parsed"] == 1


def test_a_text_of_null_is_unanswered_and_an_empty_one_unparsable(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    changed = [{**perfect[0], "text": None}, {**perfect[1], "text": ""}, *perfect[2:]]
    result, said = scored(capsys, lines(pred, changed))
    assert result["verdicts"]["unanswered"] == 1 and result["verdicts"]["unparsable"] == 1
    assert "1 texts are null" in said and perfect[0]["id"] in said


def test_extra_ids_are_refused_with_their_line_unless_ignored(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines(pred, [perfect[0], {"id": "sample_cdr/test/none", "text": "x"}, *perfect[1:], {"id": "7", "text": "x"}])
    said = refused(capsys, pred)
    assert f"{pred}:2" in said and "sample_cdr/test/none" in said and "1 further" in said and "--ignore-extra" in said
    result, said = scored(capsys, pred, "--ignore-extra")
    assert result["score"]["value"] == 1 and result["official_n"] == len(perfect) and "2 rows" in said


def test_an_answer_to_another_wording_is_told_which_is_asked(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    identifier = perfect[0]["id"]
    said = refused(capsys, lines(pred, [{"id": identifier.replace(".t1", ".t2"), "text": "x"}, *perfect[1:]]))
    assert f"asked as {identifier}" in said and "--gold" in said


def test_an_id_twice_is_refused_with_both_lines(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    record = perfect[0]["id"].partition("#")[0]
    said = refused(capsys, lines(pred, [*perfect, {"id": record, "text": "x"}]))
    assert f"{pred}:{len(perfect) + 1}" in said and "line 1" in said


BROKEN = {
    "an empty file": (b"", "the file is empty"),
    "blank lines": (b"\n \n\r\n", "the file is empty"),
    "half a line": (b'ROW\n{"id": "x", "te', ":2: "),
    "no JSON": (b"ROW\nid,text\n", ":2: "),
    "an array": (b'[{"id": "x", "text": "y"}]', "jq -c '.[]'"),
    "a bare string": (b'"x"', ":1: "),
    "not a number": (b'{"id": NaN, "text": "y"}', ":1: "),
    "half a surrogate": (b'ROW\n{"id": "x", "text": "\\ud83d"}', ":2: "),
    "no id": (b'ROW\n{"text": "y"}', ":2: the row has no id"),
    "an id of null": (b'{"id": null, "text": "y"}', "no id but null"),
    "no text": (b'{"id": "x"}', "the row of x has no `text`; it has id"),
    "another name": (b'{"id": "x", "response": "y"}', "{id, text: .response}"),
    "a text that is a list": (b'{"id": "x", "text": ["y"]}', 'no string but ["y"]'),
    "gzip": (b"\x1f\x8b\x08\x00", "gzip"),
    "UTF-16": ('{"id": "x", "text": "肝"}'.encode("utf-16"), "looks like UTF-16"),
    "UTF-16 without mark": ('{"id": "x", "text": "肝"}'.encode("utf-16-be"), "looks like UTF-16BE"),
    "UTF-32": ('{"id": "x"}'.encode("utf-32"), "looks like UTF-32"),
    "GBK": ('ROW\n{"id": "x", "text": "肝硬化"}'.encode("gbk"), ":2: is not UTF-8; it looks like GBK"),
    "Latin-1": ('{"id": "x", "text": "Sjögren, é"}'.encode("latin-1"), "Windows-1252"),
    "all null": (b'{"id": "ID", "text": null}', "all of its 1 texts are null"),
}


@pytest.mark.parametrize(("content", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_refused_and_said_where(
    content: bytes, expected: str, pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    content = content.replace(b"ROW", json.dumps(perfect[0]).encode()).replace(
        b'"ID"', json.dumps(perfect[1]["id"]).encode()
    )
    pred.write_bytes(content)
    said = refused(capsys, pred, "--ignore-extra")
    assert expected in said and str(pred) in said and "Traceback" not in said


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(
    pred: Path, perfect: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines(pred, perfect)
    pred.write_bytes(b"\xef\xbb\xbf" + pred.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    result, _ = scored(capsys, pred)
    assert result["score"]["value"] == 1


def test_a_file_that_is_not_there_and_a_misspelt_benchmark_are_said(
    pred: Path, perfect: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is not there" in refused(capsys, pred)
    assert "is a folder" in refused(capsys, tmp_path)
    assert f"did you mean '{MENTIONS}'" in refused(capsys, lines(pred, perfect), benchmark="mention")


def test_predictions_of_another_benchmark_are_never_a_zero(
    pred: Path, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = benchmark_house.questions(house, TOPICS)
    lines(pred, [{"id": question.id, "text": question.target} for question in others])
    for more in ((), ("--ignore-extra",)):
        said = refused(capsys, pred, *more)
        assert "predictions of another benchmark" in said and "sample_topics/test" in said and "sample_cdr/test" in said


def test_gold_of_another_benchmark_is_said(
    pred: Path, perfect: list[dict[str, Any]], house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    jsonl.write(gold, benchmark_house.questions(house, TOPICS))
    said = refused(capsys, lines(pred, perfect), "--gold", str(gold))
    assert f"no question of {MENTIONS}" in said and "sample_topics/test" in said


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id": "q1"}, "no question with its gold answer"),
        ({"id": "q1", "text": "an answer"}, "no question with its gold answer"),
        ({"id": "q1", "task": "ner", "language": "en", "style": "taiyi", "turns": [], "gold": []}, "no instance's id"),
        (
            {"id": "c/t/1#ner.en.t1", "task": "ner", "language": "en", "style": "taiyi", "turns": [], "gold": []},
            "turns",
        ),
    ],
)
def test_gold_that_is_none_is_refused(
    row: dict[str, Any],
    expected: str,
    pred: Path,
    perfect: list[dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gold = lines(tmp_path / "gold.jsonl", [row])
    said = refused(capsys, lines(pred, perfect), "--gold", str(gold))
    assert expected in said and f"{gold}:1" in said


def test_gold_that_holds_a_question_twice_is_refused(
    pred: Path, perfect: list[dict[str, Any]], asked: list[Instance], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonl.write(tmp_path / "gold.jsonl", [*asked, asked[0]])
    said = refused(capsys, lines(pred, perfect), "--gold", str(tmp_path / "gold.jsonl"))
    assert asked[0].id in said and "twice" in said


def test_a_part_of_the_benchmark_is_said_loudly(
    pred: Path, perfect: list[dict[str, Any]], asked: list[Instance], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    jsonl.write(gold, asked[:5])
    result, said = scored(capsys, lines(pred, perfect[:5]), "--gold", str(gold))
    assert (result["official_n"], result["expected_n"]) == (5, len(asked))
    assert "WARNING" in said and f"5 questions, officially {len(asked)}: a part of the benchmark" in said
    assert score(pred, "--gold", str(gold)) == 0
    assert "ours is not the whole benchmark" in capsys.readouterr().out


def test_the_pipelines_questions_serve_where_native_files_are_gone_and_all_are_there(
    pred: Path, asked: list[Instance], tmp_path: Path, capsys: pytest.CaptureFixture[str], house: Path
) -> None:
    moved = house / layout.RAW
    reworded = [_reworded(q, "t2" if n % 2 else "t3") for n, q in enumerate(asked)]
    lines(pred, [{"id": question.record, "text": question.target} for question in asked])
    moved.rename(house / "elsewhere")
    try:
        assert "--corpora" in refused(capsys, pred)
        jsonl.write(layout.instructions("test"), reworded[1:])
        assert "--corpora" in refused(capsys, pred)
        jsonl.write(layout.instructions("test"), reworded)
        result, said = scored(capsys, pred)
        assert result["official_n"] == len(asked) and said == ""
        assert scored(capsys, pred, "--corpora", "elsewhere")[0]["score"] == result["score"]
    finally:
        (house / "elsewhere").rename(moved)


def _reworded(question: Instance, template: str) -> Instance:
    import msgspec

    return msgspec.structs.replace(question, id=question.id.replace(".t1", f".{template}"))


def test_several_benchmarks_are_scored_at_once(
    pred: Path, perfect: list[dict[str, Any]], house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = [{"id": q.id, "text": q.target} for q in benchmark_house.questions(house, TOPICS)]
    lines(pred, [*others, *perfect])
    capsys.readouterr()
    for which in ("all", f"{TOPICS},{MENTIONS}"):
        assert score(pred, "--json", benchmark=which) == 0
        import msgspec

        evaluation = msgspec.json.decode(capsys.readouterr().out, type=Evaluation)
        assert {result.benchmark for result in evaluation.results} == {MENTIONS, TOPICS} and evaluation.macro == 1
    assert "further" in refused(capsys, pred)


def test_all_is_all_at_hand_and_what_is_not_is_named(
    pred: Path, perfect: list[dict[str, Any]], house: Path, root: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import shutil

    described, native = tmp_path / "benchmarks", tmp_path / "corpora"
    shutil.copytree(house / layout.BENCHMARKS, described)
    shutil.copytree(house / layout.DESCRIPTORS, native)
    shutil.copy(root / layout.BENCHMARKS / "multi_xscience.yaml", described)
    shutil.copy(root / layout.DESCRIPTORS / "multi_xscience.yaml", native)
    (described / f"{TOPICS}.yaml").unlink()
    options = ("--json", "--benchmarks", str(described), "--descriptors", str(native))
    lines(pred, perfect)
    capsys.readouterr()
    assert score(pred, *options, benchmark="all") == 0
    printed = capsys.readouterr()
    assert [result["benchmark"] for result in json.loads(printed.out)["results"]] == [MENTIONS]
    assert "1 of 2 benchmarks are left out, whose files are not there: multi_xscience" in printed.err
    (described / f"{MENTIONS}.yaml").unlink()
    said = refused(capsys, pred, *options, benchmark="all")
    assert "not one of 1 benchmarks has its questions there" in said and "--corpora" in said


def test_files_of_other_corpora_are_not_taken_for_those_of_one_that_is_not_there(
    pred: Path, perfect: list[dict[str, Any]], house: Path, root: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import shutil

    native, raw = tmp_path / "corpora", tmp_path / "raw"
    shutil.copytree(house / layout.DESCRIPTORS, native)
    shutil.copy(root / layout.DESCRIPTORS / "multi_xscience.yaml", native)
    shutil.copytree(house / layout.RAW / "sample_cdr", raw / "sample_cdr")
    (raw / "sample_cdr" / "test.jsonl").write_text("{}\n")
    options = ("--benchmarks", str(root / layout.BENCHMARKS), "--descriptors", str(native), "--corpora", str(raw))
    said = refused(capsys, lines(pred, perfect), *options, benchmark="multi_xscience")
    assert "folders of other corpora" in said


def test_a_key_that_two_questions_have_is_refused(
    pred: Path, house: Path, asked: list[Instance], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonl.write(tmp_path / "gold.jsonl", [asked[0], _reworded(asked[0], "t2")])
    said = refused(capsys, lines(pred, [{"id": asked[0].record, "text": "x"}]), "--gold", str(tmp_path / "gold.jsonl"))
    assert "stands for 2 questions" in said and f"{pred}:1" in said
