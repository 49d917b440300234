from pathlib import Path

import pytest

from taiyi import cli
from tests.taiyi.pages import made_evaluations

pytestmark = pytest.mark.integration  # whole folders of pages


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[str]:
    made = made_evaluations.write(tmp_path_factory.mktemp("evaluations"), each=6)
    return [str(folder) for folder in made]


def run(*arguments: str) -> int:
    return cli.main(["leaderboard", *arguments, "--replicates", "0"])


def test_a_leaderboard_is_written_and_its_models_are_listed(folders, tmp_path, capsys):
    assert run(*folders, "--out", str(tmp_path / "board")) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in made_evaluations.SKILL)
    assert (tmp_path / "board" / "index.html").exists()
    assert sorted(p.name for p in (tmp_path / "board").iterdir() if p.is_dir()) == [
        "Taiyi_stage_1",
        "Taiyi_stage_2",
        "对照模型_7B",
    ]


def test_a_leaderboard_is_made_anew(folders, tmp_path):
    out = tmp_path / "board"
    assert run(*folders, "--out", str(out)) == 0
    assert run(folders[0], "--out", str(out)) == 0
    assert [p.name for p in out.iterdir() if p.is_dir()] == ["Taiyi_stage_2"]


def test_a_folder_of_other_things_is_not_replaced(folders, tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert run(*folders, "--out", str(tmp_path)) == 2
    assert "would be replaced" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("wrong", [("--answers", "-1"), ("--replicates", "-5")])
def test_numbers_below_zero_are_refused(folders, tmp_path, capsys, wrong):
    assert cli.main(["leaderboard", *folders, "--out", str(tmp_path / "board"), *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_folder_without_scores_is_refused_and_nothing_is_written(folders, tmp_path, capsys):
    assert run(folders[0], str(tmp_path), "--out", str(tmp_path / "board")) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_benchmarks_without_descriptors_go_by_their_names(folders, tmp_path):
    assert run(folders[0], "--out", str(tmp_path / "board"), "--benchmarks", str(tmp_path / "none")) == 0
    assert "Other test sets" in Path(tmp_path / "board" / "index.html").read_text(encoding="utf-8")
