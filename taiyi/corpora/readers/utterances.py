"""Conversations in JSON whose utterances are texts with the speaker in front: each utterance is to be told its speaker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.records import Classification, content_key


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the utterance reader.

    utterances: the key of their list. speakers: who may speak. separator: what stands between speaker and text.
    on_empty: what to do with an utterance without words.
    """

    utterances: str = "utterances"
    speakers: tuple[str, ...] = ("patient", "doctor")
    separator: str = ":"
    on_empty: Literal["refuse", "drop"] = "refuse"


def read(source: Source, options: Options) -> Iterator[Classification]:
    """One record an utterance, labelled with its speaker; named by the content of the conversation and its place there."""
    ids = files.RecordIds(source)
    for path in source.files:
        for value in json_files.values(path):
            fields = json_files.fields(value, "\n")
            said = fields.texts(options.utterances)
            if not said:
                raise fields.refuse(f"there is nothing under {options.utterances!r}", "it is the list of what was said")
            conversation = content_key(*said)
            for number, utterance in enumerate(said, start=1):
                speaker, found, text = utterance.strip().partition(options.separator)
                if not found or speaker.strip() not in options.speakers:
                    raise fields.refuse(
                        f"utterance {number} begins with {utterance[:30]!r}",
                        f"the speakers are {' and '.join(options.speakers)}, followed by {options.separator!r}",
                    )
                record = ids.of(f"{conversation}.{number}")
                if not text.strip():
                    if options.on_empty == "refuse":
                        raise fields.refuse(f"utterance {number} has no words", "set on_empty to drop to leave it out")
                    source.ledger.drop(record, "utterance_empty", f"{value.where}: utterance {number}")
                    continue
                with files.located(value.where):
                    made = Classification(
                        id=record,
                        language=source.language,
                        document_id=conversation,
                        text=text.strip(),
                        labels=(speaker.strip(),),
                    )
                yield made
