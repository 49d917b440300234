"""JSON objects and table rows into records of the family that the reader's options name; documents.py makes documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from taiyi.corpora.readers import Source, dialogues, documents, families, files, json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.records import (
    AnyRecord,
    Classification,
    Dialogue,
    Document,
    Output,
    Pair,
    Parallel,
    Question,
    Section,
    Transform,
)

_FLAGS = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False, "": False}


def read(source: Source, options: families.Options, values: Iterable[json_files.Value]) -> Iterator[AnyRecord]:
    """One record a value, named by its id, else by its key in its file, else by its content."""
    ids = files.RecordIds(source)
    choice = json_files.Choice(source, only=options.only, without=options.without)
    family = next(name for name in families.FAMILIES if getattr(options, name) is not None)
    keys, build = getattr(options, family), _BUILDERS[family]
    for value in values:
        fields = json_files.fields(value, options.joiner)
        key = ".".join(map(fields.text, options.id.split("+"))) if options.id else value.key
        chosen = all(fields.optional_text(name) in kept for name, kept in options.where.items())
        if key in choice and chosen:
            with files.located(value.where):
                record = build(Row(fields=fields, key=key, ids=ids, source=source, options=options), keys)
            yield record
    choice.check()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One value on its way to becoming a record."""

    fields: Fields
    key: str
    ids: files.RecordIds
    source: Source
    options: families.Options

    def head(self, *content: str) -> dict[str, Any]:
        """What every record has; `content` names it where nothing else does."""
        fields, options = self.fields, self.options
        return {
            "id": self.ids.of(self.key) if self.key else self.ids.of_content(*content),
            "language": self.source.language,
            "document_id": fields.optional_text(options.document_id),
            "meta": {
                name: fields.optional_text(key) for name, key in options.meta.items() if fields.get(key) is not None
            },
        }

    def is_annotated(self, *keys: str, empty: bool = False) -> bool:
        """Whether the gold under these keys is there and to be read; `empty`: an empty text is gold, too."""
        if self.options.gold == "withheld":
            return False
        nothing = (None,) if empty else (None, "")
        absent = [key for key in keys if self.fields.get(key) in nothing]
        if absent and self.options.gold == "required":
            raise self.fields.refuse(
                f"there is nothing under {', '.join(map(repr, absent))}",
                "name the key of the gold, or set the reader's option gold to optional or withheld",
            )
        return not absent


def _classification(row: Row, keys: families.ClassificationKeys) -> Classification:
    text = _joined(row, keys.parts) if keys.parts else row.fields.text(keys.text)
    annotated = row.is_annotated(*(keys.flags.values() if keys.flags else (keys.labels,)), empty=True)
    labels: tuple[str, ...] = ()
    if annotated and keys.flags:
        labels = tuple(label for label, key in keys.flags.items() if _flag(row.fields, key))
    elif annotated:
        labels = tuple(label.strip(keys.trimmed) for label in row.fields.split(keys.labels, keys.separator))
    return Classification(**row.head(text), annotated=annotated, text=text, labels=labels)


def _joined(row: Row, parts: dict[str, str]) -> str:
    """The parts of a text, each with its heading."""
    colon = "：" if row.source.language == "zh" else ": "
    texts = {heading: row.fields.text(key).strip() for heading, key in parts.items()}
    return "\n".join(f"{heading}{colon}{text}" if heading else text for heading, text in texts.items() if text)


def _flag(fields: Fields, key: str) -> bool:
    written = fields.text(key).strip().lower()
    if written not in _FLAGS:
        raise fields.refuse(f"{key!r} is {written!r}", "a flag is 0 or 1")
    return _FLAGS[written]


