"""Sentences in one JSON file, and in another, sentence by sentence, which tokens each annotator chose (0 or 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files, runs
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidInput, NotFound
from taiyi.records import Document, Entity, Passage

_TOKEN = re.compile(r"\S+")


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of votes. The split's files hold the votes on one type each.

    sentences: the one file of sentences by id: a glob below the corpus folder. types: stem of a file of votes -> type.
    votes: the key of the lists of votes, one an annotator, one vote a token. annotators: whose votes count, by their
      place in that list from 0; none named: all.
    join: how many of them must have chosen a token: more than half, any one, or all.
    document_id: a regular expression on a sentence's id; its first group is the document's.
    """

    sentences: str = "**/sentences.json"
    types: dict[str, str]
    votes: str = "annotations"
    annotators: tuple[int, ...] = ()
    join: Literal["majority", "any", "all"] = "majority"
    document_id: str = r"(.+)"


_Layer = tuple[str, Path, dict[str, Value]]


def read(source: Source, options: Options) -> Iterator[Document]:
    """One sentence a record, in the order of the sentences; its tokens are parted by white space."""
    ids = files.RecordIds(source)
    pattern = files.pattern(options.document_id, "document_id")
    path = _sentences(source, options)
    layers = [_layer(votes, options) for votes in source.files]
    for value in json_files.values(path, layout="keyed"):
        if not isinstance(value.content, str):
            raise InvalidInput("a sentence is a text", where=value.where, remedy="the file leads from id to sentence")
        native = pattern.search(value.key)
        entities = tuple(_entities(value, layers, options))
        with files.located(value.where):
            made = Document(
                id=ids.of(value.key),
                language=source.language,
                document_id=native[1] if native else "",
                text=value.content,
                passages=(Passage("sentence", 0, len(value.content)),),
                entities=entities,
            )
        yield made
    for _, votes, left in layers:
        for value in left.values():
            raise InvalidInput(
                f"there is no sentence {value.key!r}", where=value.where, remedy=f"{votes.name} and {path.name} differ"
            )


def _sentences(source: Source, options: Options) -> Path:
    found = sorted(source.folder.glob(options.sentences))
    if len(found) != 1:
        raise NotFound(
            f"{source.folder} has {len(found)} files {options.sentences!r}, the sentences that were voted on; put one there"
        )
    return found[0]


def _layer(path: Path, options: Options) -> _Layer:
    if path.stem not in options.types:
        raise InvalidInput(
            f"votes on no known type: the option types knows {', '.join(options.types)}",
            where=path,
            remedy=f"name the type of {path.stem} there",
        )
    return options.types[path.stem], path, {value.key: value for value in json_files.values(path, layout="keyed")}


def _entities(sentence: Value, layers: list[_Layer], options: Options) -> Iterator[Entity]:
    text = sentence.content
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    number = 0
    for kind, path, layer in layers:
        votes = layer.pop(sentence.key, None)
        if votes is None:
            raise InvalidInput(
                f"there are no votes on the sentence {sentence.key!r}", where=path, remedy="every sentence is voted on"
            )
        for run in runs.of(_joined(votes, len(tokens), options)):
            number += 1
            yield runs.entity(f"T{number}", kind, run, tokens, text)


def _joined(value: Value, tokens: int, options: Options) -> list[str]:
    """Per token whether it is chosen, 1 or 0."""
    given = json_files.at(value.content, options.votes)
    try:
        lists = msgspec.convert(given, list[list[int]])
    except msgspec.ValidationError as error:
        raise InvalidInput(
            f"votes that are no lists of numbers: {error}",
            where=value.where,
            remedy=f"under {options.votes!r} stands one list an annotator",
        ) from error
    heard: list[Any] = lists
    if options.annotators:
        if max(options.annotators) >= len(lists):
            raise InvalidInput(
                f"{len(lists)} annotators voted",
                where=value.where,
                remedy=f"the option annotators names {max(options.annotators)}, counted from 0",
            )
        heard = [lists[number] for number in options.annotators]
    if not heard or any(len(votes) != tokens or not set(votes) <= {0, 1} for votes in heard):
        raise InvalidInput(
            f"the votes on {value.key!r} do not fit its {tokens} tokens",
            where=value.where,
            remedy="an annotator gives one vote a token, 0 or 1",
        )
    needed = {"majority": len(heard) // 2 + 1, "any": 1, "all": len(heard)}[options.join]
    return ["1" if sum(votes) >= needed else "0" for votes in zip(*heard, strict=True)]
