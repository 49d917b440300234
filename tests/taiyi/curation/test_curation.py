"""What may be trained on: every rule, its row in the ledger, and that scored sets are left whole."""

from collections.abc import Mapping, Sequence

import msgspec

from taiyi.curation import Distinct, scored, usable
from taiyi.curation.overlap import Protected, document_key
from taiyi.ledger import Ledger
from taiyi.params import ConflictPolicy, Curate
from taiyi.records import AnyRecord, Classification, Parallel, Question


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


ABSTRACT = " ".join(f"word{n}" for n in range(60))


def scored_abstract() -> Protected:
    protected = Protected()
    protected.add([record("9", ABSTRACT, split="test", corpus="other", document="PMC77")])
    return protected


def test_a_sentence_of_a_scored_document_leaves_and_the_ledger_says_how_much_of_it_is_there() -> None:
    sentence = " ".join(ABSTRACT.split()[20:40])
    ledger = Ledger()
    assert not list(usable([record("1", sentence)], Curate(), scored_abstract(), ledger))
    (entry,) = ledger
    assert (entry.rule, entry.other) == ("overlap_part", "other/test/9")
    assert "100%" in entry.reason


def test_a_text_that_contains_a_scored_one_with_a_word_changed_leaves() -> None:
    longer = "In this study, " + ABSTRACT.replace("word30", "changed") + " as we show."
    _, dropped = rules_hit([record("1", longer)], scored_abstract())
    assert dropped == [("c/train/1", "overlap_contains", "other/test/9")]


def test_a_short_text_within_a_scored_one_stays() -> None:
    kept, _ = rules_hit([record("1", " ".join(ABSTRACT.split()[20:30]))], scored_abstract())
    assert kept == ["c/train/1"]


def test_every_record_of_several_batches_is_compared() -> None:
    records = [record(str(n), f"{n} {ABSTRACT}") for n in range(200)]
    assert len(rules_hit(records, scored_abstract())[1]) == 200


def test_a_document_in_another_language_is_found_by_its_id() -> None:
    ledger = Ledger()
    chinese = msgspec.structs.replace(record("1", "阿司匹林的作用", document="pmc77"), language="zh")
    assert not list(usable([chinese], Curate(), scored_abstract(), ledger))
    assert [(e.rule, "another language (en)" in e.reason) for e in ledger] == [("overlap_document", True)]


def test_ids_of_registers_count_across_corpora() -> None:
    for first, second in (("doi:10.1000/ab", "10.1000/AB"), ("PMC77", "pmc77"), ("NCT01234567", "nct01234567")):
        assert document_key(record("1", "t", document=first)) == document_key(
            record("1", "t", corpus="d", document=second)
        )


def test_a_leak_through_either_language_or_a_context_is_found() -> None:
    pair = Parallel(id="c/train/1", language="zh", translations={"zh": "阿司匹林", "en": f"First {ABSTRACT}"})
    question = Question(
        id="c/train/2",
        language="en",
        question="What helps?",
        kind="context",
        context=ABSTRACT + " end",
        answers=("it",),
    )
    assert [rule for _, rule, _ in rules_hit([pair, question], scored_abstract())[1]] == ["overlap_contains"] * 2
