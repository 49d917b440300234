"""Questions of benchmarks from native files: all of them, as they stand; what cannot be asked is counted."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from taiyi import benchmarks, cli, layout, tasks
from taiyi.benchmarks import Benchmark
from taiyi.errors import NotFound
from taiyi.evaluation.outcomes import judge
from taiyi.instances import Instance
from taiyi.instructions.benchmark_questions import ALL, questions, records_in, remarks, without_gold
from taiyi.ledger import Ledger
from taiyi.metrics import measures
from taiyi.metrics.measures import Metric

ROOT = Path(__file__).parents[3]
AT_HAND = (
    "bc5cdr_chem",
    "bc5cdr_dise",
    "bc5cdr_nen",
    "bc5cdr_re",
    "biored",
    "biorelex_coref",
    "biosses",
    "bionlp_st_2011_ge",
    "bionlp_st_2011_ge_coref",
    "bionlp_st_2013_cg",
    "chip_cdee_dev",
    "chip_cdn_dev",
    "chip_sts_dev",
    "cmeee_dev",
    "kuake_qic_dev",
    "kuake_qqr_dev",
    "liveqa",
    "mediqa_rqe",
    "ncbi_disease",
    "ncbi_disease_nen",
    "pubmedqa",
    "text2dt",
)
"""Benchmarks whose test sets are among the real corpora, whole."""


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    assert cli.main(["samples", str(folder), "--documents", "20"]) == 0
    return folder


def described(name: str) -> Benchmark:
    return benchmarks.find(name, ROOT / layout.BENCHMARKS)


def of_samples(corpus: str, task: str, **other: object) -> Benchmark:
    given = {"id": corpus, "title": corpus, "group": "supplementary", "n": None, "unit": "records", "language": "en"}
    metric = Metric("set_f1")
    return Benchmark(**{**given, "corpus": corpus, "split": "test", "task": task, "metric": metric, **other})


def asked(benchmark: Benchmark, raw: Path, ledger: Ledger | None = None, **options: object) -> list[Instance]:
    folders = {"descriptors": ROOT / layout.DESCRIPTORS, "templates": ROOT / layout.TEMPLATES}
    return questions(benchmark, raw, Ledger() if ledger is None else ledger, **folders, **options)


@pytest.mark.parametrize("name", AT_HAND)
def test_a_real_test_set_gives_the_official_number_of_questions(name: str, real_corpora: Path) -> None:
    benchmark, ledger = described(name), Ledger()
    found = asked(benchmark, real_corpora, ledger)
    assert len(found) == benchmark.expected_n
    assert len({instance.id for instance in found}) == len(found)
    assert all(benchmark.asks(instance.id) for instance in found)
    rules = ledger.counts()
    assert set(rules) <= {"nothing_to_ask"} and rules.get("nothing_to_ask", 0) == benchmark.n - len(found)


@pytest.mark.parametrize(("name", "there"), [("cmeie_dev", 2000), ("medqa_usmle", 500), ("medqa_mcmle", 1000)])
def test_a_part_of_a_test_set_is_asked_and_said_to_be_one(name: str, there: int, real_corpora: Path) -> None:
    benchmark, ledger = described(name), Ledger()
    found = asked(benchmark, real_corpora, ledger)
    assert len(found) == there
    assert remarks(benchmark, found, ledger)[0].startswith(f"{there:,} questions, officially {benchmark.n:,}: a part")


def test_every_question_is_asked_in_the_benchmarks_own_wording(raw: Path) -> None:
    found = asked(of_samples("sample_cdr", "ner", template="t2"), raw)
    assert found and all(instance.id.endswith("#ner.en.t2") for instance in found)
    assert all("List every mention of" in instance.prompt for instance in found)


def test_all_wordings_ask_every_question_in_each_and_count_once(raw: Path) -> None:
    benchmark = of_samples("sample_cdr", "ner")
    one, every = asked(benchmark, raw), asked(benchmark, raw, wording=ALL)
    by_wording = {instance.id.rpartition(".")[2] for instance in every}
    assert len(by_wording) > 10 and len(every) == len(one) * len(by_wording)
    whole = msgspec.structs.replace(benchmark, n=len(one))
    assert remarks(whole, every, Ledger()) == []


def test_a_translation_is_asked_in_its_direction_only(raw: Path) -> None:
    both = asked(of_samples("sample_translation", "mt", language="zh"), raw)
    there = asked(of_samples("sample_translation", "mt", language="zh", subtask="en2zh"), raw)
    assert len(both) == 2 * len(there) > 0
    assert all(instance.context.operation == "zh" for instance in there)
    assert remarks(of_samples("sample_translation", "mt", n=len(both)), both, Ledger()) == []


def test_a_record_with_nothing_to_ask_leaves_a_row_in_the_ledger(raw: Path) -> None:
    ledger = Ledger()
    found = asked(of_samples("sample_events", "coref"), raw, ledger)
    everything = asked(of_samples("sample_events", "ner"), raw)
    assert 0 < len(found) < len(everything)
    assert ledger.counts() == {"nothing_to_ask": len(everything) - len(found)}
    assert remarks(of_samples("sample_events", "coref"), found, ledger)[1].endswith("nothing_to_ask")


def test_gold_answers_read_back_in_both_styles(raw: Path) -> None:
    for style in ("taiyi", "json"):
        for instance in asked(of_samples("sample_cdr", "ner"), raw, style=style):
            read = tasks.load("ner").parse(instance.target, instance.context, prompt=instance.prompt)
            assert read.items == instance.gold and instance.style == style


def test_a_question_without_gold_gives_nothing_away(raw: Path) -> None:
    instance = asked(of_samples("sample_exams", "qa_mc", language="zh"), raw)[0]
    row = without_gold(instance)
    assert set(row) == {"id", "task", "language", "style", "turns"}
    assert [turn.role for turn in row["turns"]] == ["user"]


def test_a_wording_that_the_task_does_not_have_is_answered_with_those_it_has(raw: Path) -> None:
    with pytest.raises(NotFound, match=r"no wording of ner that suits sample_cdr/test/.* 't99'"):
        asked(of_samples("sample_cdr", "ner"), raw, wording="t99")


def test_missing_native_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="NCBItestset_corpus"):
        asked(described("ncbi_disease"), tmp_path)


def test_a_task_that_the_corpus_does_not_have_is_refused(raw: Path) -> None:
    with pytest.raises(NotFound, match="no task of sample_cdr 'mt'"):
        asked(of_samples("sample_cdr", "mt"), raw)


def test_records_are_found_again_by_their_ids(raw: Path) -> None:
    found = asked(of_samples("sample_cdr", "re"), raw)
    wanted = {found[0].record, found[-1].record}
    records = records_in(raw, ROOT / layout.DESCRIPTORS)(wanted)
    assert set(records) == wanted and all(record.id == identifier for identifier, record in records.items())


def test_the_gold_answers_of_bc5cdr_name_every_pair_of_concepts(real_corpora: Path) -> None:
    found = asked(described("bc5cdr_re"), real_corpora)
    bare = measures.make(Metric("concept_f1"), task="re")
    assert bare.with_records is not None
    records = records_in(real_corpora, ROOT / layout.DESCRIPTORS)({instance.record for instance in found})
    outcomes = judge(found, {instance.id: instance.target for instance in found})
    score = bare.with_records(records).score(outcomes)
    assert score.details["gold"] == 1066
    assert score.value > 0.98, "not 1, since one text may name two concepts of a document"
