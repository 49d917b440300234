"""The base model: a tiny one trained from scratch on raw text and copying drills, or a checked reference to a real one."""

from collections.abc import Iterator

import msgspec

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.instances import Instance
from taiyi.llm import checkpoint, embedded
from taiyi.params import Params
from taiyi.records import AnyRecord, Parallel


def raw_texts(params: Params) -> Iterator[str]:
    """The source texts of the training records; of a translation the source side alone, since the other is its gold."""
    for corpus in params.corpora:
        for record in jsonl.read(layout.curated("train") / f"{corpus}.jsonl", AnyRecord):
            if isinstance(record, Parallel):
                yield record.translations[record.language]
            else:
                yield from record.texts()


def questions() -> Iterator[str]:
    """What is asked in training, wordings and options and all, but no answer: for the vocabulary alone."""
    for instance in jsonl.read(layout.instructions("train"), Instance):
        yield from (turn.text for turn in instance.turns if turn.role == "user")


def make(params: Params) -> None:
    """Train the tiny model and its tokenizer, and save both in data/base_model."""
    told = params.base_model.embedded
    texts = list(raw_texts(params))
    tokenizer = embedded.train_tokenizer([*texts, *questions()], told.vocabulary_size)
    shape = embedded.Shape(hidden=told.hidden, layers=told.layers, heads=told.heads, intermediate=told.intermediate)
    model = embedded.build(tokenizer, shape, seed=params.seed)
    spec = embedded.PretrainSpec(
        steps=told.steps,
        batch_size=told.batch_size,
        max_length_tokens=told.max_length_tokens,
        learning_rate=told.learning_rate,
        drill_share=told.drill_share,
        seed=params.seed,
    )
    result = embedded.pretrain(model, tokenizer, texts, spec, shell.progress)
    with manifest.whole_folder(layout.BASE_MODEL) as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        jsonl.write_json(folder / "pretraining.json", msgspec.to_builtins(result))


def referenced(reference: str) -> None:
    """Check that the reference names a model that loads, and write down which one it is."""
    checkpoint.load_tokenizer(reference)
    with manifest.whole_folder(layout.BASE_MODEL) as folder:
        described = {"reference": reference, "sha256": checkpoint.base_digest(reference)}
        jsonl.write_json(folder / "reference.json", described)


def work(params: Params) -> None:
    """Fill data/base_model."""
    reference = params.base_model.reference
    if reference:
        referenced(reference)
    else:
        make(params)
    manifest.write(
        layout.manifest("base_model"),
        stage="base_model",
        params={"base_model": params.base_model, "seed": params.seed, "corpora": params.corpora},
        inputs=() if reference else (layout.curated("train"), layout.instructions("train")),
        outputs=(layout.BASE_MODEL,),
    )


if __name__ == "__main__":
    shell.main("base_model", work)
