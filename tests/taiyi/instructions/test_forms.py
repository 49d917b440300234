"""What style json says about the form wanted: there for every group, in both languages, and true of what is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taiyi import instructions, tasks
from taiyi.errors import NotFound
from taiyi.instances import Draft
from taiyi.instructions.templates import form
from taiyi.records import LANGUAGES

FIXED = {
    "nen": {"mention", "ids"},
    "ee": {"trigger", "arguments"},
    "tc": {"labels"},
    "qa_mc": {"answer"},
    "qa_sqa": {"answer"},
    "qa_cqa": {"answer"},
    "mrd": {"reply"},
    "mt": {"translation"},
    "tp_ss": {"label"},
    "tp_te": {"label"},
    "tt_ds": {"text"},
}
"""The keys of answers in style json that do not depend on what is asked."""
OF_GROUPS = {"score": {"score"}, "mention": {"answer"}, "pair": {"answer"}}
"""Those of groups that are answered otherwise than the rest of their task."""


@pytest.mark.parametrize("task", tasks.ids())
def test_every_group_says_which_json_is_wanted_with_the_keys_of_its_answers(task: str, root: Path) -> None:
    folder = root / "data/templates"
    for language in LANGUAGES:
        for group in instructions.templates(task, folder)[language]:
            said = form(task, language, group, folder)
            keys = set(re.findall(r'"(\w+)":', said))
            assert "JSON" in said, said
            assert OF_GROUPS.get(group, FIXED.get(task, set())) <= keys, said
            assert language == "zh" or said.isascii(), said


def test_a_form_is_no_group_of_wordings_and_a_missing_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "tc.yaml").write_text(
        "en:\n  default: {t1: '{text}'}\n  form: {default: 'In JSON: {}'}\nzh:\n  default: {t1: '{text}'}\n"
    )
    assert list(instructions.templates("tc", tmp_path)["en"]) == ["default"]
    assert form("tc", "en", "multiple", tmp_path) == "In JSON: {}"
    with pytest.raises(NotFound, match=r"tc\.yaml has no form at zh\.form"):
        form("tc", "zh", "default", tmp_path)


def test_a_form_follows_the_wording_as_it_stands() -> None:
    (turn,) = instructions.worded("Read {text}", Draft(fields={"text": "{x}"}, gold=()), "here", "In JSON: {}")
    assert turn.text == "Read {x}\nIn JSON: {}"
