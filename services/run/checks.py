"""A set-up examined: what is there, whether it will do, and what to do where it will not."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal

import msgspec

from services.kit.database import SAFE_WAL, Database
from services.kit.settings import Settings
from services.run import databases
from taiyi import layout, params
from taiyi.errors import TaiyiError

State = Literal["ok", "warn", "bad"]
PACKAGES = {"grpcio": (1, 85), "protobuf": (7, 35), "protovalidate": (2, 1), "sqlalchemy": (2, 1), "alembic": (1, 20)}
PACKAGES |= {"celery": (5, 7), "kombu": (5, 7), "psycopg": (3, 2)}
"""The least version of what the services stand on."""
MODEL_PACKAGES = ("torch", "transformers", "peft")
LEAST_BYTES, FEW_BYTES = 2**30, 20 * 2**30
SKEW_SECONDS = 2.0


class Check(msgspec.Struct, frozen=True):
    """One thing examined. warn: works, but not for everything or not for long; bad: will not work."""

    name: str
    state: State
    found: str
    remedy: str = ""


def every(settings: Settings) -> Iterator[Check]:
    """All checks, in the order in which their remedies are to be taken."""
    named: tuple[tuple[str, Callable[[Settings], Iterator[Check]]], ...] = (
        ("versions", versions),
        ("repository", repository),
        ("state", state),
        ("disk", disk),
        ("sqlite", sqlite),
        ("database", database),
        ("clock", clock),
        ("broker", broker),
        ("gpu", gpu),
        ("model", model),
        ("services", running),
    )
    for name, examine in named:
        try:
            yield from examine(settings)
        except (TaiyiError, OSError) as error:
            said, _, remedy = str(error).partition("\n")
            yield Check(name, "bad", said, remedy.strip())


def versions(settings: Settings) -> Iterator[Check]:
    """Python and packages."""
    found = {name: _version(name) for name in (*PACKAGES, *MODEL_PACKAGES)}
    missing = [name for name in PACKAGES if not found[name]]
    old = [name for name, least in PACKAGES.items() if found[name] and _number(found[name]) < least]
    said = f"Python {platform.python_version()}; " + ", ".join(f"{name} {found[name] or 'missing'}" for name in found)
    if missing or old:
        yield Check("versions", "bad", said, f"make setup; it brings what the lock names: {', '.join(missing + old)}")
    elif not all(found.values()):
        yield Check("versions", "warn", said, "without torch, transformers and peft there is no model; make setup")
    else:
        yield Check("versions", "ok", said)


def repository(settings: Settings) -> Iterator[Check]:
    """params.yaml can be read, and the folders that the services serve from are there."""
    params.load(settings.root / layout.PARAMS)
    folders = (layout.DESCRIPTORS, layout.TEMPLATES, layout.BENCHMARKS)
    missing = [str(folder) for folder in folders if not (settings.root / folder).is_dir()]
    if missing:
        yield Check(
            "repository", "bad", f"{settings.root}: no {', '.join(missing)}", "give the whole repository as --root"
        )
    else:
        yield Check("repository", "ok", str(settings.root))


def state(settings: Settings) -> Iterator[Check]:
    """The state can be written, and its tokens are for their owner's eyes."""
    settings.state.mkdir(parents=True, exist_ok=True)
    probe = settings.state / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    tokens = settings.state / "tokens"
    if tokens.exists() and tokens.stat().st_mode & 0o077:
        yield Check("state", "warn", f"{tokens} can be read by others", f"chmod 700 {tokens}")
    else:
        yield Check("state", "ok", f"{settings.state} can be written")


def disk(settings: Settings) -> Iterator[Check]:
    """Room for databases, checkpoints and logs."""
    free = shutil.disk_usage(settings.state).free
    said = f"{free / 2**30:.1f} GiB free in {settings.state}"
    if free < LEAST_BYTES:
        yield Check("disk", "bad", said, "free some: jobs end with DISK_FULL, and databases refuse to write")
    elif free < FEW_BYTES:
        yield Check("disk", "warn", said, "a training job of a real model keeps checkpoints of several GiB")
    else:
        yield Check("disk", "ok", said)


def sqlite(settings: Settings) -> Iterator[Check]:
    """The library's version and the journal that it allows."""
    if settings.database:
        return
    sound = sqlite3.sqlite_version_info >= SAFE_WAL
    said = f"SQLite {sqlite3.sqlite_version}, journal_mode={'WAL' if sound else 'TRUNCATE'}, synchronous=FULL"
    least = ".".join(map(str, SAFE_WAL))
    note = "" if sound else f"works, writers just wait for readers; {least} or later allows WAL"
    yield Check("sqlite", "ok", said, note)


