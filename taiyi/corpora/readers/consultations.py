"""Consultations annotated utterance by utterance, as JSON (IMCS-21, CHIP-MDCFNPC): keyed by id, an array, or lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files, tags
from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import Mentions, OnMismatch
from taiyi.errors import InvalidInput, NotFound
from taiyi.records import AnyRecord, Classification, Document, Entity, Output, Passage, Section, Transform, record_id


class TagKeys(readers.Options, frozen=True, kw_only=True):
    """Mentions as BIO tags, one for each character, parted by blanks: a Document.

    normed: the type of mention that `concepts` and `states` list something for, in the order of the text.
    states: the key of what is said of each such mention; where it is named, they alone are read, typed by their state.
    """

    tags: str = "BIO_label"
    normed: str = "Symptom"
    concepts: str = ""
    states: str = ""


class ActKeys(readers.Options, frozen=True, kw_only=True):
    """What an utterance does: a Classification."""

    label: str = "dialogue_act"


class FindingKeys(readers.Options, frozen=True, kw_only=True):
    """Findings and what is said of each: a Classification of the whole conversation in which one is marked."""

    list: str = "ner"
    mention: str = "mention"
    start: str = "range.0"
    end: str = "range.1"
    state: str = "attr"
    marks: tuple[str, str] = ("【", "】")


class ReportKeys(readers.Options, frozen=True, kw_only=True):
    """Reports of a conversation, sections by name: a Transform."""

    list: str = "report"


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader; exactly one of mentions, acts, findings and reports is given.

    id: the key of a conversation's id. turns: the key of its utterances; number, speaker, text: keys within one.
    complaint: keys of what the patient wrote first, the first that is there counts; it stands before the conversation,
    as said by `patient`.
    unit: what a record of mentions is about. speakers: whether an utterance that is a record begins with its speaker.
    gold_file: a JSON file below the corpus folder that holds the gold: id -> number -> tags or label, id -> reports.
    gold: "required": what has none is refused; "optional": it is read as not annotated; "withheld": none is read.
    on_mismatch: what to do with tags that do not fit their text, or states their mentions: "refuse" them, "repair"
    (a tag that continues nothing begins a mention; else as "drop"), or "drop" what does not fit, which the ledger says.
    """

    layout: json_files.Layout = "auto"
    id: str = json_files.KEY
    turns: str = "dialogue"
    number: str = "sentence_id"
    speaker: str = "speaker"
    text: str = "sentence"
    complaint: tuple[str, ...] = ()
    patient: str = "患者"
    unit: Literal["utterance", "conversation"] = "utterance"
    speakers: bool = False
    mentions: TagKeys | None = None
    acts: ActKeys | None = None
    findings: FindingKeys | None = None
    reports: ReportKeys | None = None
    gold_file: str = ""
    gold: Literal["required", "optional", "withheld"] = "required"
    on_mismatch: OnMismatch = "refuse"

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.mentions, self.acts, self.findings, self.reports)) != 1:
            # A ValueError, because msgspec then adds where in the options it was.
            raise ValueError("exactly one of mentions, acts, findings and reports says what is read")
        if self.gold_file and (self.findings or (self.mentions and (self.mentions.states or self.mentions.concepts))):
            raise ValueError("findings, concepts and states stand with their utterances, in no gold_file")


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution: its number, text and fields, and its place in the text of the conversation."""

    number: str
    speaker: str
    text: str
    fields: Fields
    start: int


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation: its text is a line `speaker：text` for each utterance."""

    id: str
    fields: Fields
    text: str
    utterances: list[Utterance]
    gold: Any
    source: Source
    options: Options
    ids: files.RecordIds

    def head(self, key: str, annotated: bool, **meta: str) -> dict[str, Any]:
        """What its records share."""
        return {
            "id": self.ids.of(key),
            "language": self.source.language,
            "document_id": self.id,
            "annotated": annotated,
            "meta": meta,
        }

    def name(self, utterance: Utterance) -> str:
        """An utterance's name in errors and in the ledger."""
        return record_id(self.source.corpus, self.source.split, f"{self.id}.{utterance.number}")

    def gold_of(self, fields: Fields, key: str, number: str = "") -> Any:
        """The gold under a key, or in the gold file; None where there is none and there need not be."""
        options = self.options
        if options.gold == "withheld":
            return None
        if options.gold_file:
            value = self.gold.get(number) if number and isinstance(self.gold, dict) else self.gold
        else:
            value = fields.get(key)
        if value not in (None, "", [], {}):
            return value
        if options.gold == "required":
            raise fields.refuse(
                f"{self.id}{'.' + number if number else ''} has no {key!r}",
                "set the option gold to optional or withheld",
            )
        return None


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """Records named `conversation`, `conversation.utterance` or `conversation.utterance.start-end`."""
    ids = files.RecordIds(source)
    gold = _gold(source, options)
    seen: set[str] = set()
    build = _documents if options.mentions else _acts if options.acts else _findings if options.findings else _reports
    for path in source.files:
        for value in json_files.values(path, layout=options.layout):
            fields = json_files.fields(value, "\n")
            with files.located(value.where):
                conversation = _conversation(fields, source, options, ids, gold)
                seen.add(conversation.id)
                yield from build(conversation)
    if unmet := set(gold) - seen:
        raise InvalidInput(
            f"{len(unmet)} conversations with gold are not in the corpus: {', '.join(sorted(unmet)[:5])}",
            where=source.folder / options.gold_file,
        )


