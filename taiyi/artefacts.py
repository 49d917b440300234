"""Artefacts by name: `artefacts/<sha256>` wherever a manifest or a store of artefacts knows it, or a path below data/."""

from __future__ import annotations

import re
from pathlib import Path

from taiyi import jsonl, layout, manifest
from taiyi.errors import DataLoss, InvalidInput, NotFound
from taiyi.manifest import Manifest

PREFIX = "artefacts/"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def find(name: str, root: Path, store: Path) -> Path:
    """Where an artefact lies, its content verified where the name tells it.

    NotFound, InvalidInput as `locate`; DataLoss if what lies there is not what it was.
    """
    found = locate(name, root, store)
    if name.startswith(PREFIX) and manifest.digest(found) != name.removeprefix(PREFIX):
        raise DataLoss(f"{found} is not the artefact {name} any more; make it again (dvc repro) or restore it")
    return found


def locate(name: str, root: Path, store: Path) -> Path:
    """Where an artefact lies. store: the folder of artefacts by digest; others are those of the manifests below `root`.

    InvalidInput for a path that leaves the data folder, or a name that is no digest; NotFound.
    """
    return _by_digest(name, root, store) if name.startswith(PREFIX) else _below_data(name, root)


def keep(folder: Path, digest: str, store: Path) -> Path:
    """Move a finished folder into the store, under its digest; one that is there already is as good."""
    target = store / digest
    store.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        folder.rename(target)
    return target


def _by_digest(name: str, root: Path, store: Path) -> Path:
    digest = name.removeprefix(PREFIX)
    if not _DIGEST.fullmatch(digest):
        raise InvalidInput(f"{digest!r} is no sha256 in hexadecimal", where=name)
    kept = store / digest
    found = kept if kept.exists() else _of_manifests(digest, root)
    if found is None:
        raise NotFound(f"no artefact {name} here; pull or make it first (dvc pull, dvc repro)")
    return found


def _of_manifests(digest: str, root: Path) -> Path | None:
    for file in sorted((root / layout.MANIFESTS).glob("*.json")):
        made: Manifest = jsonl.read_json(file, Manifest)
        for path, theirs in made.outputs.items():
            if theirs == digest and (root / path).exists():
                return root / path
    return None


def _below_data(name: str, root: Path) -> Path:
    data = (root / "data").resolve()
    if "\0" in name:
        raise InvalidInput("a path holds no NUL", where="artefact")
    found = (data / name.removeprefix("data/")).resolve()
    if not found.is_relative_to(data) or found == data:
        raise InvalidInput(
            f"{name} is no path below the data folder", where="artefact", remedy="such as tokens/stage1.arrow"
        )
    if not found.exists():
        raise NotFound(f"data/{found.relative_to(data)} does not exist; pull or make it first (dvc pull, dvc repro)")
    return found
