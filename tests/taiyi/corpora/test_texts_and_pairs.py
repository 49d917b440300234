"""English corpora of short texts and pairs as their publishers lay them out, read as described: invented rows, real layouts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from taiyi import tasks
from taiyi.corpora import descriptor, read
from taiyi.errors import InvalidInput
from taiyi.instances import Draft
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord

Split = Callable[..., list[AnyRecord]]


@pytest.fixture
def split(root: Path, tmp_path: Path, ledger: Ledger) -> Split:
    """`split("corpus/split", {path: content})`: the records of the described split, after these files were written."""

    def read_split(name: str, files: dict[str, str | bytes]) -> list[AnyRecord]:
        corpus, _, part = name.partition("/")
        described = descriptor.find(corpus, root / "data" / "corpora")
        for file, content in files.items():
            path = tmp_path / described.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read(described, part, tmp_path, ledger))

    return read_split


@pytest.fixture
def ledger() -> Ledger:
    """The ledger that `split` writes to."""
    return Ledger()


@pytest.fixture
def drafts(root: Path) -> Callable[[AnyRecord], list[Draft]]:
    """`drafts(record)`: what all tasks of the record's corpus ask of it."""

    def ask(record: AnyRecord) -> list[Draft]:
        described = descriptor.find(record.id.partition("/")[0], root / "data" / "corpora")
        return [
            draft
            for task, declared in described.tasks.items()
            for draft in tasks.load(task).instances(record, msgspec.convert(declared, tasks.TaskSpec))
        ]

    return ask


def test_litcovid_has_nine_columns_and_topics_in_any_order(split: Split, drafts: Callable) -> None:
    header = "pmid,journal,title,abstract,keywords,pub_type,authors,doi,label\n"
    row = '90000001,J Toy,Masks in winter,"Masks, said ""warm"", help.",,Journal Article,A;B,,Prevention;Treatment\n'
    (record,) = split("bc7_litcovid/train", {"BC7-LitCovid-Train.csv": header + row})
    assert record.text == 'Title: Masks in winter\nAbstract: Masks, said "warm", help.'
    assert drafts(record)[0].gold == (("prevention",), ("treatment",))


def test_gad_is_read_from_blurb_and_from_its_folds(split: Split, drafts: Callable) -> None:
    text = 'No "link" of @GENE$ with @DISEASE$ .'
    (test,) = split("gad/test", {"GAD/blurb/test.tsv": f"index\tsentence\tlabel\n0\t{text}\t0\n"})
    (fold,) = split("gad/fold_1_train", {"GAD/1/train.tsv": f"{text}\t0\n"})
    (held,) = split("gad/fold_1_test", {"GAD/1/test.tsv": f"index\tsentence\tlabel\n0\t{text}\t0\n"})
    assert test.text == fold.text == held.text == text
    assert drafts(test)[0].gold == (("no association",),)


def test_hallmarks_are_split_by_lists_and_asked_by_the_root_of_their_path(split: Split, drafts: Callable) -> None:
    files = {
        "text/90000011.txt": "Cells slept .\nNobody came .\n",
        "labels/90000011.txt": "< Resisting cell death--Apoptosis ANDResisting cell death--< ",
        "HoC/dev_pmid.tsv": "90000011.txt",
    }
    first, second = split("hallmarks_of_cancer/dev", files)
    assert drafts(first)[0].gold == (("resisting cell death",),)
    assert drafts(second)[0].gold == (("none",),)


def test_meddialog_asks_who_speaks(split: Split, drafts: Callable, ledger: Ledger) -> None:
    said = ["patient: I cough.", "doctor: ", "doctor: Rest: a week."]
    records = split("meddialog/train", {"english-train.json": json.dumps([{"description": "q", "utterances": said}])})
    assert [(record.text, drafts(record)[0].gold) for record in records] == [
        ("I cough.", (("patient",),)),
        ("Rest: a week.", (("doctor",),)),
    ]
    assert ledger.counts() == {"utterance_empty": 1}


def test_pubhealth_leaves_rows_without_a_verdict_out(split: Split, drafts: Callable, ledger: Ledger) -> None:
    columns = "claim_id claim date_published explanation fact_checkers main_text sources label subjects".split()
    rows = [
        [
            "7",
            "Snow cures.",
            "",
            '"It is ""cold"", no more."',
            "",
            "Snow\tfell.".replace("\t", " "),
            "",
            "false",
            "Health",
        ],
        ["8", "Rain cures.", "", "Unread.", "", "", "", "", "Health"],
        ["9", "Cut short."],
    ]
    table = "\n".join("\t".join(row) for row in [columns, *rows])
    (record,) = split("pubhealth/train", {"PUBHEALTH/train.tsv": table + "\n"})
    assert record.text == 'Claim: Snow cures.\nExplanation: It is "cold", no more.'
    assert drafts(record)[0].gold == (("false",),)
    assert ledger.counts() == {"row_ragged": 1}
    numbered = "\n".join("\t".join([str(n) if n else "", *row]) for n, row in enumerate([columns, *rows[:1]]))
    (record,) = split("pubhealth/test", {"PUBHEALTH/test.tsv": numbered + "\n"})
    assert record.id == "pubhealth/test/7"


