import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.benchmarks import Benchmark
from taiyi.errors import Conflict
from taiyi.evaluation.results import BenchmarkResult, Evaluation, Wording
from taiyi.metrics import Score, signature
from taiyi.metrics.measures import Metric
from taiyi.pages import heat
from taiyi.pages.leaderboard import Entrant, board, letters

F1 = signature("f1", case="mixed")
FOLDED = signature("f1", case="fold")


def result(benchmark, value, *, n=100, expected=100, sign=F1, task="ner", language="en", metric=None):
    return BenchmarkResult(
        name=benchmark,
        corpus=benchmark,
        task=task,
        language=language,
        official_n=n,
        score=Score("f1", value, 0.0, "empty answer", n, sign),
        verdicts={"right": n, "wrong": 0, "unparsable": 0, "unanswered": 0},
        statuses={"ok": n},
        benchmark=benchmark,
        expected_n=expected,
        metric=metric,
    )


def entrant(slug, *results):
    total = sum(r.score.value for r in results) / len(results)
    counts = {"right": 0, "wrong": 0, "unparsable": 0, "unanswered": 0}
    return Entrant(slug, slug.title(), Evaluation(total, 0.0, 0, counts, results), {})


def described(**groups):
    return {
        key: Benchmark(
            id=key, title=key.upper(), group=group, corpus=key, split="test", n=100, unit="abstracts", task="ner",
            language="en", metric=Metric("set_f1"),
        )
        for key, group in groups.items()
    }  # fmt: skip


def cell(made, key, slug):
    (column,) = [c for c in made.columns if c.key == key]
    return column.cells[slug]


def test_a_score_that_was_counted_otherwise_is_marked_and_the_mark_says_what_differs():
    made = board([entrant("a", result("x", 0.5)), entrant("b", result("x", 0.6)),
                  entrant("c", result("x", 0.9, sign=FOLDED))], {})  # fmt: skip
    assert cell(made, "x", "c").marks == ("a",)
    assert made.notes == [("a", "Counted otherwise than the rest of the column: case fold instead of mixed.")]
    assert not cell(made, "x", "a").marks and not cell(made, "x", "b").marks


def test_a_marked_score_neither_leads_its_column_nor_enters_the_shared_mean():
    made = board([entrant("a", result("x", 0.5), result("y", 0.2)), entrant("b", result("x", 0.6), result("y", 0.4)),
                  entrant("c", result("x", 0.9, sign=FOLDED), result("y", 0.3))], {})  # fmt: skip
    assert [slug for slug in "abc" if cell(made, "x", slug).best] == ["b"]
    assert made.shared == ["y"]
    assert [(row.entrant.slug, row.shared) for row in made.rows] == [("b", 0.4), ("c", 0.3), ("a", 0.2)]


def test_a_score_over_fewer_questions_is_marked_where_another_answered_the_whole_benchmark():
    made = board([entrant("a", result("x", 0.5, n=40)), entrant("b", result("x", 0.4, n=40)),
                  entrant("c", result("x", 0.3))], {})  # fmt: skip
    assert [bool(cell(made, "x", slug).marks) for slug in "abc"] == [True, True, False]
    assert made.notes == [("a", "Over 40 questions instead of 100.")]
    assert made.columns[0].expected_n is None


def test_the_whole_benchmark_in_three_wordings_is_whole_and_marked_beside_one_wording():
    wordings = tuple(Wording(name, 100, 0.5) for name in ("t1", "t2", "t3"))
    thrice = msgspec.structs.replace(result("x", 0.5, n=300), asked=100, wordings=wordings)
    made = board([entrant("a", thrice), entrant("b", result("x", 0.4))], described(x="main"))
    assert (made.columns[0].n, made.columns[0].expected_n) == (100, None)
    assert made.notes == [("a", "Over 300 answers instead of 100: questions in 3 wordings.")]
    assert {row.entrant.slug: row.main for row in made.rows} == {"a": 0.5, "b": 0.4}
    assert board([entrant("a", thrice), entrant("b", thrice)], {}).notes == []


def test_a_part_that_all_answered_is_compared_and_its_column_says_that_it_is_a_part():
    made = board([entrant("a", result("x", 0.5, n=40)), entrant("b", result("x", 0.4, n=40))], {})
    assert made.notes == [] and (made.columns[0].n, made.columns[0].expected_n) == (40, 100)
    assert [row.main for row in made.rows] == [None, None]


def test_the_mean_of_the_main_benchmarks_is_given_only_to_who_answered_each_of_them_whole():
    benchmarks = described(x="main", y="main", z="supplementary")
    made = board(
        [
            entrant("whole", result("x", 0.5), result("y", 0.3), result("z", 0.9)),
            entrant("part", result("x", 0.5), result("y", 0.3, n=40)),
            entrant("lacks", result("x", 0.8)),
        ],
        benchmarks,
    )
    assert {row.entrant.slug: row.main for row in made.rows} == {"whole": 0.4, "part": None, "lacks": None}
    assert [title for title, _ in made.groups] == ["The paper's benchmarks", "Supplementary"]
    assert [c.title for c in made.columns] == ["X", "Y", "Z"]


def test_a_rate_of_errors_is_led_by_the_lowest():
    ter = Metric("ter")
    made = board([entrant(s, result("x", v, task="mt", metric=ter)) for s, v in (("a", 0.7), ("b", 0.4))], {})
    assert made.columns[0].lower_is_better
    assert (cell(made, "x", "a").best, cell(made, "x", "b").best) == (False, True)


def test_one_model_alone_leads_nothing():
    assert not cell(board([entrant("a", result("x", 0.5))], {}), "x", "a").best


def test_a_benchmark_twice_in_one_evaluation_is_refused():
    with pytest.raises(Conflict, match="x is scored twice"):
        board([entrant("a", result("x", 0.5), msgspec.structs.replace(result("x", 0.4), name="other"))], {})


@given(st.integers(0, 2000))
def test_marks_are_distinct(number):
    assert letters(number) != letters(number + 1)
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_heat_cell_is_the_mean_of_its_scores_and_its_shade_follows(values):
    found = heat.mean([result(f"b{n}", value) for n, value in enumerate(values)])
    assert found.value == pytest.approx(sum(values) / len(values))
    assert found.many == len(values) and found.shade == heat.shade(found.value)


def test_shades_stay_on_the_scale_for_any_score():
    assert [heat.shade(value) for value in (-1.0, 0.0, 0.5, 1.0, 1.7)] == [0, 0, 5, 10, 10]


def test_the_heat_map_of_models_averages_only_what_its_models_have_counted_alike():
    entrants = [
        entrant("a", result("x", 0.2), result("y", 0.8)),
        entrant("b", result("x", 0.4), result("y", 0.9, sign=FOLDED)),
        entrant("c", result("z", 0.5, language="zh")),
    ]
    rows = heat.by_model(board(entrants, {}).columns, ["a", "b", "c"])
    assert [(row.task, row.language) for row in rows] == [("ner", "en"), ("ner", "zh")]
    assert [c.value for c in rows[0].cells] == [0.2, 0.4, None]
    assert [c.value for c in rows[1].cells] == [None, None, 0.5]


def test_the_heat_map_of_one_model_has_tasks_down_and_languages_across():
    rows = heat.by_language([result("x", 0.2), result("y", 0.4), result("z", 0.9, language="zh", task="tc")])
    assert [(row.task, [c.many for c in row.cells]) for row in rows] == [("ner", [2, 0]), ("tc", [0, 1])]
    assert rows[0].cells[0].value == pytest.approx(0.3)
