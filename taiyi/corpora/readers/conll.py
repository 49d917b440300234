"""CoNLL columns: one token a line with its tag, blank line between sentences, optional document markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.records import Document, Entity, Passage

FURTHEST_GAP = 1000
"""Characters between two tokens of a sentence; more are a damaged offset."""

Unit = Literal["sentence", "document"]

_PREFIXES = {"IOB": ("B", "I"), "IOB2": ("B", "I"), "IO": ("I",), "IOBES": ("B", "I", "E", "S")}


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the CoNLL reader.

    token, tag: column numbers from 0; negative ones count from the end. separator: between columns; empty: white space.
    start, end: the columns with a token's offsets, if there are any: the text then has as many blanks between two tokens
      as they say. tag_mark: what stands before every tag (SCAI writes |B-FAMILY).
    scheme: how tags are chunked. IO has no B-, so neighbours of one type are one mention.
    document: a regular expression for marker lines; its first group is the document id.
    unit: what becomes a record. Documents are sentences joined by a line break, each a passage.
    untyped: the type of tags that carry none (B, I). types: those that there are, so that a damaged one is refused;
      none named: any.
    on_mismatch: what to do with a tag that continues a mention where there is none to continue: "refuse" it, or
      "repair" it to begin one; and with a token that is longer or shorter than its offsets say: "refuse" it, or
      "repair" them by the token. The ledger says which were repaired.
    """

    token: int = 0
    tag: int = -1
    start: int | None = None
    end: int | None = None
    encoding: str = "utf-8"
    tag_mark: str = ""
    separator: str = "\t"
    scheme: Literal["IOB", "IOB2", "IO", "IOBES"] = "IOB2"
    document: str = ""
    unit: Unit = "sentence"
    untyped: str = ""
    types: tuple[str, ...] = ()
    on_mismatch: Literal["refuse", "repair"] = "refuse"

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            # A ValueError, because msgspec then adds where in the options it was.
            raise ValueError("start and end are named together, or neither is")


class Token(msgspec.Struct, frozen=True, gc=False):
    """A token, the prefix and type of its tag (O has no type), its line, and its offsets where the file gives them."""

    text: str
    prefix: str
    type: str
    line: int
    start: int | None = None
    end: int | None = None


Sentence = list[Token]


class Chunk(NamedTuple):
    """A mention as token numbers within its sentence, half-open."""

    type: str
    first: int
    end: int


def read(source: Source, options: Options) -> Iterator[Document]:
    """One sentence or document a record; tokens are joined by one blank. Records without a document id are named by content."""
    ids = files.RecordIds(source)
    for path in source.files:
        for native, sentences in _documents(path, options):
            if options.unit == "document":
                yield _record(source, options, path, native, sentences, ids.of(native) if native else "", ids)
            else:
                for number, sentence in enumerate(sentences, start=1):
                    yield _record(
                        source, options, path, native, [sentence], ids.of(f"{native}.{number}") if native else "", ids
                    )


def _documents(path: Path, options: Options) -> Iterator[tuple[str, list[Sentence]]]:
    """Each marked document with its sentences; in a file without markers every sentence by itself, without an id."""
    marker, known = _marker(options), dict[str, tuple[str, str]]()
    native, sentences, sentence = "", list[Sentence](), Sentence()
    for number, line in files.lines(path, options.encoding):
        mark = marker.search(line) if marker else None
        if not mark and line.strip():
            if marker and not native:
                raise _refuse(
                    path,
                    number,
                    "a token stands before the first document marker",
                    f"a marker is a line like {options.document}",
                )
            sentence.append(_token(line, path, number, options, known))
            continue
        if sentence:
            sentences.append(sentence)
            sentence = []
        if sentences and (mark or not marker):
            yield native, sentences
            sentences = []
        native = mark[1] if mark else native
    if sentence:
        sentences.append(sentence)
    if sentences:
        yield native, sentences


def _marker(options: Options) -> re.Pattern[str] | None:
    expression = options.document
    if not expression:
        if options.unit == "document":
            raise InvalidParams(
                "the unit is document, and nothing says where documents begin",
                remedy="give the option document: ^###MEDLINE:(.+)",
            )
        return None
    return files.pattern(expression, "document")


def _token(line: str, path: Path, number: int, options: Options, known: dict[str, tuple[str, str]]) -> Token:
    """The token of a line; `known` keeps what tags come to, of which there are few."""
    cells = line.split(options.separator) if options.separator else line.split()
    try:
        text, tag = cells[options.token], cells[options.tag]
        written = None if options.start is None or options.end is None else (cells[options.start], cells[options.end])
    except IndexError as error:
        raise _refuse(
            path,
            number,
            f"the line has {len(cells)} columns: {line[:80]!r}",
            "the options token, tag and separator say where token and tag stand",
        ) from error
    start, end = (files.number(written[0]), files.number(written[1])) if written else (None, None)
    if written and (start is None or end is None):
        raise _refuse(
            path, number, f"a token without offsets: {line[:80]!r}", "the options start and end say where they stand"
        )
    if tag not in known:
        known[tag] = _tag(tag, path, number, options)
    return Token(text, *known[tag], number, start, end)


