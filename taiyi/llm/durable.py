"""Checkpoints that outlive a crash: published by rename with a sha256 of every file, and taken up only if all agree."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from taiyi import jsonl, manifest
from taiyi.errors import DataLoss, TaiyiError

MANIFEST = "checkpoint.json"
_PREFIX = "checkpoint-"


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Written last into a checkpoint's folder. files: path from the folder that holds the checkpoint -> sha256."""

    fingerprint: str
    step: int
    files: dict[str, str]


def folder_of(home: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return home / f"{_PREFIX}{step}"


def step_of(checkpoint: Path) -> int:
    """The step of a checkpoint, from its folder's name."""
    return int(checkpoint.name.removeprefix(_PREFIX))


def publish(written: Path, home: Path, fingerprint: str, step: int, beside: Sequence[Path] = ()) -> Path:
    """Move a written folder to its place below `home`: files synced, manifest last, then one rename. A crash at any
    moment leaves the checkpoint whole or absent. beside: further folders of `home` that it cannot do without.
    """
    final = folder_of(home, step)
    files: dict[str, str] = {}
    for root, name in ((written, final.name), *((folder, folder.name) for folder in beside)):
        for file in sync(root):
            files[f"{name}/{file.relative_to(root).as_posix()}"] = manifest.digest(file)
    jsonl.write_json(written / MANIFEST, Published(fingerprint, step, files))
    _sync(written)
    if final.exists():
        shutil.rmtree(final)
    os.replace(written, final)
    _sync(home)
    return final


def fault(checkpoint: Path, fingerprint: str) -> str:
    """What is wrong with a checkpoint, in words; empty if every file is as it was written, for this fingerprint."""
    try:
        found: Published = jsonl.read_json(checkpoint / MANIFEST, Published)
    except (OSError, TaiyiError) as error:
        return f"its manifest cannot be read: {str(error).splitlines()[0]}"
    if found.fingerprint != fingerprint:
        return f"it belongs to the run {found.fingerprint[:16]}"
    for name, expected in found.files.items():
        file = checkpoint.parent / name
        if not file.is_file():
            return f"{name} is missing"
        if manifest.digest(file) != expected:
            return f"{name} is not as it was written"
    return ""


def newest_good(
    homes: Iterable[Path], fingerprint: str, told: Callable[[str], None] = lambda line: None
) -> Path | None:
    """The checkpoint of the highest step that verifies, earlier homes first among equals; None where none was published.
    Those passed over are told of. DataLoss if there are some and not one of them is good.
    """
    found = [path for home in homes for path in home.glob(f"{_PREFIX}*") if path.name[len(_PREFIX) :].isdigit()]
    for checkpoint in sorted(found, key=step_of, reverse=True):
        wrong = fault(checkpoint, fingerprint)
        if not wrong:
            return checkpoint
        told(f"passing over {checkpoint.name}: {wrong}")
    if found:
        raise DataLoss(
            f"{found[0].parent}: none of {len(found)} checkpoints is as it was written; "
            f"remove the folder to start from the first step"
        )
    return None


def adopt(checkpoint: Path, home: Path) -> Path:
    """The checkpoint, and what it cannot do without, linked or copied below another home; there it is whole or absent."""
    if checkpoint.parent == home:
        return checkpoint
    known: Published = jsonl.read_json(checkpoint / MANIFEST, Published)
    beside = {name.partition("/")[0] for name in known.files} - {checkpoint.name}
    for name in (*sorted(beside), checkpoint.name):
        if not (home / name).exists():
            with manifest.whole_folder(home / name) as temporary:
                shutil.copytree(checkpoint.parent / name, temporary, copy_function=_link, dirs_exist_ok=True)
    _sync(home)
    return home / checkpoint.name


def prune(home: Path, keep: int, beside: str = "best-*") -> None:
    """Remove all but the newest `keep` checkpoints, and folders beside them that none of those needs."""
    kept = sorted(home.glob(f"{_PREFIX}*"), key=step_of, reverse=True)
    for stale in kept[keep:]:
        shutil.rmtree(stale, ignore_errors=True)
    needed = {name.partition("/")[0] for path in kept[:keep] for name in _known(path)}
    for folder in home.glob(beside):
        if folder.name not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def _known(checkpoint: Path) -> Iterable[str]:
    try:
        found: Published = jsonl.read_json(checkpoint / MANIFEST, Published)
    except (OSError, TaiyiError):
        return ()
    return found.files


def sync(folder: Path) -> list[Path]:
    """Have a folder and all below it on disk; its files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in (*files, *(inner for inner in folder.rglob("*") if inner.is_dir()), folder):
        _sync(path)
    return files


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _link(source: str, target: str) -> None:
    """A hard link, since published files never change; a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
