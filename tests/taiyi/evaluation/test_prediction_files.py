"""Files of answers: whatever bytes they hold, they are read whole or refused with a place; nothing is lost or invented."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput, TaiyiError
from taiyi.evaluation import prediction_files
from taiyi.instances import Instance
from taiyi.records import Turn, record_id


def question(key: str, subtask: str = "") -> Instance:
    turns = (Turn("user", "Which?"), Turn("assistant", "yes"))
    identifier = record_id("c", "test", key) + "#tc.en.t1" + (f".{subtask}" if subtask else "")
    return Instance(id=identifier, task="tc", language="en", style="taiyi", turns=turns, gold=(("yes",),))


QUESTIONS = [question(key) for key in ("1", "2", "a/b", "肝 炎", "x#y")]


def read(content: bytes, *, ignore_extra: bool = False) -> prediction_files.Answers:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_bytes(content)
        return prediction_files.read(path, QUESTIONS, ignore_extra=ignore_extra)


texts = st.text(st.characters(exclude_categories=["Cs"]))
answered = st.dictionaries(st.sampled_from([q.id for q in QUESTIONS]), st.none() | texts)


@given(answered, st.booleans(), st.booleans())
def test_every_answer_arrives_as_it_was_written(rows: dict[str, str | None], ascii_only: bool, mark: bool) -> None:
    lines = [json.dumps({"id": i, "text": text}, ensure_ascii=ascii_only) for i, text in rows.items()]
    content = "\n".join(lines).encode("utf-8-sig" if mark else "utf-8")
    given_texts = {i: text for i, text in rows.items() if text is not None}
    if not given_texts:
        with pytest.raises(InvalidInput):
            read(content)
        return
    found = read(content)
    assert found.texts == given_texts
    assert len(found.texts) + len(found.null) + len(found.missing) == len(QUESTIONS)
    assert found.rows == len(rows) and found.ignored == 0


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except TaiyiError as error:
        assert "answers.jsonl" in str(error)


@given(answered.filter(lambda rows: any(rows.values())), st.binary(max_size=40), st.integers(0, 400))
def test_damage_in_the_middle_is_read_or_refused(rows: dict[str, str | None], damage: bytes, place: int) -> None:
    content = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in rows.items()).encode()
    try:
        read(content[:place] + damage + content[place + len(damage) :])
    except TaiyiError as error:
        assert "answers.jsonl" in str(error)


@pytest.mark.parametrize(
    ("given_id", "key"),
    [
        ("c/test/a/b", "a/b"),
        ("a/b", "a/b"),
        ("a%2Fb", "a/b"),
        ("肝 炎", "肝 炎"),
        ("c/test/肝 炎", "肝 炎"),
        ("x#y", "x#y"),
        (2, "2"),
    ],
)
def test_a_key_is_known_as_its_source_writes_it_and_as_ids_do(given_id: str | int, key: str) -> None:
    found = read(json.dumps({"id": given_id, "text": "yes"}).encode())
    assert found.texts == {question(key).id: "yes"}


def test_a_record_asked_more_than_once_needs_the_questions_id(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"id": "c/test/1", "text": "yes"}')
    with pytest.raises(InvalidInput, match="stands for 2 questions"):
        prediction_files.read(path, [question("1", "en2zh"), question("1", "zh2en")])
    path.write_text('{"id": "c/test/1#tc.en.t1.en2zh", "text": "yes"}')
    assert prediction_files.read(path, [question("1", "en2zh"), question("1", "zh2en")]).missing == (
        question("1", "zh2en").id,
    )
