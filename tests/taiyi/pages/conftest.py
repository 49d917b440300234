"""A made-up run, as full as a real one, for the tests of the report."""

import math
import random
from pathlib import Path

import pytest

from taiyi import benchmarks
from taiyi.budget import Budget, Tally
from taiyi.corpora import descriptor
from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Alike, Bin, Quality
from taiyi.curation.report import Flow as Records
from taiyi.evaluation import paper, parity
from taiyi.evaluation.examples import Example
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.instances import Instance
from taiyi.instructions.plan import planned
from taiyi.ledger import Entry
from taiyi.metrics import Score, signature
from taiyi.pages.report_data import (
    CorpusRow,
    Curve,
    Flow,
    LedgerCount,
    LedgerSample,
    Lengths,
    Making,
    ReportData,
    Setting,
    TaskSize,
)
from taiyi.records import Turn
from tests.taiyi.pages import made_evaluations

DESCRIPTORS = Path(__file__).parents[3] / "data" / "corpora"
PAPER = Path(__file__).parents[3] / "data" / "reference" / "paper_table.yaml"
BENCHMARKS = Path(__file__).parents[3] / "data" / "benchmarks"
CORPORA = [
    # id, title, language, tasks with training instances
    ("sample_cdr", "Chemical-disease abstracts (sample)", "en", {"ner": 640, "re": 310}),
    ("sample_genes", "Genes and variants in abstracts (sample)", "en", {"ner": 420, "nen": 260}),
    ("sample_events", "Molecular events (sample)", "en", {"ee": 180, "coref": 90}),
    ("sample_cmeee", "临床医学命名实体（样例）", "zh", {"ner": 700}),
    ("sample_cmeie", "临床医学关系（样例）", "zh", {"re": 380, "cre": 120}),
    ("sample_topics", "Topics of COVID-19 articles (sample)", "en", {"tc": 400}),
    ("sample_intent", "医疗搜索意图（样例）", "zh", {"tc": 360}),
    ("sample_exam_en", "Licensing examination questions (sample)", "en", {"qa_mc": 500}),
    ("sample_exam_zh", "执业医师考试题（样例）", "zh", {"qa_mc": 480}),
    ("sample_consult", "在线问诊（样例）", "zh", {"qa_sqa": 520, "mrd": 210}),
    ("sample_parallel", "Parallel abstracts (sample)", "en", {"mt": 600}),
    ("sample_pairs", "Sentence pairs (sample)", "zh", {"tp_ss": 330}),
    ("sample_titles", "Titles of abstracts (sample)", "en", {"tt_ds": 240}),
    ("sample_reports", "诊疗报告（样例）", "zh", {"tt_ts": 110}),
]
METRICS = {"tc": "f1", "qa_mc": "accuracy", "mt": "bleu", "tp_ss": "accuracy"}
TEXTS = {"qa_sqa": "rouge_l", "mrd": "rouge_l", "tt_ds": "rouge_l", "tt_ts": "rouge_l"}


def _result(chance: random.Random, corpus: str, task: str, language: str) -> BenchmarkResult:
    metric = METRICS.get(task) or TEXTS.get(task) or "f1"
    baseline = 0.0 if metric in ("bleu", "rouge_l") or task in ("ner", "re", "ee") else chance.uniform(0.1, 0.4)
    value = chance.uniform(0.05, 0.75)
    n = chance.randint(30, 60)
    right = round(n * value * 0.7)
    unparsable, unanswered = chance.randint(0, 8), chance.choice((0, 0, 0, 2))
    score = Score(
        metric,
        value,
        baseline,
        "empty answer" if not baseline else "majority class",
        n,
        signature(metric, task=task, average="micro", match="exact", only="all"),
        {"precision": value * 1.05, "recall": value * 0.94, "gold": 3.0 * n},
    )
    sides = (None, None)
    if task in ("ner", "re", "cre", "ee", "nen", "coref"):
        sides = tuple(
            Score("f1", value * factor, 0.0, "empty answer", n, signature("f1", only=only), {"gold": float(n + i)})
            for i, (factor, only) in enumerate(((1.2, "seen"), (0.6, "unseen")))
        )
    counts = {
        "right": right,
        "wrong": n - right - unparsable - unanswered,
        "unparsable": unparsable,
        "unanswered": unanswered,
    }
    around = (max(value - 0.09, 0.0), value + 0.1) if metric in ("f1", "accuracy") else None
    statuses = {"ok": n - unparsable - unanswered, "unparsed": unparsable}
    return BenchmarkResult(
        f"{corpus} {task} {language}",
        corpus,
        task,
        language,
        n,
        score,
        counts,
        statuses,
        interval=around,
        seen=sides[0],
        unseen=sides[1],
    )


