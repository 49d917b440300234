"""Every reader on damaged files: what is neither records nor a typed error within 5 seconds and 500 MiB is a finding.

python benchmarks/fuzz_readers.py [--minutes 10] [--seed 1] [--readers brat,conll] [--findings findings]
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import get_args

import msgspec

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.damages import damaged  # noqa: E402 - the repository is on the path from here on
from taiyi.corpora import readers  # noqa: E402
from taiyi.errors import TaiyiError  # noqa: E402
from taiyi.records import AnyRecord  # noqa: E402

FIXTURES = ROOT / "tests" / "fixtures" / "readers"
SECONDS = 5.0
MEMORY_BYTES = 500 * 1024 * 1024
POLICIES: tuple[dict[str, str], ...] = ({}, {"on_mismatch": "repair"}, {"on_mismatch": "drop"})
FAMILIES = {".xml": "xml", ".json": "json", ".jsonl": "json", ".csv": "tables", ".tsv": "tables", ".xlsx": "tables"}
SOUND = ("read", "refused")
LARGEST_BYTES = 8 * 1024 * 1024
"""Of a damaged file; what is larger may rightly take longer."""
MINIMISE_SECONDS = 30.0
POOL = 30
"""Damaged files that were read as records, kept to be damaged again."""


def fixtures() -> ModuleType:
    """The tests' registry of readers with their sound files, `SOUND`, and its `read`."""
    path = ROOT / "tests" / "taiyi" / "corpora" / "readers" / "test_damage.py"
    spec = importlib.util.spec_from_file_location("reader_fixtures", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def policies(reader: str) -> list[dict[str, str]]:
    """The policies for mentions that are not the text at their offsets, of those that the reader knows."""
    field = {field.name: field for field in msgspec.structs.fields(readers.load(reader).Options)}.get("on_mismatch")
    known = get_args(field.type) if field else ()
    return [policy for policy in POLICIES if not policy or policy["on_mismatch"] in known]


def outcome(read: Callable[..., list[AnyRecord]], reader: str, folder: Path) -> str:
    """`read`, `refused` or what went wrong, with the function of this project that it went wrong in."""
    found = "refused"
    for policy in policies(reader):
        try:
            records = read(reader, folder, **policy)
            encoded = [msgspec.json.encode(record) for record in records]
            if len({record.id for record in records}) != len(encoded):
                return "two records of one id"
            found = "read"
        except TaiyiError as error:
            if not str(error):
                return "an error that says nothing"
        except Exception as error:  # whatever else a reader raises is what is looked for
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{ROOT}/taiyi/" in f.filename]
            where = f"{Path(frames[-1].filename).stem}.{frames[-1].name}" if frames else "outside"
            return f"{type(error).__name__} in {where}"
    return found


def work(connection: Connection, reader: str, folder: Path) -> None:
    """Answers each damaged file that it is sent, (name, content), with its outcome; memory is bounded once all is loaded."""
    read = fixtures().read
    read(reader, folder)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    while True:
        name, content = connection.recv()
        sound = (folder / name).read_bytes()
        (folder / name).write_bytes(content)
        connection.send(outcome(read, reader, folder))
        (folder / name).write_bytes(sound)


class Worker:
    """A process that reads damaged files of one reader in its own copy of the fixtures; it is ended where it hangs."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz-")) / "readers"
        self._process: multiprocessing.process.BaseProcess | None = None

    def outcome(self, name: str, content: bytes) -> str:
        """What became of a file of that content in the place of that fixture."""
        if self._process is None:
            self._start()
        assert self._process
        try:
            self._connection.send((name, content))
            before = self._busy_seconds()
            # Processor time counts: on a busy machine a process may wait long for its turn.
            while not self._connection.poll(SECONDS):
                if self._busy_seconds() - before >= SECONDS:
                    self.stop()
                    return f"more than {SECONDS:.0f} seconds"
            found: str = self._connection.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self.stop()
            return f"the process ended with {code}"
        if found not in SOUND:
            self.stop()
        return found

    def _busy_seconds(self) -> float:
        """Processor time of the process so far (proc(5), fields 14 and 15); endless once it is gone."""
        assert self._process
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return float("inf")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ends the process and takes its folder away."""
        if self._process:
            self._process.kill()
            self._process.join()
            self._connection.close()
        self._process = None
        shutil.rmtree(self._folder.parent, ignore_errors=True)

    def _start(self) -> None:
        shutil.copytree(FIXTURES, self._folder, ignore=shutil.ignore_patterns("findings"))
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, self.reader, self._folder), daemon=True)
        self._process.start()
        theirs.close()