def database(settings: Settings) -> Iterator[Check]:
    """Each service's database: it answers, is sound, and at this version's schema."""
    for service in databases.SCHEMAS:
        try:
            found = databases.examined(service, settings)
        except TaiyiError as error:
            said, _, remedy = str(error).partition("\n")
            yield Check(f"database of {service}", "bad", said, remedy.strip() or "is the server up, and the URL right?")
            continue
        embedded = not settings.database
        fine: State = "ok" if found.fine else "warn" if embedded else "bad"
        said, remedy = found.said, "" if found.fine else f"taiyi db migrate {service}"
        if embedded and not found.fine:
            remedy = "is migrated, after a backup, when its service starts"
        yield Check(
            f"database of {service}", fine, f"{found.database} at {found.revision or 'nothing'}: {said}", remedy
        )


def clock(settings: Settings) -> Iterator[Check]:
    """This machine's clock and the database's, by which leases are kept."""
    if not settings.database:
        return
    opened = Database(settings.database)
    try:
        before = datetime.now(UTC)
        theirs = opened.time()
        skew = (theirs - before).total_seconds()
    finally:
        opened.close()
    said = f"the database's clock is {abs(skew):.2f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    if abs(skew) > SKEW_SECONDS:
        yield Check("clock", "warn", said, "leases keep database time and hold; logs will not agree: run NTP on both")
    else:
        yield Check("clock", "ok", said)


def broker(settings: Settings) -> Iterator[Check]:
    """The broker answers; without one, workers poll."""
    if not settings.broker:
        yield Check("broker", "ok", "none: workers poll the database every second")
        return
    from services.trainer import dispatch

    problem = dispatch.reachable(settings.broker)
    shown = dispatch.shown(settings.broker)
    if problem:
        remedy = "jobs still run, found by polling every 10 seconds; is it up, and the URL right?"
        yield Check("broker", "warn", f"{shown} does not answer: {problem}", remedy)
    else:
        yield Check("broker", "ok", f"{shown} answers")


def gpu(settings: Settings) -> Iterator[Check]:
    """The GPUs of this machine, by its driver."""
    command = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    if not shutil.which(command[0]):
        yield Check("gpu", "ok", "none: only the queue cpu is worked on here")
        return
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if told.returncode:
        yield Check("gpu", "bad", (told.stderr or told.stdout).strip(), "the driver does not answer; see nvidia-smi")
    else:
        yield Check("gpu", "ok", "; ".join(told.stdout.strip().splitlines()))


def model(settings: Settings) -> Iterator[Check]:
    """A base model for inference, and the adapters beside it."""
    told = params.load(settings.root / layout.PARAMS)
    folder = settings.root / (told.base_model.reference or layout.BASE_MODEL)
    if not folder.is_dir():
        remedy = "dvc repro base_model, or dvc pull; then inference becomes healthy by itself"
        yield Check("model", "warn", f"no base model in {folder}", remedy)
        return
    adapters = settings.root / layout.ADAPTERS
    names = sorted(path.parent.name for path in adapters.glob("*/manifest.json"))
    yield Check("model", "ok", f"{folder.relative_to(settings.root)}; adapters: {', '.join(names) or 'none yet'}")


def running(settings: Settings) -> Iterator[Check]:
    """The services that clients of this machine would find."""
    from taiyi_client import Client, ServiceError

    with Client(timeout_seconds=1.0) as client:
        for service, address in client.addresses.items():
            try:
                fine = client.serving(service)
            except ServiceError as error:
                if error.code == "UNAVAILABLE":
                    yield Check(service, "ok", f"not running at {address}")
                else:
                    yield Check(service, "warn", str(error), error.remedy)
                continue
            remedy = "" if fine else f"its log says why: {_relative(settings)}/logs/{service}.log"
            yield Check(service, "ok" if fine else "warn", f"{address}: {'SERVING' if fine else 'NOT_SERVING'}", remedy)


def _relative(settings: Settings) -> Path:
    state = settings.state
    return state.relative_to(settings.root) if state.is_relative_to(settings.root) else state


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _number(version: str) -> tuple[int, int]:
    first, second, *_ = (*version.split("."), "0")
    return int(first), int(second) if second.isdecimal() else 0
