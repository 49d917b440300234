"""Published checkpoints: a crash at any operation leaves the old one or the new one; damage is seen and passed over."""

import itertools
import os
import sys

import pytest

from taiyi.errors import DataLoss
from taiyi.llm import durable

RUN = "f" * 64
_OPERATIONS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "os.chmod"}


def write(home, step, text):
    best = home / f"best-{step}"
    best.mkdir(parents=True)
    (best / "adapter").write_text(f"best {text}")
    writing = home / "writing" / f"checkpoint-{step}"
    writing.mkdir(parents=True)
    (writing / "weights").write_text(text)
    (writing / "optimizer").write_text(text * 100)
    return writing, [best]


def published(home, step, text="w"):
    writing, beside = write(home, step, text)
    return durable.publish(writing, home, RUN, step, beside)


def crashing_at(number, work):
    """Do the work in a process that vanishes at its n-th file operation; whether it came that far."""
    pid = os.fork()
    if pid == 0:
        left = itertools.count(number, -1)

        def count(*_):
            if next(left) == 0:
                os._exit(77)

        sys.addaudithook(lambda event, _: count() if event in _OPERATIONS else None)
        fsync = os.fsync
        os.fsync = lambda handle: (count(), fsync(handle))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 77


def test_a_crash_at_any_operation_of_publishing_leaves_a_whole_checkpoint(tmp_path):
    reached = set()
    for number in itertools.count():
        home = tmp_path / str(number)
        published(home, 4, "old")
        writing, beside = write(home, 8, "new")

        def work(writing=writing, home=home, beside=beside):
            durable.publish(writing, home, RUN, 8, beside)
            durable.prune(home, 1)

        crashed = crashing_at(number, work)
        good = durable.newest_good([home], RUN)
        assert good is not None
        step = durable.step_of(good)
        assert (good / "weights").read_text() == {4: "old", 8: "new"}[step]
        assert (home / f"best-{step}" / "adapter").exists()
        reached.add(step)
        if not crashed:
            break
    assert reached == {4, 8}
    assert number > 15


def test_a_crash_at_any_operation_of_adopting_leaves_all_or_nothing(tmp_path):
    for number in itertools.count():
        source = tmp_path / f"{number}/old"
        there = tmp_path / f"{number}/new"
        found = published(source, 4, "w")
        there.mkdir()
        crashed = crashing_at(number, lambda found=found, there=there: durable.adopt(found, there))
        good = durable.newest_good([there, source], RUN)
        assert good is not None and (durable.adopt(good, there) / "weights").read_text() == "w"
        assert durable.newest_good([there], RUN) is not None
        if not crashed:
            break
    assert number > 5


@pytest.mark.parametrize("file", ["weights", "optimizer", "checkpoint.json", "../best-8/adapter"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "gone"])
def test_a_damaged_file_is_seen_and_the_checkpoint_passed_over(tmp_path, file, damage):
    published(tmp_path, 4)
    path = published(tmp_path, 8) / file
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes(raw) if damage == "flipped" else bytes(raw[: len(raw) // 2]))
    told: list[str] = []
    assert durable.step_of(durable.newest_good([tmp_path], RUN, told.append)) == 4
    assert told[0].startswith("passing over checkpoint-8: ")


def test_where_all_are_damaged_nothing_starts_from_zero(tmp_path):
    for step in (4, 8):
        (published(tmp_path, step) / "weights").write_text("?")
    with pytest.raises(DataLoss, match="none of 2 checkpoints"):
        durable.newest_good([tmp_path], RUN)
    assert durable.newest_good([tmp_path / "elsewhere"], RUN) is None


def test_a_checkpoint_of_another_run_is_not_taken_up(tmp_path):
    checkpoint = published(tmp_path, 4)
    assert "belongs to the run" in durable.fault(checkpoint, "e" * 64)


def test_pruning_keeps_the_newest_and_what_they_need(tmp_path):
    for step in (4, 8, 12):
        published(tmp_path, step)
    durable.prune(tmp_path, 2)
    assert {path.name for path in tmp_path.iterdir()} == {
        "checkpoint-8",
        "checkpoint-12",
        "best-8",
        "best-12",
        "writing",
    }
