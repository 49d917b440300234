"""The engine: requests wait, join a running batch between two tokens, and leave it as soon as they end or are cancelled."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from taiyi.errors import InvalidInput
from taiyi.llm.chat import Tokenizer
from taiyi.llm.generate import stop_ids
from taiyi.llm.serving.adapters import Adapters
from taiyi.llm.serving.messages import EngineSpec, Event, Finished, Piece, Reason, Sampling
from taiyi.llm.serving.running import Row, Running
from taiyi.llm.serving.sampling import draws
from taiyi.llm.serving.text_stream import TextStream


class Request(NamedTuple):
    """What is to be answered: the prompt as token ids."""

    number: int
    prompt: list[int]
    adapter: str
    sampling: Sampling


class _Answer(NamedTuple):
    text: TextStream
    tokens: list[int]
    most: int


class Engine:
    """Steps through all answers at once, a batch for each adapter, oldest requests first. Not for several threads."""

    def __init__(self, adapters: Adapters, tokenizer: Tokenizer, spec: EngineSpec, context_tokens: int) -> None:
        self.adapters = adapters
        self._tokenizer, self._spec, self._context_tokens = tokenizer, spec, context_tokens
        self._stops = stop_ids(tokenizer)
        self._waiting: deque[Request] = deque()
        self._running: dict[str, Running] = {}
        self._answers: dict[int, _Answer] = {}

    @property
    def busy(self) -> bool:
        """Whether there is anything to step through."""
        return bool(self._waiting or self._running)

    @property
    def in_the_making(self) -> int:
        """How many slots are taken."""
        return len(self._answers)

    def submit(self, request: Request) -> None:
        """Have it wait its turn. InvalidInput if the prompt leaves no room for an answer, NotReady or NotFound of an
        adapter that is not loaded.
        """
        if len(request.prompt) >= self._context_tokens:
            raise InvalidInput(
                f"the prompt has {len(request.prompt):,} tokens, and the model reads {self._context_tokens:,} with its answer",
                remedy="shorten it, or ask about one part of the text at a time",
            )
        self.adapters.check(request.adapter)
        self._waiting.append(request)

    def cancel(self, number: int) -> None:
        """Forget a request, wherever it is; its slot is free at once."""
        self._waiting = deque(request for request in self._waiting if request.number != number)
        if self._answers.pop(number, None) is not None:
            self._leave({number})

    def step(self) -> list[Event]:
        """Let waiting requests join where there is room, and give every other answer its next token."""
        events: list[Event] = []
        for adapter, running in self._running.items():
            self.adapters.activate(adapter)
            events += self._told(running.step())
        for adapter, joining in self._joining().items():
            batch = self._running.setdefault(adapter, Running(self.adapters.model))
            self.adapters.activate(adapter)
            events += self._told(batch.join(joining))
        self._leave({event.number for event in events if isinstance(event, Finished)})
        return events

    def _joining(self) -> dict[str, list[Row]]:
        """The requests that join now, by adapter: the oldest, as slots and the budget of prompt tokens allow."""
        joining: dict[str, list[Row]] = {}
        longest = 0
        passed_over: list[Request] = []
        while self._waiting and len(self._answers) < self._spec.slots:
            request = self._waiting[0]
            running = self._running.get(request.adapter)
            if running is not None and not running.open:
                passed_over.append(self._waiting.popleft())
                continue
            longest = max(longest, len(request.prompt))
            count = 1 + sum(map(len, joining.values()))
            if count > 1 and longest * count > self._spec.prefill_tokens:
                break
            self._waiting.popleft()
            row = Row(request.number, request.prompt, request.sampling, draws(request.sampling))
            joining.setdefault(request.adapter, []).append(row)
            most = min(request.sampling.max_new_tokens, self._context_tokens - len(request.prompt))
            self._answers[request.number] = _Answer(TextStream(self._tokenizer), [], most)
        self._waiting.extendleft(reversed(passed_over))
        return joining

    def _told(self, tokens: Iterable[tuple[Row, int]]) -> list[Event]:
        return [event for row, token in tokens for event in self._events(row, token)]

    def _events(self, row: Row, token: int) -> Iterable[Event]:
        answer = self._answers[row.number]
        reason: Reason | None = None
        if token in self._stops:
            reason = "stop"
        else:
            answer.tokens.append(token)
            if text := answer.text.push(token):
                yield Piece(row.number, text)
            if len(answer.tokens) >= answer.most:
                reason = "length"
        if reason:
            if rest := answer.text.end():
                yield Piece(row.number, rest)
            yield Finished(row.number, reason, len(row.prompt), len(answer.tokens))

    def _leave(self, numbers: set[int]) -> None:
        for number in numbers:
            self._answers.pop(number, None)
        for adapter, running in list(self._running.items()):
            running.drop(numbers)
            if not running.rows:
                del self._running[adapter]
