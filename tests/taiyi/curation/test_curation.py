"""What may be trained on: every rule, its row in the ledger, and that scored sets are left whole."""

from collections.abc import Mapping, Sequence

from taiyi.curation import Distinct, scored, usable
from taiyi.curation.overlap import Protected, document_key
from taiyi.ledger import Ledger
from taiyi.params import ConflictPolicy, Curate
from taiyi.records import AnyRecord, Classification


def record(
    key: str,
    text: str,
    label: str = "x",
    *,
    corpus: str = "c",
    split: str = "train",
    document: str = "",
    annotated: bool = True,
) -> Classification:
    return Classification(
        id=f"{corpus}/{split}/{key}",
        language="en",
        text=text,
        labels=(label,) if annotated else (),
        document_id=document,
        annotated=annotated,
    )


def rules_hit(
    records: Sequence[AnyRecord], protected: Protected | None = None, rules: Curate | None = None
) -> tuple[list[str], list[tuple[str, str, str]]]:
    ledger = Ledger()
    kept = [r.id for r in usable(records, rules or Curate(), protected or Protected(), ledger)]
    ledger.balance(entered=len(records), left=len(kept))
    return kept, [(e.id, e.rule, e.other) for e in ledger]


def test_an_empty_text_is_refused_with_its_rule() -> None:
    kept, dropped = rules_hit([record("1", "  "), record("2", "fine text")])
    assert kept == ["c/train/2"]
    assert dropped == [("c/train/1", "empty_text", "")]


def test_a_text_over_the_limit_is_refused() -> None:
    _, dropped = rules_hit([record("1", "x" * 11)], rules=Curate(maximum_characters=10))
    assert dropped == [("c/train/1", "too_long", "")]


def test_a_training_record_equal_to_a_test_record_but_for_case_leaves_and_names_it() -> None:
    protected = Protected()
    protected.add([record("9", "Aspirin helps.", split="test", corpus="other")])
    kept, dropped = rules_hit([record("1", "aspirin  HELPS"), record("2", "aspirin hurts")], protected)
    assert kept == ["c/train/2"]
    assert dropped == [("c/train/1", "overlap_text", "other/test/9")]


def test_a_pubmed_id_counts_across_corpora_and_any_other_id_within_its_own() -> None:
    protected = Protected()
    protected.add(
        [
            record("9", "a b c", split="test", corpus="other", document="PMID:0012345"),
            record("8", "d e f", split="test", corpus="other", document="doc1"),
        ]
    )
    kept, dropped = rules_hit(
        [record("1", "one text", document="12345"), record("2", "two text", document="doc1")], protected
    )
    assert kept == ["c/train/2"]
    assert dropped == [("c/train/1", "overlap_document", "other/test/9")]


def test_small_numbers_are_no_pubmed_ids() -> None:
    assert document_key(record("1", "text", document="17")) == "c:17"


def test_a_scored_set_loses_only_what_has_no_gold() -> None:
    ledger = Ledger()
    records = [
        record("1", "", split="test"),
        record("2", "same", split="test"),
        record("3", "same", split="test"),
        record("4", "y", split="test", annotated=False),
    ]
    assert [r.id for r in scored(records, ledger)] == ["c/test/1", "c/test/2", "c/test/3"]
    assert ledger.counts() == {"unannotated": 1}


def distinct(
    records: Sequence[AnyRecord], policy: ConflictPolicy, asks: Mapping[str, str] | None = None
) -> tuple[list[str], dict[str, str]]:
    ledger = Ledger()
    stage = Distinct(policy, asks)
    stage.survey(records)
    kept = [r.id for r in stage.keep(records, ledger)]
    ledger.balance(entered=len(records), left=len(kept))
    return kept, {e.id: e.rule for e in ledger}


RECORDS = [
    record("1", "a text", "x"),
    record("2", "A text!", "x"),
    record("3", "a text", "y"),
    record("4", "other", "y"),
    record("5", "a text", "z", corpus="d"),
]


def test_the_first_of_several_golds_is_kept_and_duplicates_leave() -> None:
    kept, dropped = distinct(RECORDS, "keep_first")
    assert kept == ["c/train/1", "c/train/4", "d/train/5"]
    assert dropped == {"c/train/2": "duplicate", "c/train/3": "conflict"}


def test_a_disputed_question_leaves_altogether_under_drop_all() -> None:
    kept, dropped = distinct(RECORDS, "drop_all")
    assert kept == ["c/train/4", "d/train/5"]
    assert set(dropped.values()) == {"conflict"}


def test_the_same_text_labelled_for_another_corpus_is_no_conflict() -> None:
    kept, _ = distinct([record("1", "t t", "x"), record("1", "t t", "y", corpus="d")], "drop_all")
    assert len(kept) == 2


ALIKE = {"c": "topics", "d": "topics"}


def test_the_same_text_and_gold_in_a_corpus_that_asks_the_same_is_a_duplicate() -> None:
    records = [record("1", "t t", "x"), record("1", "t t", "x", corpus="d")]
    assert distinct(records, "keep_first", ALIKE)[1] == {"d/train/1": "duplicate"}
    assert distinct(records, "keep_first")[1] == {}


def test_another_gold_in_a_corpus_that_asks_the_same_is_a_conflict() -> None:
    records = [record("1", "t t", "x"), record("1", "t t", "y", corpus="d")]
    assert distinct(records, "keep_first", ALIKE)[1] == {"d/train/1": "conflict"}
    assert distinct(records, "drop_all", ALIKE)[0] == []


def test_a_majority_settles_a_disputed_question_wherever_it_stands() -> None:
    records = [record("1", "q", "x"), record("2", "q", "y"), record("3", "q", "y"), record("4", "other", "x")]
    kept, dropped = distinct(records, "majority")
    assert kept == ["c/train/2", "c/train/4"]
    assert dropped == {"c/train/1": "conflict", "c/train/3": "duplicate"}


def test_without_a_majority_the_first_gold_is_kept() -> None:
    records = [record("1", "q", "x"), record("2", "q", "y")]
    assert distinct(records, "majority")[0] == ["c/train/1"]
