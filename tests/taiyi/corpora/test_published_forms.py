"""Corpora that are not at hand: their descriptors read small files in the form in which each is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taiyi.corpora import descriptor, read
from taiyi.ledger import Ledger
from taiyi.records import Document

IEPA = """<?xml version="1.0" encoding="UTF-8"?>\r<corpus source="IEPA">\r  <document PMID="90000001" id="IEPA.d900" origID="9" set="test">\r\
    <sentence charOffset="0-19" id="IEPA.d900.s0" origID="1" text="Quxol lowers zetin.">\r\
      <entity charOffset="0-5" id="IEPA.d900.s0.e0" origID="1" text="Quxol" />\r\
      <entity charOffset="13-18" id="IEPA.d900.s0.e1" origID="2" text="zetin" />\r\
      <interaction e1="IEPA.d900.s0.e0" e2="IEPA.d900.s0.e1" id="IEPA.d900.s0.i0" type="PPI" />\r\
    </sentence>\r  </document>\r</corpus>\r"""
CPI = """<?xml version="1.0" encoding="UTF-8"?>
<corpus source="DS"><document id="DS.d0" origId="90000002"><sentence id="DS.d0.s0" origId="90000002-3" text="Quxol lowers zetin.">
<entity id="DS.d0.s0.e0" origId="901,902" charOffset="0-5" type="compound" text="Quxol"/>
<entity id="DS.d0.s0.e1" origId="P99999" charOffset="13-18" type="protein" text="zetin"/>
<pair id="DS.d0.s0.p0" e1="DS.d0.s0.e0" e2="DS.d0.s0.e1" interaction="True"/>
<pair id="DS.d0.s0.p1" e1="DS.d0.s0.e1" e2="DS.d0.s0.e0" interaction="False"/>
</sentence></document></corpus>
"""
MIRNA = """<?xml version="1.0" encoding="UTF-8"?>
<corpus source="MIRNA-corpus"><document id="miRNA-corp.d0" origId="90000003"><sentence id="miRNA-corp.d0.s0" origId="90000003.s0" text="miR-0 lowers zetin.">
<entity id="miRNA-corp.d0.s0.e0" charOffset="0-4" type="Specific_miRNAs" text="miR-0"/>
<entity id="miRNA-corp.d0.s0.e1" charOffset="6-11" type="Relation_Trigger" text="lowers"/>
<entity id="miRNA-corp.d0.s0.e2" charOffset="13-17" type="Genes/Proteins" text="zetin"/>
<pair id="miRNA-corp.d0.s0.p0" e1="miRNA-corp.d0.s0.e0" e2="miRNA-corp.d0.s0.e2" type="Specific_miRNAs-Genes/Proteins" interaction="True"/>
</sentence></document></corpus>
"""
SCAI = "### 90000004\nSevere\t0\t6\tSevere ache\t|B-{0}\nache\t7\t11\t\t|I-{0}\n.\t11\t12\t\t|O\n\n### 90000005\nNo\t0\t2\t\t|O\n\n"
EBM = "ebm_nlp_2_00/annotations/aggregated/starting_spans"

FORMS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "iepa/test": ({"csv_output/IEPA-test.xml": IEPA}, [("biochemical", "Quxol"), ("biochemical", "zetin")]),
    "cpi/train": ({"data_sets/xml/CPI-DS.xml": CPI}, [("compound", "Quxol"), ("protein", "zetin")]),
    "mirna/train": (
        {"miRNA-Train-Corpus.xml": MIRNA},
        [("Specific_miRNAs", "miR-0"), ("Relation_Trigger", "lowers"), ("Genes/Proteins", "zetin")],
    ),
    "scai_chemical/train": (
        {"chemicals-test-corpus-27-04-2009-v3.iob": SCAI.format("TRIVIAL")},
        [("TRIVIAL", "Severe ache")],
    ),
    "scai_disease/train": ({"Disease-ae-corpus.iob": SCAI.format("ADVERSE")}, [("ADVERSE", "Severe ache")]),
    "progene/dev": (
        {"crossvalidation_data/flairSplit0/dev.txt": "Zetin\tB-protein\nkinase\tI-protein\nbinds\tO\n\nNo\tO\n"},
        [("protein", "Zetin kinase")],
    ),
    "jnlpba/train": (
        {"Genia4ERtask2.iob2": "###MEDLINE:90000006\n\nZetin\tB-protein\nbinds\tO\n\n"},
        [("protein", "Zetin")],
    ),
    "jnlpba/train_sentences": ({"Genia4ERtask1.iob2": "Zetin\tB-protein\nbinds\tO\n\n"}, [("protein", "Zetin")]),
    "genetag/train": (
        {
            "original-data/train/TAGGED_GENE_CORPUS": "@@90000007 Zetin/NEWGENE binds/VBZ ./.\n",
            "original-data/train/Gold.format": "@@90000007|0 0|Zetin\n",
            "original-data/train/Correct.Data": "",
        },
        [("NEWGENE", "Zetin")],
    ),
    "pico_extraction/train": (
        {
            "data/sentences.json": '{"90000008:0": "Old rats ate quxol ."}',
            **{
                f"data/annotations/{layer}_expert.json": f'{{"90000008:0": {{"annotations": [{votes}], "wids": [1]}}}}'
                for layer, votes in (
                    ("participants", "[1, 1, 0, 0, 0]"),
                    ("interventions", "[0, 0, 0, 1, 0]"),
                    ("outcomes", "[0, 0, 0, 0, 0]"),
                )
            },
        },
        [("participant", "Old rats"), ("intervention", "quxol")],
    ),
    "ebm_pico/test": (
        {
            "ebm_nlp_2_00/documents/90000009.tokens": "Old\nrats\nate\nquxol\n",
            f"{EBM}/participants/test/gold/90000009.AGGREGATED.ann": "1\n1\n0\n0\n",
            f"{EBM}/interventions/test/gold/90000009.AGGREGATED.ann": "0\n0\n0\n1\n",
            f"{EBM}/outcomes/test/gold/90000009.AGGREGATED.ann": "0\n0\n0\n0\n",
        },
        [("Participant", "Old rats"), ("Intervention", "quxol")],
    ),
}


def records(root: Path, raw: Path, name: str) -> tuple[list[Any], Ledger]:
    """What the descriptor reads of the files in that form."""
    corpus, split = name.split("/")
    described, ledger = descriptor.find(corpus, root / "data" / "corpora"), Ledger()
    for file, content in FORMS[name][0].items():
        path = raw / described.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return list(read(described, split, raw, ledger)), ledger


@pytest.mark.parametrize("name", FORMS)
def test_a_descriptor_reads_the_form_in_which_its_corpus_is_published(root: Path, tmp_path: Path, name: str) -> None:
    read, ledger = records(root, tmp_path, name)
    assert all(isinstance(record, Document) for record in read)
    assert [(e.type, e.text) for record in read for e in record.entities] == FORMS[name][1]
    assert ledger.counts() == {}


@pytest.mark.parametrize("name", FORMS)
def test_every_type_in_it_is_named_in_its_task_or_left_out_by_a_note(root: Path, tmp_path: Path, name: str) -> None:
    described = descriptor.find(name.split("/")[0], root / "data" / "corpora")
    for record in records(root, tmp_path, name)[0]:
        for entity in record.entities if "ner" in described.tasks else ():
            assert entity.type in described.tasks["ner"]["types"] or any(entity.type in n for n in described.notes)
        for relation in record.relations:
            assert relation.type in described.tasks["re"]["types"]


def test_related_pairs_are_relations_and_ids_are_concepts(root: Path, tmp_path: Path) -> None:
    (record,) = records(root, tmp_path, "cpi/train")[0]
    assert [(r.type, r.head.ref, r.tail.ref) for r in record.relations] == [
        ("compound-protein interaction", "DS.d0.s0.e0", "DS.d0.s0.e1")
    ]
    assert [entity.concepts for entity in record.entities] == [("PubChem:901", "PubChem:902"), ("UniProt:P99999",)]
    assert record.document_id == "90000002"
