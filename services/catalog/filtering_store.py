"""Filters and full-text queries as SQL: fields by an allow-list, values always bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, column, func, literal_column, not_, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute

from services.catalog.models import TEXT_INDEX, Artefact
from services.kit import filters
from services.kit.errors import invalid_field
from services.kit.filters import And, Kind, Node, Not, Or, Term

_ESCAPE = "\\"
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
_INDEX = table(TEXT_INDEX, column("rowid"), column("search_text"))


class Field(NamedTuple):
    """What a filter may compare: its kind, and the condition that a comparison is."""

    kind: Kind
    condition: Callable[[Term], ColumnElement[bool]]


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
    return fields[node.field].condition(node)


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


def _flag(of: InstrumentedAttribute[bool]) -> Callable[[Term], ColumnElement[bool]]:
    def compared(term: Term) -> ColumnElement[bool]:
        return of.is_(term.value if term.operator == "=" else not term.value)

    return compared


ARTEFACT_FIELDS: Mapping[str, Field] = {
    "kind": Field("text", _text(Artefact.kind)),
    "stage": Field("text", _text(Artefact.stage)),
    "corpus": Field("text", _text(Artefact.corpus)),
    "gone": Field("flag", _flag(Artefact.gone)),
}


@lru_cache(256)
def artefacts_where(filter_text: str) -> ColumnElement[bool] | None:
    """The condition that a filter of artefacts is."""
    return condition(filter_text, ARTEFACT_FIELDS)


def holding(phrases: tuple[str, ...], *, embedded: bool) -> Select[tuple[int]]:
    """The numbers of the corpora whose text holds all of these segmented phrases (see `words`)."""
    if embedded:
        found = _INDEX.c.search_text.match(" AND ".join(f'"{phrase}"' for phrase in phrases))  # letters, digits, blanks
    else:
        found = and_(*(_INDEX.c.search_text.op("@@")(func.phraseto_tsquery(_SIMPLE, phrase)) for phrase in phrases))
    return select(_INDEX.c.rowid).where(found)