def _evaluation() -> Evaluation:
    chance = random.Random(7)
    results = tuple(_result(chance, corpus, task, lang) for corpus, _, lang, tasks in CORPORA for task in tasks)
    verdicts = {name: sum(r.verdicts[name] for r in results) for name in ("right", "wrong", "unparsable", "unanswered")}
    return Evaluation(
        macro=sum(r.score.value for r in results) / len(results),
        macro_baseline=sum(r.score.baseline for r in results) / len(results),
        official_n=sum(r.official_n for r in results),
        verdicts=verdicts,
        results=results,
    )


def _curve(stage: str, steps: int, start: float, chosen: int) -> Curve:
    chance = random.Random(steps)
    loss = tuple((s, start * math.exp(-s / (steps / 3)) + 0.35 + chance.gauss(0, 0.08)) for s in range(1, steps + 1))
    dev = tuple(
        (s, 0.45 * (1 - math.exp(-s / (steps / 3))) - (0.03 if s > chosen else 0))
        for s in range(steps // 6, steps + 1, steps // 6)
    )
    return Curve(stage, loss, dev, chosen)


def _budget() -> Budget:
    units = {"qa_mc": 2, "tc": 12, "ner": 60, "mrd": 300}
    tally = Tally(lambda text: int(text))
    for name, _, language, tasks in CORPORA:
        for task, count in tasks.items():
            turns = (Turn("user", ""), Turn("assistant", str(units.get(task, 40))))
            for number in range(count):
                identifier = f"{name}/train/{number}#{task}.{language}.t1"
                tally.add(
                    Instance(id=identifier, task=task, language=language, style="taiyi", turns=turns, gold=(("",),))
                )
    rows = tuple(
        tally.row(part, offered=count, wanted=count + 9 * (part.task == "tc"), weight=1.0, total=tally.total())
        for part, count in tally.instances.items()
    )
    return Budget(unit="characters", averaging="square", rows=rows)


def _examples() -> tuple[Example, ...]:
    found = []
    abstract = (
        "Lithium carbonate toxicity in a newborn infant. Infants born to women receiving lithium therapy may show "
        "signs of toxicity in the neonatal period, among them hypotonia, cyanosis and bradycardia. "
    )
    for number in range(10):
        found.append(
            Example(
                f"sample_cdr/test/27{number}#ner.en.t3",
                "ner",
                "en",
                "wrong",
                "ok",
                f"Find every Chemical and Disease in the text below.\n{abstract * (1 + number % 3)}",
                "Chemical: lithium carbonate; lithium\nDisease: toxicity; hypotonia; cyanosis; bradycardia",
                "Chemical: lithium carbonate; carbonate\nDisease: toxicity; hypotonia",
                (),
                ("Chemical · lithium", "Disease · bradycardia", "Disease · cyanosis"),
                ("Chemical · carbonate",),
            )
        )
        found.append(
            Example(
                f"sample_exam_zh/test/q{number}#qa_mc.zh.t1",
                "qa_mc",
                "zh",
                "right",
                "ok",
                "患者，男，56岁。突发胸骨后压榨性疼痛2小时，伴大汗。心电图示V1至V4导联ST段抬高。最可能的诊断是\nA. 心绞痛\nB. 急性前壁心肌梗死\nC. 主动脉夹层\nD. 急性心包炎",
                "B",
                "答案是 B。急性前壁心肌梗死",
            )
        )
        found.append(
            Example(
                f"sample_topics/test/{number}#tc.en.t2",
                "tc",
                "en",
                "unparsable",
                "unparsed",
                "Which topics does this article treat? Treatment; Diagnosis; Prevention\nMasks reduce transmission.",
                "Prevention",
                "the the the <b>the</b> </div><script>alert('x')</script>" if number % 2 else "",
                notes=("no offered label was found",),
            )
        )
    return tuple(found)


@pytest.fixture(scope="session")
def evaluation_folders(tmp_path_factory) -> list[Path]:
    """Three models on the described benchmarks of four tasks; one benchmark has more answers than a page holds."""
    folder = tmp_path_factory.mktemp("evaluations")
    return made_evaluations.write(folder, each=12, more={"medqa_usmle": 520, "ncbi_disease": 100})


@pytest.fixture(scope="session")
def full_report() -> ReportData:
    """A run with everything that the page can show."""
    bins = tuple((64.0 * (i + 1), int(900 * math.exp(-((i - 4) ** 2) / 9))) for i in range(16))
    return ReportData(
        title="Taiyi: demonstration run",
        demo=True,
        making=Making(
            "0.1.0",
            "4f0c" * 16,
            "9ab3" * 16,
            "demo",
            "embedded Qwen3-shaped model, 0.6 million parameters",
            13,
            {"stage1": "17e2" * 16, "stage2": "c55d" * 16},
            {"python": "3.11.9", "torch": "2.13.0", "transformers": "5.23.0", "peft": "0.21.0"},
        ),
        corpora=tuple(
            CorpusRow(
                name,
                title,
                language,
                "CC0-1.0",
                "generated",
                tuple(tasks),
                {"train": sum(tasks.values()) // len(tasks), "dev": 40, "test": 50},
            )
            for name, title, language, tasks in CORPORA
        ),
        sizes=tuple(
            TaskSize(name, task, language, count, 40, 50)
            for name, _, language, tasks in CORPORA
            for task, count in tasks.items()
        ),
        planned=tuple(
            TaskSize(*part, train=count)
            for part, count in planned(map(descriptor.load, DESCRIPTORS.glob("*.yaml"))).items()
        ),
        budget=_budget(),
        quality=_quality(),
        near_misses=(NearMiss("sample_cdr/train/4", "sample_cdr/train/91", 0.788, "below"),),
        stages={"stage1": ("ner", "re", "tc"), "stage2": ("ner", "re", "tc", "qa_mc", "mrd")},
        flows=(Flow("curate", "records", 9120, 8890), Flow("instruct", "instances", 9400, 9371)),
        ledger=(
            LedgerCount("harmonize", "mention_repaired", "repaired", 41),
            LedgerCount("curate", "duplicate", "dropped", 130),
            LedgerCount("curate", "overlap_text", "dropped", 64),
            LedgerCount("curate", "overlap_document", "dropped", 22),
            LedgerCount("curate", "conflict", "dropped", 14),
            LedgerCount("instruct", "cap", "dropped", 29),
        ),
        ledger_samples=(
            LedgerSample(
                "curate",
                Entry(
                    "sample_cdr/train/1",
                    "overlap_text",
                    "its text is that of a record to be scored on",
                    other="sample_cdr/test/9",
                ),
            ),
            LedgerSample(
                "curate",
                Entry(
                    "sample_intent/train/4f", "duplicate", "same question and same gold", other="sample_intent/train/2a"
                ),
            ),
        ),
        lengths=(
            Lengths("stage 1", 5180, 212, 598, 1019, 1_210_000, 176_000, 1024, bins),
            Lengths("stage 2", 6390, 236, 640, 1022, 1_660_000, 301_000, 1024, bins),
        ),
        curves=(_curve("stage1", 600, 3.1, 500), _curve("stage2", 360, 1.2, 360)),
        evaluation=_evaluation(),
        examples=_examples(),
        settings=(
            Setting("base model", "embedded, 0.6 million parameters"),
            Setting("learning rate", "3e-3"),
            Setting("LoRA alpha", "32"),
            Setting("maximum length (tokens)", "1024"),
        ),
        paper=paper.load(PAPER),
        parity=parity.sheet(_evaluation(), paper.load(PAPER), benchmarks.every(BENCHMARKS)),
        notes=("Corpora named sample_* were generated for this demonstration and hold no real patient or article.",),
    )


def _quality() -> Quality:
    bins = tuple(Bin(n / 20, (n + 1) / 20, int(400 * math.exp(-((n - 9) ** 2) / 6))) for n in range(20))
    flows = tuple(Records(name, "train", sum(tasks.values()), sum(tasks.values()) - 9) for name, *_, tasks in CORPORA)
    rules = {"duplicate": {name: 6 for name, *_ in CORPORA}, "overlap_text": {name: 3 for name, *_ in CORPORA}}
    return Quality(flows, rules, Alike("report", 0.8, 0, bins, 37, 37, 0))
