"""Descriptors: what is known about a corpus, one YAML each. Describing is not enrolling: params.yaml enrols."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from taiyi import strict_yaml
from taiyi.errors import InvalidParams, unknown_name
from taiyi.licences import Licence
from taiyi.records import Language

_ID = re.compile(r"[\w.-]{1,100}")

Use = Literal["train", "dev", "test", "none"]
Access = Literal["open", "registration", "agreement", "generated"]
Benchmark = Literal["", "main", "held_out"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a descriptor is made of."""


class Download(_Part, frozen=True, kw_only=True):
    """Where the native files can be had: a URL, its sha256 where it is known to stay the same, and what it holds."""

    url: str
    sha256: str = ""
    note: str = ""


class Paper(_Part, frozen=True, kw_only=True):
    """What the Taiyi paper says of the corpus: its name and number in the list of that language, its task types and
    sizes as printed, and the instances that entered training, by task id; none for a corpus that was not trained on.

    trained_in: those of them that are in another language than the list's, by language and task id.
    """

    name: str
    number: int = 0
    language: Language
    tasks: tuple[str, ...] = ()
    sizes: dict[str, int] = {}
    trained: dict[str, int] = {}
    trained_in: dict[Language, dict[str, int]] = {}


class Split(_Part, frozen=True, kw_only=True):
    """One split: its files (globs below the corpus folder), what it is used for (default: what its name says), and
    whatever differs from the corpus: another reader, or options merged over the corpus's.

    documents: how many records its publishers document; 0: they do not say. optional: a copy or part that not every
    distribution holds, so that its absence is no error.
    """

    files: tuple[str, ...]
    documents: int = 0
    use: Use | None = None
    optional: bool = False
    reader: str = ""
    options: dict[str, Any] = {}


class Descriptor(_Part, frozen=True, kw_only=True):
    """A corpus.

    title_zh: its Chinese display name. languages: those of its texts, where they are not one.
    benchmark: main, one of the paper's; held_out, never trained on.
    folder: where its native files lie below the raw folder (default: the id).
    reader: a module of taiyi.corpora.readers; options: that reader's Options.
    tasks: task id -> the corpus's declaration for it (taiyi.tasks.TaskSpec), kept plain here: corpora know no tasks.
    """

    id: str = ""
    title: str
    title_zh: str = ""
    language: Language
    languages: tuple[Language, ...] = ()
    licence: Licence
    access: Access
    benchmark: Benchmark = ""
    homepage: str = ""
    downloads: tuple[Download, ...] = ()
    citation: str = ""
    paper: Paper | None = None
    folder: str = ""
    reader: str
    options: dict[str, Any] = {}
    splits: dict[str, Split]
    tasks: dict[str, dict[str, Any]]
    notes: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether it is never trained on."""
        return self.benchmark == "held_out"

    def use(self, split: str) -> Use:
        """What a split is used for."""
        declared = self.splits[split].use
        if declared:
            return declared
        return split if split in ("train", "dev", "test") else "none"  # type: ignore[return-value]

    def used_splits(self) -> tuple[str, ...]:
        """The splits that the pipeline reads: those that are used for anything."""
        return tuple(split for split in self.splits if self.use(split) != "none")

    def splits_for(self, use: Use) -> tuple[str, ...]:
        """The splits of that use, in the order described."""
        return tuple(split for split in self.splits if self.use(split) == use)


def load(path: Path) -> Descriptor:
    """A descriptor from its file; the file name is its id."""
    descriptor = strict_yaml.convert(strict_yaml.load(path), Descriptor, path)
    if descriptor.id not in ("", path.stem):
        raise InvalidParams(
            f"the id {descriptor.id!r} is not the file's name",
            where=path,
            remedy=f"leave it out, or rename the file to {descriptor.id}.yaml",
        )
    return msgspec.structs.replace(descriptor, id=path.stem, folder=descriptor.folder or path.stem)


def ids(folder: Path) -> tuple[str, ...]:
    """Every described corpus, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def find(corpus: str, folder: Path) -> Descriptor:
    """The descriptor of that id; a wrong id is answered with what is close."""
    path = folder / f"{corpus}.yaml"
    # An id is a file's name and no path; a service hands on what strangers send.
    if not _ID.fullmatch(corpus) or not path.exists():
        raise unknown_name("corpus", corpus, ids(folder))
    return load(path)
