"""Anyone's raw answers to a benchmark's questions, read from JSON Lines with `id` and `text`, and nothing guessed."""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from taiyi.errors import Conflict, InvalidInput, NotFound
from taiyi.instances import Instance
from taiyi.records import Part, split_record_id

_OTHER_NAMES = ("prediction", "predicted", "output", "response", "answer", "completion", "generated_text", "content")
_NAMED = 3


class Answers(Part, frozen=True):
    """Raw answers by instance id. rows: of the file; missing: questions that no row answers, in their order; null: rows
    whose text is null, so that their questions are unanswered too; ignored: rows that answer no question.
    """

    texts: dict[str, str]
    rows: int
    missing: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    ignored: int = 0


class _Row(msgspec.Struct):
    id: Any = msgspec.UNSET
    text: Any = msgspec.UNSET


class Collected:
    """Raw answers to these questions as they come, in any order. unit: what errors call one: a line, a prediction."""

    def __init__(self, instances: Sequence[Instance], unit: str = "line") -> None:
        self.names = _Names(instances)
        self.texts: dict[str, str | None] = {}
        self._numbers: dict[str, int] = {}
        self._unit = unit

    def add(self, given: str, text: str | None, number: int, where: str) -> bool:
        """Take an answer and say whether it is to one of the questions.

        An id is that of the instance or of its record (`corpus/split/key`), or the key alone, where only one question
        has it; InvalidInput where several have. Conflict of a question that has its answer.
        """
        identifier = self.names.resolve(given, where)
        if identifier is None:
            return False
        first = self._numbers.setdefault(identifier, number)
        if first != number:
            said = f"{identifier} is answered twice, here and in {self._unit} {first}"
            raise Conflict(f"{where}: {said}\n  keep one of the two {self._unit}s")
        self.texts[identifier] = text
        return True

    def answers(self, *, extra: int = 0) -> Answers:
        """All of them; extra: rows that answered no question."""
        return Answers(
            texts={identifier: text for identifier, text in self.texts.items() if text is not None},
            rows=len(self.texts) + extra,
            missing=tuple(one.id for one in self.names.instances if one.id not in self.texts),
            null=tuple(identifier for identifier, text in self.texts.items() if text is None),
            ignored=extra,
        )


def read(path: Path, instances: Sequence[Instance], *, ignore_extra: bool = False) -> Answers:
    """The answers in a file to these questions; of their ids see `Collected.add`.

    InvalidInput, with file and line, of a row that cannot be read or, unless ignored, answers none of the questions;
    Conflict of two rows for one question; InvalidInput of a file that has no answer to any, whatever is ignored.
    """
    found = Collected(instances)
    extra: list[tuple[int, str]] = []
    for number, line in numbered_lines(path):
        given, text = _row(line, f"{path}:{number}")
        if not found.add(given, text, number, f"{path}:{number}"):
            extra.append((number, given))
    _check(path, found.names, found.texts, extra, ignore_extra)
    return found.answers(extra=len(extra))


def read_questions(path: Path) -> list[Instance]:
    """The questions with gold answers in a file, one instance a line. InvalidInput with file and line; Conflict of one
    that comes twice.
    """
    decoder = msgspec.json.Decoder(Instance)
    found: list[Instance] = []
    lines: dict[str, int] = {}
    for number, line in numbered_lines(path):
        try:
            instance = _sound(decoder.decode(line))
        except (msgspec.DecodeError, InvalidInput) as error:
            raise InvalidInput(
                f"no question with its gold answer: {error}",
                where=f"{path}:{number}",
                remedy="a gold file holds instances, as `taiyi benchmarks questions` writes them",
            ) from error
        if lines.setdefault(instance.id, number) != number:
            raise Conflict(f"{path}:{number}: {instance.id} comes twice, here and in line {lines[instance.id]}")
        found.append(instance)
    return found


