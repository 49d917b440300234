"""A training process: one to a folder, not outliving its parent."""

import gc
import os
import signal
import subprocess
import sys
import time

import pytest

from taiyi import process
from taiyi.errors import Conflict


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path):
    with (
        process.exclusive(tmp_path / "run"),
        pytest.raises(Conflict, match=f"process {os.getpid()} is at work here"),
        process.exclusive(tmp_path / "run"),
    ):
        pass
    with process.exclusive(tmp_path / "run"):
        pass


def test_sigterm_leaves_by_way_of_what_cleans_up():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left, process.exit_on_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert left.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(sys.platform != "linux", reason="parent death signals are Linux's")
def test_a_trainer_dies_with_its_parent():
    child = "from taiyi import process; import time; process.die_with_parent(); print('up', flush=True); time.sleep(60)"
    parent = (
        "import subprocess, sys; "
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE); "
        "child.stdout.readline(); print(child.pid, flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as running:
        pid = int(running.stdout.readline())
        running.kill()
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_garbage_is_collected_rarely_within_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError), process.rarely_collected():
        assert gc.get_threshold()[0] > before[0]
        raise ValueError
    assert gc.get_threshold() == before
