"""The linter of wordings: the repository's own are clean, and each thing that can be wrong is named with its line."""

from pathlib import Path

import pytest

from taiyi import cli
from taiyi.instructions import lint
from taiyi.tasks import Fields

GROUPS = {"default": Fields(("text", "types"), lists=("types",)), "mention": Fields(("text", "labels"))}


def test_the_wordings_of_the_repository_are_clean(root: Path) -> None:
    labels = lint.labels_of(root / "data/corpora")
    assert "Treatment" in labels["tc"]
    assert [str(problem) for problem in lint.lint(root / "data/templates", labels=labels)] == []


def problems(tmp_path: Path, en: str = "", zh: str = "", group: str = "default", name: str = "t1") -> list[str]:
    """What is said of one wording, given in one of the languages."""
    path = tmp_path / "ner.yaml"
    path.write_text(f"en:\n  {group}:\n    {name}: '{en}'\nzh:\n  {group}:\n    {name}: '{zh}'\n")
    found = lint.lint_file(path, {group: GROUPS[group]}, least=1, labels=("Treatment", "治疗"))
    line = "3" if en else "6"
    return [p.problem for p in found if p.where == f"{path}:{line}" and "the field {" not in p.problem]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Find {types}， please: {text}", "'，' in English"),
        ("Find 实体 ({types}). {text}", "in English"),
        ("Find {types}. {text} ", "blanks"),
        ("Find  {types}. {text}", "blanks"),
        ("Find {types} of this kind or that" + " and of others" * 30 + ". {text}", "without its fields"),
        ("Find {types}. There are none. {text}", "no answer"),
        ("Find {types}. {text} Answer: Chemical", "an answer after"),
        ("Find {types}, one line per type. {text}", "how answers of style taiyi"),
        ("Find {types!r} in {text}", "a placeholder with a format"),
        ("Find {types} in {text} and {text}", "2 times"),
        ("Find {types} in {text", "braces"),
    ],
)
def test_what_is_wrong_with_an_english_wording_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, en=text)), problems(tmp_path, en=text)


@pytest.mark.parametrize(
    "text", ["找出{types}:{text}", "找出{types}, 不要遗漏。{text}", "有{types}吗?{text}", '找“{types}".{text}']
)
def test_half_width_punctuation_in_chinese_is_named(tmp_path: Path, text: str) -> None:
    assert any("half-width" in problem for problem in problems(tmp_path, zh=text))


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("en", "f1", "Find {types}, one line per type; None if there are none. {text}"),
        ("en", "t1", "{text}\\nWhich {types}?"),
        ("zh", "t1", "按 PubMed 3.1 的写法找出{types}（头实体, 关系）。{text}"),
        ("zh", "f1", "找出{types}，没有则回答“无”。{text}"),
    ],
)
def test_what_is_right_is_let_be(tmp_path: Path, language: str, name: str, text: str) -> None:
    found = problems(tmp_path, en=text, name=name) if language == "en" else problems(tmp_path, zh=text, name=name)
    assert found == []


def test_unknown_and_missing_fields_are_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "ner.yaml"
    path.write_text("en:\n  default:\n    t1: 'Find {typs}.'\nzh:\n  default:\n    t1: '找出{types}。{text}'\n")
    first, second = lint.lint_file(path, {"default": GROUPS["default"]}, least=1)
    assert str(first) == f"{path}:3: en.default.t1: an unknown field {{typs}}\n  known: {{text}}, {{types}}"
    assert "{text} is missing" in str(second)


def test_a_list_may_be_left_out_and_a_text_may_not(tmp_path: Path) -> None:
    assert problems(tmp_path, en="What is in this? {text}") == []
    path = tmp_path / "ner.yaml"
    assert [
        "missing" in p.problem for p in lint.lint_file(path, {"default": GROUPS["default"]}, least=1) if ":3" in p.where
    ] == []


def test_one_label_or_one_of_yes_and_no_gives_the_answer_away(tmp_path: Path) -> None:
    assert "treatment" in problems(tmp_path, en="Is it Treatment? {labels} {text}", group="mention")[0]
    assert "治疗" in problems(tmp_path, zh="是不是治疗？{labels}{text}", group="mention")[0]
    assert "one of yes and no" in problems(tmp_path, en="Say yes. {labels} {text}", group="mention")[0]
    assert problems(tmp_path, en="Yes or no? {labels} {text}", group="mention") == []


def test_wordings_alike_are_named_with_the_line_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ner.yaml"
    texts = (
        "Find all {types} in the text below.",
        "find ALL {types}, in the text below",
        "Find all {types} in this text below.",
    )
    wordings = "".join(f"    t{n}: '{text} {{text}}'\n" for n, text in enumerate(texts, start=1))
    path.write_text(f"en:\n  default:\n{wordings}zh:\n  default:\n    t1: '找出{{types}}。{{text}}'\n")
    found = [
        p
        for p in lint.lint_file(path, {"default": GROUPS["default"]}, least=1)
        if "that of" in p.problem or "same" in p.problem
    ]
    assert (found[0].template, found[0].problem) == ("en.default.t2", "the same as t1, in line 3")
    assert found[1].template == "en.default.t3" and found[1].problem.startswith("nearly (0.7")


def test_similarity_is_that_of_letters_and_fields() -> None:
    assert lint.similarity("Find {a}!", "find, {a}") == 1.0
    assert lint.similarity("Find {a} in it", "Find {b} in it") == 1.0  # one field each: what matters is the place
    assert lint.similarity("Translate: {text}", "{text}\nWhat is this?") < 0.1


def test_ids_groups_and_numbers_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "ner.yaml"
    path.write_text("en:\n  defalt:\n    x1: '{text}'\nzh:\n  default:\n    x1: '找出{types}。{text}'\n")
    said = "\n".join(map(str, lint.lint_file(path, {"default": GROUPS["default"]}, least=1)))
    assert f"{path}:1: en.default: 0 wordings" in said
    assert "en.defalt: no question asks in this group\n  known: default" in said
    assert f"{path}:6: zh.default.x1: not the id of a wording" in said


def test_an_id_given_twice_and_a_file_of_no_task_are_problems_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "ner.yaml").write_text("en:\n  default:\n    t1: '{text}'\n    t1: '{text}'\n")
    (tmp_path / "nre.yaml").write_text("en: {}\n")
    found = [str(problem) for problem in lint.lint(tmp_path)]
    assert any(f"{tmp_path}/ner.yaml:4: the key 't1' is given twice" in problem for problem in found)
    assert any(problem.startswith(f"{tmp_path}/nre.yaml:1: no task is called nre") for problem in found)
    assert any("the task tc has no wordings" in problem for problem in found)


def test_the_command_prints_what_is_wrong_and_exits_with_2(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["templates", "lint", "--descriptors", str(root / "data/corpora"), "--templates"]
    assert cli.main([*shared, str(root / "data/templates"), "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"
    (tmp_path / "ner.yaml").write_text("en:\n  default: {t1: '{text} '}\n")
    assert cli.main([*shared, str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert "ner.yaml:2: en.default.t1: blanks" in printed.out and "problems in the wordings" in printed.err