def _sound(instance: Instance) -> Instance:
    if instance.record.count("/") < 2 or "#" not in instance.id:
        raise InvalidInput(f"{instance.id!r} is no instance's id (corpus/split/key#task.language.template)")
    if [turn.role for turn in instance.turns[-2:]] != ["user", "assistant"]:
        raise InvalidInput("its turns do not end with the question and the gold answer")
    return instance


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a UTF-8 file that are not blank, each with its number from 1; a byte order mark is passed over.

    NotFound if there is no such file; InvalidInput if it has no line, or is in another encoding: says which it looks
    like.
    """
    if not path.is_file():
        raise NotFound(f"{path} is {'a folder' if path.is_dir() else 'not there'}; name a file of JSON Lines")
    content = path.read_bytes()
    if looks := _other_encoding(content):
        encoding, line, remedy = looks
        raise InvalidInput(f"is not UTF-8; it looks like {encoding}", where=f"{path}:{line}", remedy=remedy)
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    kept = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not kept:
        raise InvalidInput(
            "the file is empty", where=path, remedy='one JSON object a line: {"id": "...", "text": "..."}'
        )
    yield from kept


def _other_encoding(content: bytes) -> tuple[str, int, str] | None:
    """The encoding that bytes seem to be in, the line where that shows, and what to do; None if they are UTF-8."""
    if content.startswith(b"\x1f\x8b"):
        return "a gzip archive", 1, "gunzip it first"
    for encoding, marks in (
        ("UTF-32", (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
        ("UTF-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
    ):
        if content.startswith(marks):
            return encoding, 1, f"iconv -f {encoding} -t UTF-8 FILE > NEW"
    if b"\0" in content[:1000]:
        order = "UTF-16BE" if content[:1] == b"\0" else "UTF-16LE"
        return f"{order} without a byte order mark", 1, f"iconv -f {order} -t UTF-8 FILE > NEW"
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    else:
        return None
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "Windows-1252 or damaged UTF-8", line, "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW, if it is that"
    return "GBK (GB18030)", line, "iconv -f GB18030 -t UTF-8 FILE > NEW"


def _row(line: bytes, where: str) -> tuple[str, str | None]:
    """The id and the text of a line."""
    try:
        row = msgspec.json.decode(line, type=_Row)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(str(error), where=where, remedy=_form_remedy(line)) from error
    if not isinstance(row.id, str | int) or isinstance(row.id, bool):
        raise InvalidInput(f"the row has no id{_spelled(row.id)}", where=where, remedy=_form_remedy(line))
    if row.text is msgspec.UNSET:
        raise InvalidInput(
            f"the row of {row.id} has no `text`; it has {', '.join(msgspec.json.decode(line))}",
            where=where,
            remedy=_name_remedy(msgspec.json.decode(line)),
        )
    if row.text is not None and not isinstance(row.text, str):
        raise InvalidInput(
            f"the text of {row.id} is no string{_spelled(row.text)}",
            where=where,
            remedy="the raw answer as the model wrote it, or null where there is none",
        )
    return str(row.id), row.text


def _spelled(value: Any) -> str:
    return "" if value is msgspec.UNSET else f" but {msgspec.json.encode(value).decode()[:80]}"


def _form_remedy(line: bytes) -> str:
    if line.lstrip().startswith(b"["):
        return "one JSON object a line, not one array: jq -c '.[]' FILE > NEW"
    return 'one JSON object a line: {"id": "...", "text": "..."}'


def _name_remedy(row: dict[str, Any]) -> str:
    other = next((name for name in _OTHER_NAMES if name in row), None)
    if other:
        return f"the answer goes by the name of text: jq -c '{{id, text: .{other}}}' FILE > NEW"
    return _form_remedy(b"{")


def _check(
    path: Path, names: _Names, texts: dict[str, str | None], extra: list[tuple[int, str]], ignore_extra: bool
) -> None:
    if not texts:
        raise InvalidInput(
            f"none of its {len(extra):,} rows answers one of the {len(names.instances):,} questions: its ids are like "
            f"{_some(identifier for _, identifier in extra)}, theirs like {_some(i.id for i in names.instances)}",
            where=path,
            remedy="are these the predictions of another benchmark?",
        )
    if extra and not ignore_extra:
        number, identifier = extra[0]
        close = names.close(identifier)
        score_without = "--ignore-extra scores without such rows, and counts them"
        raise InvalidInput(
            f"{identifier!r} is no question of this benchmark, and neither are {len(extra) - 1:,} further ids"
            if len(extra) > 1
            else f"{identifier!r} is no question of this benchmark",
            where=f"{path}:{number}",
            remedy=f"{close}; name by --gold the questions that were answered, or {score_without}"
            if close
            else score_without,
        )
    if all(text is None for text in texts.values()):
        raise InvalidInput(f"all of its {len(texts):,} texts are null: nothing was answered", where=path)


def _some(identifiers: Iterable[str]) -> str:
    return ", ".join(islice(dict.fromkeys(identifiers), _NAMED))


class _Names:
    """The names that questions go by."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.instances = instances
        self._ids = {instance.id for instance in instances}

    def resolve(self, given: str, where: str) -> str | None:
        """The instance that an id stands for, or None; InvalidInput if there are several."""
        if given in self._ids:
            return given
        found = self._short.get(given, ())
        if len(found) > 1:
            raise InvalidInput(
                f"{given!r} stands for {len(found):,} questions: {_some(found)}",
                where=where,
                remedy="give the id of the question itself",
            )
        return found[0] if found else None

    def close(self, given: str) -> str:
        """What to say of an id that names a question's record but another wording or task; empty of others."""
        found = self._short.get(given.partition("#")[0], ()) if "#" in given else ()
        return f"its record is asked as {_some(found)}" if found else ""

    @cached_property
    def _short(self) -> dict[str, list[str]]:
        """Instances by their record's id and key, percent-encoded as in ids and plain."""
        found: dict[str, list[str]] = defaultdict(list)
        for instance in self.instances:
            corpus, split, key = split_record_id(instance.id)
            encoded = instance.record.split("/", 2)[2]
            for name in {instance.record, f"{corpus}/{split}/{key}", key, encoded}:
                found[name].append(instance.id)
        return dict(found)
