"""What was made from what: digests that see every change, and folders that are whole or absent."""

from pathlib import Path

import pytest

from taiyi import jsonl, manifest
from taiyi.errors import TaiyiError
from taiyi.manifest import Manifest


def test_a_folders_digest_sees_content_names_and_places(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    (folder / "b").mkdir(parents=True)
    (folder / "x").write_text("1")
    digests = {manifest.digest(folder)}
    (folder / "x").write_text("2")
    digests.add(manifest.digest(folder))
    (folder / "x").rename(folder / "y")
    digests.add(manifest.digest(folder))
    (folder / "y").rename(folder / "b" / "y")
    digests.add(manifest.digest(folder))
    assert len(digests) == 4


def test_a_manifest_names_inputs_outputs_and_parameters(tmp_path: Path) -> None:
    made, used = tmp_path / "out", tmp_path / "in"
    made.write_text("o")
    used.write_text("i")
    manifest.write(tmp_path / "m.json", stage="s", params={"a": 1}, inputs=[used], outputs=[made])
    found = jsonl.read_json(tmp_path / "m.json", Manifest)
    assert found.inputs == {used.as_posix(): manifest.digest(used)}
    assert found.outputs == {made.as_posix(): manifest.digest(made)}
    assert found.params == {"a": 1}


def test_parameters_in_another_order_are_the_same() -> None:
    assert manifest.params_digest({"a": 1, "b": 2}) == manifest.params_digest({"b": 2, "a": 1})
    assert manifest.params_digest({"a": 1}) != manifest.params_digest({"a": 2})


def test_a_folder_whose_making_failed_leaves_the_old_one_and_no_debris(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with manifest.whole_folder(folder) as new:
        (new / "x").write_text("old")
    with pytest.raises(KeyboardInterrupt), manifest.whole_folder(folder) as new:
        (new / "x").write_text("new")
        raise KeyboardInterrupt
    assert (folder / "x").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_the_system_refuses_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TaiyiError, match="free some space"), manifest.whole_folder(tmp_path / "out"):
        raise OSError(28, "No space left on device")
