"""Every reader, on files damaged in any way: what cannot be read is refused with the file's name, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora import readers
from taiyi.corpora.readers import files
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord

SOUND: dict[str, tuple[str, str, dict[str, Any]]] = {
    "pubtator": ("two.PubTator", "two.PubTator", {"databases": {"*": "MESH"}}),
    "bioc_xml": ("two.bioc.xml", "two.bioc.xml", {}),
    "bioc_json": ("two.bioc.json", "two.bioc.json", {}),
    "brat": ("standoff/PMID-90000003.txt", "standoff/PMID-90000003.a2", {"annotations": [".a1", ".a2"]}),
    "conll": ("three.iob2", "three.iob2", {"document": r"^###MEDLINE:(\d+)", "unit": "document"}),
    "json_records": ("two.json", "two.json", {"id": "id", "document": {"entities": {}, "relations": {}}}),
    "table": ("two.tsv", "two.tsv", {"classification": {"labels": "labels", "separator": ";"}}),
    "biocreative_tsv": (
        "biocreative/toy_abstracs.tsv",
        "biocreative/toy_entities.tsv",
        {"texts": "abstracs", "mentions": "entities", "columns": "document"},
    ),
    "inline_xml": (
        "two.inline.xml",
        "two.inline.xml",
        {
            "record": "Article",
            "id": "Pmid",
            "passages": {"Title": "title", "Abstract": "abstract"},
            "mentions": ["gene", "variant"],
            "plain": ["i"],
        },
    ),
    "tac_xml": ("two.label.xml", "two.label.xml", {}),
    "standoff_table": (
        "named/txt/toyA1.txt",
        "named/tags.tsv",
        {"table": "named/tags.tsv", "concepts": "species id"},
    ),
    "offset_rows": ("euadr/euadr_corpus/90000051.txt", "euadr/euadr_corpus/90000051.txt", {"texts": "euadr/texts"}),
    "genetag": ("TAGGED_GENE_CORPUS", "Gold.format", {}),
    "token_votes": (
        "votes/participants_expert.json",
        "votes/participants_expert.json",
        {"types": {"participants_expert": "participant"}},
    ),
    "token_labels": (
        "ebm/participants/90000801.AGGREGATED.ann",
        "ebm/participants/90000801.AGGREGATED.ann",
        {"tokens": "ebm/documents/{id}.tokens", "layers": {"participants": {"1": "Age", "2": "Species"}}},
    ),
    "mention_clusters": ("two.clusters.json", "two.clusters.json", {}),
    "interaction_xml": ("two.ppi.xml", "two.ppi.xml", {}),
    "chat_rows": ("two.chat.jsonl", "two.chat.jsonl", {}),
    "choice_qa": ("two.jsonl", "two.jsonl", {}),
    "consultations": (
        "two.consultations.json",
        "two.consultations.json",
        {"mentions": {"concepts": "symptom_norm"}, "layout": "keyed"},
    ),
    "decision_tree": ("two.tree.json", "two.tree.json", {}),
    "dialogue_text": (
        "two.dialogues.txt",
        "two.dialogues.txt",
        {"meta": {"a": "Doctor faculty", "b": "Diagnosis and suggestions"}},
    ),
    "xml_records": (
        "two.pairs.xml",
        "two.pairs.xml",
        {"record": "pair", "fields": {"a": "chq", "b": "faq"}, "parallel": {"translations": {"en": "a", "zh": "b"}}},
    ),
    "parallel_text": ("two.en|two.zh", "two.en", {"ends": {"en": ".en", "zh": ".zh"}}),
    "joined_tables": (
        "joined/questions.csv",
        "joined/given.csv",
        {
            "given": "joined/given.csv",
            "key": "QuestionID",
            "ask": "{Drug}, {Outcome}?",
            "answer": "Code",
            "answers": {"1": "higher", "-1": "lower", "0": "no difference"},
        },
    ),
    "linked_tables": (
        "linked/dev_candidates.txt",
        "linked/dev_candidates.txt",
        {
            "links": {
                "question": {"files": "linked/question.csv", "key": "question_id", "by": "question_id"},
                "answer": {"files": "linked/answer.csv", "key": "ans_id", "by": "ans_id"},
            },
            "pair": {"text_1": "question.content", "text_2": "answer.content", "label": "label"},
        },
    ),
    "sentence_labels": ("sentences/text/90000011.txt", "sentences/labels/90000011.txt", {}),
    "claims": ("claims/claims_train.jsonl", "claims/claims_train.jsonl", {}),
    "utterances": ("two.utterances.json", "two.utterances.json", {}),
    "xlsx": ("two.xlsx", "two.xlsx", {"transform": {"input": "Long", "outputs": "Short"}}),
    "i2b2_lines": (
        "i2b2/concept/note-01.con",
        "i2b2/concept/note-01.con",
        {"text": "i2b2/txt/{id}.txt", "more": ["i2b2/rel/{id}.rel", "i2b2/ast/{id}.ast"]},
    ),
    "deid_xml": ("deid.standoff.xml", "deid.standoff.xml", {"record": "deIdi2b2"}),
    "judged_xml": ("judged.beside.xml", "judged.beside.xml", {"record": "PatientMatching", "tags": "TAGS"}),
    "marked_table": ("two.marked.csv", "two.marked.csv", {}),
}
"""Reader -> the file it reads (parted by |, where it reads several), the file that is damaged, its options."""


def read(reader: str, folder: Path, **more: Any) -> list[AnyRecord]:
    name, _, options = SOUND[reader]
    module = readers.load(reader)
    source = readers.Source(
        corpus="toy",
        split="train",
        language="en",
        folder=folder,
        files=tuple(folder / file for file in name.split("|")),
        ledger=Ledger(),
    )
    return list(module.read(source, msgspec.convert({**options, **more}, module.Options)))


@pytest.fixture(scope="module")
def folder(native: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the fixtures, to be damaged."""
    copy = tmp_path_factory.mktemp("damage") / "readers"
    shutil.copytree(native, copy)
    return copy


