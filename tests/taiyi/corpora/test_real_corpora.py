"""The described corpora, read in place and compared with what was counted in their native files without any reader."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi import strict_yaml
from taiyi.corpora import Descriptor, descriptor, files, read
from taiyi.errors import NotFound
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Document
from tests.taiyi.corpora import answer_measures, chinese_measures

EXPECTATIONS = Path(__file__).parent / "real"


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """real/<corpus>.yaml: its folder in COUNTS.json, and for each split at hand the entry there, the ledger's rows, and
    what is counted otherwise here: {measure: number, why: text}. left_out: task -> native types that it does not ask
    for; a note of the descriptor says why.
    """

    folder: str
    splits: dict[str, str]
    ledger: dict[str, dict[str, int]] = {}
    differs: dict[str, dict[str, Any]] = {}
    left_out: dict[str, tuple[str, ...]] = {}


EXPECTED = {
    path.stem: strict_yaml.convert(strict_yaml.load(path), Expected, path)
    for path in sorted(EXPECTATIONS.glob("*.yaml"))
}
NATIVE = [f"{corpus}/{split}" for corpus, expected in EXPECTED.items() for split in expected.splits]

UNMEASURED = {"file", "encoding", "keys", "columns", "tokens", "a1_entities", "n_events", "n_relations", "n_options",
              "entities_total", "relations_total", "labels_vs_contexts_mismatch", "contexts_len", "subject_types",
              "object_types", "test_gt", "gt_ids_in_ori", "gt_label_agrees", "final_decision", "odd",
              "cols", "raters", "same_set_diff_order", "docs_in_unsorted_order", "quotes", "header", "multiline", "first",
              "attrs", "dup_pid", "underscored", "QS", "DrugQA",
              "files", "txt_without_ann", "text_without_ann",
              "empty_input", "attr", "note", "nlines", "pairs", "root_tags", "tag_runs", "Test.format lines (example system output?)",
              "annotators_per_sentence", "value_keys"}  # fmt: skip


def types(parts: Iterable[Any]) -> dict[str, int]:
    return dict(Counter(part.type for part in parts))


def entities(records: list[Document]) -> dict[str, int]:
    return types(entity for record in records for entity in getattr(record, "entities", ()))


def mentions(records: list[Document]) -> dict[str, int]:
    return types(mention for record in records for mention in (*record.entities, *record.triggers))


def token_tags(records: list[Document]) -> dict[str, int]:
    """How many tokens have which tag, in texts whose tokens are parted by white space and tagged without B-."""
    inside = Counter(f"I-{e.type}" for record in records for e in record.entities for _ in e.text.split())
    return {**inside, "O": sum(len(record.text.split()) for record in records) - inside.total()}


def first_of_each(relations: Iterable[Any]) -> list[Any]:
    """One of the relations R1/1, R1/2 ... between the mentions of two clusters that are one native interaction."""
    return list({relation.id.partition("/")[0]: relation for relation in relations}.values())


def labels(records: list[AnyRecord]) -> dict[str, int]:
    given = [getattr(record, "labels", None) or (getattr(record, "label", "") or "None",) for record in records]
    return dict(Counter(label for labels in given for label in labels))


def of_classes(records: list[AnyRecord]) -> dict[str, int]:
    """The labels of those records that have any."""
    return labels([record for record in records if getattr(record, "labels", ())])


def labels_of_each(records: list[AnyRecord]) -> dict[str, int]:
    return dict(Counter(str(len(getattr(record, "labels", ()))) for record in records))


def scores(records: list[Any]) -> list[float]:
    return [record.score for record in records]


def attributes(records: list[Document]) -> dict[str, int]:
    """Of events, and of mentions (kept as `Name T1`)."""
    of_events = [name for record in records for event in record.events for name in event.modifiers]
    return dict(Counter([*of_events, *(said.split()[0] for record in records for said in record.meta.values())]))


def stars(records: list[Document]) -> dict[str, int]:
    """The `*` lines by name: an Equiv is a group, any other a chain of relations *1.1, *1.2 ..."""
    groups = sum(len(record.coreferences) for record in records)
    chains = Counter(
        r.type for record in records for r in record.relations if r.id.startswith("*") and r.id.endswith(".1")
    )
    return {**({"Equiv": groups} if groups else {}), **chains}


def repeated(items: Iterable[Any]) -> int:
    return sum(count - 1 for count in Counter(items).values())


MEASURES: dict[str, Callable[[Any], Any]] = {
    "documents": len,
    "corpus_docs": len,
    "documents_txt": len,
    "documents_ann": len,
    "ann_files": len,
    "distinct_doc_ids": lambda records: len({record.document_id for record in records}),
    "passages": lambda records: sum(len(record.passages) for record in records),
    "sentences": lambda records: sum(len(getattr(record, "passages", (0,))) for record in records),
    "entities": entities,
    "textbound": mentions,
    "n_textbound": lambda records: sum(mentions(records).values()),
    "relations": lambda records: types(r for record in records for r in record.relations if r.id[0] != "*"),
    "gold_mentions(Gold.format lines)": lambda records: sum(len(record.entities) for record in records),
    "alternatives(Correct.Data lines)": lambda records: sum(
        len(record.meta.get("alternatives", "").split("\n")) for record in records if record.meta
    ),
    "spans_runs_of_1": lambda records: sum(len(record.entities) for record in records),
    "annotated": lambda records: sum(record.annotated for record in records),
    "entity_runs": lambda records: {f"I-{kind}": count for kind, count in entities(records).items()},
    "token_tags": token_tags,
    "mentions": lambda records: sum(len(record.entities) for record in records),
    "n_entities": lambda records: sum(
        len(record.entities) - sum(len(c.members) - 1 for c in record.coreferences) for record in records
    ),
    "n_interactions": lambda records: sum(len(first_of_each(record.relations)) for record in records),
    "interactions": lambda records: types(r for record in records for r in first_of_each(record.relations)),
    "events": lambda records: types(event for record in records for event in record.events),
    "event_args": lambda records: dict(Counter(a.role for r in records for e in r.events for a in e.arguments)),
    "attributes": attributes,
    "equiv": stars,
    "normalizations": lambda records: {"N": sum(len(e.concepts) for record in records for e in record.entities)},
    "labels": labels,
    "sum": labels,
    "labels_per_doc": labels_of_each,
    "labels_per_sentence": labels_of_each,
    "n_label_assignments": lambda records: sum(of_classes(records).values()),
    "distinct_labels": lambda records: len(of_classes(records)),
    "top_level": lambda records: dict(
        sum((Counter({label.partition("--")[0]: n}) for label, n in of_classes(records).items()), Counter())
    ),
    "score_min_max": lambda records: [min(scores(records)), max(scores(records))],
    "mean_of_means": lambda records: pytest.approx(sum(scores(records)) / len(records)),
    "missing_cui": lambda records: sum(not (r.meta["cui_1"] and r.meta["cui_2"]) for r in records),
    "dr_ids": lambda records: dict(Counter(record.meta["doctor"] for record in records)),
    "category": lambda records: dict(Counter(record.meta["category"] for record in records)),
    "identical": lambda records: sum(record.text_1 == record.text_2 for record in records),
    "dup_query": lambda records: repeated(record.text for record in records),
    "dup": lambda records: repeated(record.question for record in records),
    "turns(<user>)": lambda records: dict(Counter(str(len(record.turns) // 2) for record in records)),
    "rows": len,
    "questions": lambda records: len({record.text_1 for record in records}),
    "pos_pairs": lambda records: sum(record.label == "1" for record in records),
    "dup_questions": lambda records: repeated(record.question for record in records),
    "answer_idx": lambda records: dict(Counter(record.answers[0] for record in records)),
    "meta_info": lambda records: dict(Counter(record.meta["part"] for record in records)),
    "test_labels": lambda records: dict(Counter(record.answers[0] for record in records)),
}


def pairs(records: list[Document]) -> dict[str, int]:
    """Pairs of mentions in one text that have the same span, lie one in the other, or cross; from first to last fragment."""
    found: Counter[str] = Counter()
    for record in records:
        spans = sorted((m.spans[0][0], m.spans[-1][1]) for m in (*record.entities, *record.triggers))
        for (start, end), (first, last) in combinations(spans, 2):
            if (start, end) == (first, last):
                found["same_span_pairs"] += 1
            elif first < end:
                found["nested_pairs" if start == first or last <= end else "crossing_pairs"] += 1
    return found


ODD: dict[str, Callable[[Any], int]] = {
    "same_span_pairs": lambda records: pairs(records)["same_span_pairs"],
    "nested_pairs": lambda records: pairs(records)["nested_pairs"],
    "crossing_pairs": lambda records: pairs(records)["crossing_pairs"],
    "multi_location": lambda records: sum(len(e.spans) > 1 for record in records for e in record.entities),
    "discontinuous": lambda records: sum(len(e.spans) > 1 for record in records for e in record.entities),
    "empty_sentence": lambda records: sum(p.start == p.end for record in records for p in record.passages),
    "docs_without_entities": lambda records: sum(not record.entities for record in records),
    "docs_without_relations": lambda records: sum(not record.relations for record in records),
    "docs_without_spo": lambda records: sum(not record.relations for record in records),
    "duplicate_texts": lambda records: repeated(record.text for record in records),
    "duplicate_doc_ids": lambda records: repeated(record.document_id for record in records),
    "duplicate_triples": lambda records: sum(
        repeated((r.type, r.head.text, r.tail.text) for r in record.relations) for record in records
    ),
    "event_without_args": lambda records: sum(not event.arguments for record in records for event in record.events),
    "event_arg_is_event": lambda records: sum(
        a.ref.startswith("E") for record in records for event in record.events for a in event.arguments
    ),
    "equiv_more_than_2": lambda records: sum(
        sum(len(c.members) > 2 for c in record.coreferences)
        + sum(r.id.startswith("*") and r.id.endswith(".2") for r in record.relations)
        for record in records
    ),
    "n_options_4": lambda records: sum(len(record.choices) == 4 for record in records),
    "n_options_5": lambda records: sum(len(record.choices) == 5 for record in records),
    "ideographic_space": lambda records: sum("\u3000" in record.question for record in records),
    "duplicate_option_texts": lambda records: sum(
        len({choice.text for choice in record.choices}) < len(record.choices) for record in records
    ),
}
MEASURES |= {**chinese_measures.MEASURES, "relations": chinese_measures.or_triples(MEASURES["relations"])}
ODD |= {key: measure for key, measure in chinese_measures.ODD.items() if key not in ODD}
UNMEASURED |= chinese_measures.UNMEASURED
MEASURES |= answer_measures.MEASURES
MEASURES |= {key: answer_measures.or_given(*of, MEASURES[key]) for key, of in answer_measures.GIVEN.items()}
UNMEASURED |= answer_measures.UNMEASURED


@cache
def load(root: Path, corpora: Path, name: str) -> tuple[Descriptor, list[AnyRecord], Ledger]:
    corpus, split = name.split("/")
    own = EXPECTATIONS / "descriptors"  # what is at hand and none of the described corpora
    folder = own if (own / f"{corpus}.yaml").exists() else root / "data" / "corpora"
    described, ledger = descriptor.find(corpus, folder), Ledger()
    return described, list(read(described, split, corpora, ledger)), ledger


def test_every_described_split_that_is_at_hand_is_compared(root: Path, real_corpora: Path) -> None:
    folder = root / "data" / "corpora"
    missed = []
    for corpus in descriptor.ids(folder):
        described = descriptor.find(corpus, folder)
        for split in described.splits:
            with suppress(NotFound):
                files(described, split, real_corpora)
                if f"{corpus}/{split}" not in NATIVE:
                    missed.append(f"{corpus}/{split}")
    assert missed == []


@pytest.mark.parametrize("name", NATIVE)
def test_a_split_holds_what_was_counted_in_its_files(root: Path, real_corpora: Path, name: str) -> None:
    corpus, split = name.split("/")
    expected = EXPECTED[corpus]
    counted = json.loads((real_corpora / "COUNTS.json").read_text())[expected.folder]["splits"][expected.splits[split]]
    _, records, ledger = load(root, real_corpora, name)
    counted |= {f"counts.{key}": value for key, value in counted.pop("counts", {}).items()}
    differs = {key: value for key, value in expected.differs.get(split, {}).items() if key != "why"}
    assert not differs or expected.differs[split]["why"]
    odd = {key: value for key, value in counted.pop("odd", {}).items() if key in ODD}
    assert all({**odd, **counted}.get(key) != value for key, value in differs.items())
    odd |= {key: differs.pop(key) for key in set(odd) - set(counted) if key in differs}
    wanted = {key: value for key, value in {**counted, **differs}.items() if key not in UNMEASURED}
    assert set(wanted) <= set(MEASURES)
    assert {key: MEASURES[key](records) for key in wanted} == wanted
    assert {key: ODD[key](records) for key in odd} == odd
    assert ledger.counts() == expected.ledger.get(split, {})


@pytest.mark.parametrize("name", NATIVE)
def test_every_mention_is_its_text_and_every_record_has_its_own_id(root: Path, real_corpora: Path, name: str) -> None:
    _, records, _ = load(root, real_corpora, name)
    assert len({record.id for record in records}) == len(records)
    for record in records:
        for mention in (*getattr(record, "entities", ()), *getattr(record, "triggers", ())):
            assert mention.text == " ".join(record.text[start:end] for start, end in mention.spans)


def test_pubmed_qa_is_parted_by_its_list_of_test_questions(root: Path, real_corpora: Path) -> None:
    listed = json.loads((real_corpora / "pubmed_qa" / "test_ground_truth.json").read_text())
    _, test, _ = load(root, real_corpora, "pubmed_qa/test")
    _, train, _ = load(root, real_corpora, "pubmed_qa/train")
    assert {record.document_id: record.answers[0] for record in test} == listed
    assert not {record.document_id for record in train} & set(listed)


@pytest.mark.parametrize(("name", "sheet"), [("meqsum/train", "QS"), ("medication_qa/train", "DrugQA")])
def test_a_workbook_gives_a_record_for_each_row_below_its_header(
    root: Path, real_corpora: Path, name: str, sheet: str
) -> None:
    folder = EXPECTED[name.partition("/")[0]].folder
    counted = json.loads((real_corpora / "COUNTS.json").read_text())[folder]["splits"]["all"][sheet]
    assert len(load(root, real_corpora, name)[1]) == counted["rows_nonempty"] - 1


def test_the_document_that_stands_twice_is_two_records(root: Path, real_corpora: Path) -> None:
    _, records, _ = load(root, real_corpora, "ncbi_disease/train")
    twice = [record for record in records if record.document_id == "8528200"]
    assert [record.id for record in twice] == ["ncbi_disease/train/8528200", "ncbi_disease/train/8528200-2"]
    assert twice[0].entities == twice[1].entities


def test_three_formats_of_one_corpus_say_the_same(root: Path, real_corpora: Path) -> None:
    """Mentions with their concepts, and relations, of BioRED in PubTator, BioC XML and BioC JSON."""

    def said(name: str) -> list[Any]:
        return [
            (
                record.document_id,
                record.text,
                sorted((e.spans, e.type, e.concepts) for e in record.entities),
                sorted((r.type, r.head.concept, r.tail.concept) for r in record.relations),
            )
            for record in load(root, real_corpora, name)[1]
        ]

    assert said("biored/test") == said("biored/test_bioc_xml") == said("biored/test_bioc_json")


@pytest.mark.parametrize("layer", ["interventions_expert", "participants_expert"])
def test_what_each_expert_chose_is_what_was_counted(root: Path, real_corpora: Path, layer: str) -> None:
    counted = json.loads((real_corpora / "COUNTS.json").read_text())["pico_extraction"]["splits"][layer]
    described, _, _ = load(root, real_corpora, f"pico_extraction/{layer}")
    total = 0
    for expert in range(3):
        alone = msgspec.structs.replace(described, options={**described.options, "annotators": [expert]})
        total += sum(len(record.entities) for record in read(alone, layer, real_corpora, Ledger()))
    assert total == counted["spans_runs_of_1"]


def test_two_tagging_schemes_give_the_same_mentions(root: Path, real_corpora: Path) -> None:
    iob, iobes = (load(root, real_corpora, f"mtl_bioinformatics_2016/anatem_{name}")[1] for name in ("iob", "iobes"))
    assert [(r.text, r.entities) for r in iob] == [(r.text, r.entities) for r in iobes]


def test_the_two_formats_of_ddi_say_the_same(root: Path, real_corpora: Path) -> None:
    """Mentions and interactions of the test documents in XML and in standoff."""
    folders = ("ddi_drugbank", "ddi_medline", "ner_drugbank", "ner_medline")
    xml = [r for name in folders for r in load(root, real_corpora, f"ddi_corpus/test_{name}")[1]]
    standoff = load(root, real_corpora, "ddi_corpus/test_brat")[1]

    def said(records: list[Document]) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for record in records:
            texts = {entity.id: "".join(entity.text.split()) for entity in record.entities}
            found.update((e.type.lower(), texts[e.id]) for e in record.entities)
            found.update((r.type.lower(), frozenset((texts[r.head.ref], texts[r.tail.ref]))) for r in record.relations)
        return found

    assert said(xml) == said(standoff)


def test_two_formats_of_ncbi_have_the_same_mentions(root: Path, real_corpora: Path) -> None:
    def said(name: str) -> dict[str, list[Any]]:
        records = load(root, real_corpora, name)[1]
        return {r.document_id: sorted((e.text, e.type) for e in r.entities) for r in records}

    assert said("ncbi_disease/test") == said("ncbi_disease/test_brat")


def test_no_native_type_is_left_out_of_its_task(root: Path, real_corpora: Path) -> None:
    """What a descriptor does not name is not asked; MLEE's frag is the one type that is meant not to be."""
    parts = {"ner": "entities", "nen": "entities", "re": "relations", "ee": "events"}
    for name in NATIVE:
        described, records, _ = load(root, real_corpora, name)
        if described.use(name.split("/")[1]) == "none":
            continue
        for task, spec in described.tasks.items():
            if task in parts:
                native = {part.type for record in records for part in getattr(record, parts[task])}
                left_out = set(EXPECTED[name.split("/")[0]].left_out.get(task, ()))
                assert native - set(spec.get("types", ())) == left_out, (name, task)
            if task == "ee":
                roles = {a.role for record in records for event in record.events for a in event.arguments}
                assert roles - set(spec["roles"]) == set()
            if task in ("tc", "tp_ss") and "types" in spec:  # scores and open labels have none
                assert set(labels(records)) - set(spec["types"]) == set()
