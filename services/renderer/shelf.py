"""What the renderer reads of the repository: parameters, wordings, descriptors, records; anew when files change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from taiyi import layout, params
from taiyi.corpora import descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import NotReady
from taiyi.instructions import lint, templates
from taiyi.instructions.templates import forget
from taiyi.params import Params


class Shelf:
    """A repository's files. Every method may block."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[str, tuple[object, Any]] = {}

    def params(self) -> Params:
        """params.yaml; NotReady where there is none."""
        path = self._root / layout.PARAMS
        if not path.exists():
            raise NotReady(
                f"the server's folder has no {layout.PARAMS}; taiyi init or a clone of the repository has one"
            )
        found: Params = self._fresh("params", [path], lambda: params.load(path))
        return found

    def templates(self) -> Path:
        """The folder of wordings; the core reads changed files anew."""
        folder = self._root / layout.TEMPLATES
        self._fresh("templates", folder.glob("*.yaml"), forget)
        return folder

    def wordings(self, task: str) -> dict[Any, Any]:
        """The wordings of a task by language and group."""
        return dict(templates(task, self.templates()))

    def labels(self, task: str) -> tuple[str, ...]:
        """The labels that the described corpora have for a task, sorted."""
        folder = self._root / layout.DESCRIPTORS
        found = self._fresh("labels", folder.glob("*.yaml"), lambda: lint.labels_of(folder))
        return tuple(sorted(found.get(task, ())))

    def corpus(self, identifier: str) -> Descriptor:
        """A described corpus; NotFound with what is close."""
        return descriptor.find(identifier, self._root / layout.DESCRIPTORS)

    def corpora(self) -> list[Descriptor]:
        """All described corpora."""
        folder = self._root / layout.DESCRIPTORS
        return [descriptor.find(identifier, folder) for identifier in descriptor.ids(folder)]

    def curated(self, use: str, corpus: str) -> Path:
        """The file of a corpus's curated records of one use, there or not."""
        return self._root / layout.curated(use) / f"{corpus}.jsonl"

    def records(self, described: Descriptor, use: str) -> list[Path]:
        """The files of a corpus's records of one use: curated, else as harmonised, split by split; NotReady of none."""
        curated = self.curated(use, described.id)
        if curated.exists():
            return [curated]
        splits = [split for split in described.splits if described.use(split) == use]
        found = [self._root / layout.records(described.id) / f"{split}.jsonl" for split in splits]
        there = [path for path in found if path.exists()]
        if not there:
            raise NotReady(f"corpus {described.id} has no harmonised records for {use}; dvc repro harmonize makes them")
        return there

    def _fresh(self, name: str, paths: Iterable[Path], make: Callable[[], Any]) -> Any:
        """What `make` made of these files, made again when one of them has changed."""
        stamps = sorted((path.name, status.st_mtime_ns, status.st_size) for path in paths for status in [path.stat()])
        before, made = self._kept.get(name, (None, None))
        if before != stamps:
            made = make()
            self._kept[name] = (stamps, made)
        return made
