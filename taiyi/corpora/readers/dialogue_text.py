"""Consultations as text: records from a line `id=...`, in them parts under headings, speakers named on lines of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.dialogues import Marks, Turns
from taiyi.errors import InvalidInput
from taiyi.records import Dialogue

Lines = list[tuple[int, str]]
"""Trimmed lines that are not blank, with their numbers."""


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the consultation reader. Blank lines mean nothing; lines are trimmed.

    record: the line a record begins with; its first group is the id, which need be unique in its file only.
    dialogue: the heading of the conversation. context: headings of what is known before it. meta: meta name -> heading.
      Every heading is named in one of the three: a line that is none is text of the part that it stands in.
    address: the meta name of what stands between a record's first line and its first heading.
    user, assistant: the lines that say who speaks from there on. inline: their words may follow on the same line; else
      a line with more on it is text, since patients address a doctor so.
    opening: where the assistant speaks first, the context is what the user opened with, and becomes the first turn.
    on_empty: what to do with a record in which the user says nothing. A speaker without words is left out, by the ledger.
    """

    record: str = r"id\s*=\s*(\d+)"
    dialogue: str = "Dialogue"
    context: tuple[str, ...] = ("Description",)
    meta: dict[str, str] = {}
    address: str = "url"
    user: tuple[str, ...] = ("Patient:",)
    assistant: tuple[str, ...] = ("Doctor:",)
    inline: bool = False
    opening: bool = False
    on_empty: Literal["refuse", "drop"] = "refuse"
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[Dialogue]:
    """One dialogue a record, named by its file and id."""
    ids = files.RecordIds(source)
    for path in source.files:
        for number, key, lines in _blocks(path, options):
            dialogue = _dialogue(source, options, ids.of(f"{path.stem}-{key}"), files.place(path, number), path, lines)
            if dialogue:
                yield dialogue


def _blocks(path: Path, options: Options) -> Iterator[tuple[int, str, Lines]]:
    """A record at a time: the number of its first line, its id, the lines after it."""
    begins = files.pattern(options.record, "record")
    start, key = 0, ""
    block: Lines = []
    for number, line in files.lines(path, options.encoding):
        text = line.strip()
        if found := begins.fullmatch(text):
            if start:
                yield start, key, block
            start, key, block = number, found[1], []
        elif text and not start:
            raise InvalidInput(
                f"the file begins with {text[:40]!r}",
                where=files.place(path, number),
                remedy=f"a record begins with a line {options.record!r}; the option `record` says so",
            )
        elif text:
            block.append((number, text))
    if not start:
        raise InvalidInput("there is no record", where=path, remedy=f"a record begins with a line {options.record!r}")
    yield start, key, block


def _dialogue(source: Source, options: Options, record: str, where: str, path: Path, lines: Lines) -> Dialogue | None:
    parts = _parts(options, path, lines)
    context = [text for heading in options.context for _, text in parts.get(heading, ())]
    turns = _turns(source, options, record, path, parts.get(options.dialogue, []), context)
    if not turns:
        problem = "the user says nothing" if options.dialogue in parts else f"there is no {options.dialogue!r}"
        if options.on_empty == "refuse":
            raise InvalidInput(
                f"{record}: {problem}", where=where, remedy="set the option on_empty to drop to go on without it"
            )
        source.ledger.drop(record, "dialogue_empty", f"{where}: {problem}")
        return None
    told = {options.address: "", **options.meta}
    known = {name: "\n".join(text for _, text in parts.get(heading, ())) for name, heading in told.items()}
    with files.located(where):
        return Dialogue(
            id=record,
            language=source.language,
            meta={name: text for name, text in known.items() if text},
            **turns.fields(),
        )


def _parts(options: Options, path: Path, lines: Lines) -> dict[str, Lines]:
    """The lines under each heading; what stands before the first one is under an empty heading."""
    headings = {options.dialogue, *options.context, *options.meta.values()}
    parts: dict[str, Lines] = {"": []}
    heading = ""
    for number, text in lines:
        if text not in headings:
            parts[heading].append((number, text))
            continue
        if text in parts:
            raise InvalidInput(
                f"the heading {text!r} stands twice in a record",
                where=files.place(path, number),
                remedy="the line that begins the next record is missing, or not as the option `record` says",
            )
        heading, parts[text] = text, []
    return parts


def _turns(source: Source, options: Options, record: str, path: Path, lines: Lines, context: list[str]) -> Turns:
    said = _said(options, record, path, lines)
    spoken = []
    for number, is_user, words in said:
        if words:
            spoken.append((is_user, "\n".join(words)))
        else:
            reason = f"{files.place(path, number)}: the {'user' if is_user else 'assistant'} says nothing"
            source.ledger.note(record, "turn_empty", reason, action="dropped")
    if options.opening and context and spoken and not spoken[0][0]:
        turns = Turns()
        turns.add("\n".join(context), is_user=True)
    else:
        turns = Turns(*context)
    for is_user, text in spoken:
        turns.add(text, is_user=is_user)
    return turns


def _said(options: Options, record: str, path: Path, lines: Lines) -> list[tuple[int, bool, list[str]]]:
    """Who speaks from which line on, and the lines said."""
    marks = Marks(options.user, options.assistant)
    said: list[tuple[int, bool, list[str]]] = []
    for number, text in lines:
        if options.inline and (found := marks.leading(text)):
            said.append((number, found[0], [found[1]] if found[1] else []))
        elif (is_user := marks.alone(text)) is not None:
            said.append((number, is_user, []))
        elif said:
            said[-1][2].append(text)
        else:
            raise InvalidInput(
                f"{record}: nobody is said to say {text[:40]!r}",
                where=files.place(path, number),
                remedy=f"a line before it names the speaker: {', '.join((*options.user, *options.assistant))}",
            )
    return said
