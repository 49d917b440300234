"""What makes two records the same: their input and their gold, compared without case, width, blanks or punctuation."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import msgspec

from taiyi.records import (
    AnyRecord,
    Argument,
    Classification,
    Dialogue,
    Document,
    Pair,
    Parallel,
    Question,
    Transform,
    split_record_id,
)

T = TypeVar("T")

_NO_ALPHANUMERICS = re.compile(r"[\W_]+")
_ASCII_KEPT = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}


def normalised(text: str) -> str:
    """Letters and digits only, NFKC and case-folded; the stripped text itself where nothing else is in it."""
    if text.isascii():
        kept = text.translate(_ASCII_KEPT)
    else:
        kept = _NO_ALPHANUMERICS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return kept or text.strip()


def fingerprint(*texts: str) -> bytes:
    """16 bytes of the texts as they are; the boundary between them counts."""
    return hashlib.blake2b("\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most that size."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def ask(tasks: Mapping[str, Any]) -> str:
    """What a corpus with these declared tasks asks, as a digest: two that ask the same tasks for the same types ask the
    same.
    """
    return fingerprint(msgspec.json.encode(tasks, order="sorted").decode()).hex()


def ask_of(record: AnyRecord, asks: Mapping[str, str]) -> str:
    """What is asked of a record: `asks` by corpus; a corpus that is not in it asks something of its own."""
    corpus = split_record_id(record.id)[0]
    return asks.get(corpus, corpus)


def question_of(record: AnyRecord) -> tuple[str, ...]:
    """What a record asks, normalised: all of it that a model sees and none of its gold."""
    match record:
        case Question():
            options = sorted(normalised(choice.text) for choice in record.choices)
            return (normalised(record.question), *options, normalised(record.context))
        case Pair():
            return tuple(sorted((normalised(record.text_1), normalised(record.text_2))))
        case Parallel():
            return (normalised(record.translations[record.language]),)
        case _:
            return tuple(normalised(text) for text in record.texts())


def sources_of(record: AnyRecord) -> Iterator[tuple[str, ...]]:
    """The texts by which a training record can give a test record away: its question, a context, either language."""
    yield question_of(record)
    if isinstance(record, Question) and record.context:
        yield (normalised(record.context),)
    if isinstance(record, Parallel):
        for language, text in record.translations.items():
            if language != record.language:
                yield (normalised(text),)


def gold_of(record: AnyRecord) -> tuple[str, ...]:
    """A record's gold, normalised and in an order that does not depend on how it was written down."""
    match record:
        case Document():
            return tuple(sorted(_document_gold(record)))
        case Classification():
            return tuple(sorted(record.labels))
        case Question():
            texts = {choice.label: choice.text for choice in record.choices}
            return tuple(sorted(normalised(texts.get(answer, answer)) for answer in record.answers))
        case Dialogue():
            return tuple(normalised(turn.text) for turn in record.turns if turn.role == "assistant")
        case Parallel():
            return tuple(f"{language}:{normalised(text)}" for language, text in sorted(record.translations.items()))
        case Pair():
            return (record.label or repr(record.score),)
        case Transform():
            return tuple(
                normalised(output.text) + "".join(f"|{s.name}:{normalised(s.text)}" for s in output.sections)
                for output in record.outputs
            )


def _document_gold(document: Document) -> Iterator[str]:
    mentions = {e.id: normalised(e.text) for e in (*document.entities, *document.triggers)}
    relations = {r.id: r for r in document.relations}
    events = {e.id: e for e in document.events}

    def end(argument: Argument, depth: int = 0) -> str:
        if argument.ref in relations and depth < 4:
            inner = relations[argument.ref]
            return f"({inner.type} {end(inner.head, depth + 1)} {end(inner.tail, depth + 1)})"
        if argument.ref in events:
            event = events[argument.ref]
            return f"({event.type} {end(event.trigger)})"
        return mentions.get(argument.ref) or argument.concept or normalised(argument.text)

    for entity in document.entities:
        yield f"entity {entity.type} {mentions[entity.id]} {','.join(sorted(entity.concepts))}"
    for relation in document.relations:
        yield f"relation {relation.type} {end(relation.head)} {end(relation.tail)}"
    for event in document.events:
        arguments = " ".join(sorted(f"{a.role}={end(a)}" for a in event.arguments))
        yield f"event {event.type} {end(event.trigger)} {arguments} {','.join(sorted(event.modifiers))}"
    for group in document.coreferences:
        yield "coreference " + " ".join(sorted(mentions.get(member, member) for member in group.members))
