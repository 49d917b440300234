"""Two systems compared over the wire: the figures of `taiyi compare`, from the counts of their evaluations alone."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from taiyi_api.scorer.v1 import scorer_service_pb2 as pb

from taiyi import cli
from taiyi.evaluation.results import COUNTS
from tests.services.blocking import SECONDS, refused
from tests.taiyi import benchmark_house
from tests.taiyi.benchmark_house import MENTIONS, TOPICS, lines


@pytest.fixture(scope="module")
def folders(house: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The evaluations of a system that is always right, and of one that is so two times in three."""
    place = tmp_path_factory.mktemp("compared")
    found = []
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(house)
        for name, wrong in (("a", 3), ("b", 10**9)):
            rows = [
                {"id": q.id, "text": q.target if number % wrong != 1 else "None"}
                for benchmark in (MENTIONS, TOPICS)
                for number, q in enumerate(benchmark_house.questions(house, benchmark))
            ]
            pred = lines(place / f"{name}.jsonl", rows)
            command = ["score", "--benchmark", "all", "--pred", str(pred), "--out", str(place / name)]
            assert cli.main(command) == 0
            found.append(place / name)
    return found[0], found[1]


def compare(scorer: Any, a: str, b: str, **more: Any) -> pb.CompareEvaluationsResponse:
    request = pb.CompareEvaluationsRequest(counts_a_json=a, counts_b_json=b, **more)
    return scorer.CompareEvaluations(request, timeout=SECONDS)


@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_differences_are_those_of_the_command(
    scorer: Any,
    house: Path,
    folders: tuple[Path, Path],
    alpha: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(house)
    capsys.readouterr()
    assert cli.main(["compare", *map(str, folders), "--alpha", str(alpha or 0.05), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    answer = compare(scorer, *((folder / COUNTS).read_text() for folder in folders), alpha=alpha)
    assert len(answer.differences) == 2 and not answer.not_compared
    for got, row in zip(answer.differences, printed["rows"], strict=True):
        assert got.benchmark == row["name"]
        assert (got.a, got.b, got.difference) == (row["a"], row["b"], row["difference"])
        assert [got.interval_low, got.interval_high] == row["interval"]
        assert (got.p, got.p_adjusted, got.separates) == (row["p"], row["adjusted_p"], row["separates"])
    assert any(got.separates for got in answer.differences)


def counts(*documents: str, rows: Any = None, **more: Any) -> str:
    """Of the benchmark `mentions`: by default each document has one of one mention right."""
    one = {
        "metric": {"name": "set_f1"},
        "task": "ner",
        "signature": "s",
        "documents": documents,
        "rows": [[1, 1, 1]] * len(documents) if rows is None else rows,
    }
    return json.dumps({MENTIONS: one | more})


def test_what_cannot_be_compared_is_named_with_the_reason(scorer: Any) -> None:
    answer = compare(scorer, counts("c/t/1"), counts("c/t/2"))
    assert not answer.differences and "records are in one of the two only" in answer.not_compared[MENTIONS]
    answer = compare(scorer, counts("c/t/1"), counts("c/t/1", signature="other"))
    assert "scored differently" in answer.not_compared[MENTIONS]


def test_a_single_record_has_no_interval(scorer: Any) -> None:
    (got,) = compare(scorer, counts("c/t/1"), counts("c/t/1")).differences
    assert math.isnan(got.interval_low) and math.isnan(got.interval_high) and got.difference == 0 and got.p == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("[]", "Expected `object`"),
        ("{" * 50_000, ""),
        ('{"mentions": 1}', "$[...]"),
        ("{}", "in common"),
        (counts(), "0 documents"),
        (counts("a", "a"), "2 documents"),
        (counts("a", rows=[[1, 1, 1], [1, 1, 1]]), "2 rows"),
        (counts("a", "b", rows=[[1, 1, 1], [1, 1]]), "rows of [2, 3] counts"),
        (counts("a", rows=[[]]), "none of set_f1"),
        (counts("a", rows=[[1, 2, 3, 4]]), "none of set_f1"),
        (counts("a", rows=[[1e300, 1e300, 1e300]]), "above"),
        (counts("a", rows=[["x", 1, 1]]), "float"),
        (counts("a", metric={"name": "set_f2"}), "set_f2"),
        (counts("a", metric={"name": "set_f1", "settings": {"case": "x"}}), "case"),
        (counts("a", metric={"name": "set_f1", "settings": {"cases": "x"}}), "cases"),
        (counts("a", more=1), "unknown field"),
    ],
)
def test_counts_that_are_none_are_refused_by_their_field(scorer: Any, wrong: str, said: str) -> None:
    right = counts("a")
    for field, pair in (("counts_a_json", (wrong, right)), ("counts_b_json", (right, wrong))):
        answer = refused(lambda p=pair: compare(scorer, *p))
        assert answer.code == "INVALID_ARGUMENT" and said in answer.message, field
        if wrong != "{}":
            assert answer.fields == (field,)


@pytest.mark.parametrize("alpha", [-0.1, 1.0, math.nan, math.inf])
def test_an_impossible_alpha_is_refused(scorer: Any, alpha: float) -> None:
    answer = refused(lambda: compare(scorer, counts("a"), counts("a"), alpha=alpha))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", ("alpha",))
