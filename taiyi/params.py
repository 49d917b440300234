"""params.yaml as frozen types: every number a user may change, with its unit; an unknown key is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from taiyi import jsonl, strict_yaml
from taiyi.errors import InvalidParams
from taiyi.instances import Style
from taiyi.licences import Policy
from taiyi.records import Language

ConflictPolicy = Literal["keep_first", "majority", "drop_all"]
QualityRule = Literal[
    "empty_text", "too_long", "damaged_text", "wrong_language", "empty_answer", "copied_answer", "label_noise"
]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Schedule = Literal["two_stage", "one_stage"]
LearningRate = Literal["constant_with_warmup", "constant", "cosine", "linear"]
Collator = Literal["auto", "padded", "packed"]
Quantisation = Literal["none", "nf4"]
Precision = Literal["auto", "float32", "bfloat16"]
Averaging = Literal["token", "square", "sample"]


class _Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of the parameters is made of."""


class Samples(_Params, frozen=True, kw_only=True):
    """The shipped sample corpora: training documents of each."""

    documents: int


class Raw(_Params, frozen=True, kw_only=True):
    """Where native files are taken from: a folder with one subfolder per corpus. absent: what happens to a described
    split without files there: refuse, or skip (the report names it; a corpus without any split is refused all the same).
    """

    folder: str
    absent: Literal["refuse", "skip"] = "refuse"


class NearDuplicates(_Params, frozen=True, kw_only=True):
    """Training records that ask the same of texts that are alike. action: drop the later one; report both as near misses;
    off: do not look.

    threshold: Jaccard similarity of their shingles from which on they are near-duplicates. A shingle is a run of so many
    words, or of so many characters of Chinese. listed: near misses that are listed, the most alike first.
    """

    action: Literal["drop", "report", "off"] = "drop"
    threshold: Share = 0.8
    words: Count = 5
    characters: Count = 5
    listed: int = 1000


class Leakage(_Params, frozen=True, kw_only=True):
    """Training texts that contain a scored text or are part of one. containment: the share of the shorter one's
    shingles (of so many words, or characters of Chinese) that are in the other. shingles: texts with fewer are compared
    as a whole only, since a phrase proves nothing.
    """

    containment: Share = 0.8
    words: Count = 8
    characters: Count = 8
    shingles: Count = 8


class Quality(_Params, frozen=True, kw_only=True):
    """The rules by which a record is refused for what it is itself; each may be left out.

    damaged_share: marks of a wrong encoding, as a share of the characters, above which a text is damaged.
    """

    rules: tuple[QualityRule, ...] = get_args(QualityRule)
    damaged_share: float = 0.001


class Curate(_Params, frozen=True, kw_only=True):
    """What may be trained on. Lengths are in characters of a record's longest text.

    conflicts: which of several golds of one question is kept: the first, the one that most records have, or none.
    """

    minimum_characters: int = 2
    maximum_characters: int = 200_000
    conflicts: ConflictPolicy = "keep_first"
    near_duplicates: NearDuplicates = NearDuplicates()
    leakage: Leakage = Leakage()
    quality: Quality = Quality()


class Caps(_Params, frozen=True, kw_only=True):
    """At most so many instances of one corpus and task; 0: all. Chosen by a hash of the instance id."""

    train: int = 0
    dev: int = 0
    test: int = 0


class Even(_Params, frozen=True, kw_only=True):
    """Evens out the loss between tasks and languages, whose answers may be one word or 300, by weights on their counts.

    strength: each is weighted by (mean loss of a task and language / its own) to this power: 0 changes nothing, 1 asks
    for the same loss of each. The loss is counted as train.loss_averaging counts it.
    bound: no such weight is above it, or below 1 / bound.
    """

    strength: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    bound: Annotated[float, msgspec.Meta(ge=1)] = 4.0


class Mix(_Params, frozen=True, kw_only=True):
    """Which training instances are taken, and how many of each corpus, task and language. A part with n instances after
    its cap gets weight x n^(1/temperature), in the scale that keeps the sum of all n; more than there are only by asking
    in further wordings, never by copies.

    paper_caps: as many as the Taiyi paper took of each corpus and task, where the descriptor says so; none where it took
      none; corpora unknown to the paper are not limited.
    caps: corpus -> task -> at most so many instances (0: none); they go before paper_caps.
    weights: task, or task.language, -> factor; the more precise name counts.
    temperature: 1 leaves the sizes of corpora as they are, higher brings them closer together.
    total: so many in all, as far as caps and wordings let it; 0: as many as come of the above.
    most_wordings: a question is asked in at most so many wordings.
    tokenizer: folder or hub id of what counts the answers' tokens; empty: characters are counted.
    """

    paper_caps: bool = False
    caps: dict[str, dict[str, Annotated[int, msgspec.Meta(ge=0)]]] = {}
    weights: dict[str, Annotated[float, msgspec.Meta(ge=0)]] = {}
    temperature: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    total: Annotated[int, msgspec.Meta(ge=0)] = 0
    most_wordings: Annotated[int, msgspec.Meta(ge=1)] = 15
    even: Even = Even()
    tokenizer: str = ""

    @property
    def needs_survey(self) -> bool:
        """Whether how many are taken of one corpus depends on the others."""
        return self.temperature != 1 or self.total > 0 or self.even.strength > 0

    def weight(self, task: str, language: Language) -> float:
        """The factor for a task in a language."""
        return self.weights.get(f"{task}.{language}", self.weights.get(task, 1.0))


