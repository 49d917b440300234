"""Multiple choice questions in JSON: an array, one object a line, or one object keyed by id."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.records import Choice, Question, content_key


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the choice question reader. Keys are paths, as in json_records.

    layout, records: how the file is laid out, as in json_records.
    choices: the key of the options: an object label -> text, or a list, labelled A, B, C ...
    choice_keys: the keys that hold one option each, labelled A, B, C ...; `choices` is then not read.
    fixed_choices: the options of every question (yes, no, maybe), label and text alike; `choices` is then not read.
    choice_until: where the text of an option, and of an answer given as text, ends if it occurs in it.
    order: "given", or "content": the options are lettered anew in an order that is a hash of question and option, for
    sources that always give the right one in one place. same_text: whether options of one text are kept apart, or merged.
    answer, answer_by: the key of the answer and what it holds: the label, the text, or the number from 0 or 1.
    only, without, gold: as in json_records.
    """

    layout: json_files.Layout = "auto"
    records: str = ""
    id: str = ""
    document_id: str = ""
    question: str = "question"
    context: str = ""
    joiner: str = "\n"
    choices: str = "options"
    choice_keys: tuple[str, ...] = ()
    fixed_choices: tuple[str, ...] = ()
    choice_until: str = ""
    order: Literal["given", "content"] = "given"
    same_text: Literal["keep", "merge"] = "keep"
    answer: str = "answer_idx"
    answer_by: Literal["label", "text", "number_from_0", "number_from_1"] = "label"
    long_answers: str = ""
    meta: dict[str, str] = {}
    gold: Literal["required", "optional", "withheld"] = "required"
    only: str = ""
    without: str = ""


def read(source: Source, options: Options) -> Iterator[Question]:
    """One question a record. Without a native id it is named by its content, question and options."""
    ids = files.RecordIds(source)
    choice = json_files.Choice(source, only=options.only, without=options.without)
    for path in source.files:
        for value in json_files.values(path, layout=options.layout, records=options.records):
            fields = json_files.fields(value, options.joiner)
            key = value.key or (fields.text(options.id) if options.id else "")
            if key in choice:
                yield _question(source, options, ids, key, fields)
    choice.check()


def _question(source: Source, options: Options, ids: files.RecordIds, key: str, fields: Fields) -> Question:
    question, context = fields.text(options.question), fields.optional_text(options.context)
    choices = _choices(options, fields)
    record = ids.of(key) if key else ids.of_content(question, context, *(choice.text for choice in choices))
    answered = options.gold != "withheld" and fields.get(options.answer) not in (None, "")
    if not answered and options.gold == "required":
        raise fields.refuse(
            f"there is no answer under {options.answer!r}",
            "name its key, or set the reader's option gold to optional or withheld",
        )
    answers = _answers(options, fields, choices) if answered else ()
    if options.same_text == "merge":
        choices, answers = _merged(source, record, choices, answers)
    if options.order == "content":
        choices, answers = _reordered(question, choices, answers)
    with files.located(fields.where):
        return Question(
            id=record,
            language=source.language,
            document_id=fields.optional_text(options.document_id),
            annotated=answered,
            meta={name: fields.optional_text(key) for name, key in options.meta.items() if fields.get(key) is not None},
            question=question,
            kind="choice",
            choices=choices,
            context=context,
            answers=answers,
            long_answers=fields.texts(options.long_answers) if answered and options.long_answers else (),
        )


def _choices(options: Options, fields: Fields) -> tuple[Choice, ...]:
    if options.fixed_choices:
        return tuple(Choice(name, name) for name in options.fixed_choices)
    if options.choice_keys:
        return _lettered([_ended(options, fields.text(key)) for key in options.choice_keys])
    native = fields.get(options.choices)
    if isinstance(native, dict):
        return tuple(
            Choice(label, _ended(options, fields.written(text, options.choices))) for label, text in native.items()
        )
    if isinstance(native, list) and 0 < len(native) <= len(ascii_uppercase):
        return _lettered([_ended(options, fields.written(text, options.choices)) for text in native])
    raise fields.refuse(
        f"{options.choices!r} holds no options", "it is an object label -> text, or a list of up to 26 texts"
    )


def _lettered(texts: list[str]) -> tuple[Choice, ...]:
    return tuple(Choice(label, text) for label, text in zip(ascii_uppercase, texts, strict=False))


def _ended(options: Options, text: str) -> str:
    return text.partition(options.choice_until)[0] if options.choice_until else text


def _answers(options: Options, fields: Fields, choices: tuple[Choice, ...]) -> tuple[str, ...]:
    if options.answer_by.startswith("number"):
        number = fields.integer(options.answer) - int(options.answer_by[-1])
        if not 0 <= number < len(choices):
            raise fields.refuse(f"the answer is option {fields.integer(options.answer)} of {len(choices)}")
        return (choices[number].label,)
    given = fields.texts(options.answer)
    if options.answer_by == "label":
        return given
    labels: list[str] = []
    for text in (_ended(options, text) for text in given):
        matches = [choice.label for choice in choices if choice.text == text]
        if not matches or (len(matches) > 1 and options.same_text == "keep"):
            raise fields.refuse(
                f"the answer {text!r} is the text of {len(matches)} options",
                "it is the text of one; a label is never ambiguous, and the option same_text may merge them",
            )
        labels.append(matches[0])
    return tuple(labels)


def _merged(
    source: Source, record: str, choices: tuple[Choice, ...], answers: tuple[str, ...]
) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """One option for each text, and the answers in the labels then left; what was merged is in the ledger."""
    first = {choice.text: choice.label for choice in reversed(choices)}
    kept = tuple(choice for choice in choices if first[choice.text] == choice.label)
    for choice in choices:
        if choice not in kept:
            reason = f"option {choice.label} says {choice.text!r}, as {first[choice.text]} does"
            source.ledger.note(record, "option_merged", reason)
    if len(kept) == len(choices):
        return choices, answers
    return _relettered(kept, answers, {choice.label: first[choice.text] for choice in choices})


def _reordered(
    question: str, choices: tuple[Choice, ...], answers: tuple[str, ...]
) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    order = tuple(sorted(choices, key=lambda choice: content_key(question, choice.text)))
    return _relettered(order, answers, {choice.label: choice.label for choice in choices})


def _relettered(
    choices: tuple[Choice, ...], answers: tuple[str, ...], stands_for: dict[str, str]
) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """These options as A, B, C ..., and the answers likewise; a label that is none of them stays for the record to refuse."""
    letters = {choice.label: letter for choice, letter in zip(choices, ascii_uppercase, strict=False)}
    moved = (letters.get(stands_for.get(answer, ""), answer) for answer in answers)
    return _lettered([choice.text for choice in choices]), tuple(dict.fromkeys(moved))