def test_every_reader_is_here() -> None:
    assert set(SOUND) == set(readers.ids())


@pytest.mark.parametrize("reader", SOUND)
def test_a_sound_file_is_read_and_its_records_are_named_apart(reader: str, native: Path) -> None:
    records = read(reader, native)
    assert records
    assert len({record.id for record in records}) == len(records)


@pytest.mark.parametrize("reader", SOUND)
def test_where_a_record_begins_is_known_when_it_comes(reader: str, native: Path) -> None:
    name, _, options = SOUND[reader]
    module = readers.load(reader)
    paths = tuple(native / file for file in name.split("|"))
    source = readers.Source(corpus="toy", split="train", language="en", folder=native, files=paths, ledger=Ledger())
    places = [files.last_place() for _ in module.read(source, msgspec.convert(options, module.Options))]
    found = [re.fullmatch(r"(.+?)(?::(\d+)(?:: .*)?)?", place) for place in places]
    assert all(match and native in Path(match[1]).parents for match in found), places
    for match in found:
        assert match and (match[2] is None or 1 <= int(match[2]) <= Path(match[1]).read_bytes().count(b"\n") + 1)
    numbers = [int(match[2]) for match in found if match and match[2]]
    assert numbers == sorted(numbers)
    assert len(places) == 1 or len(set(places)) > 1  # each record's own, not the file's first


@pytest.mark.parametrize("reader", SOUND)
def test_a_byte_that_is_no_text_is_refused_by_the_name_of_its_file(reader: str, native: Path, folder: Path) -> None:
    _, damaged, _ = SOUND[reader]
    sound = (native / damaged).read_bytes()
    (folder / damaged).write_bytes(sound[:-20] + b"\xff" + sound[-20:])
    with pytest.raises(InvalidInput) as caught:
        read(reader, folder)
    assert Path(damaged).name in caught.value.where


@pytest.mark.parametrize("reader", SOUND)
def test_a_file_of_another_format_is_refused_by_its_name(reader: str, native: Path, folder: Path) -> None:
    _, damaged, _ = SOUND[reader]
    (folder / damaged).write_bytes((native / ("two.PubTator" if reader == "bioc_xml" else "two.bioc.xml")).read_bytes())
    with pytest.raises(InvalidInput) as caught:
        read(reader, folder)
    assert Path(damaged).name in caught.value.where


def damage(sound: bytes, draw: st.DataObject) -> bytes:
    start = draw.draw(st.integers(0, len(sound)), "start")
    kind = draw.draw(st.sampled_from(["cut", "remove", "insert", "repeat"]), "kind")
    end = min(len(sound), start + draw.draw(st.integers(1, 40), "length"))
    insert = draw.draw(
        st.sampled_from([b"\t", b"\n", b"\r", b" ", b"9", b"-", b"|", b'"', b"]", b"}", b"<", b"\xe4", b"T1"]), "insert"
    )
    return {
        "cut": sound[:start],
        "remove": sound[:start] + sound[end:],
        "insert": sound[:start] + insert + sound[start:],
        "repeat": sound[:end] + sound[start:],
    }[kind]  # fmt: skip


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("reader", SOUND)
@given(draw=st.data())
def test_damage_is_refused_by_the_name_of_the_file_or_reads_as_records(
    reader: str, draw: st.DataObject, native: Path, folder: Path
) -> None:
    _, damaged, options = SOUND[reader]
    (folder / damaged).write_bytes(damage((native / damaged).read_bytes(), draw))
    try:
        records = read(reader, folder)
    except InvalidInput as error:
        assert Path(damaged).stem in error.where
        assert error.problem
    else:
        assert len({record.id for record in records}) == len(records)
    if "on_mismatch" in readers.load(reader).Options.__struct_fields__ and options.get("on_mismatch") is None:
        try:
            read(reader, folder, on_mismatch="repair")
        except InvalidInput as error:
            assert Path(damaged).stem in error.where
