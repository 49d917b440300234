"""Strangers' wordings used in a process of its own, limited in time, memory and output: a file of theirs harms nobody.

The process is this module, run: a job as JSON on its standard input, a line of JSON for each part of the answer.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from taiyi import tasks
from taiyi.errors import InvalidInput, NotReady, TaiyiError
from taiyi.instances import Style
from taiyi.instructions import lint
from taiyi.instructions.batches import Batch, Sizes, batches, slice_of
from taiyi.instructions.lint import Problem
from taiyi.instructions.rendering import Wording
from taiyi.records import AnyRecord
from taiyi.tasks import TaskSpec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one job may use: processor time, address space, all that it writes, and time for each part of its answer."""

    cpu_seconds: int = 5
    memory_bytes: int = 2**29
    output_bytes: int = 64 * 2**20
    wait_seconds: float = 30.0


class _Job(msgspec.Struct, frozen=True, kw_only=True, tag_field="job"):
    task: str
    template: str
    limits: Limits


class Rendering(_Job, frozen=True, kw_only=True, tag="render"):
    """Records to be worded by a template file's text. lines: the records as JSON; paths: files of them instead, of
    which the first `skip` are passed over and at most `limit` taken (0: all).
    """

    spec: TaskSpec
    style: Style
    seed: int
    count: int
    sizes: Sizes
    lines: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    skip: int = 0
    limit: int = 0


class Linting(_Job, frozen=True, kw_only=True, tag="lint"):
    """A template file's text to be checked; labels, least: see `lint.lint_file`."""

    labels: tuple[str, ...]
    least: int


class _Refused(msgspec.Struct, frozen=True, tag_field="part", tag="refused"):
    kind: str
    problem: str
    where: str = ""
    remedy: str = ""


class _Made(msgspec.Struct, frozen=True, tag_field="part", tag="made"):
    batch: Batch


class _Linted(msgspec.Struct, frozen=True, tag_field="part", tag="linted"):
    problems: tuple[Problem, ...]


class _Ended(msgspec.Struct, frozen=True, tag_field="part", tag="ended"):
    pass


_JOB = msgspec.json.Decoder(Rendering | Linting)
_PART = msgspec.json.Decoder(_Refused | _Made | _Linted | _Ended)


def render(job: Rendering) -> Iterator[Batch]:
    """The batches of a job, made in a process of its own, which ends with the iterator.

    Raises InvalidInput where the template is wrong or a limit is hit, and says which.
    """
    for part in _parts(job):
        if isinstance(part, _Made):
            yield part.batch


def problems(job: Linting) -> list[Problem]:
    """What is wrong with the template file, found in a process of its own; errors as of `render`."""
    return [problem for part in _parts(job) if isinstance(part, _Linted) for problem in part.problems]


def _parts(job: Rendering | Linting) -> Iterator[_Made | _Linted]:
    with _child(job) as child:
        assert child.stdout is not None
        left = job.limits.output_bytes
        while True:
            line, late = _line(child, left, job.limits.wait_seconds)
            left -= len(line)
            if late or left <= 0 or not line.endswith(b"\n"):
                raise _ended_early(child, job.limits, late=late, long=left <= 0)
            part = _PART.decode(line)
            if isinstance(part, _Ended):
                return
            if isinstance(part, _Refused):
                raise _error(part)
            yield part


@contextmanager
def _child(job: Rendering | Linting) -> Iterator[subprocess.Popen[bytes]]:
    """The process, with its job told; it is killed when the block ends."""
    # One thread: each that a numeric library starts would take its share of the address space.
    settings = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    above = str(Path(tasks.__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory(prefix="taiyi-template-") as folder:
        child = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**settings, "PYTHONPATH": above},
        )
        try:
            assert child.stdin is not None and child.stdout is not None
            with child.stdin, child.stdout:
                _tell(child.stdin, msgspec.json.encode(job))
                yield child
                child.kill()
        finally:
            child.kill()
            child.wait()


def _tell(stdin: IO[bytes], job: bytes) -> None:
    try:
        stdin.write(job)
        stdin.close()
    except BrokenPipeError:
        return  # it has died already, which shows where its answer is read


def _line(child: subprocess.Popen[bytes], most: int, seconds: float) -> tuple[bytes, bool]:
    """The next line and whether it did not come in time; the process is then dead."""
    assert child.stdout is not None
    late = threading.Event()

    def kill() -> None:
        late.set()
        child.kill()

    watch = threading.Timer(seconds, kill)
    watch.start()
    try:
        return child.stdout.readline(most), late.is_set()
    finally:
        watch.cancel()


def _ended_early(child: subprocess.Popen[bytes], limits: Limits, *, late: bool, long: bool) -> InvalidInput:
    remedy = "a smaller template file, fewer records or fewer wordings"
    if late:
        problem = f"no answer within {limits.wait_seconds:g} seconds"
    elif long:
        problem = f"more than {limits.output_bytes:,} bytes of questions"
    else:
        code = child.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            problem = f"more than {limits.cpu_seconds} seconds of processor time"
        else:
            problem = (
                f"its process ended with {code}: nested too deeply, or more than {limits.memory_bytes:,} bytes wanted"
            )
    return InvalidInput(f"the template was given up: {problem}", where="template_yaml", remedy=remedy)


def _error(refused: _Refused) -> TaiyiError:
    if refused.kind == NotReady.__name__:
        return NotReady(refused.problem)
    return InvalidInput(refused.problem, where=refused.where or "template_yaml", remedy=refused.remedy)


def main() -> None:
    """Do the job on standard input; every outcome is a line on standard output."""
    job = _JOB.decode(sys.stdin.buffer.read())
    _limit(job.limits)
    try:
        for part in _done(job):
            _say(part)
        _say(_Ended())
    except TaiyiError as error:
        where, remedy = (getattr(error, name, "") for name in ("where", "remedy"))
        _say(_Refused(type(error).__name__, getattr(error, "problem", str(error)), where, remedy))
    except MemoryError:
        problem = f"the template was given up: more than {job.limits.memory_bytes:,} bytes of memory"
        _say(_Refused("InvalidInput", problem, "template_yaml"))
    except RecursionError:
        _say(_Refused("InvalidInput", "the template file is nested too deeply", "template_yaml"))


def _limit(limits: Limits) -> None:
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    used = int(cpu.ru_utime + cpu.ru_stime) + 1
    for kind, value in (
        (resource.RLIMIT_CPU, used + limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 2**20),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))


def _done(job: Rendering | Linting) -> Iterator[_Made | _Linted]:
    path = Path(f"{job.task}.yaml")  # in a folder of the job's own
    path.write_text(job.template, encoding="utf-8")
    if isinstance(job, Linting):
        groups = tasks.load(job.task).GROUPS
        yield _Linted(tuple(lint.lint_file(path, groups, least=job.least, labels=job.labels)))
        return
    wording = Wording(style=job.style, folder=Path(), seed=job.seed, count=job.count)
    for batch in batches(_records(job), {job.task: job.spec}, wording, job.sizes):
        yield _Made(batch)


def _records(job: Rendering) -> Iterable[AnyRecord]:
    if job.paths:
        return slice_of([Path(path) for path in job.paths], skip=job.skip, limit=job.limit)
    return (msgspec.json.decode(line, type=AnyRecord) for line in job.lines)


def _say(part: msgspec.Struct) -> None:
    try:
        sys.stdout.buffer.write(msgspec.json.encode(part) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more


if __name__ == "__main__":
    main()
