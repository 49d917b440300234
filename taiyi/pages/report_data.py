"""What the report is made from. Everything but the title may be missing; the page then says so."""

from __future__ import annotations

from taiyi.budget import Budget
from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Quality
from taiyi.evaluation.examples import Example
from taiyi.evaluation.paper import Paper
from taiyi.evaluation.parity import Sheet
from taiyi.evaluation.results import Evaluation
from taiyi.ledger import Action, Entry
from taiyi.records import Language, Part


class Making(Part, frozen=True):
    """How the run was made: digests are hexadecimal sha256; adapters by training stage; versions by package."""

    version: str
    code: str
    params_digest: str
    preset: str
    base_model: str
    seed: int
    adapters: dict[str, str] = {}
    versions: dict[str, str] = {}


class CorpusRow(Part, frozen=True):
    """An enrolled corpus; `splits` holds records by use (train, dev, test), after curation."""

    id: str
    title: str
    language: Language
    licence: str
    access: str
    tasks: tuple[str, ...]
    splits: dict[str, int]
    held_out: bool = False
    terms: str = ""


class TaskSize(Part, frozen=True):
    """Instances of one corpus, task and language (of the question), by use."""

    corpus: str
    task: str
    language: Language
    train: int = 0
    dev: int = 0
    test: int = 0


class Flow(Part, frozen=True):
    """What one stage took in and gave on; the difference is in its ledger. `what`: records, instances ..."""

    stage: str
    what: str
    entered: int
    left: int


class LedgerCount(Part, frozen=True):
    """Rows of one stage's ledger under one rule."""

    stage: str
    rule: str
    action: Action
    count: int


class LedgerSample(Part, frozen=True):
    """A row of a stage's ledger, shown as an example."""

    stage: str
    entry: Entry


class Lengths(Part, frozen=True):
    """How long the conversations of one set are, in tokens. `bins`: (upper edge, count), of equal width from 0;
    `limit`: what may not be exceeded; `answer_tokens`: those that the loss is taken over. rows: that packing all of them
    takes, `fill` (0 to 1) full; decoded: conversations whose loss was decoded, `misread` of which not to their answers.
    Of the instances given, `whole` fit as they are, `shortened` were, `windowed` are asked in `windows`, and `too_long`
    are in the ledger; of the `items` in the answers of those windowed, `lost` lie in no window.
    """

    name: str
    count: int
    median: float
    p95: float
    maximum: int
    total_tokens: int
    answer_tokens: int
    limit: int | None = None
    bins: tuple[tuple[float, int], ...] = ()
    rows: int = 0
    fill: float = 0.0
    decoded: int = 0
    misread: int = 0
    whole: int = 0
    shortened: int = 0
    windowed: int = 0
    windows: int = 0
    too_long: int = 0
    items: int = 0
    lost: int = 0


class Curve(Part, frozen=True):
    """One training stage: (step, loss), (step, generated macro score on dev), and the step that was chosen."""

    stage: str
    loss: tuple[tuple[int, float], ...] = ()
    dev: tuple[tuple[int, float], ...] = ()
    chosen: int | None = None
    note: str = ""


class Setting(Part, frozen=True):
    """A setting of this run; the paper's value is looked up by the name where it is not given."""

    name: str
    ours: str
    paper: str = ""


class ReportData(Part, frozen=True, kw_only=True):
    """Everything on the page.

    demo: the run shows that the way works; its scores are not a claim about the model. carded: every corpus has a
    page beside this one, corpora/<id>.html. packs: packed rows stand in packs.html. answered: evaluation/index.html leads to
    every judged answer. planned: what the paper took of
    each corpus, as `train`. stages: the task types that each training stage reads.
    """

    title: str
    demo: bool = False
    carded: bool = False
    packs: bool = False
    answered: bool = False
    making: Making | None = None
    corpora: tuple[CorpusRow, ...] = ()
    sizes: tuple[TaskSize, ...] = ()
    planned: tuple[TaskSize, ...] = ()
    budget: Budget | None = None
    stages: dict[str, tuple[str, ...]] = {}
    flows: tuple[Flow, ...] = ()
    quality: Quality | None = None
    near_misses: tuple[NearMiss, ...] = ()
    ledger: tuple[LedgerCount, ...] = ()
    ledger_samples: tuple[LedgerSample, ...] = ()
    lengths: tuple[Lengths, ...] = ()
    curves: tuple[Curve, ...] = ()
    evaluation: Evaluation | None = None
    examples: tuple[Example, ...] = ()
    settings: tuple[Setting, ...] = ()
    paper: Paper | None = None
    parity: Sheet | None = None
    notes: tuple[str, ...] = ()