def _gold(source: Source, options: Options) -> dict[str, Any]:
    if not options.gold_file or options.gold == "withheld":
        return {}
    path = source.folder / options.gold_file
    if not path.exists():
        raise NotFound(f"{path}, the gold of the conversations, does not exist; put it there with the corpus")
    return {value.key: value.content for value in json_files.values(path, layout="keyed")}


def _conversation(
    fields: Fields, source: Source, options: Options, ids: files.RecordIds, gold: dict[str, Any]
) -> Conversation:
    identifier = fields.text(options.id)
    lines: list[str] = []
    utterances: list[Utterance] = []
    start = 0
    if complaint := next((text for key in options.complaint if (text := fields.optional_text(key))), ""):
        lines.append(f"{options.patient}：{complaint}")
        start = len(lines[0]) + 1
    for item in fields.items(options.turns):
        speaker, text = item.text(options.speaker), item.text(options.text)
        lines.append(f"{speaker}：{text}")
        utterances.append(
            Utterance(
                number=item.text(options.number),
                speaker=speaker,
                text=text,
                fields=item,
                start=start + len(speaker) + 1,
            )
        )
        start += len(lines[-1]) + 1
    if not utterances:
        raise fields.refuse(
            f"{identifier} has no utterances under {options.turns!r}", "name the key in the option turns"
        )
    return Conversation(
        id=identifier,
        fields=fields,
        text="\n".join(lines),
        utterances=utterances,
        gold=gold.get(identifier),
        source=source,
        options=options,
        ids=ids,
    )


def _documents(conversation: Conversation) -> Iterator[Document]:
    options = conversation.options
    if options.unit == "utterance":
        for utterance in conversation.utterances:
            before = f"{utterance.speaker}：" if options.speakers else ""
            key = f"{conversation.id}.{utterance.number}"
            found = _mentions(conversation, utterance, len(before), 1)
            yield Document(
                **conversation.head(key, found is not None, speaker=utterance.speaker),
                text=before + utterance.text,
                entities=tuple(found or ()),
            )
        return
    entities: list[Entity] = []
    passages: list[Passage] = []
    annotated = False
    for utterance in conversation.utterances:
        found = _mentions(conversation, utterance, utterance.start, len(entities) + 1)
        annotated |= found is not None
        entities += found or ()
        end = utterance.start + len(utterance.text)
        passages.append(Passage("utterance", utterance.start - len(utterance.speaker) - 1, end))
    yield Document(
        **conversation.head(conversation.id, annotated),
        text=conversation.text,
        passages=tuple(passages),
        entities=tuple(entities),
    )


