"""Everything that the run made, gathered into one self-contained HTML page, and a data card for each corpus."""

import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines import shell
from taiyi import benchmarks, jsonl, layout, manifest
from taiyi.budget import Budget
from taiyi.corpora import descriptor
from taiyi.corpora.card import Card
from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Quality
from taiyi.evaluation import paper, parity
from taiyi.evaluation.examples import Example
from taiyi.evaluation.results import Evaluation
from taiyi.instances import Instance
from taiyi.instructions import plan
from taiyi.ledger import Entry
from taiyi.manifest import Manifest
from taiyi.pages import cards, evaluation_files, report
from taiyi.pages import quality as quality_view
from taiyi.pages.evaluation import Beside
from taiyi.pages.leaderboard import Entrant
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
from taiyi.params import Params
from taiyi.records import Language, split_record_id

USES = ("train", "dev", "test")
_SAMPLES_PER_RULE = 3


def lines(path: Any) -> int:
    """Lines of a JSON Lines file; 0 if there is none."""
    return sum(1 for _ in path.open("rb")) if path.exists() else 0


def corpora(params: Params) -> Iterator[CorpusRow]:
    """The enrolled corpora with their records after curation."""
    for corpus in params.corpora:
        d = descriptor.find(corpus, layout.DESCRIPTORS)
        splits = {use: lines(layout.curated(use) / f"{corpus}.jsonl") for use in USES}
        yield CorpusRow(
            d.id, d.title, d.language, d.licence.name, d.access, tuple(d.tasks), splits, d.held_out, d.licence.terms
        )


def sizes() -> Iterator[TaskSize]:
    """Instances by corpus, task and language."""
    counts: Counter[tuple[str, str, Language, str]] = Counter()
    for use in USES:
        for instance in jsonl.read(layout.instructions(use), Instance):
            counts[split_record_id(instance.id)[0], instance.task, instance.language, use] += 1
    for corpus, task, language in sorted({key[:3] for key in counts}):
        train, dev, test = (counts[corpus, task, language, use] for use in USES)
        yield TaskSize(corpus, task, language, train, dev, test)


def stages(params: Params) -> dict[str, tuple[str, ...]]:
    """The task types that each training stage reads."""
    train = params.train
    first = {} if train.schedule == "one_stage" else {"stage1": train.stage1.tasks}
    return {**first, "stage2": train.stage2.tasks}


def planned() -> Iterator[TaskSize]:
    """What the paper took of each described corpus, task and language."""
    described = (descriptor.find(corpus, layout.DESCRIPTORS) for corpus in descriptor.ids(layout.DESCRIPTORS))
    for part, count in plan.planned(described).items():
        yield TaskSize(*part, train=count)


def ledgers(params: Params) -> Iterator[tuple[str, Entry]]:
    """Every ledger row, with the stage that wrote it."""
    for corpus in params.corpora:
        yield from (("harmonize", row) for row in jsonl.read(layout.records(corpus) / layout.LEDGER, Entry))
    for stage, folder in (("curate", layout.CURATED), ("instruct", layout.INSTRUCTIONS), ("tokenize", layout.TOKENS)):
        yield from ((stage, row) for row in jsonl.read(folder / layout.LEDGER, Entry))


def losses(params: Params) -> tuple[tuple[LedgerCount, ...], tuple[LedgerSample, ...]]:
    """Ledger rows by stage and rule, and a few of each as examples."""
    counts: Counter[tuple[str, str, str]] = Counter()
    samples: list[LedgerSample] = []
    for stage, row in ledgers(params):
        counts[stage, row.rule, row.action] += 1
        if counts[stage, row.rule, row.action] <= _SAMPLES_PER_RULE:
            samples.append(LedgerSample(stage, row))
    rows = tuple(LedgerCount(stage, rule, action, n) for (stage, rule, action), n in sorted(counts.items()))  # type: ignore[arg-type]
    return rows, tuple(samples)


def flows(params: Params) -> Iterator[Flow]:
    """What each stage took in and gave on."""
    harmonised = sum(
        lines(layout.records(corpus) / f"{split}.jsonl")
        for corpus in params.corpora
        for split in descriptor.find(corpus, layout.DESCRIPTORS).used_splits()
    )
    curated = sum(lines(layout.curated(use) / f"{corpus}.jsonl") for use in USES for corpus in params.corpora)
    yield Flow("curate", "records", harmonised, curated)
    made = sum(lines(layout.instructions(use)) for use in USES)
    capped = sum(1 for row in jsonl.read(layout.INSTRUCTIONS / layout.LEDGER, Entry) if row.rule != "nothing_to_ask")
    yield Flow("instruct", "instances", made + capped, made)


def curves(params: Params) -> Iterator[Curve]:
    """Loss and dev score of both training stages, and the chosen step."""
    for stage in ("stage1", "stage2"):
        loss = jsonl.read_json(layout.METRICS / f"{stage}_loss.json")
        dev = jsonl.read_json(layout.METRICS / f"{stage}_dev.json")
        chosen = jsonl.read_json(layout.METRICS / f"{stage}.json")
        skipped = stage == "stage1" and params.train.schedule == "one_stage"
        yield Curve(
            stage,
            tuple((row["step"], row["loss"]) for row in loss),
            tuple((row["step"], row["score"]) for row in dev),
            None if skipped else chosen["best_step"],
            "One-stage run: stage 2 starts from the base model." if skipped else "",
        )


