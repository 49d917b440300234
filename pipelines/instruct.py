"""Records become instances, worded and proven readable; caps and mixture; counts, and the budget of the loss."""

from collections import Counter
from collections.abc import Iterator

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.corpora import descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.instances import Instance
from taiyi.instructions.mixture import Mixture
from taiyi.instructions.questions import Questions
from taiyi.ledger import Ledger
from taiyi.llm import measure
from taiyi.params import Params
from taiyi.records import AnyRecord


def curated(use: str, corpus: str) -> Iterator[AnyRecord]:
    """The curated records of a corpus."""
    return jsonl.read(layout.curated(use) / f"{corpus}.jsonl", AnyRecord)


def described_as(corpus: str) -> Descriptor:
    """A corpus's descriptor."""
    return descriptor.find(corpus, layout.DESCRIPTORS)


def chosen(
    questions: Questions, described: Descriptor, use: str, mixture: Mixture, ledger: Ledger
) -> Iterator[Instance]:
    """The instances of a corpus for one use."""
    if use != "train":
        yield from questions.scored(described, use, ledger)
        return
    for task in described.tasks:
        yield from questions.trained(described, task, mixture, ledger)


def work(params: Params) -> None:
    """Write data/instructions/<use>.jsonl, its ledger, counts.json: use -> task -> language -> instances, and
    budget.json: the share of each corpus and task in the loss.
    """
    ledger = Ledger()
    counts: dict[str, dict[str, dict[str, int]]] = {}
    corpora = [described_as(corpus) for corpus in params.corpora]
    questions = Questions(params, layout.TEMPLATES, curated)
    mixture = questions.mixture(corpora, described_as, *measure.of(params.instruct.mix.tokenizer))
    with manifest.whole_folder(layout.INSTRUCTIONS) as folder:
        for use in ("train", "dev", "test"):
            tally: Counter[tuple[str, str]] = Counter()

            def rows(use: str = use, tally: Counter[tuple[str, str]] = tally) -> Iterator[Instance]:
                for described in corpora:
                    for instance in chosen(questions, described, use, mixture, ledger):
                        tally[instance.task, instance.language] += 1
                        yield instance

            total = jsonl.write(folder / f"{use}.jsonl", rows())
            counts[use] = {}
            for (task, language), number in sorted(tally.items()):
                counts[use].setdefault(task, {})[language] = number
            shell.progress(f"instruct: {use}: {total} instances")
        jsonl.write(folder / layout.LEDGER, ledger)
        jsonl.write_json(folder / "counts.json", counts)
        jsonl.write_json(folder / layout.BUDGET, mixture.budget())
    manifest.write(
        layout.manifest("instruct"),
        stage="instruct",
        params={
            "instruct": params.instruct,
            "seed": params.seed,
            "corpora": params.corpora,
            "loss_averaging": params.train.loss_averaging,
        },
        inputs=(layout.CURATED, layout.TEMPLATES),
        outputs=(layout.INSTRUCTIONS,),
    )


if __name__ == "__main__":
    shell.main("instruct", work)