def _mentions(conversation: Conversation, utterance: Utterance, shift: int, first: int) -> list[Entity] | None:
    """The mentions of an utterance whose text begins at `shift`, numbered from `first`; None without gold."""
    keys, options = conversation.options.mentions, conversation.options
    assert keys
    written = conversation.gold_of(utterance.fields, keys.tags, utterance.number)
    if written is None:
        return None
    policy = tags.Policy(
        fields=utterance.fields,
        owner=conversation.name(utterance),
        ledger=conversation.source.ledger,
        on_mismatch=options.on_mismatch,
    )
    chunks = tags.chunks(utterance.fields.written(written, keys.tags).split(), utterance.text, policy)
    normed = [chunk for chunk in chunks if chunk.type == keys.normed]
    concepts = tags.listed(utterance.fields, keys.concepts, normed, policy)
    states = tags.listed(utterance.fields, keys.states, normed, policy)
    entities: list[Entity] = []
    for chunk in normed if keys.states else chunks:
        if keys.states and chunk not in states:
            continue
        concept = concepts.get(chunk, "")
        entities.append(
            Entity(
                f"T{first + len(entities)}",
                states[chunk] if keys.states else chunk.type,
                ((shift + chunk.start, shift + chunk.end),),
                utterance.text[chunk.start : chunk.end],
                (concept,) if concept else (),
            )
        )
    return entities


def _acts(conversation: Conversation) -> Iterator[Classification]:
    options = conversation.options
    assert options.acts
    for utterance in conversation.utterances:
        label = conversation.gold_of(utterance.fields, options.acts.label, utterance.number)
        key = f"{conversation.id}.{utterance.number}"
        yield Classification(
            **conversation.head(key, label is not None, speaker=utterance.speaker),
            text=f"{utterance.speaker}：{utterance.text}" if options.speakers else utterance.text,
            labels=() if label is None else (utterance.fields.written(label, options.acts.label),),
        )


def _findings(conversation: Conversation) -> Iterator[Classification]:
    keys, options = conversation.options.findings, conversation.options
    assert keys
    for utterance in conversation.utterances:
        owner = f"{conversation.id}.{utterance.number}"
        mentions = Mentions(
            record=conversation.name(utterance),
            text=utterance.text,
            ledger=conversation.source.ledger,
            on_mismatch=options.on_mismatch,
        )
        for number, item in enumerate(utterance.fields.items(keys.list), start=1):
            span = (item.integer(keys.start), item.integer(keys.end))
            entity = mentions.entity(f"T{number}", "finding", (span,), item.text(keys.mention), item.where)
            if entity is None:
                continue
            ((start, end),) = entity.spans
            label = conversation.gold_of(item, keys.state)
            before, text = utterance.start + start, conversation.text
            marked = f"{keys.marks[0]}{entity.text}{keys.marks[1]}"
            yield Classification(
                **conversation.head(f"{owner}.{start}-{end}", label is not None, finding=entity.text),
                text=text[:before] + marked + text[before + len(entity.text) :],
                labels=() if label is None else (item.written(label, keys.state),),
            )


def _reports(conversation: Conversation) -> Iterator[Transform]:
    keys = conversation.options.reports
    assert keys
    given = conversation.gold_of(conversation.fields, keys.list)
    reports = given if isinstance(given, list) else [] if given is None else [given]
    outputs = tuple(
        Output(
            sections=tuple(
                Section(name, conversation.fields.written(text, f"{keys.list}.{name}"))
                for name, text in Fields(conversation.fields.where, report).content.items()
            )
        )
        for report in reports
    )
    yield Transform(**conversation.head(conversation.id, given is not None), input=conversation.text, outputs=outputs)
