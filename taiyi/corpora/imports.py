"""Native files of a corpus brought in: from folders, files, archives or URLs, checked against the descriptor first."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from taiyi import corpora, layout, manifest
from taiyi.corpora import download, unpack
from taiyi.corpora.descriptor import Descriptor
from taiyi.corpora.download import Progress
from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady, TaiyiError


def raw_folder(described: Descriptor, raw: Path) -> Path:
    """Where a corpus's native files lie: what was imported comes first, then its folder below `raw`."""
    imported = layout.IMPORTS / described.id
    return imported if imported.is_dir() else raw / described.folder


def downloads(described: Descriptor) -> list[str]:
    """The URLs that a descriptor names; NotReady, with what to do, where the data are not openly there."""
    if described.access != "open" or not described.downloads:
        asked = {"agreement": "sign the agreement and get", "registration": "register and get"}.get(
            described.access, "get"
        )
        raise NotReady(f"{described.id}: {asked} the files at {described.homepage}, then give them with --source")
    return [download.url for download in described.downloads]


def bring(
    described: Descriptor,
    sources: Sequence[str],
    *,
    sha256: Sequence[str] = (),
    absent: Literal["refuse", "skip"] = "refuse",
    most_bytes: int = unpack.MOST_BYTES,
    progress: Progress = lambda done, of: None,
) -> Path:
    """data/imports/<id> with what the sources hold, archives unpacked; returns it. Whole or not at all.

    sha256: checksums of the first so many sources. absent: whether a used split may find none of its files there.
    """
    if not sources:
        raise InvalidInput("nothing to import", remedy="give a folder, a file, an archive or a URL")
    target = layout.IMPORTS / described.id
    sums = [*sha256, *[""] * len(sources)]
    with manifest.whole_folder(target) as folder:
        for source, checksum in zip(sources, sums, strict=False):
            _take(source, checksum, folder, most_bytes, progress)
        there = msgspec.structs.replace(described, folder=folder.name)
        corpora.splits(there, folder.parent, absent=absent)
    return target


def _take(source: str, sha256: str, folder: Path, most_bytes: int, progress: Progress) -> None:
    if download.is_url(source):
        path = download.fetch(source, layout.DOWNLOADS, sha256=sha256, progress=progress)
    else:
        path = Path(source)
        if not path.exists():
            raise NotFound(f"{source}: no such file or folder")
        if sha256 and (found := manifest.digest(path)) != sha256.lower():
            raise InvalidInput(f"the sha256 is {found}, not {sha256}", where=source)
    if path.is_dir():
        _copy_folder(path, folder)
    elif unpack.is_archive(path):
        unpack.unpack(path, folder, most_bytes=most_bytes)
    else:
        shutil.copyfile(path, folder / path.name)


def _copy_folder(source: Path, folder: Path) -> None:
    links = [path for path in source.rglob("*") if path.is_symlink()]
    if links:
        raise InvalidInput(
            "it is a link; a corpus is files", where=links[0], remedy="replace links by the files they name"
        )
    shutil.copytree(source, folder, dirs_exist_ok=True)


def keep_descriptor(path: Path, folder: Path) -> Path:
    """A user's descriptor among the described corpora; Conflict if another one has its name."""
    kept = folder / path.name
    if kept.exists() and kept.read_bytes() != path.read_bytes():
        raise Conflict(f"{kept} describes another corpus; name the descriptor otherwise")
    if not kept.exists():
        shutil.copyfile(path, kept)
    return kept


def under_dvc(folder: Path) -> None:
    """`dvc add` the folder, so that the team's remote can hold it and its version is in the repository."""
    try:
        done = subprocess.run(["dvc", "add", "--quiet", str(folder)], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotReady("dvc is not on the path; run `make setup` and use its environment, or give --no-dvc") from error
    if done.returncode:
        raise TaiyiError(f"{folder}: dvc add failed: {done.stderr.strip()}")
