"""Instances for other trainers, and back: the forms, the folder that `datasets` loads, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import jsonl
from taiyi.corpora import readers
from taiyi.corpora.readers import chat_rows
from taiyi.errors import InvalidInput, NotFound
from taiyi.instances import Instance
from taiyi.instructions import dataset_card, export
from taiyi.instructions.export import Form, Selection
from taiyi.ledger import Ledger
from taiyi.licences import Licence
from taiyi.records import Dialogue, Turn

DESCRIPTOR = """
title: Toy
language: en
licence: {name: "%s", terms: %s}
access: generated
reader: chat_rows
splits: {train: {files: ["*.jsonl"]}}
tasks: {mrd: {}}
"""
FORMS: tuple[Form, ...] = ("messages", "sharegpt", "alpaca", "parquet")


def instance(key: str, *texts: str, corpus: str = "toy", task: str = "mrd") -> Instance:
    turns = tuple(Turn("assistant" if n % 2 else "user", text) for n, text in enumerate(texts))
    return Instance(
        id=f"{corpus}/train/{key}#{task}.en.t1",
        task=task,
        language="en",
        style="taiyi",
        turns=turns,
        gold=((texts[-1],),),
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with descriptors of two corpora and their instances by use."""
    for corpus, name, terms in (("toy", "CC-BY-4.0", "open"), ("other", "by | agreement", "agreement")):
        path = tmp_path / "corpora" / f"{corpus}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(DESCRIPTOR % (name, terms))
    rows = [
        instance("1", "I cough.", "How long?", "A week.", "Rest."),
        instance("2", "Types: x\n“头痛”", "none", task="ner"),
        instance("3", "q", "a", corpus="other"),
    ]
    jsonl.write(tmp_path / "instructions" / "train.jsonl", rows)
    jsonl.write(tmp_path / "instructions" / "dev.jsonl", rows[:1])
    jsonl.write(tmp_path / "instructions" / "test.jsonl", rows[1:])
    return tmp_path


def exported(made: Path, form: Form, name: str = "out", **chosen: Any) -> Path:
    path = made / name
    export.export(form, path, Selection(**chosen), instructions=made / "instructions", descriptors=made / "corpora")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_row_has_its_instances_id_corpus_task_language_and_licence(made: Path) -> None:
    for form in ("messages", "sharegpt", "alpaca"):
        first, second, third = lines(exported(made, form))
        assert first["id"] == "toy/train/1#mrd.en.t1"
        assert [first[k] for k in ("corpus", "task", "language", "licence", "licence_terms")] == [
            "toy", "mrd", "en", "CC-BY-4.0", "open",
        ]  # fmt: skip
        assert second["task"] == "ner"
        assert (third["licence"], third["licence_terms"]) == ("by | agreement", "agreement")


def test_the_forms_are_those_that_other_trainers_read(made: Path) -> None:
    assert lines(exported(made, "messages"))[1]["messages"] == [
        {"role": "user", "content": "Types: x\n“头痛”"},
        {"role": "assistant", "content": "none"},
    ]
    assert lines(exported(made, "sharegpt"))[1]["conversations"] == [
        {"from": "human", "value": "Types: x\n“头痛”"},
        {"from": "gpt", "value": "none"},
    ]
    alpaca = lines(exported(made, "alpaca"))[0]
    assert (alpaca["instruction"], alpaca["input"], alpaca["output"]) == ("A week.", "", "Rest.")
    assert alpaca["history"] == [["I cough.", "How long?"]]


def test_what_is_exported_is_chosen_by_use_task_and_corpus(made: Path) -> None:
    assert len(lines(exported(made, "messages", uses=("dev",)))) == 1
    assert [row["task"] for row in lines(exported(made, "messages", tasks=frozenset({"ner"})))] == ["ner"]
    assert [row["corpus"] for row in lines(exported(made, "messages", corpora=frozenset({"other"})))] == ["other"]


def test_an_empty_choice_is_refused_and_leaves_nothing(made: Path) -> None:
    for form in (*FORMS, "datasets"):
        with pytest.raises(InvalidInput, match="no instance is chosen"):
            exported(made, form, tasks=frozenset({"mt"}))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="one file holds one use"):
        exported(made, "messages", uses=("train", "dev"))
    assert {path.name for path in made.iterdir()} == {"corpora", "instructions"}


