"""EBM-NLP: a file of tokens for each document, and for each layer of annotation a file with one label a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, runs
from taiyi.errors import InvalidInput
from taiyi.records import Document, Entity, Passage


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of token labels. The split's files are those of labels.

    tokens: the file of a document's tokens below the corpus folder; {id} stands for its id.
    id: a regular expression on the name of a file of labels; its first group is the document's id.
    layers: folder on the way to a file of labels -> label -> type. outside: the label of a token that is in no mention.
    missing: what a document means that has labels in one layer and none in another: an error, or nothing annotated in
      that layer, which the ledger says.
    """

    tokens: str
    id: str = r"^([^._]+)"
    layers: dict[str, dict[str, str]]
    outside: str = "0"
    missing: Literal["refuse", "empty"] = "refuse"


_PARTED = re.compile(r"[,\s]+")
_WHITE = re.compile(r"[ \t\r\n]+")


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a record, its tokens joined by one blank; neighbouring tokens of one label are one mention."""
    ids = files.RecordIds(source)
    for native, layers in _documents(source, options).items():
        path = source.folder / options.tokens.replace("{id}", native)
        first = next(iter(layers.values()))
        if not path.exists():
            raise InvalidInput(
                f"its tokens are not there: {path}", where=first, remedy="the option tokens says where they lie"
            )
        tokens = [token for token in _WHITE.split(files.text(path)) if token]
        if not tokens:
            raise InvalidInput("there are no tokens", where=path, remedy="a document has one token or more")
        text = " ".join(tokens)
        record = ids.of(native)
        for layer in options.layers:
            if layer not in layers:
                _missing(source, options, record, layer, first)
        entities = tuple(_entities(layers, tokens, text, options))
        with files.located(str(first)):
            made = Document(
                id=record,
                language=source.language,
                document_id=native,
                text=text,
                passages=(Passage("abstract", 0, len(text)),),
                entities=entities,
            )
        yield made


def _documents(source: Source, options: Options) -> dict[str, dict[str, Path]]:
    """The files of labels by document and layer."""
    pattern = files.pattern(options.id, "id")
    found: dict[str, dict[str, Path]] = {}
    for path in source.files:
        match = pattern.search(path.name)
        layers = [part for part in path.relative_to(source.folder).parts if part in options.layers]
        if not match or len(layers) != 1:
            raise InvalidInput(
                f"its name is no {options.id!r}, or not one of its folders is {', '.join(options.layers)}",
                where=path,
                remedy="the options id and layers tell document and layer by the path",
            )
        if layers[0] in found.setdefault(match[1], {}):
            raise InvalidInput(
                f"the labels {layers[0]} of document {match[1]} stand in two files",
                where=path,
                remedy=f"the other one is {found[match[1]][layers[0]]}",
            )
        found[match[1]][layers[0]] = path
    return found


def _missing(source: Source, options: Options, record: str, layer: str, beside: Path) -> None:
    if options.missing == "refuse":
        raise InvalidInput(
            f"its document has no labels {layer}",
            where=beside,
            remedy="set the option missing: empty to read it as not annotated in that layer",
        )
    source.ledger.note(record, "layer_missing", f"there are no labels {layer}; none are read")


def _entities(layers: dict[str, Path], tokens: list[str], text: str, options: Options) -> Iterator[Entity]:
    spans: list[runs.Span] = []
    for token in tokens:
        start = spans[-1][1] + 1 if spans else 0
        spans.append((start, start + len(token)))
    number = 0
    for layer, types in options.layers.items():
        if layer in layers:
            for run in runs.of(_labels(layers[layer], len(tokens), types, options), options.outside):
                number += 1
                yield runs.entity(f"T{number}", types[run.label], run, spans, text)


def _labels(path: Path, tokens: int, types: dict[str, str], options: Options) -> list[str]:
    labels: list[str] = []
    for number, line in files.lines(path):
        for label in filter(None, _PARTED.split(line)):
            if label != options.outside and label not in types:
                raise InvalidInput(
                    f"the label {label!r} has no type",
                    where=files.place(path, number),
                    remedy=f"the option layers knows {', '.join(types)}, and {options.outside} for none",
                )
            labels.append(label)
    if len(labels) != tokens:
        raise InvalidInput(
            f"{len(labels)} labels for {tokens} tokens",
            where=path,
            remedy="each token has one label; one of the two files was cut short",
        )
    return labels
