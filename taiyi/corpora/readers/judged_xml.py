"""Clinical notes in XML that are judged criterion by criterion: beside the text, or in files of their own for all notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, xml_files
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Classification, record_id

Judgements = dict[str, dict[str, str]]
"""Note -> criterion -> how it was judged."""


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of judged notes. The labels are the criteria that are met; the others go to meta.

    record: the tag of the elements that are notes. id: the attribute with a note's id; empty: the file's name without
      its suffix. text: the tag of its text.
    tags: the element beside the text whose children are the criteria (`<ABDOMINAL met="not met"/>`). judgement: the
      attribute that judges.
    annotations: in place of `tags`, globs below the corpus folder of files that list, for each criterion, the notes and
      how each is judged: `<diseases source="textual"><disease name="Asthma"><doc id="1" judgment="Y"/>`.
    judges: the `source` that is read there.
    positive, negative: the judgements that say that a criterion is met, or is not; there are no others.
    missing: what a note means that nobody judged: an error, or a note that is read as not annotated.
    """

    record: str
    id: str = ""
    text: str = "TEXT"
    tags: str = ""
    judgement: str = "met"
    annotations: tuple[str, ...] = ()
    judges: str = "textual"
    positive: tuple[str, ...] = ("met",)
    negative: tuple[str, ...] = ("not met",)
    missing: Literal["refuse", "unannotated"] = "refuse"

    def __post_init__(self) -> None:
        if bool(self.tags) == bool(self.annotations):
            raise ValueError("either tags or annotations says where the judgements stand")


def read(source: Source, options: Options) -> Iterator[Classification]:
    """One classification a note, in the order of the files."""
    ids = files.RecordIds(source)
    judged = _judgements(source, options) if options.annotations else {}
    for path in source.files:
        for element in xml_files.records(path, options.record):
            native = xml_files.attribute(element, options.id, path) if options.id else path.stem
            given = _beside(element, options, path) if options.tags else judged.pop(native, {})
            yield _classification(source, options, ids.of(native), native, path, element, given)
    for native in judged:
        source.ledger.note(
            record_id(source.corpus, source.split, native),
            "text_missing",
            "it is judged, but not here",
            action="dropped",
        )


def _classification(
    source: Source, options: Options, record: str, native: str, path: Path, element: Element, given: dict[str, str]
) -> Classification:
    where = xml_files.place(path, element)
    if not given and options.missing == "refuse":
        raise InvalidInput(
            f"nobody judged the note {native!r}",
            where=where,
            remedy="name all files of judgements, or set the reader's option missing to unannotated",
        )
    with files.located(where):
        return Classification(
            id=record,
            language=source.language,
            document_id=native,
            annotated=bool(given),
            meta={criterion: said for criterion, said in given.items() if said not in options.positive},
            text=xml_files.text(xml_files.child(element, options.text, path)).strip(),
            labels=tuple(criterion for criterion, said in given.items() if said in options.positive),
        )


def _beside(element: Element, options: Options, path: Path) -> dict[str, str]:
    judged: dict[str, str] = {}
    for criterion in xml_files.child(element, options.tags, path).iterchildren("*"):
        _judge(judged, str(criterion.tag), criterion, options.judgement, options, path)
    return judged


def _judge(
    judged: dict[str, str], criterion: str, element: Element, attribute: str, options: Options, path: Path
) -> None:
    """Adds what an element says of a criterion."""
    said, where = xml_files.attribute(element, attribute, path), xml_files.place(path, element)
    if said not in (*options.positive, *options.negative):
        raise InvalidInput(
            f"{criterion} is judged {said!r}",
            where=where,
            remedy=f"the options positive and negative name {', '.join((*options.positive, *options.negative))}",
        )
    if judged.setdefault(criterion, said) != said:
        raise InvalidInput(
            f"{criterion} is judged twice, and otherwise",
            where=where,
            remedy="a criterion is judged once for each note",
        )


def _judgements(source: Source, options: Options) -> Judgements:
    """Those of all annotation files; a later file (an addendum) replaces what an earlier one says, which is noted."""
    judged: Judgements = {}
    for pattern in options.annotations:
        paths = sorted(path for path in source.folder.glob(pattern) if path.is_file())
        if not paths:
            raise InvalidInput(
                f"there is no file {pattern!r}", where=source.folder, remedy="the option annotations names such files"
            )
        for path in paths:
            for native, criteria in _judged_in(path, options).items():
                before = judged.setdefault(native, {})
                for criterion in sorted(c for c in criteria if before.get(c, criteria[c]) != criteria[c]):
                    source.ledger.note(
                        record_id(source.corpus, source.split, native),
                        "judgement_replaced",
                        f"{criterion} is {criteria[criterion]} in {path.name}, and was {before[criterion]} before",
                    )
                before.update(criteria)
    return judged


def _judged_in(path: Path, options: Options) -> Judgements:
    judged: Judgements = {}
    for group in xml_files.elements(path, "diseases"):
        if xml_files.attribute(group, "source", path) != options.judges:
            continue
        for disease in group.iterchildren("disease"):
            criterion = xml_files.attribute(disease, "name", path)
            for note in disease.iterchildren("doc"):
                native = xml_files.attribute(note, "id", path)
                _judge(judged.setdefault(native, {}), criterion, note, "judgment", options, path)
    return judged
