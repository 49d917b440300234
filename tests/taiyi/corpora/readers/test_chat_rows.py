"""Chat rows in the forms of other trainers: who speaks, what goes to the context, questions, Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.records import Turn

PAIR = (Turn("user", "q"), Turn("assistant", "a"))


@pytest.fixture
def rows(read: Callable[..., Any], write: Callable[..., Path]) -> Callable[..., Any]:
    """`rows(value, ..., **options)`: the records of these rows, a row a line."""

    def make(*values: object, **options: Any) -> Any:
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
        return read("chat_rows", write(text, "rows.jsonl"), **options)

    return make


def said(*pairs: tuple[str, str]) -> dict[str, object]:
    return {"messages": [{"role": role, "content": text} for role, text in pairs]}


def test_system_turns_go_to_the_context(read: Callable[..., Any], native: Path) -> None:
    first, second = read("chat_rows", native / "two.chat.jsonl", id="id")
    assert first.id == "toy/train/a" and first.context == "The patient is 61."
    assert [turn.text for turn in first.turns] == ["I cough.", "How long?", "A week.", "Rest."]
    assert second.context == "" and len(second.turns) == 2


def test_a_system_turn_that_is_dropped_is_in_the_ledger(rows: Callable[..., Any], ledger: Ledger) -> None:
    value = said(("system", "You are kind."), ("user", "q"), ("assistant", "a"))
    (record,) = rows(value, on_system="drop")
    assert (record.context, record.turns) == ("", PAIR)
    assert [(e.id, e.rule) for e in ledger] == [(record.id, "system_left_out")]


def test_sharegpt_and_alpaca_say_the_same(rows: Callable[..., Any]) -> None:
    chat = [{"from": who, "value": text} for who, text in (("human", "q"), ("gpt", "a"), ("human", "r"), ("gpt", "b"))]
    (one,) = rows({"system": "s", "conversations": chat}, form="sharegpt")
    (two,) = rows({"system": "s", "instruction": "r", "output": "b", "history": [["q", "a"]]}, form="alpaca")
    assert one == two
    assert [turn.text for turn in one.turns] == ["q", "a", "r", "b"] and one.context == "s"


def test_an_alpaca_input_follows_the_instruction(rows: Callable[..., Any]) -> None:
    (record,) = rows({"instruction": "Translate.", "input": "头痛", "output": "headache"}, form="alpaca")
    assert record.turns[0].text == "Translate.\n头痛"
    with pytest.raises(InvalidInput, match=r"rows\.jsonl:1: an item of 'history' has 1 parts"):
        rows({"instruction": "q", "output": "a", "history": [["q"]]}, form="alpaca")


def test_rows_of_one_exchange_may_be_questions(rows: Callable[..., Any]) -> None:
    (bare,) = rows(said(("user", "q"), ("assistant", "a")), family="question")
    (about,) = rows(said(("system", "c"), ("user", "q"), ("assistant", "a")), family="question")
    assert (bare.kind, bare.question, bare.answers) == ("open", "q", ("a",))
    assert (about.kind, about.context) == ("context", "c")
    with pytest.raises(InvalidInput, match=r"rows\.jsonl:1: 4 turns are no question"):
        rows(said(*[("user", "q"), ("assistant", "a")] * 2), family="question")


def test_a_role_that_is_not_known_is_refused_or_left_out(rows: Callable[..., Any], ledger: Ledger) -> None:
    value = said(("user", "q"), ("tool", "42"), ("assistant", "a"))
    with pytest.raises(InvalidInput, match=r"rows\.jsonl:1: the role is 'tool'"):
        rows(value)
    (record,) = rows(value, ignored=["tool"])
    assert record.turns == PAIR
    assert ledger.counts() == {"turn_left_out": 1}


def test_keys_and_roles_may_have_other_names(rows: Callable[..., Any]) -> None:
    value = {"talk": [{"who": "P", "said": "q"}, {"who": "D", "said": "a"}]}
    (record,) = rows(value, turns="talk", role="who", text="said", user=["P"], assistant=["D"])
    assert record.turns == PAIR
    with pytest.raises(InvalidInput, match=r"rows\.jsonl:1: there is no 'messages'"):
        rows(value)


def test_rows_may_have_languages_of_their_own_and_be_chosen_by_a_value(rows: Callable[..., Any]) -> None:
    values = [{**said(("user", text), ("assistant", "a")), "lang": lang} for text, lang in (("q", "en"), ("问", "zh"))]
    assert [record.language for record in rows(*values, language_key="lang")] == ["en", "zh"]
    assert [record.turns[0].text for record in rows(*values, where={"lang": ["zh"]})] == ["问"]
    with pytest.raises(InvalidInput, match="the language is 'fr'"):
        rows({**said(("user", "q")), "lang": "fr"}, language_key="lang")


def test_a_row_that_returns_gets_an_id_of_its_own(rows: Callable[..., Any]) -> None:
    first, again, other = rows(*[said(("user", "q"), ("assistant", a)) for a in "aab"])
    assert again.id == f"{first.id}-2" and other.id not in (first.id, again.id)


def test_parquet_is_read_row_by_row_and_a_damaged_file_is_refused_by_its_name(
    read: Callable[..., Any], write: Callable[..., Path], tmp_path: Path
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    values = [{"id": str(n), **said(("user", f"q{n}"), ("assistant", "a"))} for n in range(3000)]
    parquet.write_table(pa.Table.from_pylist(values), tmp_path / "t.parquet")
    records = read("chat_rows", tmp_path / "t.parquet", id="id")
    assert [record.turns[0].text for record in records] == [f"q{n}" for n in range(3000)]
    parquet.write_table(pa.Table.from_pylist([*values, said(("bot", "?"))]), tmp_path / "t.parquet")
    with pytest.raises(InvalidInput, match=r"t\.parquet:3001: the role is 'bot'"):
        read("chat_rows", tmp_path / "t.parquet")
    sound = (tmp_path / "t.parquet").read_bytes()
    for damaged in (b"", b"PAR1", sound[:-9], sound[:200] + b"\xff" * 300 + sound[500:]):
        with pytest.raises(InvalidInput, match=r"d\.parquet.*: not a sound Parquet file"):
            read("chat_rows", write(damaged, "d.parquet"))
