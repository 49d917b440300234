"""Training conversations as tokens, loss on answers only, one Arrow file per training stage; what is too long is fitted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from pipelines import shell
from taiyi import jsonl, layout, manifest, process
from taiyi.corpora import descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import Conflict
from taiyi.instances import Instance
from taiyi.instructions import Wording, rank, stage_tasks, task_spec
from taiyi.instructions.fitting import Planner
from taiyi.ledger import Ledger
from taiyi.llm import chat, checkpoint, pack_view, packing, tokens
from taiyi.llm.ahead import ahead
from taiyi.llm.pack_view import Pack
from taiyi.pages import packs
from taiyi.params import Params
from taiyi.records import AnyRecord, Turn, split_record_id
from taiyi.tasks import TaskSpec

_BATCH = 2048
"""Conversations tokenised in one call."""
_PACKS_SHOWN = 5
"""Of each stage."""


class Head(msgspec.Struct):
    """What is read of an instance to put it in order."""

    id: str
    task: str


def ordered(params: Params, stage: str) -> Iterator[Instance]:
    """The instances of a stage's task types, in an order that depends on the ids alone."""
    wanted = stage_tasks(getattr(params.train, stage))

    def key(head: Head) -> int | None:
        return rank(params.seed, head.id) if head.task in wanted else None

    return jsonl.read_ordered(layout.instructions("train"), Instance, key, Head)


@dataclass
class Counts:
    """What went by of a stage: (tokens, of them in the loss) of each conversation; conversations decoded, and the ids of
    those whose loss did not read as their answers.
    """

    lengths: list[tuple[int, int]] = field(default_factory=list)
    decoded: int = 0
    misread: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Conflict unless what the loss is taken over reads, decoded, as the answers, everywhere."""
        if self.misread:
            raise Conflict(
                f"{len(self.misread)} of {self.decoded} conversations have an answer that the tokenizer does not give "
                f"back, the first {self.misread[0]}: the loss would teach another text"
            )


class Fit:
    """Gives each conversation as it is where it fits, else what becomes of its instance, asked of its record anew."""

    def __init__(self, params: Params, tokenizer: chat.Tokenizer, ledger: Ledger) -> None:
        self._tokenizer, self._ledger, self._limit = tokenizer, ledger, params.tokenize.max_length_tokens
        self._corpora: dict[str, tuple[Descriptor, jsonl.Lookup]] = {}
        self._planner = Planner(
            Wording(style=params.instruct.style, folder=layout.TEMPLATES, seed=params.seed),
            length=self._length,
            limit=self._limit,
            empty_windows=params.tokenize.empty_windows,
        )
        self.tally = self._planner.tally

    def of(self, instances: list[Instance], conversations: list[chat.Encoded]) -> list[tuple[Instance, chat.Encoded]]:
        """What becomes of the instances, in their order, encoded; `conversations`: they as they are."""
        found: list[tuple[Instance, chat.Encoded]] = []
        for instance, encoded in zip(instances, conversations, strict=True):
            if len(encoded.input_ids) <= self._limit:
                self.tally.whole += 1
                found.append((instance, encoded))
            else:
                fitted = self._planner.fit(instance, *self._source(instance), self._ledger)
                found += zip(fitted, self.encoded(fitted), strict=True)
        return found

    def encoded(self, instances: list[Instance]) -> list[chat.Encoded]:
        """The conversations of instances, as they are."""
        return chat.encode_many(self._tokenizer, [instance.turns for instance in instances])

    def _length(self, turns: Sequence[Turn]) -> int:
        return len(chat.encode(self._tokenizer, turns).input_ids)

    def _source(self, instance: Instance) -> tuple[AnyRecord, TaskSpec]:
        """The record that an instance was made from, and what its corpus declares for the task."""
        corpus = split_record_id(instance.id)[0]
        if corpus not in self._corpora:
            records = jsonl.Lookup(layout.curated("train") / f"{corpus}.jsonl", AnyRecord)
            self._corpora[corpus] = (descriptor.find(corpus, layout.DESCRIPTORS), records)
        described, records = self._corpora[corpus]
        return records[instance.record], task_spec(corpus, instance.task, described.tasks[instance.task])


def batches(instances: Iterator[Instance]) -> Iterator[list[Instance]]:
    """The instances, so many at a time as are tokenised in one call."""
    while batch := list(islice(instances, _BATCH)):
        yield batch


def rows(
    params: Params, stage: str, fit: Fit, tokenizer: chat.Tokenizer, counts: Counts
) -> Iterator[tuple[str, chat.Encoded]]:
    """(instance id, conversation) of a stage, the loss of each decoded back."""
    for batch, encoded_batch in ahead(batches(ordered(params, stage)), fit.encoded):
        fitted = fit.of(batch, encoded_batch)
        said, conversations = [instance.turns for instance, _ in fitted], [encoded for _, encoded in fitted]
        counts.decoded += len(fitted)
        counts.misread += [fitted[number][0].id for number in chat.misread(tokenizer, said, conversations)]
        for instance, encoded in fitted:
            counts.lengths.append((len(encoded.input_ids), sum(label != chat.IGNORED for label in encoded.labels)))
            yield instance.id, encoded


def summary(name: str, lengths: list[tuple[int, int]], limit: int) -> dict[str, object]:
    """Length statistics in tokens, with 24 bins of equal width from 0 to the longest."""
    totals = sorted(total for total, _ in lengths)
    width = max(1, -(-(totals[-1] if totals else 1) // 24))
    bins = [(width * (n + 1), sum(width * n < total <= width * (n + 1) for total in totals)) for n in range(24)]
    return {
        "name": name,
        "count": len(totals),
        "median": median(totals) if totals else 0,
        "p95": totals[int(0.95 * (len(totals) - 1))] if totals else 0,
        "maximum": totals[-1] if totals else 0,
        "total_tokens": sum(totals),
        "answer_tokens": sum(answer for _, answer in lengths),
        "limit": limit,
        "bins": bins,
    }


def packed(path: Path, tokenizer: chat.Tokenizer, lengths: list[int], limit: int) -> tuple[int, float, list[Pack]]:
    """How many rows packing the whole stage takes, how full they are (0 to 1), and some of them token by token."""
    plan = packing.plan(lengths, limit)
    chosen = sorted({len(plan) * n // _PACKS_SHOWN for n in range(_PACKS_SHOWN)} if plan else ())
    shown = pack_view.shown(tokenizer, [(number, tokens.take(path, plan[number])) for number in chosen], limit)
    return len(plan), sum(lengths) / max(1, limit * len(plan)), shown


def tokenized(
    path: Path, stage: str, params: Params, tokenizer: chat.Tokenizer, ledger: Ledger
) -> tuple[dict[str, Any], list[Pack]]:
    """Write one stage's tokens; its row of lengths.json, and some packed rows."""
    counts, limit, own = Counts(), params.tokenize.max_length_tokens, Ledger()
    fit = Fit(params, tokenizer, own)
    written = tokens.write(path, rows(params, stage, fit, tokenizer, counts))
    counts.check()
    own.balance(entered=fit.tally.entered, left=written + fit.tally.windowed - fit.tally.windows)
    ledger.entries += [msgspec.structs.replace(entry, id=f"{entry.id}@{stage}") for entry in own]
    number, fill, shown = packed(path, tokenizer, [total for total, _ in counts.lengths], limit)
    told = {"rows": number, "fill": fill, "decoded": counts.decoded, "misread": len(counts.misread)}
    return summary(stage, counts.lengths, limit) | told | asdict(fit.tally), shown


