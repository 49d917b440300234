"""Filters and full-text queries as SQL: fields by an allow-list, values always bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from sqlalchemy import ColumnElement, Double, and_, column, func, literal, literal_column, not_, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute

from services.catalog.models import TEXT_INDEX, Artefact, Corpus, CorpusTask
from services.kit import filters
from services.kit.errors import invalid_field
from services.kit.filters import And, Kind, Node, Not, Or, Term
from taiyi import tasks
from taiyi.corpora.descriptor import Access
from taiyi.errors import unknown_name
from taiyi.licences import Terms
from taiyi.records import LANGUAGES

_ESCAPE = "\\"
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
_INDEX = table(TEXT_INDEX, column("rowid"), column("search_text"))


class Field(NamedTuple):
    """What a filter may compare: its kind, the condition that a comparison is, and the values that there are, if few."""

    kind: Kind
    condition: Callable[[Term], ColumnElement[bool]]
    values: tuple[str, ...] = ()


def condition(filter_text: str, fields: Mapping[str, Field]) -> ColumnElement[bool] | None:
    """The condition that a filter is, None for an empty one; INVALID_ARGUMENT says where it goes wrong."""
    if "\0" in filter_text:  # which no database holds in a text, and at which patterns end
        raise invalid_field("filter", f"at character {filter_text.index(chr(0)) + 1}: U+0000 is in no text")
    tree = filters.parse(filter_text, {name: field.kind for name, field in fields.items()})
    return None if tree is None else _node(tree, fields)


def _node(node: Node, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    if isinstance(node, Not):
        return not_(_node(node.part, fields))
    if isinstance(node, And):
        return and_(*(_node(part, fields) for part in node.parts))
    if isinstance(node, Or):
        return or_(*(_node(part, fields) for part in node.parts))
    field = fields[node.field]
    exact = field.kind == "list" or (node.operator != ":" and not (node.before or node.after))
    if field.values and exact and node.value not in field.values:
        raise invalid_field("filter", str(unknown_name(node.field, str(node.value), field.values)))
    return field.condition(node)


def _text(of: InstrumentedAttribute[str]) -> Callable[[Term], ColumnElement[bool]]:
    """= and != are exact but for `*`; `:` and `*` pay no regard to case."""

    def compared(term: Term) -> ColumnElement[bool]:
        wanted, anywhere = str(term.value), term.operator == ":"
        if not (anywhere or term.before or term.after):
            return of == wanted if term.operator == "=" else of != wanted
        quoted = wanted.lower()
        for mark in (_ESCAPE, "%", "_"):
            quoted = quoted.replace(mark, _ESCAPE + mark)
        pattern = ("%" if anywhere or term.before else "") + quoted + ("%" if anywhere or term.after else "")
        like = func.lower(of).like(pattern, escape=_ESCAPE)
        return not_(like) if term.operator == "!=" else like

    return compared


def _plain(of: InstrumentedAttribute[Any]) -> Callable[[Term], ColumnElement[bool]]:
    """Numbers and flags. A number is bound as one with a fraction, whatever the column's type would make of it."""

    def compared(term: Term) -> ColumnElement[bool]:
        value = literal(term.value, Double) if isinstance(term.value, float) else term.value
        assert not isinstance(value, datetime)
        return of.op(term.operator.replace("!=", "<>"), is_comparison=True)(value)

    return compared


def _task(term: Term) -> ColumnElement[bool]:
    return Corpus.number.in_(select(CorpusTask.corpus).where(CorpusTask.task == str(term.value)))


CORPUS_FIELDS: Mapping[str, Field] = {
    "language": Field("text", _text(Corpus.language), tuple(LANGUAGES)),
    "task": Field("list", _task, tuple(tasks.ids())),
    "licence": Field("text", _text(Corpus.licence)),
    "terms": Field("text", _text(Corpus.terms), get_args(Terms)),
    "access": Field("text", _text(Corpus.access), get_args(Access)),
    "size_records": Field("number", _plain(Corpus.size_records)),
    "enrolled": Field("flag", _plain(Corpus.enrolled)),
    "held_out": Field("flag", _plain(Corpus.held_out)),
}
ARTEFACT_FIELDS: Mapping[str, Field] = {
    "kind": Field("text", _text(Artefact.kind)),
    "stage": Field("text", _text(Artefact.stage)),
    "corpus": Field("text", _text(Artefact.corpus)),
    "gone": Field("flag", _plain(Artefact.gone)),
}


@lru_cache(256)
def corpora_where(filter_text: str) -> ColumnElement[bool] | None:
    """The condition that a filter of corpora is."""
    return condition(filter_text, CORPUS_FIELDS)


@lru_cache(256)
def artefacts_where(filter_text: str) -> ColumnElement[bool] | None:
    """The condition that a filter of artefacts is."""
    return condition(filter_text, ARTEFACT_FIELDS)


def holding(phrases: tuple[str, ...], *, embedded: bool) -> ColumnElement[bool]:
    """That a corpus's text holds all of these segmented phrases (see `words`), by the database's full-text index."""
    if embedded:
        found = _INDEX.c.search_text.match(" AND ".join(f'"{phrase}"' for phrase in phrases))  # letters, digits, blanks
    else:
        found = and_(*(_INDEX.c.search_text.op("@@")(func.phraseto_tsquery(_SIMPLE, phrase)) for phrase in phrases))
    return Corpus.number.in_(select(_INDEX.c.rowid).where(found))
