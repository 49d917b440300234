"""What an error analysis says: errors by kind, confusions, what comes often, the worst documents."""

from __future__ import annotations

from taiyi.evaluation.error_kinds import Error, Kind
from taiyi.evaluation.flags import Flags
from taiyi.evaluation.highlight import Piece
from taiyi.evaluation.outcomes import Verdict
from taiyi.records import Part


class Frequent(Part, frozen=True):
    """Errors that are alike, by the text or pair of texts: how often, and in how many documents."""

    what: str
    times: int
    documents: int


class Confusion(Part, frozen=True):
    """One name given for another: types, relations, labels, roles."""

    gold: str
    predicted: str
    times: int


class Matrix(Part, frozen=True):
    """Gold labels against those answered: rows[i][j] questions whose gold is labels[i] were answered columns[j]."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]


class Document(Part, frozen=True):
    """One question with its errors. f1: over its items, 1 where gold and answer are both empty; of a text the share of
    character pairs that it has in common with the gold. pieces: its source, with the mentions of both sides marked.
    """

    id: str
    verdict: Verdict
    found: int
    predicted: int
    gold: int
    f1: float
    errors: tuple[Error, ...]
    pieces: tuple[Piece, ...] = ()
    gold_text: str = ""
    answer: str = ""

    @property
    def wrong(self) -> int:
        """Items missed and items spurious."""
        return self.predicted + self.gold - 2 * self.found


class Analysis(Part, frozen=True):
    """The errors of one benchmark.

    found, predicted, gold: items; kinds: errors by kind, and missed and spurious items in them: `items` adds up to
    what was missed and what was spurious. confusions: names given for others. frequent: by kind the texts most often
    so. roles: of events whose trigger was right, arguments missed, spurious, or in another role. hallucinated: texts
    that are not in the source, also as parts of relations and events; off_schema: names that were not offered.
    worst, lowest: documents by number of errors, and by F1, those not read last.
    """

    name: str
    corpus: str
    task: str
    language: str
    metric: str
    score: float
    questions: int
    verdicts: dict[Verdict, int]
    statuses: dict[str, int]
    flags: Flags
    found: int
    predicted: int
    gold: int
    kinds: dict[Kind, int]
    items: dict[Kind, int]
    confusions: tuple[Confusion, ...]
    frequent: dict[Kind, tuple[Frequent, ...]]
    roles: tuple[Frequent, ...]
    hallucinated: tuple[Frequent, ...]
    off_schema: tuple[Frequent, ...]
    wrong_language: tuple[str, ...]
    worst: tuple[Document, ...]
    lowest: tuple[Document, ...]
    matrix: Matrix | None = None

    @property
    def missed(self) -> int:
        """Gold items that were not found."""
        return self.gold - self.found

    @property
    def spurious(self) -> int:
        """Predicted items that are not in the gold."""
        return self.predicted - self.found