def test_a_corpus_without_a_descriptor_is_refused_in_the_middle_and_leaves_nothing(made: Path) -> None:
    (made / "corpora" / "other.yaml").unlink()
    for form in (*FORMS, "datasets"):
        with pytest.raises(NotFound, match="no corpus 'other'"):
            exported(made, form)  # type: ignore[arg-type]
    assert {path.name for path in made.iterdir()} == {"corpora", "instructions"}


def test_the_folder_is_loaded_by_datasets_split_by_split(
    made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import datasets

    monkeypatch.setattr(export, "_ROWS_PER_SHARD", 2)
    folder = exported(made, "datasets", uses=("train", "dev", "test"))
    assert len(list((folder / "data").glob("train-*.parquet"))) == 2
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path_factory.mktemp("cache")))
    assert {name: len(split) for name, split in loaded.items()} == {"train": 3, "validation": 1, "test": 2}
    written = lines(exported(made, "messages", "lines"))
    assert list(loaded["train"]) == written


def test_the_card_names_languages_licences_and_how_it_was_made(made: Path) -> None:
    import yaml

    text = (exported(made, "datasets", uses=("train",)) / "README.md").read_text(encoding="utf-8")
    matter = yaml.safe_load(text.split("---\n")[1])
    assert matter["language"] == ["en"]
    assert matter["license"] == ["cc-by-4.0", "other"] and matter["license_name"] == "by | agreement"
    assert matter["size_categories"] == ["n<1K"]
    assert matter["task_categories"] == ["text-generation", "token-classification"]
    assert r"| other | 1 | by \| agreement | agreement |" in text
    assert text.count("sha256") == 2  # the instances and one shard


def test_a_folder_that_is_no_exported_dataset_is_left_alone(made: Path) -> None:
    (made / "out").mkdir()
    (made / "out" / "thesis.txt").write_text("precious")
    with pytest.raises(InvalidInput, match="no exported dataset"):
        exported(made, "datasets")
    assert (made / "out" / "thesis.txt").read_text() == "precious"
    assert exported(made, "datasets", "again") == exported(made, "datasets", "again")


def test_sizes_are_told_as_the_hub_tells_them() -> None:
    def size(rows: int) -> str:
        contents = dataset_card.Contents(
            uses={"train": rows},
            corpora={"c": rows},
            tasks={"mt": rows},
            languages={"zh": rows},
            licences={"c": Licence(name="MIT", terms="open")},
        )
        return dataset_card.written(contents, {"train": "train"}, {}).split("size_categories:\n- ")[1].split("\n")[0]

    assert [size(n) for n in (999, 1000, 99_999, 1_000_000)] == ["n<1K", "1K<n<10K", "10K<n<100K", "1M<n<10M"]


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(
    conversations=st.lists(
        st.lists(TEXT, min_size=2, max_size=6).filter(lambda t: len(t) % 2 == 0), min_size=1, max_size=4
    )
)
@pytest.mark.parametrize("form", FORMS)
def test_export_then_import_gives_the_same_conversations(
    form: Form, conversations: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("round")
    (folder / "corpora").mkdir()
    (folder / "corpora" / "toy.yaml").write_text(DESCRIPTOR % ("MIT", "open"))
    rows = [instance(str(n), *texts) for n, texts in enumerate(conversations)]
    jsonl.write(folder / "instructions" / "train.jsonl", rows)
    path = exported(folder, form, "out.parquet" if form == "parquet" else "out.jsonl")
    source = readers.Source(corpus="chat", split="train", language="en", folder=folder, files=(path,), ledger=Ledger())
    options = msgspec.convert(
        {"form": "messages" if form == "parquet" else form, "document_id": "id"}, chat_rows.Options
    )
    read = list(chat_rows.read(source, options))
    assert [r.turns for r in read if isinstance(r, Dialogue)] == [row.turns for row in rows]
    assert [row.id for row in rows] == [r.document_id for r in read]
