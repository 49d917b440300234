"""A text that no corpus has, asked about by task and types: the question as the model was taught it, and its answer read
back with mentions at their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.evaluation.error_kinds import copied
from taiyi.instances import Context, Draft, Item, Items, Status, Style
from taiyi.instructions.rendering import Wording, wordings_of
from taiyi.instructions.templates import form, worded
from taiyi.metrics.grounding import ground
from taiyi.records import LANGUAGES, AnyRecord, Classification, Document, Language, Turn
from taiyi.tasks import TaskSpec, nen, ner

TASKS = ("ner", "re", "cre", "ee", "nen", "tc")
"""The tasks that can be asked of a bare text."""

_ID = "text/test/1"
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTERS_A_HAN = 3
"""How many letters say as much as one Han character."""


class Question(NamedTuple):
    """What to ask a model, and what its answer is read against. source: the text as it was given."""

    task: str
    source: str
    turns: tuple[Turn, ...]
    context: Context


class Mention(NamedTuple):
    """A mention at its place in the source, half-open, in code points. type: or an argument's role; "" where the task
    names none.
    """

    type: str
    text: str
    start: int
    end: int


class Extraction(NamedTuple):
    """What an answer says. hallucinated: mentions that the source does not hold."""

    status: Status
    items: Items
    mentions: tuple[Mention, ...]
    hallucinated: tuple[str, ...]


def question(
    text: str, task: str, types: Sequence[str], *, style: str, templates: Path, language: str = ""
) -> Question:
    """The question in the first wording that suits. language: en, zh, or "": by the text's script.

    types: names of types, relations or labels, in the order asked (tc: none, to leave the choice to the model). nen: the
    mentions as they stand in the text, and with a colon at the end (`MESH:`) the vocabularies of their ids.
    InvalidInput says which argument cannot be used.
    """
    if task not in TASKS:
        raise InvalidInput(f"{task!r} cannot be asked of a text", where="task", remedy=f"one of {', '.join(TASKS)}")
    names = tuple(dict.fromkeys(ner.mention(name) for name in types))
    if "" in names:
        raise InvalidInput("a name is blank", where="types")
    if not names and task != "tc":
        raise InvalidInput(f"{task} has to be told what to look for", where="types", remedy="give at least one name")
    if not text.strip():
        raise InvalidInput("there is nothing in it", where="text")
    spoken = _language(text, language)
    if style not in get_args(Style):
        raise InvalidInput(f"no answer style {style!r}", where="style", remedy="taiyi or json")
    record, draft = _draft(text, task, names, spoken)
    wording = Wording(style="json" if style == "json" else "taiyi", folder=templates, seed=0)
    group = wordings_of(record, task, draft, wording)
    name = next(iter(group))
    wanted = form(task, spoken, draft.wording, templates) if style == "json" else ""
    turns = worded(group[name], draft, f"{templates / task}.yaml: {spoken}.{draft.wording}.{name}", wanted)
    return Question(task, text, turns, draft.context)


def read(asked: Question, answer: str) -> Extraction:
    """The answer's items, and its mentions wherever the source has them: longer ones first, shorter ones inside them only
    where they stand nowhere else. White space counts as one blank. Never raises.
    """
    parsed = tasks.load(asked.task).parse(answer, asked.context, prompt=asked.turns[-1].text)
    said = list(dict.fromkeys(pair for item in parsed.items for pair in _said(asked.task, item) if pair[1]))
    source, places = _collapsed(asked.source)
    spans, absent = ground(said, source)
    kept = {(kind, source[start:end]) for kind, start, end in _placed(spans)} | set(absent)
    spans = spans + ground([pair for pair in said if pair not in kept], source, nested=True).spans
    found = {(kind, places[start], places[end - 1] + 1) for kind, start, end in _placed(spans)}
    mentions = sorted(
        (Mention(k, asked.source[s:e], s, e) for k, s, e in found), key=lambda m: (m.start, m.end, m.type)
    )
    hallucinated = tuple(dict.fromkeys(str(text) for _, text in absent))
    return Extraction(parsed.status, parsed.items, tuple(mentions), hallucinated)


def _draft(text: str, task: str, names: tuple[str, ...], language: Language) -> tuple[AnyRecord, Draft]:
    """What the task asks of a record that is this text and nothing else."""
    if task == "nen":
        document = Document(id=_ID, language=language, text=text)
        return document, _normalising(document, names)
    record: AnyRecord
    record = Classification(id=_ID, language=language, text=text) if task == "tc" else Document(
        id=_ID, language=language, text=text
    )  # fmt: skip
    (draft,) = tasks.load(task).instances(record, TaskSpec(types={name: name for name in names}))
    return record, draft


def _normalising(document: Document, names: tuple[str, ...]) -> Draft:
    databases = [name.rstrip(":：").strip() for name in names if name.endswith((":", "："))]
    mentions = tuple(name for name in names if not name.endswith((":", "：")))
    source = _collapsed(document.text)[0]
    for name in mentions:
        if name not in source:
            raise InvalidInput(
                f"the text does not hold the mention {name!r}",
                where="types",
                remedy="spell mentions as they stand in the text; a vocabulary ends with a colon, MESH:",
            )
    if not mentions or not all(databases):
        raise InvalidInput("nen has to be told which mentions are meant", where="types", remedy="give at least one")
    return nen.asking(document, mentions, databases)


def _language(text: str, language: str) -> Language:
    if language:
        for known in LANGUAGES:
            if language == known:
                return known
        raise InvalidInput(f"no language {language!r}", where="language", remedy=f"one of {', '.join(LANGUAGES)}")
    return "zh" if len(_HAN.findall(text)) * _LETTERS_A_HAN > len(_LATIN.findall(text)) else "en"


def _said(task: str, item: Item) -> Iterator[tuple[str, str]]:
    """(type or role, text) of an item's mentions."""
    if task == "ner":
        yield str(item[0]), str(item[1])
    elif task == "ee":
        yield str(item[0]), str(item[1])
        for slot in item[2]:
            yield str(slot[0]), str(slot[1])
    else:
        yield from (("", text) for text in copied(task, item))


def _placed(spans: Sequence[tuple[object, ...]]) -> Iterator[tuple[str, int, int]]:
    for kind, start, end in spans:
        assert isinstance(start, int) and isinstance(end, int)
        yield str(kind), start, end


def _collapsed(text: str) -> tuple[str, list[int]]:
    """The text with white space as single blanks, and where each of its characters stands in the text."""
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for space in _SPACE.finditer(text):
        pieces += (text[last : space.start()], " ")
        places += range(last, space.start() + 1)
        last = space.end()
    pieces.append(text[last:])
    places += range(last, len(text))
    return "".join(pieces), places
