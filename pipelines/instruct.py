"""Records become instances, worded and proven readable; caps; counts by task and language."""

from collections import Counter
from collections.abc import Iterator

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.corpora import descriptor
from taiyi.instances import Instance
from taiyi.instructions import Wording, capped, render, task_spec
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import AnyRecord


def wordings(task: str, use: str, params: Params) -> int:
    """How often each record is asked. A benchmark asks each question once; only training gains from several wordings."""
    return params.instruct.task_wordings.get(task, params.instruct.wordings) if use == "train" else 1


def instances(corpus: str, use: str, params: Params, ledger: Ledger) -> list[Instance]:
    """The instances of one corpus and use, task by task, each task capped. A record that a task has nothing to ask
    of leaves a row in the ledger.
    """
    described = descriptor.find(corpus, layout.DESCRIPTORS)
    cap: int = getattr(params.instruct.caps, use)
    kept: list[Instance] = []
    for task, declared in described.tasks.items():
        spec = task_spec(corpus, task, declared)
        wording = Wording(
            style=params.instruct.style, folder=layout.TEMPLATES, seed=params.seed, count=wordings(task, use, params)
        )
        rendered: list[Instance] = []
        for record in jsonl.read(layout.curated(use) / f"{corpus}.jsonl", AnyRecord):
            before = len(rendered) + len(ledger.entries)
            rendered.extend(render(record, task, spec, wording, ledger))
            if len(rendered) + len(ledger.entries) == before:
                ledger.drop(f"{record.id}#{task}", "nothing_to_ask", f"it has nothing that {task} asks for")
        kept.extend(capped(rendered, cap=cap, seed=params.seed, ledger=ledger))
    return kept


def work(params: Params) -> None:
    """Write data/instructions/<use>.jsonl, its ledger, and counts.json: use -> task -> language -> instances."""
    ledger = Ledger()
    counts: dict[str, dict[str, dict[str, int]]] = {}
    with manifest.whole_folder(layout.INSTRUCTIONS) as folder:
        for use in ("train", "dev", "test"):
            tally: Counter[tuple[str, str]] = Counter()

            def rows(use: str = use, tally: Counter[tuple[str, str]] = tally) -> Iterator[Instance]:
                for corpus in params.corpora:
                    for instance in instances(corpus, use, params, ledger):
                        tally[instance.task, instance.language] += 1
                        yield instance

            total = jsonl.write(folder / f"{use}.jsonl", rows())
            counts[use] = {}
            for (task, language), number in sorted(tally.items()):
                counts[use].setdefault(task, {})[language] = number
            shell.progress(f"instruct: {use}: {total} instances")
        jsonl.write(folder / layout.LEDGER, ledger)
        jsonl.write_json(folder / "counts.json", counts)
    manifest.write(
        layout.manifest("instruct"),
        stage="instruct",
        params={"instruct": params.instruct, "seed": params.seed, "corpora": params.corpora},
        inputs=(layout.CURATED, layout.TEMPLATES),
        outputs=(layout.INSTRUCTIONS,),
    )


if __name__ == "__main__":
    shell.main("instruct", work)
