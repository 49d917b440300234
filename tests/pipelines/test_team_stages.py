"""What is fetched and what is run, decided from dvc.lock and from what has changed."""

from pathlib import Path

import pytest

from pipelines.team import dvc, manifests, stages
from pipelines.team.stages import Stage
from taiyi import manifest
from taiyi.errors import Conflict, DataLoss

CHAIN = {
    "raw": Stage("raw", (), {"data/raw": "1.dir"}),
    "read@a": Stage("read@a", ("data/raw/a", "read.py"), {"data/records/a": "2.dir"}),
    "read@b": Stage("read@b", ("data/raw/b", "read.py"), {"data/records/b": "3.dir"}),
    "mix": Stage("mix", ("data/records",), {"data/mix": "4.dir"}),
    "other": Stage("other", ("other.py",), {"data/other": "5"}),
}
ABSENT = {
    "raw": [{"changed outs": {"data/raw": "not in cache"}}],
    "read@a": [{"changed deps": {"data/raw/a": "deleted"}}, {"changed outs": {"data/records/a": "not in cache"}}],
    "read@b": [{"changed deps": {"data/raw/b": "deleted"}}, {"changed outs": {"data/records/b": "deleted"}}],
    "mix": [{"changed deps": {"data/records": "modified"}}, {"changed outs": {"data/mix": "not in cache"}}],
    "other": [{"changed outs": {"data/other": "not in cache"}}],
}


def test_where_only_files_are_lacking_everything_is_fetched() -> None:
    assert stages.fetchable(CHAIN, ABSENT) == ["raw", "read@a", "read@b", "mix", "other"]


@pytest.mark.parametrize("change", [{"changed deps": {"read.py": "modified"}}, "changed command"])
def test_a_changed_stage_and_what_reads_it_is_not_fetched(change: object) -> None:
    changed = ABSENT | {"read@a": [change, *ABSENT["read@a"]]}
    assert stages.fetchable(CHAIN, changed) == ["raw", "read@b", "other"]


def test_an_output_that_was_edited_is_not_fetched_over() -> None:
    assert stages.fetchable(CHAIN, {"other": [{"changed outs": {"data/other": "modified"}}]}) == []


def test_where_nothing_has_changed_nothing_is_fetched() -> None:
    assert stages.fetchable(CHAIN, {}) == []


def test_a_target_needs_what_it_is_made_from() -> None:
    assert {stage.name for stage in stages.needed(CHAIN, ["mix"])} == {"raw", "read@a", "read@b", "mix"}
    assert {stage.name for stage in stages.needed(CHAIN, ["read"])} == {"raw", "read@a", "read@b"}
    assert len(stages.needed(CHAIN, [])) == 5


def test_both_sides_of_a_merge_in_the_lock_are_refused(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    lock.write_text("schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n=======\nstages: {}\n>>>>>>> other\n")
    with pytest.raises(Conflict, match="either one"):
        stages.locked(lock)


@pytest.mark.parametrize(
    ("problem", "passing"),
    [
        ('EndpointConnectionError Could not connect to the endpoint URL: "http://127.0.0.1:9"', True),
        ("failed to connect to s3 (team/x) - Unable to locate credentials", False),
        ("NoSuchBucket: The specified bucket does not exist", False),
        ("An error occurred (SlowDown) when calling the PutObject operation: Reduce your request rate", True),
        ("An error occurred (403) when calling the HeadObject operation: Forbidden", False),
        ("Unable to acquire lock", True),
        ("Checkout failed for following targets: data/x", False),
    ],
)
def test_what_may_pass_is_tried_again_and_the_rest_is_not(problem: str, passing: bool) -> None:
    assert dvc.passing(problem) is passing


def test_a_manifest_is_verified_once_and_a_difference_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data/manifests").mkdir(parents=True)
    Path("data/out.txt").write_text("made")
    said = Path("data/manifests/make.json")
    manifest.write(said, stage="make", params={}, inputs=(), outputs=(Path("data/out.txt"),))
    stage = Stage("make", (), {"data/out.txt": "1", said.as_posix(): "2"})
    assert (manifests.verify([stage]), manifests.verify([stage])) == (1, 0)
    manifests.RECORD.unlink()
    Path("data/out.txt").write_text("something else")
    with pytest.raises(DataLoss, match=r"data/out.txt \(stage make\)"):
        manifests.verify([stage])
    assert not manifests.RECORD.exists()
