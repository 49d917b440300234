"""The described benchmarks: what they name exists, their metrics can be made, their references are the published figures."""

from __future__ import annotations

import json
import os
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import benchmarks, layout
from taiyi.benchmarks import Benchmark, Reference
from taiyi.corpora import descriptor
from taiyi.errors import InvalidParams, NotFound
from taiyi.evaluation import paper
from taiyi.instances import instance_id
from taiyi.instructions import templates
from taiyi.instructions.specs import task_spec
from taiyi.metrics import measures
from taiyi.metrics.measures import Metric
from taiyi.records import record_id

ROOT = Path(__file__).parents[2]
EVERY = benchmarks.every(ROOT / layout.BENCHMARKS)
BY_ID = {benchmark.id: benchmark for benchmark in EVERY}
PAPER = paper.load(ROOT / layout.PAPER)

FACTS = {
    "BC5CDR-Chem": "bc5cdr_chem",
    "BC5CDR-Dise": "bc5cdr_dise",
    "CHEMDNER": "chemdner",
    "NCBIdisease": "ncbi_disease",
    "CMeEE-dev": "cmeee_dev",
    "BC5CDR-RE": "bc5cdr_re",
    "CMeIE-dev": "cmeie_dev",
    "BC7LitCovid": "bc7_litcovid",
    "HOC": "hoc",
    "KUAKE_QIC-dev": "kuake_qic_dev",
    "PubMedQA": "pubmedqa",
    "MedQA-USMLE": "medqa_usmle",
    "MedQA-MCMLE": "medqa_mcmle",
}
COLUMNS = ("Taiyi", "Taiyi 2", "GPT-3.5", "DeepSeek-14B", "supervised SOTA")


@pytest.fixture(scope="module")
def facts() -> dict:
    """The published figures, gathered independently of our descriptors."""
    folder = os.environ.get("TAIYI_FACTS", "")
    if not folder:
        pytest.skip("TAIYI_FACTS is unset: the folder of published figures, gathered independently")
    return json.loads((Path(folder) / "reference_results.json").read_text(encoding="utf-8"))


def columns(benchmark: Benchmark) -> dict[str, Reference]:
    return {reference.column: reference for reference in benchmark.references if reference.column}


@pytest.mark.parametrize("benchmark", EVERY, ids=lambda benchmark: benchmark.id)
def test_a_benchmark_names_what_exists_and_is_scored_by_metrics_that_exist(benchmark: Benchmark) -> None:
    described = descriptor.find(benchmark.corpus, ROOT / layout.DESCRIPTORS)
    assert benchmark.split in described.splits and benchmark.task in described.tasks
    assert benchmark.language in (described.languages or (described.language,))
    documents = described.splits[benchmark.split].documents
    assert benchmark.n and documents in (0, benchmark.n)
    spec = task_spec(described.id, benchmark.task, described.tasks[benchmark.task])
    assert set(benchmark.types) <= set(spec.types.values())
    groups = templates(benchmark.task, ROOT / layout.TEMPLATES)[benchmark.language]
    assert any(benchmark.template in group for group in groups.values())
    signatures = [measures.make(m, task=benchmark.task).signature(()) for m in (benchmark.metric, *benchmark.also)]
    assert len(set(signatures)) == len(signatures), "a metric is named twice"


def test_the_13_of_the_paper_its_held_out_corpus_and_every_supplementary_task_are_described() -> None:
    main = {benchmark.id for benchmark in EVERY if benchmark.group == "main"}
    assert main == set(FACTS.values()) == set(PAPER.results.benchmarks)
    assert [b.id for b in EVERY if b.group == "held_out"] == ["biored"] == [PAPER.held_out.benchmark]
    supplementary = {b.task for b in EVERY if b.group == "supplementary"}
    assert supplementary >= {"mt", "tt_ds", "tp_ss", "tp_te", "ee", "tt_ts", "mrd", "qa_sqa", "nen", "coref", "cre"}
    operations = {
        descriptor.find(b.corpus, ROOT / layout.DESCRIPTORS).tasks["tt_ds"]["operation"]
        for b in EVERY
        if b.task == "tt_ds"
    }
    assert "title" in operations and len(operations) > 1


def test_a_benchmark_of_the_paper_is_of_the_corpus_that_is_marked_as_one() -> None:
    for benchmark in EVERY:
        if benchmark.group != "supplementary":
            assert descriptor.find(benchmark.corpus, ROOT / layout.DESCRIPTORS).benchmark == benchmark.group


def test_the_references_of_the_13_are_the_published_figures(facts: dict) -> None:
    for row, name in FACTS.items():
        published = facts["rows"][row][:5]
        assert [columns(BY_ID[name])[column].value for column in COLUMNS] == published, name
    assert columns(BY_ID["pubmedqa"])["supervised SOTA (paper)"].value == 55.8
    assert columns(BY_ID["medqa_usmle"])["supervised SOTA (paper)"].value == 36.7