def work(params: Params) -> None:
    """Write data/tokens/<stage>.arrow for both stages, the ledger, lengths.json, and packs.html: rows token by token."""
    tokenizer = checkpoint.load_tokenizer(params.base_model.reference or layout.BASE_MODEL)
    ledger, summaries, shown = Ledger(), list[dict[str, Any]](), list[tuple[str, Pack]]()
    with manifest.whole_folder(layout.TOKENS) as folder, process.rarely_collected():
        for stage in ("stage1", "stage2"):
            told, packs_of_stage = tokenized(folder / f"{stage}.arrow", stage, params, tokenizer, ledger)
            summaries.append(told)
            shown += [(stage, pack) for pack in packs_of_stage]
            shell.progress(
                f"tokenize: {stage}: {told['count']} conversations, {told['total_tokens']} tokens, "
                f"{told['rows']} packed rows {100 * told['fill']:.1f}% full, {told['misread']} answers misread; "
                f"{told['windowed']} in {told['windows']} windows, {told['shortened']} shortened, {told['too_long']} too long"
            )
        jsonl.write(folder / layout.LEDGER, ledger)
        jsonl.write_json(folder / "lengths.json", summaries)
        with jsonl.replacing(folder / layout.PACKS) as file:
            file.write(packs.render(summaries, shown).encode())
    manifest.write(
        layout.manifest("tokenize"),
        stage="tokenize",
        params={"tokenize": params.tokenize, "stage1": params.train.stage1.tasks, "stage2": params.train.stage2.tasks},
        inputs=(layout.instructions("train"), layout.curated("train"), layout.TEMPLATES, layout.BASE_MODEL),
        outputs=(layout.TOKENS,),
    )


if __name__ == "__main__":
    shell.main("tokenize", work)
