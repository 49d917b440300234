"""What of the records may be trained on: validation, overlap with scored sets, duplicates, conflicts, each in the ledger."""

from collections.abc import Iterator
from itertools import chain

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.corpora.card import Card
from taiyi.corpora.descriptor import Use
from taiyi.curation import Distinct, scored, usable
from taiyi.curation.overlap import Protected
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import AnyRecord

USES: tuple[Use, ...] = ("test", "dev", "train")


def read(corpus: str, use: Use) -> Iterator[AnyRecord]:
    """The harmonised records of a corpus that are of that use."""
    card = jsonl.read_json(layout.records(corpus) / layout.CARD, Card)
    if use == "train" and card.described.held_out:
        return
    for split in card.splits:
        if split.use == use:
            yield from jsonl.read(layout.records(corpus) / f"{split.name}.jsonl", AnyRecord)


def work(params: Params) -> None:
    """Write data/curated/<use>/<corpus>.jsonl, test first: dev keeps clear of test, train of both."""
    ledger, protected, distinct = Ledger(), Protected(), Distinct(params.curate.conflicts)
    distinct.survey(chain.from_iterable(read(corpus, "train") for corpus in params.corpora))
    entered = left = 0

    def counted(records: Iterator[AnyRecord]) -> Iterator[AnyRecord]:
        nonlocal entered
        for record in records:
            entered += 1
            yield record

    with manifest.whole_folder(layout.CURATED) as folder:
        for use in USES:
            for corpus in params.corpora:
                records = counted(read(corpus, use))
                test = use == "test"
                kept = scored(records, ledger) if test else usable(records, params.curate, protected, ledger)
                if use == "train":
                    kept = distinct.keep(kept, ledger)
                left += jsonl.write(folder / use / f"{corpus}.jsonl", kept)
            for corpus in params.corpora:
                protected.add(jsonl.read(folder / use / f"{corpus}.jsonl", AnyRecord))
        ledger.balance(entered=entered, left=left)
        jsonl.write(folder / layout.LEDGER, ledger)
    shell.progress(f"curate: {entered} records in, {left} out, {ledger.counts()}")
    manifest.write(
        layout.manifest("curate"),
        stage="curate",
        params={"curate": params.curate, "corpora": params.corpora},
        inputs=[layout.records(corpus) for corpus in params.corpora],
        outputs=(layout.CURATED,),
    )


if __name__ == "__main__":
    shell.main("curate", work)
