"""Adapters on one base model: which there are, whether they belong to it, loading them, and answering with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from taiyi import manifest
from taiyi.errors import NotReady, TaiyiError, unknown_name
from taiyi.llm import checkpoint
from taiyi.llm.checkpoint import Identity


class Found(NamedTuple):
    """An adapter in the folder. sha256: of its manifest; refused: why it cannot be served, empty where it can."""

    name: str
    sha256: str
    style: str
    refused: str


def found(folder: Path, expected: Identity | None) -> list[Found]:
    """The adapters of a folder, by name, held against the model that is served (None: not known yet)."""
    if not folder.is_dir():
        return []
    return [_entry(path, expected) for path in sorted(folder.iterdir()) if (path / checkpoint.MANIFEST).is_file()]


def place(folder: Path, name: str) -> Path:
    """The folder of an adapter; NotFound where there is none of that name, or it lies elsewhere."""
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    path = folder / name
    if name not in names or not path.resolve().is_relative_to(folder.resolve()):
        raise unknown_name("adapter", name, names)
    return path


def _entry(path: Path, expected: Identity | None) -> Found:
    sha256 = manifest.digest(path / checkpoint.MANIFEST)
    try:
        style = checkpoint.read_manifest(path).identity.style
    except TaiyiError as error:
        return Found(path.name, sha256, "", str(error))
    try:
        if expected is not None:
            checkpoint.check_identity(path, expected)
    except TaiyiError as error:
        return Found(path.name, sha256, style, str(error))
    return Found(path.name, sha256, style, "")


class Adapters:
    """The base model with the adapters that were loaded; `model` is the one to call, after `activate`."""

    def __init__(self, base: Any, folder: Path, identity: Identity, *, most: int) -> None:
        self.model = base.eval()
        self._folder, self._identity, self._most = folder, identity, most
        self._names: dict[str, str] = {}
        self._active: str | None = None

    def check(self, name: str) -> None:
        """NotReady unless the adapter is loaded, or Conflict if it never can be; empty, the base model, always is."""
        if name and name not in self._names:
            checkpoint.check_identity(place(self._folder, name), self._identity)
            raise NotReady(f"the adapter {name} is not loaded; load it first")

    def load(self, name: str) -> None:
        """Load an adapter, if it is not. NotFound, NotReady (unfinished, or too many are loaded), or Conflict where it
        was not made for this model.
        """
        if name in self._names:
            return
        folder = place(self._folder, name)
        checkpoint.check_identity(folder, self._identity)
        if len(self._names) >= self._most:
            raise NotReady(f"{len(self._names)} adapters are loaded, which is as many as this server takes")
        ours = f"adapter_{len(self._names)}"  # peft takes no dots in a name
        if self._names:
            self.model.base_model.enable_adapter_layers()
            self.model.load_adapter(str(folder), adapter_name=ours, is_trainable=False)
        else:
            from peft import PeftModel

            self.model = PeftModel.from_pretrained(self.model, str(folder), adapter_name=ours, is_trainable=False)
        self.model.eval()
        self._names[name], self._active = ours, None

    def activate(self, name: str) -> None:
        """Have the model answer with this adapter from now on, or with none. Nothing is done where it does already."""
        if not self._names or name == self._active:
            return
        if not name:
            self.model.base_model.disable_adapter_layers()
        else:
            self.model.base_model.enable_adapter_layers()
            self.model.set_adapter(self._names[name])
        self._active = name
