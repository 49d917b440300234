"""Prediction goes on where a killed run was: what was answered completely is kept, a line cut off is not."""

from pathlib import Path

import msgspec

from pipelines import predict
from taiyi.instances import Prediction


def test_a_line_that_a_kill_cut_off_is_not_counted(tmp_path: Path) -> None:
    partial = tmp_path / "partial.jsonl"
    whole = [msgspec.json.encode(Prediction(f"c/test/{n}#tc.en.t1", "x")) for n in range(3)]
    partial.write_bytes(b"\n".join([*whole, whole[0][:20]]))
    assert list(predict.answered(partial)) == [f"c/test/{n}#tc.en.t1" for n in range(3)]


def test_nothing_was_answered_before_the_first_run(tmp_path: Path) -> None:
    assert predict.answered(tmp_path / "none.jsonl") == {}