def _tag(tag: str, path: Path, number: int, options: Options) -> tuple[str, str]:
    """The prefix and type of a tag."""
    tag = tag.strip().removeprefix(options.tag_mark)
    if options.tag_mark and options.tag_mark in tag:
        raise _refuse(path, number, f"a token with more than one tag: {tag!r}", "a token is in one mention at most")
    if tag == "O":
        return "O", ""
    prefix, hyphen, kind = tag.partition("-")
    kind = kind if hyphen else options.untyped
    if kind and prefix in _PREFIXES[options.scheme]:
        if options.types and kind not in options.types:
            raise _refuse(path, number, f"{kind!r} is no type", f"the option types knows {', '.join(options.types)}")
        return prefix, kind
    raise _refuse(
        path,
        number,
        f"{tag!r} is no {options.scheme} tag",
        f"a tag is O, or {', '.join(_PREFIXES[options.scheme])} with a type: B-Disease",
    )


def _refuse(path: Path, number: int, problem: str, remedy: str) -> InvalidInput:
    return InvalidInput(problem, where=files.place(path, number), remedy=remedy)


def _record(
    source: Source,
    options: Options,
    path: Path,
    native: str,
    sentences: list[Sentence],
    record: str,
    ids: files.RecordIds,
) -> Document:
    laid = [_laid(sentence, path) for sentence in sentences]
    text = "\n".join(map(_text, sentences, laid))
    record = record or ids.of_content(text)
    entities: list[Entity] = []
    passages: list[Passage] = []
    start = 0
    for sentence, blanks in zip(sentences, laid, strict=True):
        _check_lengths(sentence, path, options, record, source)
        begins = _starts(sentence, blanks, start)
        for chunk in _chunks(sentence, path, options, record, source):
            span = (begins[chunk.first], begins[chunk.end - 1] + len(sentence[chunk.end - 1].text))
            entities.append(Entity(f"T{len(entities) + 1}", chunk.type, (span,), text[span[0] : span[1]]))
        end = begins[-1] + len(sentence[-1].text)
        passages.append(Passage("sentence", start, end))
        start = end + 1
    with files.located(files.place(path, sentences[0][0].line)):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            text=text,
            passages=tuple(passages),
            entities=tuple(entities),
        )


def _laid(sentence: Sentence, path: Path) -> list[str]:
    """The blanks before each token: one, or as many as its offsets say; none before the first."""
    if sentence[0].start is None:  # then no token has offsets
        return ["", *[" "] * (len(sentence) - 1)]
    blanks = [""]
    for before, token in pairwise(sentence):
        gap = 1 if token.start is None or before.end is None else token.start - before.end
        if not 0 <= gap <= FURTHEST_GAP:
            raise _refuse(
                path,
                token.line,
                f"{token.text!r} begins at {token.start}, the token before it ends at {before.end}",
                f"offsets grow from token to token, by {FURTHEST_GAP} at most",
            )
        blanks.append(" " * gap)
    return blanks


def _check_lengths(sentence: Sentence, path: Path, options: Options, record: str, source: Source) -> None:
    for token in sentence if sentence[0].start is not None else ():
        if token.start is None or token.end is None or token.end - token.start == len(token.text):
            continue
        problem = f"{token.text!r} has {len(token.text)} characters, its offsets are {token.start} to {token.end}"
        if options.on_mismatch == "refuse":
            raise _refuse(
                path, token.line, problem, "set the option on_mismatch: repair to lay the text out by its tokens"
            )
        source.ledger.note(record, "token_repaired", f"line {token.line}: {problem}")


def _text(sentence: Sentence, blanks: list[str]) -> str:
    return "".join(before + token.text for before, token in zip(blanks, sentence, strict=True))


def _starts(sentence: Sentence, blanks: list[str], start: int) -> list[int]:
    starts: list[int] = []
    for token, before in zip(sentence, blanks, strict=True):
        start += len(before)
        starts.append(start)
        start += len(token.text)
    return starts


def _chunks(sentence: Sentence, path: Path, options: Options, record: str, source: Source) -> Iterator[Chunk]:
    """The mentions of a sentence. IOB: B only between neighbours of one type; IOB2, IOBES: every mention begins with B or S."""
    first, kind = 0, ""
    for number, token in enumerate(sentence):
        continues = token.type == kind and token.prefix in ("I", "E")
        if not continues:
            if kind:
                yield Chunk(kind, first, number)
            first, kind = number, token.type
            if token.prefix in ("I", "E") and options.scheme in ("IOB2", "IOBES"):
                _orphan(token, path, options, record, source)
        if token.prefix in ("E", "S"):
            yield Chunk(kind, first, number + 1)
            kind = ""
    if kind:
        yield Chunk(kind, first, len(sentence))


def _orphan(token: Token, path: Path, options: Options, record: str, source: Source) -> None:
    problem = f"{token.prefix}-{token.type} at {token.text!r} continues no mention"
    if options.on_mismatch == "refuse":
        raise _refuse(
            path,
            token.line,
            problem,
            f"a mention begins with B-{token.type}; the option on_mismatch: repair lets this tag begin one, scheme: IOB any",
        )
    source.ledger.note(record, "mention_repaired", f"line {token.line}: {problem}; it begins one")
