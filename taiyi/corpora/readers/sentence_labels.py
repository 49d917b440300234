"""Documents of one sentence a line whose labels lie in a file of the same name: `< < <label ANDlabel`, a `<` a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.errors import InvalidInput
from taiyi.records import Classification


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of labelled sentences.

    labels: the folder with the labels, beside that of the texts.
    texts: the folder with the texts, below the corpus folder, where the split's files are lists of their names (parted
      by commas, blanks or line ends, the suffix .txt written or not); otherwise they are the texts.
    before: what stands before the labels of each sentence. between: what parts two labels of one.
    none: what stands in place of a label where there is none.
    """

    labels: str = "labels"
    texts: str = ""
    before: str = "<"
    between: str = " AND"
    none: tuple[str, ...] = ("NULL",)


def read(source: Source, options: Options) -> Iterator[Classification]:
    """One record a sentence, named by its document and its place there. A label repeated is given once, by the ledger."""
    ids = files.RecordIds(source)
    for path in _texts(source, options):
        sentences = [(number, line) for number, line in files.lines(path)]
        while sentences and not sentences[-1][1].strip():
            sentences.pop()
        slots = _slots(path, options, len(sentences))
        for (number, sentence), labels in zip(sentences, slots, strict=True):
            if not sentence.strip():
                raise InvalidInput(
                    "the line is empty", where=files.place(path, number), remedy="one sentence a line, none between"
                )
            record = ids.of(f"{path.stem}.{number}")
            if repeated := len(labels) - len(set(labels)):
                source.ledger.note(record, "label_repeated", f"{repeated} of {', '.join(labels)}")
            with files.located(files.place(path, number)):
                made = Classification(
                    id=record,
                    language=source.language,
                    document_id=path.stem,
                    text=sentence,
                    labels=tuple(dict.fromkeys(labels)),
                )
            yield made


def _texts(source: Source, options: Options) -> Iterator[Path]:
    if not options.texts:
        yield from source.files
        return
    for path in source.files:
        for number, line in files.lines(path):
            for name in line.replace(",", " ").split():
                text = source.folder / options.texts / f"{name.removesuffix('.txt')}.txt"
                if not text.exists():
                    raise InvalidInput(
                        f"there is no text {name}",
                        where=files.place(path, number),
                        remedy=f"the option texts names the folder below the corpus folder, now {options.texts!r}",
                    )
                yield text


def _slots(path: Path, options: Options, sentences: int) -> list[list[str]]:
    """The labels of each sentence of a text."""
    labels = path.parent.parent / options.labels / path.name
    if not labels.exists():
        raise InvalidInput("the text has no labels", where=path, remedy=f"they are expected in {labels}")
    start, *slots = files.text(labels).split(options.before)
    if start.strip():
        raise InvalidInput(
            f"{start.strip()[:40]!r} stands before the first {options.before!r}",
            where=files.place(labels, 1),
            remedy=f"each sentence's labels follow a {options.before!r}",
        )
    if len(slots) != sentences:
        raise InvalidInput(
            f"there are labels for {len(slots)} sentences, the text has {sentences}",
            where=files.place(labels, 1),
            remedy=f"a {options.before!r} for each line of {path}",
        )
    parted = ([label.strip() for label in slot.split(options.between)] for slot in slots)
    return [[label for label in found if label and label not in options.none] for found in parted]
