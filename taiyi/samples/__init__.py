"""The shipped sample corpora: generated texts in true native formats, with planted defects for curation to find."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taiyi import jsonl
from taiyi.errors import Conflict, InvalidInput, unknown_name
from taiyi.samples.catalogue import CORPORA
from taiyi.samples.draws import MOST_SCORED
from taiyi.samples.names import POOLS, Pool
from taiyi.samples.plants import Field, Plant, Plants

__all__ = ["CORPORA", "POOLS", "Plant", "Plants", "Pool", "sizes", "write"]

PLANTS = "plants.json"
"""The name of the list of what is planted, in the folder of the sample corpora."""

_SCORED_SHARE, _FEWEST_SCORED, _EXTRA = 0.12, 40, 40


def sizes(documents: int) -> dict[str, int]:
    """Documents of each split of a corpus with so many training documents."""
    scored = min(MOST_SCORED, max(_FEWEST_SCORED, round(_SCORED_SHARE * documents)))
    return {"train": documents, "dev": scored, "test": scored}


def write(folder: Path, *, documents: int = 300, seed: int = 13, corpora: Sequence[str] = ()) -> Plants:
    """Write sample corpora below `folder`/<corpus>, all or the named ones, and `folder`/plants.json.

    documents: training documents of each corpus, times its share. The same seed gives the same bytes, and the first documents are the
    same however many are written; memory does not grow with their number. NotFound for a corpus that is none of ours,
    Conflict where its folder exists.
    """
    if documents < 1:
        raise InvalidInput(f"{documents} documents", remedy="ask for one at least")
    chosen = tuple(corpora) or tuple(CORPORA)
    for name in chosen:
        if name not in CORPORA:
            raise unknown_name("sample corpus", name, CORPORA)
    found: list[Plant] = []
    for name in chosen:
        corpus = CORPORA[name]
        field = Field(corpus, seed, frozenset(chosen))
        _make_folder(folder / name)
        counts = {**sizes(documents), "train": documents * corpus.share, **({"extra": _EXTRA} if corpus.extra else {})}
        for split, count in counts.items():
            corpus.write(folder / name, split, field.rows(split, count))
        found += field.plants
    plants = Plants(tuple(found))
    jsonl.write_json(folder / PLANTS, plants.rows)
    return plants


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise Conflict(f"{folder} exists; remove it, or write to another folder") from error
