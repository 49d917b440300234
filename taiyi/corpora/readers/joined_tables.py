"""Choice questions in two tables: one row a question, and in the other one row for each answer somebody gave to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files, table
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import NotFound
from taiyi.records import Choice, Question, record_id

_COLUMN = re.compile(r"\{(.+?)\}")


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of joined tables. The split's files are tables of questions.

    given: the tables of given answers, a glob below the corpus folder. key: the column that both share, a question's id.
    delimiter, quoted, encoding: as in table; both have a header.
    ask: the question, {column} standing for a cell of its row. document_id: a column.
    answer: the column of a given answer. answers: what it may hold -> the text of the option, in the order asked.
    leave: column -> values; a given answer with one of these does not count.
    on_disagreement: what becomes of a question whose commonest answers are equally common: it is dropped, or the one
      given first is taken. A question that has no answer that counts is dropped. The ledger has either.
    evidence: the column with the passage that an answer rests on; it is the context, unless
    text: the path of a file below the corpus folder, with {column}s, is. on_missing: a question whose file is not there.
    wrong: ids of questions that their publishers hold for wrong; they are dropped.
    only: a file with the documents of this split, as in json_records. given_meta: meta name -> column of given answers.
    """

    given: str
    key: str
    delimiter: str = ","
    quoted: bool = True
    encoding: str = "utf-8"
    ask: str
    document_id: str = ""
    answer: str
    answers: dict[str, str]
    leave: dict[str, tuple[str, ...]] = {}
    on_disagreement: Literal["drop", "first"] = "drop"
    evidence: str = ""
    text: str = ""
    on_missing: Literal["refuse", "drop"] = "refuse"
    wrong: tuple[int, ...] = ()
    only: str = ""
    given_meta: dict[str, str] = {}


def read(source: Source, options: Options) -> Iterator[Question]:
    """One question a row, named by its key. The given answers are held in memory, the questions are not."""
    given = _given(source, options)
    choice = json_files.Choice(source, only=options.only, without="")
    wrong = {str(identifier) for identifier in options.wrong}
    met: set[str] = set()
    for path in source.files:
        for fields in _rows(path, options):
            key = fields.text(options.key)
            if key in met:
                raise fields.refuse(f"the question {key!r} stands twice", f"{options.key} is the id of one question")
            met.add(key)
            if fields.optional_text(options.document_id) not in choice:
                continue
            if key in wrong:
                _drop(source, key, "known_wrong", f"{fields.where}: its publishers hold it for wrong")
            elif record := _question(source, options, key, fields, given.get(key, [])):
                yield record
    choice.check()
    for key in (key for key in given if key not in met):
        raise given[key][0].refuse(f"there is no question {key!r}", "the two tables are of different versions")


def _rows(path: Path, options: Options) -> Iterator[Fields]:
    values = table.values(
        path, delimiter=options.delimiter, quoted=options.quoted, header=True, encoding=options.encoding
    )
    return (json_files.fields(value, "\n") for value in values)


def _given(source: Source, options: Options) -> dict[str, list[Fields]]:
    paths = sorted(source.folder.glob(options.given))
    if not paths:
        raise NotFound(
            f"{source.corpus}: no file {options.given!r} in {source.folder}; the option given names the tables of answers"
        )
    given: dict[str, list[Fields]] = {}
    for path in paths:
        for fields in _rows(path, options):
            given.setdefault(fields.text(options.key), []).append(fields)
    return given


def _question(source: Source, options: Options, key: str, fields: Fields, given: list[Fields]) -> Question | None:
    answers = [(_answer(row, options), row) for row in given if not _left(row, options)]
    # Of equally common ones the first, as Counter keeps their order.
    right, *_ = [answer for answer, _ in Counter(answer for answer, _ in answers).most_common(1)] or [""]
    grounds = [row.text(options.evidence) for answer, row in answers if answer == right] if options.evidence else []
    text = _text(source, options, fields) if options.text else "\n".join(dict.fromkeys(grounds))
    problem = _problem([answer for answer, _ in answers], options, text)
    if problem:
        _drop(source, key, problem[0], f"{fields.where}: {problem[1]}")
        return None
    labels = dict(zip(dict.fromkeys(options.answers.values()), ascii_uppercase, strict=False))
    with files.located(fields.where):
        return Question(
            id=record_id(source.corpus, source.split, key),
            language=source.language,
            document_id=fields.optional_text(options.document_id),
            meta={name: "; ".join(row.text(column) for row in given) for name, column in options.given_meta.items()},
            question=_filled(options.ask, fields),
            kind="choice",
            choices=tuple(Choice(label, text) for text, label in labels.items()),
            context=text or "",
            answers=(labels[right],),
            long_answers=tuple(dict.fromkeys(grounds)) if options.text else (),
        )


def _problem(answers: list[str], options: Options, text: str | None) -> tuple[str, str] | None:
    """The rule and reason by which a question is dropped, or None."""
    if not answers:
        return "no_answer", "nobody's answer counts"
    (_, most), *others = Counter(answers).most_common()
    if options.on_disagreement == "drop" and others and others[0][1] == most:
        return "answers_disagree", ", ".join(answers)
    return ("no_text", "its text is not there") if text is None else None


def _drop(source: Source, key: str, rule: str, reason: str) -> None:
    source.ledger.drop(record_id(source.corpus, source.split, key), rule, reason)


def _left(row: Fields, options: Options) -> bool:
    return any(row.text(column) in values for column, values in options.leave.items())


def _answer(row: Fields, options: Options) -> str:
    native = row.text(options.answer)
    if native not in options.answers:
        raise row.refuse(
            f"{options.answer!r} is {native!r}",
            f"the option answers knows {', '.join(options.answers)}; leave names answers that do not count",
        )
    return options.answers[native]


def _filled(template: str, fields: Fields) -> str:
    return _COLUMN.sub(lambda name: fields.text(name[1]), template)


def _text(source: Source, options: Options, fields: Fields) -> str | None:
    name = _filled(options.text, fields)
    path = source.folder / name
    # A cell is no way out of the corpus folder.
    if not path.resolve().is_relative_to(source.folder.resolve()):
        raise fields.refuse(f"the text {name!r} lies outside the corpus folder")
    if path.is_file():
        return files.text(path)
    if options.on_missing == "refuse":
        raise fields.refuse(f"there is no {name!r} in {source.folder}", "set on_missing to drop to go on without it")
    return None
