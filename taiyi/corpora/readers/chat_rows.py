"""Chat datasets: OpenAI messages, ShareGPT and Alpaca rows, as JSON, JSON Lines or Parquet (a Hugging Face folder's)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.dialogues import Turns
from taiyi.corpora.readers.json_files import Fields, Value
from taiyi.errors import InvalidInput
from taiyi.records import LANGUAGES, Dialogue, Language, Question


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of chat rows.

    form: messages (`messages` of role and content), sharegpt (`conversations` of from and value), alpaca (instruction,
      input and output, what was said before in `history` as pairs). turns, role, text: other keys than the form's.
    family: what a row becomes: a Dialogue, or a Question, of which each row may hold one only.
    user, assistant, system: the names of the roles. ignored: roles whose turns are left out (tools), with a ledger row.
    on_system: where system turns, and the text under the key `system`, go: to the context, or to the ledger.
    id, document_id, language_key: keys; without an id, rows are named by what is said; without a language they have the
      corpus's. where: as in the other JSON readers, key -> the values that make a record of this split.
    """

    form: Literal["messages", "sharegpt", "alpaca"] = "messages"
    family: Literal["dialogue", "question"] = "dialogue"
    turns: str = ""
    role: str = ""
    text: str = ""
    user: tuple[str, ...] = ("user", "human")
    assistant: tuple[str, ...] = ("assistant", "gpt")
    system: tuple[str, ...] = ("system",)
    ignored: tuple[str, ...] = ()
    on_system: Literal["context", "drop"] = "context"
    id: str = ""
    document_id: str = ""
    language_key: str = ""
    where: dict[str, tuple[str, ...]] = {}
    layout: json_files.Layout = "auto"


class _Keys(NamedTuple):
    turns: str
    role: str
    text: str


_KEYS = {"messages": _Keys("messages", "role", "content"), "sharegpt": _Keys("conversations", "from", "value")}
_Said = tuple[Literal["user", "assistant", "system", "ignored"], str]


def read(source: Source, options: Options) -> Iterator[Dialogue | Question]:
    """One record a row."""
    ids = files.RecordIds(source)
    for path in source.files:
        for value in _values(path, options):
            fields = json_files.fields(value, "\n")
            if all(fields.optional_text(key) in kept for key, kept in options.where.items()):
                with files.located(value.where):
                    record = _record(fields, source, options, ids)
                yield record


def _record(fields: Fields, source: Source, options: Options, ids: files.RecordIds) -> Dialogue | Question:
    said = list(_alpaca(fields) if options.form == "alpaca" else _turns(fields, options))
    given = fields.optional_text("system")
    system = [text for role, text in [("system", given), *said] if role == "system" and text]
    turns = Turns(*(system if options.on_system == "context" else ()))
    for role, text in said:
        if role in ("user", "assistant"):
            turns.add(text, is_user=role == "user")
    key = fields.text(options.id) if options.id else ""
    record = ids.of(key) if key else ids.of_content(*turns.texts())
    if system and options.on_system == "drop":
        source.ledger.note(record, "system_left_out", f"{fields.where}: {system[0][:80]}", action="dropped")
    if ignored := sum(role == "ignored" for role, _ in said):
        source.ledger.note(record, "turn_left_out", f"{fields.where}: {ignored} of other roles", action="dropped")
    document, language = fields.optional_text(options.document_id), _language(fields, source, options)
    if options.family == "question":
        return _question(record, document, language, turns, fields)
    return Dialogue(id=record, language=language, document_id=document, **turns.fields())


def _question(record: str, document: str, language: Language, turns: Turns, fields: Fields) -> Question:
    """A row of one question and its answer; with a context it is a question about that."""
    said, context = turns.fields()["turns"], turns.fields()["context"]
    if len(said) != 2:
        raise fields.refuse(
            f"{len(said)} turns are no question and its answer", "read such rows with the option family: dialogue"
        )
    return Question(
        id=record,
        language=language,
        document_id=document,
        question=said[0].text,
        kind="context" if context else "open",
        context=context,
        answers=(said[1].text,),
    )


def _turns(fields: Fields, options: Options) -> Iterator[_Said]:
    of_form = _KEYS[options.form]
    keys = _Keys(options.turns or of_form.turns, options.role or of_form.role, options.text or of_form.text)
    roles = _roles(options)
    if fields.get(keys.turns) is None:
        raise fields.refuse(f"there is no {keys.turns!r}", "name the key of the turns, or the form, in the options")
    for item in fields.items(keys.turns):
        role = item.text(keys.role)
        if role not in roles:
            raise item.refuse(
                f"the role is {role!r}", f"known: {', '.join(roles)}; name it under user, assistant, system or ignored"
            )
        yield roles[role], item.optional_text(keys.text) if roles[role] == "ignored" else item.text(keys.text)


def _roles(options: Options) -> dict[str, Literal["user", "assistant", "system", "ignored"]]:
    return {
        **dict.fromkeys(options.ignored, "ignored"),
        **dict.fromkeys(options.system, "system"),
        **dict.fromkeys(options.assistant, "assistant"),
        **dict.fromkeys(options.user, "user"),
    }


def _alpaca(fields: Fields) -> Iterator[_Said]:
    """`input` follows `instruction` on a line of its own, as LLaMA-Factory joins them."""
    for pair in fields.items("history"):
        if set(pair.content) != {"0", "1"}:
            raise pair.refuse(f"an item of 'history' has {len(pair.content)} parts", "it is a question and its answer")
        yield "user", pair.text("0")
        yield "assistant", pair.text("1")
    more = fields.optional_text("input")
    yield "user", "\n".join((fields.text("instruction"), *([more] if more else [])))
    yield "assistant", fields.text("output")


def _language(fields: Fields, source: Source, options: Options) -> Language:
    named = fields.text(options.language_key) if options.language_key else source.language
    for language in LANGUAGES:
        if named == language:
            return language
    raise fields.refuse(f"the language is {named!r}", f"known: {', '.join(LANGUAGES)}")


def _values(path: Path, options: Options) -> Iterator[Value]:
    return _parquet(path) if path.suffix == ".parquet" else json_files.values(path, layout=options.layout)


def _parquet(path: Path) -> Iterator[Value]:
    """The rows of a Parquet file; rows, counted from 1, stand for lines."""
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(1024):
                for row in batch.to_pylist():
                    number += 1
                    yield Value(files.place(path, number), row)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        where = files.place(path, number + 1) if number else path
        raise InvalidInput(f"not a sound Parquet file: {error}", where=where, remedy="fetch it again") from error