def test_the_reference_of_the_held_out_corpus_has_table_3_whole(facts: dict) -> None:
    published, ours = facts["BioRED_heldout"], columns(BY_ID["biored"])["Taiyi"]
    whole = published["taiyi1_overall"]
    assert (ours.details["precision"], ours.details["recall"], ours.value) == (whole["P"], whole["R"], whole["F1"])
    for row in PAPER.held_out.rows[:-1]:
        figures = [ours.details[f"{figure}:{row.type}"] for figure in ("precision", "recall", "f1")]
        assert figures == published[row.name], row.name
    assert published["chatgpt_F1"] in [reference.value for reference in BY_ID["biored"].references]


def test_figures_that_another_protocol_gave_are_not_comparable(facts: dict) -> None:
    assert set(facts["not_comparable_cells"]) >= {"gpt35.KUAKE_QIC-dev", "gpt35.BC7LitCovid", "sota.BC5CDR-RE"}
    assert "macro" in columns(BY_ID["kuake_qic_dev"])["GPT-3.5"].metric
    litcovid = columns(BY_ID["bc7_litcovid"])
    assert "macro" in litcovid["GPT-3.5"].metric and litcovid["GPT-3.5"].n == 200
    assert litcovid["Taiyi"].comparable and litcovid["supervised SOTA"].n == 2500
    assert "concepts" in columns(BY_ID["bc5cdr_re"])["supervised SOTA"].metric
    assert columns(BY_ID["hoc"])["supervised SOTA"].n == 315
    for benchmark in EVERY:
        if benchmark.task == "ner" and benchmark.group == "main":
            assert "spans" in columns(benchmark)["supervised SOTA"].metric
        if benchmark.id.endswith("_dev") and benchmark.group == "main":
            assert columns(benchmark)["supervised SOTA"].split.startswith("test")


def test_every_benchmark_says_what_to_know_before_comparing_and_lists_of_others_compare_with_nothing() -> None:
    assert [benchmark.id for benchmark in EVERY if not benchmark.notes] == []
    listed = [r for benchmark in EVERY for r in benchmark.references if r.source.startswith("secondary")]
    assert listed and not any(reference.comparable for reference in listed)


def test_what_the_papers_authors_measured_themselves_is_comparable() -> None:
    for benchmark in EVERY:
        for column in ("Taiyi", "Taiyi 2", "DeepSeek-14B"):
            assert benchmark.group != "main" or columns(benchmark)[column].comparable
    assert columns(BY_ID["bc5cdr_re"])["GPT-3.5"].comparable, "asked by the authors, with their own prompt"


def benchmark_of(**other: object) -> Benchmark:
    given = {
        "id": "x",
        "title": "X",
        "group": "main",
        "corpus": "c",
        "split": "test",
        "n": 9,
        "unit": "texts",
        "task": "ner",
        "language": "en",
        "metric": Metric("set_f1"),
    }
    return Benchmark(**{**given, **other})


@given(st.text(min_size=1), st.sampled_from(["t1", "f12"]), st.sampled_from(["", "each_type_a.b", "en2zh"]))
def test_a_benchmark_asks_its_own_instances_in_any_wording(key: str, template: str, subtask: str) -> None:
    made = instance_id(record_id("c", "test", key), task="ner", language="en", template=template, subtask=subtask)
    assert benchmark_of().asks(made)
    assert benchmark_of(subtask="en2zh").asks(made) == (subtask == "en2zh")
    for other in ({"corpus": "d"}, {"split": "dev"}, {"task": "re"}, {"language": "zh"}):
        assert not benchmark_of(**other).asks(made)


@pytest.mark.parametrize("identifier", ["c/test/1", "c/test/1#", "c/test/1#ner", "c/test/1#ner.zh.t1"])
def test_an_id_that_is_no_question_of_it_is_not_asked(identifier: str) -> None:
    assert not benchmark_of().asks(identifier)


def test_the_questions_count_where_they_are_not_the_units() -> None:
    assert benchmark_of().expected_n == 9
    assert benchmark_of(questions=0).expected_n == 0
    assert benchmark_of(n=None).expected_n is None


def test_a_misspelt_benchmark_is_answered_with_what_is_close() -> None:
    with pytest.raises(NotFound, match="did you mean 'pubmedqa'"):
        benchmarks.find("pubmed_qa", ROOT / layout.BENCHMARKS)


def test_an_unknown_key_or_group_is_refused_with_its_file(tmp_path: Path) -> None:
    whole = (ROOT / layout.BENCHMARKS / "chemdner.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(whole + "metrik: 1\n", encoding="utf-8")
    with pytest.raises(InvalidParams, match=r"mine\.yaml.*(?s:.*)metrik"):
        benchmarks.find("mine", tmp_path)
    (tmp_path / "mine.yaml").write_text(whole.replace("group: main", "group: mine"), encoding="utf-8")
    with pytest.raises(InvalidParams, match=r"mine\.yaml"):
        benchmarks.every(tmp_path)


def test_the_benchmark_in_the_how_to_is_a_valid_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-benchmark.md").read_text(encoding="utf-8")
    block = re.search(r"(?:^       .*\n)+", page, re.MULTILINE)
    assert block
    (tmp_path / "mine.yaml").write_text(textwrap.dedent(block[0]), encoding="utf-8")
    mine = benchmarks.find("mine", tmp_path)
    test_a_benchmark_names_what_exists_and_is_scored_by_metrics_that_exist(mine)
    assert [reference.comparable for reference in mine.references] == [True, False]
