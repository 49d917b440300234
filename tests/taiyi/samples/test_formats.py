"""The native files have the traps of the formats that they are written in."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from taiyi import samples
from taiyi.records import AnyRecord, Document, Pair, Question

Records = dict[tuple[str, str], list[AnyRecord]]
Written = tuple[Path, samples.Plants]


def documents(read: Records, corpus: str, split: str = "train") -> list[Document]:
    return [record for record in read[corpus, split] if isinstance(record, Document)]


def test_pubtator_has_composite_mentions_and_documents_without_relations(written: Written, read: Records) -> None:
    rows = (written[0] / "sample_cdr/train.PubTator.txt").read_text().splitlines()
    composite = [row.split("\t") for row in rows if row.count("\t") == 6]
    assert composite
    assert all(cells[5].count("|") == cells[6].count("|") == 1 for cells in composite)
    assert {row.split("\t")[1] for row in rows if row.count("\t") == 3} == {"CID"}
    relations = [len(document.relations) for document in documents(read, "sample_cdr")]
    assert 0.3 < relations.count(0) / len(relations) < 0.5


def test_bioc_xml_has_discontinuous_mentions_and_relations_between_concepts(written: Written, read: Records) -> None:
    tree = ElementTree.parse(written[0] / "sample_variants/dev.BioC.XML")
    keys = {infon.get("key") for infon in tree.iterfind(".//relation/infon")}
    assert {"entity1", "entity2", "type"} <= keys
    parted = [e for d in documents(read, "sample_variants") for e in d.entities if len(e.spans) > 1]
    assert parted
    assert all(entity.text.endswith(" toxicity") for entity in parted)


def test_standoff_gives_genes_and_withholds_the_rest(written: Written, read: Records) -> None:
    folder = written[0] / "sample_events/test"
    given = "".join(path.read_text() for path in sorted(folder.glob("*.a1")))
    rest = "".join(path.read_text() for path in sorted(folder.glob("*.a2")))
    assert {line.split("\t")[1].split()[0] for line in given.splitlines()} == {"Gene"}
    assert {line[0] for line in rest.splitlines()} == set("TEMR*")
    for document in documents(read, "sample_events"):
        if document.events:
            assert any(argument.ref.startswith("E") for event in document.events for argument in event.arguments)
    assert any(document.coreferences for document in documents(read, "sample_events"))
    assert any("Negation" in event.modifiers for d in documents(read, "sample_events") for event in d.events)


def test_columns_have_document_markers_and_mentions_of_several_tokens(written: Written, read: Records) -> None:
    text = (written[0] / "sample_anatomy/dev.iob2").read_text()
    assert text.count("###MEDLINE:") == 40
    assert "\tI-tissue\n" in text
    assert {entity.type for d in documents(read, "sample_anatomy") for entity in d.entities} == {
        "tissue", "cell_type", "protein",
    }  # fmt: skip


def test_chinese_mentions_are_nested(read: Records) -> None:
    spans = [[e.spans[0] for e in document.entities] for document in documents(read, "sample_cmeee")]
    assert any(a != b and a[0] <= b[0] and b[1] <= a[1] for row in spans for a in row for b in row)


def test_the_tail_of_a_condition_is_a_relation(written: Written, read: Records) -> None:
    native = json.loads((written[0] / "sample_causal/train.json").read_text())
    tails = [r["tail"] for row in native for r in row["relation_of_mention"] if r["relation"] == 2]
    assert tails
    assert all(tail["type"] == "relation" and "type" not in tail["tail"] for tail in tails)
    for row in native:
        for relation in row["relation_of_mention"]:
            head = relation["head"]
            assert row["text"][head["start_idx"] : head["end_idx"]] == head["mention"]
    assert any(r.tail.ref for d in documents(read, "sample_causal") for r in d.relations)


def test_quotation_marks_of_the_topics_quote_nothing(written: Written) -> None:
    rows = (written[0] / "sample_topics/train.tsv").read_text().splitlines()
    assert any('"' in row for row in rows)
    assert {row.count("\t") for row in rows} == {2}


def test_some_raters_are_absent_and_scores_lie_between_0_and_4(written: Written, read: Records) -> None:
    rows = (written[0] / "sample_relatedness/train.tsv").read_text().splitlines()
    assert all("" in row.split("\t") for row in rows[1:])
    scores = {pair.score for pair in read["sample_relatedness", "train"] if isinstance(pair, Pair)}
    assert all(score is not None and 0 <= score <= 4 for score in scores)
    assert len(scores) > 5


def test_the_answer_of_a_passage_stands_in_it(written: Written, read: Records) -> None:
    for line in (written[0] / "sample_passages/test.jsonl").read_text().splitlines():
        row = json.loads(line)
        answer = row["answer"]
        assert row["context"][answer["start"] :].startswith(answer["text"])
    letters = {q.answers for q in read["sample_exams", "test"] if isinstance(q, Question)}
    assert letters == {("A",), ("B",), ("C",), ("D",)}
