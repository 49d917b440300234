"""Questions that are too long are made to fit, with their gold answer computed anew; no answer is ever cut.

A document is asked in windows, a context shortened around the answer that stands in it, a dialogue to its latest turns,
as the task declares (`taiyi.tasks.Fitting`). What does not fit even so goes to the ledger, and so does every item of
the gold answer that lies in no window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from taiyi import tasks
from taiyi.instances import Draft, Instance, Item
from taiyi.instructions.mixing import rank
from taiyi.instructions.rendering import Wording, asked, short
from taiyi.instructions.windows import cuts, losses, sentence_ends, window
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Dialogue, Document, Question, Turn
from taiyi.tasks import Fitting, TaskSpec, yes_no

Length: TypeAlias = Callable[[Sequence[Turn]], int]
"""How long a conversation is, in tokens."""


@dataclass
class Tally:
    """What became of the instances: `whole`, `shortened`, `windowed` (into so many `windows`) or `too_long`; and of the
    `items` in the answers of those windowed, how many are `lost`, lying in no window.
    """

    whole: int = 0
    shortened: int = 0
    windowed: int = 0
    windows: int = 0
    too_long: int = 0
    items: int = 0
    lost: int = 0

    @property
    def entered(self) -> int:
        """Instances given."""
        return self.whole + self.shortened + self.windowed + self.too_long

    @property
    def left(self) -> int:
        """Instances that came of them."""
        return self.whole + self.shortened + self.windows


class Planner:
    """Fits questions to a limit.

    wording: as when they were rendered. empty_windows: of windows without any of what is asked for, such a share is
    kept (0 to 1), chosen by their ids.
    """

    def __init__(self, wording: Wording, *, length: Length, limit: int, empty_windows: float = 1.0) -> None:
        self.tally = Tally()
        self._wording, self._length, self._limit, self._empty = wording, length, limit, empty_windows

    def fit(self, instance: Instance, record: AnyRecord, spec: TaskSpec, ledger: Ledger) -> list[Instance]:
        """What an instance that is too long becomes: itself, shortened; windows of it, their ids ending in the window's
        offsets in the record's text (.w0-1523); or nothing. Rows of the ledger say which, and what was lost.
        """
        asking = _Asking(instance, spec, msgspec.structs.replace(self._wording, style=instance.style))
        fitting = Fitting("whole") if yes_no.asked(instance.context) else tasks.load(instance.task).FITTING
        if isinstance(record, Document) and fitting.how == "windows":
            fitted = self._windows(asking, record, fitting, ledger)
            self.tally.windowed += bool(fitted)
            self.tally.windows += len(fitted)
        else:
            fitted = self._shortened(asking, record, fitting, ledger)
            self.tally.shortened += len(fitted)
        if not fitted:
            self.tally.too_long += 1
            ledger.drop(instance.id, "too_long", f"{self._over(instance)}; no answer is cut")
        return fitted

    def _fits(self, instance: Instance | None) -> bool:
        return instance is None or self._length(instance.turns) <= self._limit

    def _over(self, instance: Instance) -> str:
        return f"{self._length(instance.turns)} tokens, at most {self._limit} are allowed"

    def _windows(self, asking: _Asking, record: Document, fitting: Fitting, ledger: Ledger) -> list[Instance]:
        offsets = cuts(record)
        parted = losses(record, offsets)
        found: list[Instance] = []
        first = 0
        while first < len(offsets) - 1:
            last = self._furthest(asking, record, offsets, first)
            if last < len(offsets) - 1:  # within its second half, cut where least is parted
                last = min(range((first + last + 1) // 2, last + 1), key=lambda n: (parted[n], -n))
            instance = asking.window(record, offsets[first], offsets[last])
            if instance and self._kept(instance, ledger):
                found.append(instance)
            first = last
        if found:
            count = f"asked in {len(found)} windows of at most {self._limit} tokens"
            ledger.note(asking.instance.id, "windowed", count, action="shortened")
            self._account(asking.instance, found, fitting, ledger)
        return found

    def _furthest(self, asking: _Asking, record: Document, offsets: Sequence[int], first: int) -> int:
        """The last cut up to which a window from the first fits; the next one if none does."""

        def fits(last: int) -> bool:
            return self._fits(asking.window(record, offsets[first], offsets[last]))

        known, step = first, 1
        while known + step < len(offsets) and fits(known + step):
            known, step = known + step, 2 * step
        open_range = range(known + 1, min(known + step, len(offsets)))
        return max(first + 1, known + bisect_left(open_range, True, key=lambda last: not fits(last)))

    def _kept(self, instance: Instance, ledger: Ledger) -> bool:
        if not self._fits(instance):
            ledger.note(instance.id, "window_too_long", self._over(instance), action="shortened")
            return False
        if not instance.gold and rank(self._wording.seed, instance.id) >= self._empty * 2**64:
            ledger.note(instance.id, "empty_window", "it holds nothing of what is asked for", action="shortened")
            return False
        return True

    def _account(self, whole: Instance, windows: Sequence[Instance], fitting: Fitting, ledger: Ledger) -> None:
        """A row of the ledger for each part of the gold answer that lies in no window."""
        items = _parts([whole], fitting)
        lost = [item for item in items if item not in _parts(windows, fitting)]
        for item in lost:
            ledger.note(whole.id, "in_no_window", f"{short(item)} does not lie in one window", action="shortened")
        self.tally.items += len(items)
        self.tally.lost += len(lost)

    def _shortened(self, asking: _Asking, record: AnyRecord, fitting: Fitting, ledger: Ledger) -> list[Instance]:
        """The longest stretch of turns or of the context that fits."""
        stretches, unit = list[tuple[int, int]](), ""
        if fitting.how == "turns" and isinstance(record, Dialogue):
            stretches, unit = _latest(record), f"of {len(record.turns)} turns"
        elif fitting.how == "context" and isinstance(record, Question):
            stretches, unit = _around_answer(record), f"of {len(record.context)} characters of the context"
        shortest = bisect_left(stretches, True, key=lambda stretch: self._fits(asking.of(_kept_of(record, stretch))))
        for start, end in stretches[shortest:]:
            instance = asking.of(_kept_of(record, (start, end)))
            if instance and self._fits(instance):
                ledger.note(instance.id, "shortened", f"{start}-{end} {unit} are kept", action="shortened")
                return [instance]
        return []


class _Asking:
    """Asks what an instance asks of another record, in the same words."""

    def __init__(self, instance: Instance, spec: TaskSpec, wording: Wording) -> None:
        self.instance, self._spec, self._wording = instance, spec, wording
        parts = instance.id.partition("#")[2].split(".", 3)
        self._template, self._subtask = parts[2], parts[3] if len(parts) > 3 else ""
        self._kind = self._subtask.partition("-")[0]

    def of(self, record: AnyRecord, window: str = "") -> Instance | None:
        """The question put to `record`; None where it has nothing to ask there, or the answer would not read back."""
        draft = next((d for d in self._drafts(record) if d.subtask == self._subtask), None)
        if draft is None:
            return None
        subtask = f"{self._subtask}.{window}".removeprefix(".") if window else self._subtask
        draft = msgspec.structs.replace(draft, subtask=subtask)
        return asked(record, self.instance.task, draft, self._template, self._wording, Ledger())

    def window(self, record: Document, start: int, end: int) -> Instance | None:
        """The question put to what lies between two offsets of a document; None also where that is blank."""
        part = window(record, start, end)
        return self.of(part, f"w{start}-{end}") if part.text.strip() else None

    def _drafts(self, record: AnyRecord) -> list[Draft]:
        smaller = tasks.subtasks_of(self.instance.task)
        if self._kind in smaller:
            return [c.make() for c in smaller[self._kind](record, self._spec) if c.subtask == self._subtask]
        return list(tasks.load(self.instance.task).instances(record, self._spec))


def _parts(instances: Sequence[Instance], fitting: Fitting) -> dict[Item, None]:
    """What the gold answers are made of, each once."""
    return dict.fromkeys(part for i in instances for item in i.gold for part in fitting.parts(item))


def _kept_of(record: AnyRecord, stretch: tuple[int, int]) -> AnyRecord:
    """The record with only so much of its turns or context."""
    start, end = stretch
    if isinstance(record, Dialogue):
        return msgspec.structs.replace(record, turns=record.turns[start:end])
    assert isinstance(record, Question)
    return msgspec.structs.replace(record, context=record.context[start:end])


def _latest(record: Dialogue) -> list[tuple[int, int]]:
    """The turns without the first two, four, and so on, to the last question and answer."""
    return [(first, len(record.turns)) for first in range(2, len(record.turns) - 1, 2)]


def _around_answer(record: Question) -> list[tuple[int, int]]:
    """Fewer and fewer sentences of the context around the answer's, where it stands there first; none if it does not,
    since then nobody knows which sentences the answer needs.
    """
    answer = record.answers[0].strip()
    start = record.context.find(answer)
    if not answer or start < 0:
        return []
    bounds = [0, *sentence_ends(record.context)]
    first = bisect_right(bounds, start) - 1
    last = bisect_left(bounds, start + len(answer))
    most = max(first, len(bounds) - 1 - last)
    return [(bounds[max(0, first - n)], bounds[min(len(bounds) - 1, last + n)]) for n in range(most, -1, -1)]