def _pair(row: Row, keys: families.PairKeys) -> Pair:
    fields = row.fields
    first, second = fields.text(keys.text_1), fields.text(keys.text_2)
    score = _mean(fields, keys.scores) if row.options.gold != "withheld" else None
    if keys.scores:
        annotated = score is not None
        if not annotated and row.options.gold == "required":
            raise fields.refuse(
                f"no score under {', '.join(map(repr, keys.scores))}",
                "set the reader's option gold to optional to read the pair as not annotated",
            )
    else:
        annotated = row.is_annotated(keys.label)
    label = fields.text(keys.label) if keys.label and annotated else ""
    return Pair(**row.head(first, second), annotated=annotated, text_1=first, text_2=second, label=label, score=score)


def _mean(fields: Fields, keys: tuple[str, ...]) -> float | None:
    """The mean over the raters who gave a score; none if nobody did."""
    scores: list[float] = []
    for key in keys:
        written = fields.optional_text(key).strip()
        try:
            scores += [float(written)] if written else []
        except ValueError as error:
            raise fields.refuse(
                f"{key!r} is {written!r}", "a score is a number, or empty where a rater gave none"
            ) from error
    return sum(scores) / len(scores) if scores else None


def _question(row: Row, keys: families.QuestionKeys) -> Question:
    fields = row.fields
    question, context = _asked(fields, keys), fields.optional_text(keys.context)
    annotated = row.is_annotated(keys.answers)
    return Question(
        **row.head(question, context),
        annotated=annotated,
        question=question,
        kind="context" if keys.context else "open",
        context=context,
        answers=fields.texts(keys.answers) if annotated else (),
        long_answers=fields.texts(keys.long_answers) if annotated and keys.long_answers else (),
    )


def _asked(fields: Fields, keys: families.QuestionKeys) -> str:
    """The question with what belongs to it, nothing said twice."""
    parts = [fields.text(keys.question)]
    for detail in map(fields.optional_text, keys.details):
        if detail.strip() and detail not in parts[0]:
            parts = [detail, *parts[1:]] if parts[0] in detail else [*parts, detail]
    return "\n".join(parts)


def _dialogue(row: Row, keys: families.DialogueKeys) -> Dialogue:
    turns, without_words = dialogues.turns(row.fields, keys)
    head = row.head(*turns.texts())
    for reason in without_words:
        row.source.ledger.note(head["id"], "turn_empty", reason, action="dropped")
    return Dialogue(**head, annotated=row.is_annotated(), **turns.fields())


def _parallel(row: Row, keys: families.ParallelKeys) -> Parallel:
    texts = {language: row.fields.text(key) for language, key in keys.translations.items()}
    return Parallel(**row.head(*texts.values()), annotated=row.is_annotated(), translations=texts)


def _transform(row: Row, keys: families.TransformKeys) -> Transform:
    text = _joined(row, keys.parts) if keys.parts else row.fields.text(keys.input)
    annotated = row.is_annotated(keys.outputs)
    given = row.fields.get(keys.outputs) if annotated else []
    outputs = tuple(_output(row.fields, item, keys.outputs) for item in (given if isinstance(given, list) else [given]))
    return Transform(**row.head(text), annotated=annotated, input=text, outputs=outputs)


def _output(fields: Fields, native: Any, key: str) -> Output:
    if isinstance(native, dict):
        return Output(
            sections=tuple(Section(name, fields.written(text, f"{key}.{name}")) for name, text in native.items())
        )
    return Output(text=fields.written(native, key))


def _document(row: Row, keys: families.DocumentKeys) -> Document:
    text = row.fields.text(keys.text)
    annotated = row.is_annotated(*documents.gold_keys(keys))
    head = row.head(text)
    parts = documents.parts(row.fields, head["id"], text, keys, row.source.ledger) if annotated else {}
    return Document(**head, annotated=annotated, text=text, **parts)


_BUILDERS: dict[str, Callable[[Row, Any], AnyRecord]] = {
    "document": _document,
    "classification": _classification,
    "pair": _pair,
    "question": _question,
    "dialogue": _dialogue,
    "parallel": _parallel,
    "transform": _transform,
}
