"""What of the records may be trained on: quality, overlap with scored sets, duplicates, conflicts, each in the ledger."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.corpora.card import Card
from taiyi.corpora.descriptor import Use
from taiyi.curation import Distinct, NearDuplicates, Protected, ask, scored, usable
from taiyi.curation.near_duplicates import Findings
from taiyi.curation.report import report
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import AnyRecord

USES: tuple[Use, ...] = ("test", "dev", "train")


def card_of(corpus: str) -> Card:
    """The data card of a harmonised corpus."""
    card: Card = jsonl.read_json(layout.records(corpus) / layout.CARD, Card)
    return card


def read(corpus: str, use: Use) -> Iterator[AnyRecord]:
    """The harmonised records of a corpus that are of that use."""
    card = card_of(corpus)
    if use == "train" and card.described.held_out:
        return
    for split in card.splits:
        if split.use == use:
            yield from jsonl.read(layout.records(corpus) / f"{split.name}.jsonl", AnyRecord)


class Curation:
    """One run: every record of every use, streamed from file to file; fingerprints are all that it holds."""

    def __init__(self, params: Params, folder: Path) -> None:
        self._params, self._folder = params, folder
        asks = {corpus: ask(card_of(corpus).described.tasks) for corpus in params.corpora}
        self._ledger = Ledger()
        self._protected = Protected(params.curate.leakage)
        self._distinct = Distinct(params.curate.conflicts, asks)
        self._near = NearDuplicates(params.curate.near_duplicates, asks)
        self._entered: Counter[tuple[str, str]] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()

    def run(self) -> None:
        """Write everything, test first: dev keeps clear of test, train of both."""
        self._distinct.survey(chain.from_iterable(read(corpus, "train") for corpus in self._params.corpora))
        for use in USES:
            for corpus in self._params.corpora:
                self._left[corpus, use] = jsonl.write(self._file(use, corpus), self._kept(use, corpus))
            if use != "train":
                for corpus in self._params.corpora:
                    self._protected.add(jsonl.read(self._file(use, corpus), AnyRecord))
        findings = self._near.find(self._training)
        self._drop(findings)
        self._ledger.balance(entered=self._entered.total(), left=self._left.total())
        jsonl.write(self._folder / layout.LEDGER, self._ledger)
        jsonl.write(self._folder / layout.NEAR_MISSES, findings.misses)
        quality = report(self._entered, self._left, self._ledger, findings, self._params.curate)
        jsonl.write_json(self._folder / layout.QUALITY, quality)
        shell.progress(
            f"curate: {self._entered.total()} records in, {self._left.total()} out, {self._ledger.counts()}, "
            f"{findings.near_misses} near misses"
        )

    def _file(self, use: Use, corpus: str) -> Path:
        return self._folder / use / f"{corpus}.jsonl"

    def _kept(self, use: Use, corpus: str) -> Iterator[AnyRecord]:
        records = self._counted(use, corpus)
        if use == "test":
            return scored(records, self._ledger)
        kept = usable(records, self._params.curate, self._protected, self._ledger)
        return kept if use == "dev" else self._near.watch(self._distinct.keep(kept, self._ledger))

    def _counted(self, use: Use, corpus: str) -> Iterator[AnyRecord]:
        for record in read(corpus, use):
            self._entered[corpus, use] += 1
            yield record

    def _training(self) -> Iterator[AnyRecord]:
        for corpus in self._params.corpora:
            yield from jsonl.read(self._file("train", corpus), AnyRecord)

    def _drop(self, findings: Findings) -> None:
        """Write the training sets that have near-duplicates again, without them."""
        corpora = {identifier.partition("/")[0] for identifier in findings.dropped}
        for corpus in (corpus for corpus in self._params.corpora if corpus in corpora):
            path = self._file("train", corpus)
            self._left[corpus, "train"] = jsonl.write(path, self._apart(path, findings))

    def _apart(self, path: Path, findings: Findings) -> Iterator[AnyRecord]:
        for record in jsonl.read(path, AnyRecord):
            if record.id in findings.dropped:
                other, similarity = findings.dropped[record.id]
                self._ledger.drop(record.id, "near_duplicate", f"similarity {similarity:.3f}", other=other)
            else:
                yield record


def work(params: Params) -> None:
    """Write data/curated/<use>/<corpus>.jsonl, the ledger, near misses and the quality report."""
    with manifest.whole_folder(layout.CURATED) as folder:
        Curation(params, folder).run()
    manifest.write(
        layout.manifest("curate"),
        stage="curate",
        params={"curate": params.curate, "corpora": params.corpora},
        inputs=[layout.records(corpus) for corpus in params.corpora],
        outputs=(layout.CURATED,),
    )


if __name__ == "__main__":
    shell.main("curate", work)
