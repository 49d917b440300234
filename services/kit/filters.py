"""Filters of lists: a subset of AIP-160 read into a tree, which a store maps to its columns by an allow-list.

    language = "zh" AND (task = ner OR task = re) AND NOT licence:noncommercial AND records >= 1000

Comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=` and `:` (has: a list holds it, a text contains it). OR binds tighter than
AND; terms side by side are joined by AND; NOT or `-` negates; `*` at either end of a value stands for any text (= and !=).
A word alone is a full-text search, as is a quoted phrase, where the list has one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple, NoReturn

from services.kit.errors import Refusal, invalid_field
from taiyi.errors import unknown_name

LONGEST, MOST_TERMS, DEEPEST = 2000, 64, 16
Kind = Literal["text", "list", "number", "time", "flag"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", ":"]
_COMPARED: Mapping[Kind, frozenset[str]] = {
    "text": frozenset(("=", "!=", ":")),
    "list": frozenset((":",)),
    "number": frozenset(("=", "!=", "<", "<=", ">", ">=")),
    "time": frozenset(("=", "!=", "<", "<=", ">", ">=")),
    "flag": frozenset(("=", "!=")),
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>!=|<=|>=|[=<>:()]|-(?=[^\s\d]))|(?P<word>[^\s"'=<>!:()]+))""",
    re.DOTALL,
)


class Term(NamedTuple):
    """One comparison. field: empty for a full-text search. before, after: whether any text may stand there (`*`)."""

    field: str
    operator: Operator
    value: str | float | bool | datetime
    before: bool = False
    after: bool = False


class Not(NamedTuple):
    """What does not match `part`."""

    part: Node


class And(NamedTuple):
    """What matches every part."""

    parts: tuple[Node, ...]


class Or(NamedTuple):
    """What matches at least one part."""

    parts: tuple[Node, ...]


Node = Term | Not | And | Or


def parse(text: str, fields: Mapping[str, Kind], *, search: bool = False) -> Node | None:
    """The tree of a filter, None for an empty one. fields: what may be compared; search: whether a bare word may stand.

    A refusal (INVALID_ARGUMENT, field `filter`) says where the filter goes wrong.
    """
    if len(text) > LONGEST:
        raise invalid_field("filter", f"{len(text):,} characters; {LONGEST:,} at most")
    if not text.strip():
        return None
    parser = _Parser(text, fields, search)
    tree = parser.conjunction(0)
    if parser.token.kind != "end":
        parser.fail("nothing more")
    return tree


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if not match or match.end() == at:
            at = len(text) - len(text[at:].lstrip())
            raise _problem(text, at, "a word, a quoted text, a comparison or a bracket")
        kind = str(match.lastgroup)
        word = match[kind]
        kind = "mark" if kind == "word" and word in ("AND", "OR", "NOT") else kind
        found.append(_Token(kind, word, match.start(str(match.lastgroup))))
        at = match.end()
    return [*found, _Token("end", "", len(text))]


def _problem(text: str, at: int, wanted: str) -> Refusal:
    there = repr(text[at : at + 20]) if at < len(text) else "the end"
    return invalid_field("filter", f"at character {at + 1}: {wanted} is expected, not {there}")


class _Parser:
    """Recursive descent; each method reads what its name says, from the current token on."""

    def __init__(self, text: str, fields: Mapping[str, Kind], search: bool) -> None:
        self._text, self._fields, self._search = text, fields, search
        self._tokens, self._at, self._terms = _tokens(text), 0, 0

    @property
    def token(self) -> _Token:
        return self._tokens[self._at]

    def fail(self, wanted: str) -> NoReturn:
        raise _problem(self._text, self.token.at, wanted)

    def _is(self, *marks: str) -> bool:
        return self.token.kind == "mark" and self.token.text in marks

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def conjunction(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise invalid_field("filter", f"brackets and NOT nest deeper than {DEEPEST}")
        parts = [self._choice(depth)]
        while self.token.kind != "end" and not self._is(")"):
            if self._is("AND"):
                self._take()
            parts.append(self._choice(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _choice(self, depth: int) -> Node:
        parts = [self._factor(depth)]
        while self._is("OR"):
            self._take()
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _factor(self, depth: int) -> Node:
        if self._is("NOT", "-"):
            self._take()
            if depth >= DEEPEST:
                raise invalid_field("filter", f"brackets and NOT nest deeper than {DEEPEST}")
            return Not(self._factor(depth + 1))
        if self._is("("):
            self._take()
            inner = self.conjunction(depth + 1)
            if not self._is(")"):
                self.fail("`)`")
            self._take()
            return inner
        return self._term()

    def _term(self) -> Term:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise invalid_field("filter", f"more than {MOST_TERMS} comparisons")
        if self.token.kind not in ("word", "quoted"):
            self.fail("a field or a value")
        first = self._take()
        if not self._is("=", "!=", "<", "<=", ">", ">=", ":"):
            if not self._search:
                self.fail(f"a comparison of `{first.text}`")
            return Term("", ":", _unquoted(first))
        operator: Operator = self._take().text  # type: ignore[assignment]
        if self.token.kind not in ("word", "quoted"):
            self.fail(f"a value after `{operator}`")
        return self._comparison(first, operator)

    def _comparison(self, name: _Token, operator: Operator) -> Term:
        kind = self._fields.get(name.text) if name.kind == "word" else None
        if kind is None:
            raise invalid_field("filter", str(unknown_name("field", name.text, self._fields)))
        if operator not in _COMPARED[kind]:
            allowed = " ".join(sorted(_COMPARED[kind]))
            raise invalid_field("filter", f"`{name.text}` is compared by {allowed}, not by `{operator}`")
        token = self.token
        self._at += 1
        return _typed(name.text, kind, operator, token)


def _typed(field: str, kind: Kind, operator: Operator, token: _Token) -> Term:
    text = _unquoted(token)
    if kind in ("text", "list"):
        wild = token.kind == "word" and operator != ":"
        before, after = wild and text.startswith("*"), wild and len(text) > 1 and text.endswith("*")
        return Term(field, operator, text[before : len(text) - after], before, after)
    try:
        return Term(field, operator, _VALUES[kind](text))
    except (ValueError, OverflowError):
        raise invalid_field("filter", f"`{field}` is compared with {_WANTED[kind]}, not {text!r}") from None


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_VALUES: Mapping[Kind, Callable[[str], float | bool | datetime]] = {"number": _number, "time": _moment, "flag": _flag}
_WANTED = {"number": "a number", "time": 'an ISO 8601 time such as "2026-11-21T08:00:00Z"', "flag": "true or false"}


def _unquoted(token: _Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL) if token.kind == "quoted" else token.text
