"""GENETAG: one sentence of word/TAG a line, its mentions by token number in a second file, other right answers in a third."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch
from taiyi.errors import InvalidInput, NotFound
from taiyi.records import Document, Entity, Passage


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the GENETAG reader. The split's files are the tagged sentences (TAGGED_GENE_CORPUS).

    gold, alternatives: the files beside them, one mention a line: `id|first last|text`, tokens counted from 0. The
      alternatives, other answers that count as right, are kept in the meta of a record as lines `start-end text`;
      without a file name there are none. type: the type of every mention.
    on_mismatch: an alternative that is not the text at its tokens is dropped where a mention would be repaired: the
      text there is not known to be right.
    """

    gold: str = "Gold.format"
    alternatives: str = "Correct.Data"
    type: str = "NEWGENE"
    on_mismatch: OnMismatch = "refuse"


class _Line(msgspec.Struct, frozen=True):
    """A mention as its file gives it: tokens first to last, both included."""

    where: str
    first: int
    last: int
    text: str


_Listed = dict[str, list[_Line]]


class _Sentence(NamedTuple):
    where: str
    native: str
    tokens: list[str]


def read(source: Source, options: Options) -> Iterator[Document]:
    """One sentence a record, its tokens joined by one blank. Tags other than the mentions' are not read."""
    ids = files.RecordIds(source)
    for path in source.files:
        gold = _listed(path.parent / options.gold)
        others = _listed(path.parent / options.alternatives) if options.alternatives else {}
        for number, line in files.lines(path):
            if line.strip():
                sentence = _sentence(line, path, number)
                yield _record(source, options, ids.of(sentence.native), sentence, gold, others)
        for listed in (gold, others):
            for native, lines in listed.items():
                raise InvalidInput(
                    f"the sentence {native} is not in {path.name}, or stands there twice",
                    where=lines[0].where,
                    remedy="the files of a split belong together",
                )


def _sentence(line: str, path: Path, number: int) -> _Sentence:
    native, *tagged = line.split()
    parted = [token.rpartition("/") for token in tagged]
    if not native.startswith("@@") or not parted or not all(word and tag for word, _, tag in parted):
        raise InvalidInput(
            f"{line[:80]!r} is no tagged sentence",
            where=files.place(path, number),
            remedy="such a line reads @@id word/TAG word/TAG",
        )
    return _Sentence(files.place(path, number), native.removeprefix("@@"), [word for word, _, _ in parted])


def _listed(path: Path) -> _Listed:
    """The mentions in a file, by sentence."""
    if not path.exists():
        raise NotFound(f"{path}, the mentions of the sentences beside it, does not exist; put it there with them")
    listed: _Listed = {}
    for number, line in files.lines(path):
        if not line.strip():
            continue
        native, _, rest = line.partition("|")
        place, _, text = rest.partition("|")
        tokens = [files.number(written) for written in place.split()]
        if not native.startswith("@@") or len(tokens) != 2 or None in tokens or not text:
            raise InvalidInput(
                f"{line[:80]!r} is no mention",
                where=files.place(path, number),
                remedy="such a line reads @@id|first last|text",
            )
        first, last = (token for token in tokens if token is not None)
        listed.setdefault(native.removeprefix("@@"), []).append(
            _Line(files.place(path, number), first, last, text.strip())
        )
    return listed


def _record(
    source: Source, options: Options, record: str, sentence: _Sentence, gold: _Listed, others: _Listed
) -> Document:
    where, native, tokens = sentence
    text = " ".join(tokens)
    policy = options.on_mismatch
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=policy)
    right = msgspec.structs.replace(mentions, on_mismatch="drop" if policy == "repair" else policy)
    begins = [0]
    for token in tokens:
        begins.append(begins[-1] + len(token) + 1)

    def entities(made: Mentions, lines: list[_Line], mark: str) -> Iterator[Entity]:
        for number, line in enumerate(sorted(lines, key=lambda line: (line.first, line.last)), start=1):
            if not line.first <= line.last < len(tokens):
                raise InvalidInput(
                    f"tokens {line.first} to {line.last} are not in a sentence of {len(tokens)}",
                    where=line.where,
                    remedy="tokens are counted from 0, the first before the last",
                )
            span = (begins[line.first], begins[line.last + 1] - 1)
            entity = made.entity(f"{mark}{number}", options.type, (span,), line.text, line.where)
            if entity:
                yield entity

    found = tuple(entities(mentions, gold.pop(native, []), "T"))
    also = [f"{e.spans[0][0]}-{e.spans[0][1]} {e.text}" for e in entities(right, others.pop(native, []), "A")]
    with files.located(where):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            meta={"alternatives": "\n".join(also)} if also else {},
            text=text,
            passages=(Passage("sentence", 0, len(text)),),
            entities=found,
        )