def settings(params: Params) -> tuple[Setting, ...]:
    """This run's training settings, named as the paper's are, to stand beside them."""
    one, two, train = params.train.stage1, params.train.stage2, params.train
    rows = {
        "base model": params.base_model.reference or "embedded tiny Qwen3 architecture",
        "quantisation": params.base_model.quantisation,
        "learning rate": f"{one.learning_rate:g} / {two.learning_rate:g}",
        "scheduler": train.optimiser.schedule,
        "warmup ratio": f"{train.optimiser.warmup_ratio:g}",
        "LoRA rank": str(train.lora.rank),
        "LoRA alpha": str(train.lora.alpha),
        "LoRA dropout": f"{train.lora.dropout:g}",
        "embeddings trained": "yes" if train.lora.train_embeddings else "no",
        "maximum length (tokens)": str(params.tokenize.max_length_tokens),
        "maximum gradient norm": f"{train.optimiser.max_gradient_norm:g}",
        "loss averaging": train.loss_averaging,
        "weight decay": f"{train.optimiser.weight_decay:g}",
        "batch size per GPU": f"{one.batch_size} / {two.batch_size}",
        "gradient accumulation steps": f"{one.gradient_accumulation_steps} / {two.gradient_accumulation_steps}",
        "stage 1 epochs": f"{one.steps} steps" if one.steps else f"{one.epochs:g}",
        "stage 2 epochs": f"{two.steps} steps" if two.steps else f"{two.epochs:g}",
    }
    return tuple(Setting(name, ours) for name, ours in rows.items())


def making(params: Params) -> Making:
    """Where the run's artefacts come from."""
    trained: Manifest = jsonl.read_json(layout.manifest("train_stage2"), Manifest)
    names = ("torch", "transformers", "peft", "bitsandbytes", "datasets", "dvc", "sacrebleu")
    stages = [stage for stage in ("stage1", "stage2") if (layout.ADAPTERS / stage / "manifest.json").exists()]
    return Making(
        version=trained.version,
        code=trained.code,
        params_digest=manifest.params_digest(params),
        preset=params.preset,
        base_model=params.base_model.reference or f"embedded, {manifest.digest(layout.BASE_MODEL)[:12]}",
        seed=params.seed,
        adapters={stage: manifest.digest(layout.ADAPTERS / stage) for stage in stages},
        versions={name: version(name) for name in names},
    )


def page(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    with jsonl.replacing(path) as file:
        file.write(text.encode())


def scores(data: ReportData, folder: Path) -> None:
    """Write the page of the evaluation and every judged answer beside its gold."""
    if data.evaluation:
        described = {benchmark.id: benchmark for benchmark in benchmarks.every(layout.BENCHMARKS)}
        beside = Beside("../report.html", "the report", forgetting=evaluation_files.forgetting(layout.EVALUATION))
        settings = evaluation_files.Settings(described, data.paper)
        entrant = Entrant(folder.name, data.title, data.evaluation, {})
        evaluation_files.write_evaluation(entrant, layout.EVALUATION, folder, settings, beside)


def write(params: Params, data: ReportData) -> None:
    """The report's pages, packed rows and cards, as one whole folder."""
    with manifest.whole_folder(layout.REPORT) as folder:
        page(folder / "report.html", report.render(data))
        shutil.copy(layout.TOKENS / layout.PACKS, folder / layout.PACKS)
        for corpus in params.corpora:
            card = jsonl.read_json(layout.records(corpus) / layout.CARD, Card)
            page(folder / "corpora" / f"{corpus}.html", cards.render(card, beside_report=True))
        scores(data, folder / "evaluation")


def work(params: Params) -> None:
    """Write data/report/report.html; beside it a page for each corpus (corpora/) and of all scores (evaluation/)."""
    counted, samples = losses(params)
    evaluation, printed = jsonl.read_json(layout.EVALUATION / "scores.json", Evaluation), paper.load(layout.PAPER)
    data = ReportData(
        title=f"Taiyi run: {params.preset}",
        demo=not params.base_model.reference,
        carded=True,
        packs=True,
        answered=True,
        making=making(params),
        corpora=tuple(corpora(params)),
        sizes=tuple(sizes()),
        planned=tuple(planned()),
        budget=jsonl.read_json(layout.INSTRUCTIONS / layout.BUDGET, Budget),
        stages=stages(params),
        flows=tuple(flows(params)),
        quality=jsonl.read_json(layout.CURATED / layout.QUALITY, Quality),
        near_misses=tuple(islice(jsonl.read(layout.CURATED / layout.NEAR_MISSES, NearMiss), quality_view.SHOWN)),
        ledger=counted,
        ledger_samples=samples,
        lengths=jsonl.read_json(layout.TOKENS / "lengths.json", tuple[Lengths, ...]),
        curves=tuple(curves(params)),
        evaluation=evaluation,
        examples=jsonl.read_json(layout.EVALUATION / "examples.json", tuple[Example, ...]),
        settings=settings(params),
        paper=printed,
        parity=parity.sheet(evaluation, printed, benchmarks.every(layout.BENCHMARKS)),
    )
    write(params, data)
    manifest.write(
        layout.manifest("report"),
        stage="report",
        params={"preset": params.preset},
        inputs=(layout.EVALUATION, layout.METRICS, layout.INSTRUCTIONS, layout.CURATED),
        outputs=(layout.REPORT,),
    )
    shell.progress(f"report: {layout.REPORT / 'report.html'}")


if __name__ == "__main__":
    shell.main("report", work)
