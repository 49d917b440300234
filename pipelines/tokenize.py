"""Training conversations as tokens, loss on answers only, one Arrow file per training stage; what is too long is listed."""

from collections.abc import Iterator
from statistics import median

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.instances import Instance
from taiyi.instructions import of_stage, rank
from taiyi.ledger import Ledger
from taiyi.llm import chat, checkpoint, tokens
from taiyi.params import Params


def rows(
    params: Params, stage: str, tokenizer: chat.Tokenizer, ledger: Ledger, lengths: list[tuple[int, int]]
) -> Iterator[tuple[str, chat.Encoded]]:
    """(instance id, conversation) of a stage's task types, in an order that depends on the ids alone."""
    limit = params.tokenize.max_length_tokens
    chosen = of_stage(jsonl.read(layout.instructions("train"), Instance), getattr(params.train, stage))
    for instance in sorted(chosen, key=lambda instance: rank(params.seed, instance.id)):
        encoded = chat.encode(tokenizer, instance.turns)
        if len(encoded.input_ids) > limit:
            reason = f"{len(encoded.input_ids)} tokens, at most {limit} are allowed; no answer is cut"
            ledger.drop(f"{instance.id}@{stage}", "too_long", reason)
            continue
        lengths.append((len(encoded.input_ids), sum(label != chat.IGNORED for label in encoded.labels)))
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


def work(params: Params) -> None:
    """Write data/tokens/<stage>.arrow for both stages, the ledger, and lengths.json."""
    tokenizer = checkpoint.load_tokenizer(params.base_model.reference or layout.BASE_MODEL)
    ledger, summaries = Ledger(), []
    with manifest.whole_folder(layout.TOKENS) as folder:
        for stage in ("stage1", "stage2"):
            lengths: list[tuple[int, int]] = []
            count = tokens.write(folder / f"{stage}.arrow", rows(params, stage, tokenizer, ledger, lengths))
            summaries.append(summary(stage, lengths, params.tokenize.max_length_tokens))
            shell.progress(f"tokenize: {stage}: {count} conversations, {summaries[-1]['total_tokens']} tokens")
        jsonl.write(folder / layout.LEDGER, ledger)
        jsonl.write_json(folder / "lengths.json", summaries)
    manifest.write(
        layout.manifest("tokenize"),
        stage="tokenize",
        params={"tokenize": params.tokenize, "stage1": params.train.stage1.tasks, "stage2": params.train.stage2.tasks},
        inputs=(layout.instructions("train"), layout.BASE_MODEL),
        outputs=(layout.TOKENS,),
    )


if __name__ == "__main__":
    shell.main("tokenize", work)
