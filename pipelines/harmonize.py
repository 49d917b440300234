"""Native files of one corpus, read into records."""

import sys
from itertools import chain

import msgspec

from pipelines import shell
from taiyi import corpora, jsonl, layout, manifest
from taiyi.corpora import card, descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.params import Params


def _empty(described: Descriptor, split: str, dropped: int) -> InvalidInput:
    """The error for a split whose files hold no record: training would go without it, and nobody would know."""
    files = ", ".join(described.splits[split].files)
    why = f"; {dropped} rows went to the ledger" if dropped else ""
    return InvalidInput(
        f"the split {split} holds no record ({files}){why}",
        where=layout.RAW / described.id,
        remedy="put its files there whole, mark the split `optional`, or take the corpus out of params.yaml",
    )


def work(corpus: str, params: Params) -> None:
    """Write data/records/<corpus>/<split>.jsonl for every used split, the ledger of what reading changed, and the card."""
    # data/raw holds corpora under their ids, whatever their folders were called where they came from.
    described = msgspec.structs.replace(descriptor.find(corpus, layout.DESCRIPTORS), folder=corpus)
    ledgers: list[Ledger] = []
    cards: list[card.SplitCard] = []
    with manifest.whole_folder(layout.records(corpus)) as folder:
        for split in corpora.splits(described, layout.RAW, absent=params.raw.absent):
            ledgers.append(Ledger())
            look = card.Look(described, split, ledgers[-1])
            records = look.over(corpora.read(described, split, layout.RAW, ledgers[-1]))
            count = jsonl.write(folder / f"{split}.jsonl", records)
            if not count and not described.splits[split].optional:
                raise _empty(described, split, len(ledgers[-1].entries))
            cards.append(look.card())
            shell.progress(f"harmonize: {corpus}/{split}: {count} records")
        jsonl.write(folder / layout.LEDGER, chain.from_iterable(ledgers))
        jsonl.write_json(folder / layout.CARD, card.Card(described, tuple(cards)))
    manifest.write(
        layout.manifest(f"harmonize.{corpus}"),
        stage="harmonize",
        params=described,
        inputs=(layout.RAW / corpus,),
        outputs=(layout.records(corpus),),
    )


def _work(params: Params) -> None:
    work(sys.argv[1], params)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m pipelines.harmonize CORPUS")
    sys.exit(shell.run("harmonize", _work, item=sys.argv[1]))
