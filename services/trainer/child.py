"""The training process: one attempt, from its orders to its end. It answers to its supervisor by files and exit status."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from services.trainer.orders import (
    EXIT_DONE,
    EXIT_INVALID,
    EXIT_RETRY,
    SUPERVISOR,
    End,
    Folder,
    Line,
    Orders,
)
from services.trainer.states import DATA_LOSS, DISK_FULL, DONE, INPUTS_CHANGED, INVALID_JOB, TRY_LATER
from taiyi import artefacts, jsonl, manifest, process
from taiyi.errors import Conflict, DataLoss, TaiyiError
from taiyi.llm.spec import Advance

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_FULL_WORDS = ("No space left on device", "os error 28", "PytorchStreamWriter failed writing", "unexpected pos")
_ALIVE_SECONDS = 1.0


class InputsChanged(Conflict):
    """The data, the base model or the code's view of them are not what earlier attempts trained on."""


class Teller:
    """Tells the supervisor, a JSON line at a time, and knows whether to go on."""

    def __init__(self, path: Path, save_every_seconds: float) -> None:
        self._file, self._encode = path.open("ab", buffering=0), msgspec.json.Encoder().encode
        self._save_every, self._alive, self._saved = save_every_seconds, 0.0, time.monotonic()
        self._stop = False

    def stop(self, *_: Any) -> None:
        """Leave after the step that is being done; a signal handler."""
        self._stop = True

    def tell(self, kind: str, message: str = "", progress: dict[str, Any] | None = None) -> None:
        """One line."""
        self._file.write(self._encode(Line(kind, message, progress)) + b"\n")

    def watch(self, advance: Advance) -> None:
        """A step of the run: told if it says something, and once a second as a sign of life."""
        known = {
            name: value for name, value in msgspec.structs.asdict(advance).items() if value not in (None, {}, False)
        }
        checkpoint = known.pop("checkpoint", False)
        if "scores" in known:
            known["dev_scores"] = known.pop("scores")
        if checkpoint:
            self._saved = time.monotonic()
        if checkpoint or len(known) > 2:
            self.tell("checkpoint" if checkpoint else "progress", progress=known)
        elif time.monotonic() - self._alive >= _ALIVE_SECONDS:
            self._alive = time.monotonic()
            self.tell("alive", progress=known)

    def wish(self) -> Literal["go_on", "save", "stop"]:
        """Asked after every step."""
        if self._stop:
            return "stop"
        return "save" if self._save_every and time.monotonic() - self._saved >= self._save_every else "go_on"


def attempt(folder: Folder, work: Callable[[Folder, Orders, Teller], End]) -> int:
    """Do the work of an attempt, leave its end, and return the exit status."""
    orders: Orders = jsonl.read_json(folder.orders, Orders)
    teller = Teller(folder.progress, orders.save_every_seconds)
    signal.signal(signal.SIGTERM, teller.stop)
    try:
        end, status = work(folder, orders, teller), EXIT_DONE
    except SystemExit as stopped:
        return int(stopped.code or 0)
    except Exception as error:
        ended = _ended(error)
        if ended is None:
            raise
        print(error, file=sys.stderr, flush=True)
        end, status = ended
    jsonl.write_json(folder.end, end)
    return status


def _ended(error: BaseException) -> tuple[End, int] | None:
    """How an attempt ends that raised this; None: a defect, or whatever else makes a program fail."""
    said = str(error)[:2000]
    if full(error):
        return End(reason=DISK_FULL, message=said), EXIT_RETRY
    if isinstance(error, process.Held):
        return End(reason=TRY_LATER, message=said), EXIT_RETRY
    if isinstance(error, DataLoss):
        return End(reason=DATA_LOSS, message=said), EXIT_INVALID
    if isinstance(error, InputsChanged):
        return End(reason=INPUTS_CHANGED, message=said), EXIT_INVALID
    if isinstance(error, TaiyiError):
        return End(reason=INVALID_JOB, message=said), EXIT_INVALID
    return None


def full(error: BaseException) -> bool:
    """Whether a full disk is behind an error."""
    return any(
        (isinstance(one, OSError) and one.errno in _FULL) or any(word in str(one) for word in _FULL_WORDS)
        for one in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def known_fingerprint(orders: Orders, fingerprint: str) -> None:
    """InputsChanged unless earlier attempts, if any, had the same."""
    if orders.fingerprint not in ("", fingerprint):
        raise InputsChanged(
            "what this job trains on is not what it was when it began (tokens, base model, adapter or parameters); "
            "retry it to train on what there is now"
        )


def finished_before(folder: Folder, orders: Orders) -> End | None:
    """The end of an earlier attempt that finished and could not say so, its adapter now this attempt's."""
    for other in folder.others(orders.resume_after_fence):
        if not orders.fingerprint or not other.end.exists():
            continue
        end: End = jsonl.read_json(other.end, End)
        if end.reason != DONE or end.fingerprint != orders.fingerprint:
            continue
        kept = Path(orders.store) / end.adapter
        if kept.exists() and manifest.digest(kept) == end.adapter:
            return end
        if other.adapter.exists() and manifest.digest(other.adapter) == end.adapter:
            shutil.copytree(other.adapter, folder.adapter, dirs_exist_ok=True)
            return end
    return None


def drop(older: list[Path]) -> None:
    """Remove what earlier attempts kept, once this one has a checkpoint of its own beside the one it took up."""
    while older:
        shutil.rmtree(older.pop(), ignore_errors=True)


def _input(orders: Orders, field: str) -> Path:
    """Where what a job names lies."""
    return artefacts.find(orders.spec[field], Path(orders.root), Path(orders.store))


def train(folder: Folder, orders: Orders, teller: Teller) -> End:
    """Train as pipelines do, in this attempt's folder, going on from the newest good checkpoint of the job."""
    from taiyi import training
    from taiyi.llm import durable
    from taiyi.llm.finetune import Reports, finetune
    from taiyi.params import Params

    if done := finished_before(folder, orders):
        return done
    params: Params = msgspec.convert(orders.params, Params, strict=False)
    stage: training.Stage = orders.spec["stage"]
    prints: list[str] = []
    older = [other.checkpoints for other in folder.others(orders.resume_after_fence)]

    def watch(advance: Advance) -> None:
        teller.watch(advance)
        if advance.checkpoint:
            drop(older)

    def say(text: str) -> None:
        if not text.startswith("step "):  # `watch` tells of steps
            teller.tell("message", text)

    def fingerprint(digest: str) -> None:
        known_fingerprint(orders, digest)
        prints.append(digest)
        teller.tell("fingerprint", digest)

    finetune(
        training.spec(params, stage),
        _input(orders, "base_model"),
        _input(orders, "tokens"),
        folder.adapter,
        resume_folder=folder.checkpoints,
        resume_from=older,
        start_adapter=_input(orders, "start_from") if orders.spec.get("start_from") else None,
        evaluate=training.dev_scorer(params, stage),
        reports=Reports(say, watch, teller.wish, fingerprint),
    )
    durable.sync(folder.adapter)
    return End(reason=DONE, adapter=manifest.digest(folder.adapter), fingerprint=prints[0])


def main(arguments: list[str]) -> int:
    """The process: `python -m services.trainer.child FOLDER`, its supervisor's id in the environment."""
    process.die_with_parent(signal.SIGKILL, int(os.environ[SUPERVISOR]))
    return attempt(Folder(Path(arguments[0])), train)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