def test_scicite_numbers_an_id_that_stands_twice(split: Split, drafts: Callable) -> None:
    line = {
        "string": "As in [1].",
        "label": "background",
        "unique_id": "a>b_0",
        "citingPaperId": "a",
        "citedPaperId": "b",
    }
    line |= {"sectionName": None, "citeStart": float("7"), "label2": "supportive"}
    records = split("scicite/dev", {"scicite/dev.jsonl": f"{json.dumps(line)}\n" * 2})
    assert [record.id.rpartition("/")[2] for record in records] == ["a%3Eb_0", "a%3Eb_0-2"]
    assert drafts(records[0])[0].gold == (("background",),)


def test_scifact_asks_of_a_claim_and_an_abstract(split: Split, drafts: Callable) -> None:
    abstract = {"doc_id": 8, "title": "On ears.", "abstract": ["Ears are two."], "structured": False}
    claim = {"id": 1, "claim": "Ears are three.", "evidence": {}, "cited_doc_ids": [8]}
    files = {"data/corpus.jsonl": json.dumps(abstract), "data/claims_dev.jsonl": json.dumps(claim)}
    (record,) = split("scifact/dev", files)
    assert drafts(record)[0].gold == (("not enough information",),)
    (withheld,) = split("scifact/test", {"data/claims_test.jsonl": '{"id": 2, "claim": "Bells ring."}\n'})
    assert drafts(withheld) == []


@pytest.mark.parametrize(
    ("name", "file", "table", "score"),
    [
        ("mayosrs/train", "MayoSRS.csv", "Mean,C1,C2,T1,T2\r\n1.5,C1,C2,ear,bell\r\n", "1.5"),
        ("minimayosrs/train", "MiniMayoSRS.csv", "P,C,C1,C2,T1,T2\r\n4.0,3.5,C1,C2,ear,bell\r\n", "3.75"),
        ("umnsrs/train", "UMNSRS_similarity.csv", "M,S,T1,T2,C1,C2\r\n1211.5,90,ear,bell,C1,C2\r\n", "1211.5"),
        ("umnsrs/relatedness", "UMNSRS_relatedness.csv", "M,S,T1,T2,C1,C2\r\n7,90,ear,bell,C1,C2\r\n", "7"),
    ],
)
def test_terms_have_the_mean_of_what_raters_gave(
    split: Split, drafts: Callable, name: str, file: str, table: str, score: str
) -> None:
    (record,) = split(name, {file: table})
    assert (record.text_1, record.text_2, drafts(record)[0].gold) == ("ear", "bell", ((score,),))
    with pytest.raises(InvalidInput, match="the columns are"):
        split(name, {file: table.replace(",bell", "", 1)})


def test_scitail_is_read_in_the_format_of_snli(split: Split, drafts: Callable) -> None:
    line = {
        "sentence1": 'He said "two.',
        "sentence2": "Ears are two.",
        "gold_label": "entailment",
        "annotator_labels": [],
    }
    (record,) = split("scitail/dev", {"SciTailV1.1/snli_format/scitail_1.0_dev.txt": json.dumps(line) + "\n"})
    assert (record.text_1, drafts(record)[0].gold) == ('He said "two.', (("entailment",),))


def test_mediqa_s_training_pairs_are_xml(split: Split, drafts: Callable) -> None:
    xml = '<Set>\n<pair pid="1" value="true">\n<chq>Does it hurt ? </chq>\n<faq>Is it painful ?</faq>\n</pair>\n</Set>'
    (record,) = split("mediqa_rqe/train", {"MEDIQA2019-Task2-RQE-TrainingSet-AMIA2016.xml": xml})
    assert (record.text_1, drafts(record)[0].gold) == ("Does it hurt ?", (("entailment",),))


@pytest.mark.parametrize("name", ["train.json.gz", "data/train.json"])
def test_multi_xscience_is_read_packed_or_not(split: Split, drafts: Callable, name: str) -> None:
    cited = {"@cite_1": {"mid": "1", "abstract": "Bells ring."}, "@cite_2": {"mid": "2", "abstract": ""}}
    paper = {"aid": "1", "mid": "2", "abstract": "We ring.", "related_work": "As in @cite_1 .", "ref_abstract": cited}
    text = json.dumps([paper]).encode()
    (record,) = split("multi_xscience/train", {name: gzip.compress(text) if name.endswith("gz") else text})
    assert record.input == "Abstract: We ring.\nAbstracts of cited papers: Bells ring."
    assert drafts(record)[0].gold[0][0] == "As in @cite_1 ."