class Subtasks(_Params, frozen=True, kw_only=True):
    """Instances per training record that are asked beside the whole question, of each kind that its corpus declares: how
    many about what is there, and under absent_ about what is not (answered none, or no). A part of one is a chance: 0.1
    is one record in ten, chosen by a hash of its id.

    each_type: one of the types; pair: whether two mentions are so related; mention: whether a mention is of a type.
    """

    each_type: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    pair: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    mention: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    absent_types: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    absent_pairs: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    absent_mentions: Annotated[float, msgspec.Meta(ge=0)] = 0.0

    def of(self, kind: str) -> tuple[float, float]:
        """The rates of a kind: of what is there, and of what is not."""
        return {
            "each_type": (self.each_type, self.absent_types),
            "pair": (self.pair, self.absent_pairs),
            "mention": (self.mention, self.absent_mentions),
        }[kind]


class Instruct(_Params, frozen=True, kw_only=True):
    """How records become instances: the answer style, wordings per training record, and caps.

    pool: only the first so many wordings of each group of data/templates are used; 0: all.
    unlisted: whether training questions may leave out the list of types, roles, vocabularies or sections, where its names
      are plain words; test questions never do, since nobody could tell what is asked.
    task_wordings: wordings where a task's number differs; more of them for tasks whose answers are a word or two, which
    would otherwise have little say in the loss.
    """

    style: Style = "taiyi"
    pool: Annotated[int, msgspec.Meta(ge=0)] = 0
    unlisted: bool = False
    wordings: int = 1
    task_wordings: dict[str, int] = {}
    subtasks: Subtasks = Subtasks()
    caps: Caps = Caps()
    mix: Mix = Mix()


class Embedded(_Params, frozen=True, kw_only=True):
    """The embedded tiny base model: a Qwen3-architecture causal language model trained from scratch in the run, on raw
    text and, for `drill_share` of its sequences, on copying drills.
    """

    vocabulary_size: int = 1024
    hidden: int = 128
    layers: int = 2
    heads: int = 4
    intermediate: int = 384
    steps: int = 900
    batch_size: int = 24
    max_length_tokens: int = 160
    learning_rate: float = 3e-3
    drill_share: float = 0.85


class BaseModel(_Params, frozen=True, kw_only=True):
    """The base model: empty `reference` for the embedded tiny one, else a folder or a hub id."""

    reference: str = ""
    quantisation: Quantisation = "none"
    precision: Precision = "auto"
    embedded: Embedded = Embedded()


class Tokenize(_Params, frozen=True, kw_only=True):
    """How conversations become tokens. What is longer is asked in windows, shortened around its answer, or goes to the
    ledger; no answer is ever cut. empty_windows: the share kept of windows that hold nothing of what is asked for.
    """

    max_length_tokens: int = 1024
    empty_windows: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25


class Lora(_Params, frozen=True, kw_only=True):
    """The adapter: rank, scale (alpha), dropout; whether embeddings are trained too."""

    rank: int = 64
    alpha: int = 16
    dropout: float = 0.05
    train_embeddings: bool = False


class TrainStage(_Params, frozen=True, kw_only=True):
    """One training stage: the task types it trains on and how. `steps` 0: as many as `epochs` need."""

    tasks: tuple[str, ...]
    learning_rate: float = 2e-4
    epochs: float = 1.0
    steps: int = 0
    batch_size: int = 12
    gradient_accumulation_steps: int = 1
    dev_every_steps: int = 0


class Optimiser(_Params, frozen=True, kw_only=True):
    """What both stages share."""

    warmup_ratio: float = 0.1
    schedule: LearningRate = "constant_with_warmup"
    weight_decay: float = 0.0
    max_gradient_norm: float = 0.3
    gradient_checkpointing: bool = False


class Train(_Params, frozen=True, kw_only=True):
    """Training: `schedule` one_stage skips stage 1, so that stage 2 starts from the base model.

    loss_averaging: an answer of n tokens weighs n (token), the square root of n (square), or 1 (sample).
    """

    schedule: Schedule = "two_stage"
    collator: Collator = "auto"
    loss_averaging: Averaging = "token"
    lora: Lora = Lora()
    optimiser: Optimiser = Optimiser()
    stage1: TrainStage
    stage2: TrainStage
    dev_instances: int = 0


class Predict(_Params, frozen=True, kw_only=True):
    """Greedy generation on the test sets. stage1: also by the model after stage 1, on the tasks that it was trained on, so
    that what stage 2 forgets is measured.
    """

    max_new_tokens: int = 500
    batch_size: int = 64
    stage1: bool = False


class Params(_Params, frozen=True, kw_only=True):
    """All parameters."""

    preset: str
    seed: int
    raw: Raw
    samples: Samples
    corpora: tuple[str, ...]
    licences: Policy = Policy()
    curate: Curate = Curate()
    instruct: Instruct = Instruct()
    base_model: BaseModel = BaseModel()
    tokenize: Tokenize = Tokenize()
    train: Train
    predict: Predict = Predict()


def load(path: Path) -> Params:
    """The parameters in a file; what is wrong is named with its file, key and line."""
    return strict_yaml.convert(strict_yaml.load(path), Params, path)


def enrol(path: Path, corpus: str) -> None:
    """Add a corpus to `corpora` in a parameter file, its comments and order kept; nothing if it is there already."""
    if corpus in load(path).corpora:
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.rstrip() == "corpora:"), None)
    if first is None:
        raise InvalidParams("`corpora` is no block list", where=path, remedy=f"add {corpus} to it by hand")
    last = first
    while last + 1 < len(lines) and lines[last + 1].lstrip().startswith(("- ", "#")):
        last += 1
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    text = "".join([*lines[: last + 1], f"{indent}- {corpus}\n", *lines[last + 1 :]])
    with jsonl.replacing(path) as file:
        file.write(text.encode())
