"""Errors say what was wrong, where, and what would be right."""

from pathlib import Path

import pytest

from taiyi.errors import Conflict, InvalidInput, InvalidParams, NotFound, NotReady, TaiyiError, unknown_name


def test_every_error_is_a_taiyi_error() -> None:
    for kind in (InvalidInput, InvalidParams, NotFound, Conflict, NotReady):
        assert issubclass(kind, TaiyiError)
    assert issubclass(InvalidParams, InvalidInput)


def test_an_input_error_names_the_place_first_and_the_remedy_on_a_line_of_its_own() -> None:
    error = InvalidInput("three columns, four are needed", where="a.tsv:7", remedy="add the label")
    assert str(error) == "a.tsv:7: three columns, four are needed\n  add the label"
    assert (error.problem, error.where, error.remedy) == (
        "three columns, four are needed",
        "a.tsv:7",
        "add the label",
    )


def test_an_input_error_without_place_is_its_problem_alone() -> None:
    assert str(InvalidInput("no labels")) == "no labels"


def test_a_place_may_be_a_path() -> None:
    assert str(InvalidInput("empty", where=Path("a/b.json"))) == "a/b.json: empty"


def test_a_misspelt_name_is_answered_with_what_is_close() -> None:
    assert "did you mean 'bc5cdr'?" in str(unknown_name("corpus", "bc5cd", ["bc5cdr", "scicite"]))


def test_several_close_names_are_all_offered() -> None:
    message = str(unknown_name("task", "qa_ms", ["qa_mc", "qa_sqa", "coref"]))
    assert "'qa_mc' or 'qa_sqa'" in message
    assert "coref" not in message


@pytest.mark.parametrize(("known", "tail"), [(["ner", "mt"], "known: mt, ner"), ([], "known: none")])
def test_a_name_like_no_other_is_answered_with_all_names(known: list[str], tail: str) -> None:
    error = unknown_name("task", "xyzzy", known)
    assert isinstance(error, NotFound)
    assert str(error) == f"no task 'xyzzy'; {tail}"


def test_a_problem_that_quotes_an_endless_line_is_cut_with_its_length() -> None:
    error = InvalidInput(f"no name in {'x' * 1_000_000!r}", where="a.txt:1", remedy="write one")
    assert len(str(error)) < 2_000
    assert str(error).startswith("a.txt:1: no name in 'xxx")
    assert "(1,000,013 characters)" in str(error)
