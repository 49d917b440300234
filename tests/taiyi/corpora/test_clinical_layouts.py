"""Corpora under signed agreements: their descriptors read files laid out as their publishers do, with invented notes."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import openpyxl
import pytest

from taiyi import tasks
from taiyi.corpora import descriptor, read
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Classification, Document, Question

ROOT = Path(__file__).parents[3]
NATIVE = ROOT / "tests" / "fixtures" / "readers"


def lay(raw: Path, corpus: str, files: dict[str, str | Path]) -> None:
    """Puts files, given as text or as a fixture, into the folder of a corpus."""
    for name, content in files.items():
        path = raw / corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content.read_bytes())


def records(raw: Path, corpus: str, split: str) -> list[AnyRecord]:
    """The records of a split; every task that is declared asks something of each of them."""
    described = descriptor.find(corpus, ROOT / "data" / "corpora")
    ledger = Ledger()
    found = list(read(described, split, raw, ledger))
    for task, declared in described.tasks.items():
        spec = msgspec.convert(declared, tasks.TaskSpec)
        for record in found:
            drafts = list(tasks.load(task).instances(record, spec))
            assert drafts or not record.annotated
    assert not list(ledger)
    return found


def texts(document: AnyRecord) -> list[str]:
    assert isinstance(document, Document)
    return [entity.text for entity in document.entities]


RECORDS = """<?xml version="1.0" encoding="UTF-8"?>
<ROOT>
<RECORD ID="901">
{smoking}<TEXT>
Seen by Dr. <PHI TYPE="DOCTOR">Quill</PHI> of <PHI TYPE="HOSPITAL">Halden &amp; Sons</PHI> .
[ report_end ]
</TEXT>
</RECORD>
</ROOT>
"""


def test_deidentification_2006(tmp_path: Path) -> None:
    text = RECORDS.format(smoking="")
    lay(tmp_path, "n2c2_2006_deid", {"deid_surrogate_train_all_version2.xml": text})
    lay(tmp_path, "n2c2_2006_deid", {"test/deid_surrogate_test_all_groundtruth_version2.xml": text})
    for split in ("train", "test"):
        (document,) = records(tmp_path, "n2c2_2006_deid", split)
        assert document.id == f"n2c2_2006_deid/{split}/901"
        assert texts(document) == ["Quill", "Halden & Sons"]


def test_smokers_2006(tmp_path: Path) -> None:
    text = RECORDS.format(smoking='<SMOKING STATUS="NON-SMOKER"></SMOKING>\n')
    text = text.replace('<PHI TYPE="DOCTOR">', "").replace('<PHI TYPE="HOSPITAL">', "").replace("</PHI>", "")
    lay(tmp_path, "n2c2_2006_smokers", {"smokers_surrogate_train_all_version2.xml": text})
    (record,) = records(tmp_path, "n2c2_2006_smokers", "train")
    assert isinstance(record, Classification)
    assert record.labels == ("NON-SMOKER",)
    assert record.text.startswith("Seen by Dr. Quill of Halden & Sons")


def test_obesity_2008(tmp_path: Path) -> None:
    notes = (NATIVE / "judged.notes.xml").read_text()
    judged = NATIVE / "judged.annotations.xml"
    lay(
        tmp_path,
        "n2c2_2008_obesity",
        {
            "obesity_patient_records_training.xml": notes,
            "obesity_patient_records_training2.xml": notes.replace('id="1"', 'id="3"').replace('id="2"', 'id="4"'),
            "obesity_standoff_annotations_training.xml": judged,
            "obesity_standoff_annotations_training_addendum.xml": judged.read_text()
            .replace('id="1"', 'id="3"')
            .replace('id="2"', 'id="4"'),
            "obesity_patient_records_test.xml": notes,
            "obesity_standoff_annotations_test.xml": judged,
        },
    )
    for split, labels in {
        "train": [("Asthma",), (), ("Asthma",), ()],
        "test": [("Asthma",), ()],
        "test_intuitive": [("Asthma",), ()],
    }.items():
        found = records(tmp_path, "n2c2_2008_obesity", split)
        assert [record.labels for record in found if isinstance(record, Classification)] == labels


def test_medication_2009(tmp_path: Path) -> None:
    text = NATIVE / "i2b2" / "notes" / "90001"
    entries = NATIVE / "i2b2" / "90001_gold.entries"
    lay(
        tmp_path,
        "n2c2_2009_medication",
        {
            "train.test.released.8.17.09/90001": text,
            "train.test.released.8.17.09/90002": text,
            "train.test.released.8.17.09/90003": text,
            "training.ground.truth/90001_gold.entries": entries,
            "annotations_ground_truth/converted.noduplicates.sorted/90002.i2b2.entries.m": entries,
        },
    )
    (train,) = records(tmp_path, "n2c2_2009_medication", "train")
    (test,) = records(tmp_path, "n2c2_2009_medication", "test")
    assert (train.document_id, test.document_id) == ("90001", "90002")
    assert texts(train) == texts(test)
    assert "Nosartan" in texts(train)


@pytest.mark.parametrize("test_texts", ["test_data", "test_data/txt"])
def test_relations_2010(tmp_path: Path, test_texts: str) -> None:
    files: dict[str, str | Path] = {}
    for hospital, name in {"beth": "record-1", "partners": "018_DH"}.items():
        for folder, suffix in {"txt": "txt", "concept": "con", "rel": "rel", "ast": "ast"}.items():
            place = f"concept_assertion_relation_training_data/{hospital}/{folder}/{name}.{suffix}"
            files[place] = NATIVE / "i2b2" / folder / f"note-01.{suffix}"
    for folder, suffix in {"concepts": "con", "rel": "rel", "ast": "ast"}.items():
        fixture = NATIVE / "i2b2" / folder.removesuffix("s") / f"note-01.{suffix}"
        files[f"reference_standard_for_test_data/{folder}/0001.{suffix}"] = fixture
    files[f"{test_texts}/0001.txt"] = NATIVE / "i2b2" / "txt" / "note-01.txt"
    lay(tmp_path, "n2c2_2010_relation", files)
    train = records(tmp_path, "n2c2_2010_relation", "train")
    (test,) = records(tmp_path, "n2c2_2010_relation", "test")
    assert [record.document_id for record in train] == ["record-1", "018_DH"]
    assert isinstance(test, Document)
    assert [relation.type for relation in test.relations] == ["TrIP", "TeRP"]


def test_deidentification_2014(tmp_path: Path) -> None:
    fixture = NATIVE / "deid.standoff.xml"
    folders = {
        "training-PHI-Gold-Set1": "220-01",
        "training-PHI-Gold-Set2": "320-01",
        "testing-PHI-Gold-fixed": "110-01",
    }
    lay(tmp_path, "n2c2_2014_deid", {f"{folder}/{name}.xml": fixture for folder, name in folders.items()})
    assert [record.document_id for record in records(tmp_path, "n2c2_2014_deid", "train")] == ["220-01", "320-01"]
    (test,) = records(tmp_path, "n2c2_2014_deid", "test")
    assert texts(test) == ["2099-02-30", "Quill", "Halden"]


def test_cohort_selection_2018(tmp_path: Path) -> None:
    fixture = NATIVE / "judged.beside.xml"
    gold = "n2c2-t1_gold_standard_test_data/test"
    lay(tmp_path, "n2c2_2018_track1", {"train/100.xml": fixture, f"{gold}/101.xml": fixture, f"{gold}/._101.xml": ""})
    for split, name in {"train": "100", "test": "101"}.items():
        (record,) = records(tmp_path, "n2c2_2018_track1", split)
        assert isinstance(record, Classification)
        assert (record.document_id, record.labels) == (name, ("DIETSUPP-2MOS", "ENGLISH"))


def test_adverse_drug_events_2018(tmp_path: Path) -> None:
    annotations = "T1\tDrug 0 6\tFendol\nT2\tADE 17 21;22 26\tskin rash\nR1\tADE-Drug Arg1:T2 Arg2:T1\n"
    for folder in ("training_20180910", "gold-standard-test-data/test"):
        files: dict[str, str | Path] = {f"{folder}/90001.txt": "Fendol gave her a skin\nrash.\n"}
        files[f"{folder}/90001.ann"] = annotations.replace("17 21;22 26", "18 22;23 27")
        lay(tmp_path, "n2c2_2018_track2", files)
    for split in ("train", "test"):
        (document,) = records(tmp_path, "n2c2_2018_track2", split)
        assert texts(document) == ["Fendol", "skin rash"]


@pytest.mark.parametrize("context", ["Invented.\nFendol for pain.\n", ["Invented.\n", "Fendol for pain.\n"]])
def test_emrqa(tmp_path: Path, context: str | list[str]) -> None:
    answer = {"text": "Fendol", "evidence": "Fendol for pain.", "answer_start": [2, 0], "evidence_start": 2}
    questions = [
        {
            "id": [[["What?", "|m|?"]], "M()"],
            "question": ["What for pain?", "Which drug for pain?"],
            "answers": [answer],
        },
        {"id": [[["Why?", "|r|?"]], "R()"], "question": ["Why Fendol?"], "answers": [{**answer, "text": ""}]},
    ]
    paragraph = {"note_id": "90001", "context": context, "qas": questions}
    lay(tmp_path, "emrqa", {"data.json": json.dumps({"data": [{"title": "medication", "paragraphs": [paragraph]}]})})
    first, second = records(tmp_path, "emrqa", "train")
    assert isinstance(first, Question) and isinstance(second, Question)
    assert (first.question, first.kind, first.document_id) == ("What for pain?", "context", "90001")
    assert (first.answers, first.long_answers) == (("Fendol for pain.",), ("Fendol",))
    assert first.meta["wordings"] == "What for pain?\nWhich drug for pain?"
    assert second.answers == ("Fendol for pain.",)
    assert "Fendol for pain." in first.context.split("\n")


def test_drugehrqa(tmp_path: Path) -> None:
    question = "WHAT IS THE DOSAGE OF FENDOL FOR THE PATIENT WITH ADMISSION ID 900001"
    table = f'NL_Question,SQL_Query,Answer_Structured\n{question},"SELECT ""X"", Y",(20 MG)\n'
    lay(tmp_path, "drugehrqa", {"structured_queries/query1.csv": table})
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("NL_Question", "Answer_Unstructured"), (question, "(20 MG)"), ("WHY", "")):
        book.active.append(row)
    (tmp_path / "drugehrqa" / "unstructured_queries").mkdir()
    book.save(tmp_path / "drugehrqa" / "unstructured_queries" / "query1.xlsx")
    (structured,) = records(tmp_path, "drugehrqa", "structured")
    assert structured.meta == {"query": 'SELECT "X", Y'}
    unstructured = records(tmp_path, "drugehrqa", "unstructured")
    assert [record.annotated for record in unstructured] == [True, False]


def test_mimicause(tmp_path: Path) -> None:
    lay(tmp_path, "mimicause", {"Annotations.csv": NATIVE / "two.marked.csv"})
    found = records(tmp_path, "mimicause", "train")
    assert [relation.type for record in found if isinstance(record, Document) for relation in record.relations] == [
        "Cause",
        "Cause",
        "Other",
    ]
