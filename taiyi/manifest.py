"""Manifests: what an artefact was made from, hashed, and written last, so that one without a manifest is unfinished."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

import taiyi
from taiyi import jsonl
from taiyi.errors import TaiyiError
from taiyi.records import Part


class Manifest(Part, frozen=True):
    """What was made, from what, by what: sha256 of every input and output (of a folder: of its sorted listing),
    the parameters as they were, and a sha256 of the project's own source.
    """

    stage: str
    version: str
    code: str
    params: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, str]


def digest(path: Path) -> str:
    """sha256 of a file, or of a folder's sorted (relative path, sha256) listing, in hexadecimal."""
    if path.is_dir():
        whole = hashlib.sha256()
        for file in sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            whole.update(f"{file.relative_to(path).as_posix()}\0{digest(file)}\n".encode())
        return whole.hexdigest()
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def text_digest(*parts: str) -> str:
    """sha256 of texts, in hexadecimal; the boundary between them counts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def params_digest(params: Any) -> str:
    """sha256 of any parameters, independent of the order of their keys."""
    return hashlib.sha256(msgspec.json.encode(params, order="deterministic")).hexdigest()


def write(path: Path, *, stage: str, params: Any, inputs: Iterable[Path], outputs: Iterable[Path]) -> Manifest:
    """Hash inputs and outputs and write the manifest; call it last."""
    manifest = Manifest(
        stage=stage,
        version=taiyi.__version__,
        code=digest(Path(taiyi.__file__).parent),
        params=msgspec.to_builtins(params),
        inputs={p.as_posix(): digest(p) for p in inputs},
        outputs={p.as_posix(): digest(p) for p in outputs},
    )
    jsonl.write_json(path, manifest)
    return manifest


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder that appears under its name only when the block ends well; a failed one leaves nothing behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        temporary.chmod(0o755)
        yield temporary
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(temporary, folder)
    except OSError as error:
        raise TaiyiError(
            f"{folder}: cannot be written: {error.strerror or error}; free some space or choose another folder"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
