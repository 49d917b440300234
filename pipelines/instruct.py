"""Records become instances, worded and proven readable; caps and mixture; counts, and the budget of the loss."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines import shell
from taiyi import jsonl, layout, manifest, tasks
from taiyi.corpora import descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.instances import Instance
from taiyi.instructions import Wording, capped, render, subtasks, targets, task_spec
from taiyi.instructions.mixture import Mixture
from taiyi.instructions.rendering import wordings_of
from taiyi.ledger import Ledger
from taiyi.llm import measure
from taiyi.params import Params
from taiyi.records import AnyRecord, Language


def worded_as(use: str, params: Params, *, count: int, first: int = 0) -> Wording:
    """How questions are worded: in `count` wordings after the `first`."""
    return Wording(
        style=params.instruct.style,
        folder=layout.TEMPLATES,
        seed=params.seed,
        count=count,
        first=first,
        pool=params.instruct.pool,
        unlisted=params.instruct.unlisted and use == "train",
    )


def asked(
    described: Descriptor, task: str, use: str, params: Params, ledger: Ledger, *, count: int = 1, first: int = 0
) -> list[Instance]:
    """The questions that a task asks of a corpus, each in `count` wordings after the `first`; for training also those of
    its sub-tasks, once. A record that the task has nothing to ask of leaves a row in the ledger.
    """
    spec = task_spec(described.id, task, described.tasks[task])
    wording = worded_as(use, params, count=count, first=first)
    rendered: list[Instance] = []
    for record in jsonl.read(layout.curated(use) / f"{described.id}.jsonl", AnyRecord):
        before = len(rendered) + len(ledger.entries)
        once = use == "train" and not first
        smaller = subtasks.drafts(record, task, spec, params.instruct.subtasks, params.seed) if once else ()
        rendered.extend(render(record, task, spec, wording, ledger, smaller))
        if not first and len(rendered) + len(ledger.entries) == before:
            ledger.drop(f"{record.id}#{task}", "nothing_to_ask", f"it has nothing that {task} asks for")
    return rendered


def room(described: Descriptor, task: str, params: Params) -> Counter[Language]:
    """How many training instances all wordings together could make of a corpus and task; sub-tasks are asked once."""
    spec = task_spec(described.id, task, described.tasks[task])
    most = params.instruct.mix.most_wordings
    wording = worded_as("train", params, count=most)
    found: Counter[Language] = Counter()
    for record in jsonl.read(layout.curated("train") / f"{described.id}.jsonl", AnyRecord):
        whole = (wordings_of(record, task, draft, wording) for draft in tasks.load(task).instances(record, spec))
        smaller = subtasks.drafts(record, task, spec, params.instruct.subtasks, params.seed)
        found[record.language] += sum(min(most, len(group)) for group in whole) + len(list(smaller))
    return found


def scored(described: Descriptor, use: str, params: Params, ledger: Ledger) -> Iterator[Instance]:
    """The instances of a corpus for dev or test: each question once, each task capped."""
    cap: int = getattr(params.instruct.caps, use)
    for task in described.tasks:
        everything = asked(described, task, use, params, ledger)
        yield from capped(everything, cap=cap or None, seed=params.seed, ledger=ledger)


def trained(described: Descriptor, params: Params, mixture: Mixture, ledger: Ledger) -> Iterator[Instance]:
    """The training instances of a corpus, as many of each task as the mixture takes."""
    for task in described.tasks:

        def again(first: int, task: str = task) -> list[Instance]:
            return asked(described, task, "train", params, ledger, first=first)

        everything = asked(described, task, "train", params, ledger, count=mixture.asked(task))
        yield from mixture.take(described, task, everything, again, ledger)


def mixture_of(corpora: Sequence[Descriptor], params: Params) -> Mixture:
    """The mixture, surveyed where how many are taken of one corpus depends on the others."""
    mix = params.instruct.mix
    targets.check(mix, lambda corpus: descriptor.find(corpus, layout.DESCRIPTORS))
    mixture = Mixture(params, *measure.of(mix.tokenizer))
    if mix.needs_survey:
        for described in corpora:
            for task in described.tasks:
                everything = asked(described, task, "train", params, Ledger(), count=mixture.asked(task))
                mixture.survey(described, task, everything, room(described, task, params))
    return mixture


def work(params: Params) -> None:
    """Write data/instructions/<use>.jsonl, its ledger, counts.json: use -> task -> language -> instances, and
    budget.json: the share of each corpus and task in the loss.
    """
    ledger = Ledger()
    counts: dict[str, dict[str, dict[str, int]]] = {}
    corpora = [descriptor.find(corpus, layout.DESCRIPTORS) for corpus in params.corpora]
    mixture = mixture_of(corpora, params)
    with manifest.whole_folder(layout.INSTRUCTIONS) as folder:
        for use in ("train", "dev", "test"):
            tally: Counter[tuple[str, str]] = Counter()

            def rows(use: str = use, tally: Counter[tuple[str, str]] = tally) -> Iterator[Instance]:
                for described in corpora:
                    train = use == "train"
                    for instance in (
                        trained(described, params, mixture, ledger) if train else scored(described, use, params, ledger)
                    ):
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