def minimised(run: Callable[[bytes], str], content: bytes, signature: str) -> bytes:
    """A smaller content with the same outcome: parts are left out, ever smaller ones, for as long as there is time."""
    deadline = time.monotonic() + MINIMISE_SECONDS
    size = len(content) // 2
    while size:
        start = 0
        while start < len(content):
            if time.monotonic() > deadline:
                return content
            shorter = content[:start] + content[start + size :]
            if run(shorter) == signature:
                content = shorter
            else:
                start += size
        size //= 2
    return content


def fuzz(reader: str, names: Sequence[str], seed: int, seconds: float, findings: Path | None) -> Counter[str]:
    """Damages the reader's files for that long; returns how often each outcome was met, and writes findings."""
    chance = random.Random(f"{seed}:{reader}")
    pool = {name: [(FIXTURES / name).read_bytes()] for name in names}
    counts: Counter[str] = Counter()
    worker = Worker(reader)
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            name = chance.choice(sorted(pool))
            content = damaged(chance.choice(pool[name]), chance)
            if len(content) > LARGEST_BYTES:
                continue
            found = worker.outcome(name, content)
            counts[found] += 1
            if found == "read" and len(content) < 10 * len(pool[name][0]):
                pool[name][1:] = [*pool[name][1:], content][-POOL:]
            if found not in SOUND and counts[found] == 1:
                started = time.monotonic()
                content = minimised(partial(worker.outcome, name), content, found)
                deadline += time.monotonic() - started
                _report(reader, name, content, found, findings)
    finally:
        worker.stop()
    return counts


def _report(reader: str, name: str, content: bytes, found: str, findings: Path | None) -> None:
    print(f"  {reader}: {found}: {len(content)} bytes as {name}: {content[:120]!r}", flush=True)
    if findings:
        slug = re.sub(r"\W+", "-", found).strip("-").lower()
        path = findings / reader / slug / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: Sequence[str]) -> int:
    """Runs what the command line asks for; 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="for each family of formats: xml, json, tables, text"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", default="", help="only these, parted by commas")
    parser.add_argument("--findings", type=Path, help="folder for what was found, minimised")
    asked = parser.parse_args(arguments)
    sound = fixtures().SOUND
    chosen = [reader for reader in sorted(sound) if not asked.readers or reader in asked.readers.split(",")]
    families: dict[str, list[str]] = {}
    for reader in chosen:
        families.setdefault(FAMILIES.get(Path(sound[reader][1]).suffix, "text"), []).append(reader)
    print(f"seed {asked.seed}, {asked.minutes:g} minutes for each of {', '.join(sorted(families))}")
    findings = 0
    for family, members in sorted(families.items()):
        for reader in members:
            # A reader of several files at once names them parted by a bar.
            names = sorted({name for given in sound[reader][:2] for name in given.split("|")})
            counts = fuzz(reader, names, asked.seed, asked.minutes * 60 / len(members), asked.findings)
            wrong = {found: number for found, number in counts.items() if found not in SOUND}
            findings += len(wrong)
            print(
                f"{family:7} {reader:20} {counts.total():7} files: {counts['read']} read, {counts['refused']} refused, "
                f"{len(wrong)} findings {dict(wrong) if wrong else ''}",
                flush=True,
            )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
