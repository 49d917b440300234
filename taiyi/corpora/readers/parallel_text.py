"""Parallel texts: one file for each language, whose nth lines say the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.errors import InvalidInput
from taiyi.records import Language, Parallel


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the parallel text reader.

    ends: language -> how the names of its files end; files whose names begin alike belong together.
    on_blank: what to do with a pair of which a side is blank.
    encoding: utf-8, gb18030 ...
    """

    ends: dict[Language, str]
    on_blank: Literal["refuse", "drop"] = "refuse"
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[Parallel]:
    """One record a line, named by its content."""
    ids = files.RecordIds(source)
    for group in _groups(source, options):
        for number, texts in _pairs(group, options.encoding):
            place = files.place(group[source.language], number)
            record = ids.of_content(*texts.values())
            blank = [language for language, text in texts.items() if not text.strip()]
            if blank and options.on_blank == "drop":
                source.ledger.drop(record, "side_blank", f"{place}: the {' and '.join(blank)} side is blank")
                continue
            with files.located(place):
                yield Parallel(id=record, language=source.language, translations=texts)


def _groups(source: Source, options: Options) -> list[dict[Language, Path]]:
    """The files that belong together, by language; the source language is one of them."""
    groups: dict[str, dict[Language, Path]] = {}
    for path in source.files:
        languages = [language for language, end in options.ends.items() if path.name.endswith(end)]
        if len(languages) != 1:
            raise InvalidInput(
                f"the name ends as those of {len(languages)} languages do",
                where=path,
                remedy=f"the option ends says how: {', '.join(f'{name} {end}' for name, end in options.ends.items())}",
            )
        stem = str(path).removesuffix(options.ends[languages[0]])
        groups.setdefault(stem, {})[languages[0]] = path
    for stem, group in groups.items():
        missing = [language for language in options.ends if language not in group]
        if missing:
            raise InvalidInput(
                f"there is no file in {' and '.join(missing)} beside it",
                where=next(iter(group.values())),
                remedy=f"{' or '.join(stem + options.ends[language] for language in missing)}",
            )
    return [{language: group[language] for language in options.ends} for group in groups.values()]


def _pairs(group: dict[Language, Path], encoding: str) -> Iterator[tuple[int, dict[Language, str]]]:
    """The lines of all files side by side, with their numbers."""
    for number, row in enumerate(zip_longest(*(files.lines(path, encoding) for path in group.values())), start=1):
        ended = [path.name for path, line in zip(group.values(), row, strict=True) if line is None]
        if ended:
            longer = next(path for path, line in zip(group.values(), row, strict=True) if line is not None)
            raise InvalidInput(
                f"the line has no fellow: {' and '.join(ended)} ends before it",
                where=files.place(longer, number),
                remedy="the nth lines of all files say the same; one was cut short, or has lost a line",
            )
        yield number, {language: line[1] for language, line in zip(group, row, strict=True)}
