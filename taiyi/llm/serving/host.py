"""The server's side of the engine: starts its process, starts it again when it dies, and hands answers on as they come."""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress

import msgspec

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady, TaiyiError
from taiyi.llm.serving.adapters import Found, found
from taiyi.llm.serving.messages import (
    LENGTH,
    UNUSABLE,
    Cancel,
    EngineSpec,
    Event,
    Failed,
    Finished,
    Kind,
    Load,
    Loaded,
    Piece,
    Ready,
    Sampling,
    Submit,
    Unusable,
    frame,
)
from taiyi.records import Turn

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.2, 30.0
STALL_SECONDS = 600.0
"""So long an engine that has something to answer may say nothing; a model's longest prompt is read in less."""
_KINDS: dict[Kind, type[TaiyiError]] = {
    "invalid": InvalidInput, "not_found": NotFound, "not_ready": NotReady, "mismatch": Conflict, "internal": TaiyiError
}  # fmt: skip


Told = Callable[[str], None]


class EngineAway(TaiyiError):
    """The engine is not there, or died while it answered; it is started again, and the same request may do better then."""


class QueueFull(TaiyiError):
    """As many requests wait as may; the same request may do better later."""


class Host:
    """One engine in a process of its own. To be used on one event loop; `start` first, `stop` last.

    queue: requests that may wait for a slot. keep: adapters that are loaded from the first. told: hears in words what
    becomes of the process. stall_seconds: an engine that is asked and says nothing for so long is ended.
    """

    def __init__(
        self,
        spec: EngineSpec,
        *,
        queue: int,
        keep: Sequence[str] = (),
        told: Told = lambda words: None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.spec, self._most, self._told = spec, spec.slots + queue, told
        self._stall_seconds = stall_seconds
        self.ready: Ready | None = None
        self.problem = "the model is being loaded"
        self._reloading: dict[int, str] = {}
        self._kept: dict[str, None] = dict.fromkeys(keep)
        self.loaded: set[str] = set()
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Queue[Event | None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def in_flight(self) -> int:
        """Requests that wait or are answered."""
        return len(self._open)

    @property
    def process_id(self) -> int | None:
        """Of the engine, while there is one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Have the engine started; it is ready later."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the engine; what is open ends with EngineAway."""
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    def adapters(self) -> list[Found]:
        """The adapters that can be asked for or are refused, by name. Reads files."""
        return found(self.spec.adapters, self.ready.identity if self.ready else None)

    async def answer(
        self, turns: Sequence[Turn], adapter: str, sampling: Sampling
    ) -> AsyncGenerator[Piece | Finished, None]:
        """The answer, piece by piece; the last is Finished. Closing the generator frees the slot.

        EngineAway, QueueFull; InvalidInput of a prompt that is too long; NotFound and NotReady of an adapter.
        """
        if len(self._open) >= self._most:
            raise QueueFull(f"{self.spec.slots} requests are answered and {self._most - self.spec.slots} wait")
        number = self._opened()
        complete = False
        try:
            await self._send(Submit(number, tuple(turns), adapter, sampling))
            while not complete:
                event = await self._next(number)
                assert isinstance(event, Piece | Finished)
                complete = isinstance(event, Finished)
                yield event
        finally:
            del self._open[number]
            if not complete and self._writer:
                self._writer.write(frame(Cancel(number)))

    async def load(self, adapter: str) -> None:
        """Load an adapter, now and whenever the engine is started again. NotFound, NotReady, or Conflict where it was
        not made for this model.
        """
        number = self._opened()
        try:
            await self._send(Load(number, adapter))
            await self._next(number)
        finally:
            del self._open[number]
        self._kept[adapter] = None
        self.loaded.add(adapter)

    def _opened(self) -> int:
        if self.ready is None:
            raise EngineAway(self.problem)
        number = next(self._numbers)
        self._open[number] = asyncio.Queue()
        return number

    async def _send(self, command: object) -> None:
        if self._writer is None:
            raise EngineAway(self.problem)
        self._writer.write(frame(command))
        with suppress(ConnectionError):  # the reader sees it too, and tells everybody
            await self._writer.drain()

    async def _next(self, number: int) -> Event:
        event = await self._open[number].get()
        if event is None:
            raise EngineAway(self.problem)
        if isinstance(event, Failed):
            raise _KINDS[event.kind](event.problem)
        return event

    async def _keep(self) -> None:
        """Run the engine, again and again; the longer it lived, the sooner it is back."""
        wait = _FIRST_WAIT_SECONDS
        while True:
            was_ready = await self._run()
            wait = _FIRST_WAIT_SECONDS if was_ready else min(2 * wait, _LONGEST_WAIT_SECONDS)
            await asyncio.sleep(wait)

    async def _run(self) -> bool:
        """One life of the engine; whether it ever was ready."""
        ours, theirs = socket.socketpair()
        was_ready = False
        try:
            with theirs:
                command = (sys.executable, "-m", "taiyi.llm.serving.worker", str(theirs.fileno()))
                self._process = await asyncio.create_subprocess_exec(
                    *command, pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL, start_new_session=True
                )
            reader, self._writer = await asyncio.open_connection(sock=ours)
            self._writer.write(frame(self.spec))
            was_ready = await self._listen(reader)
        except OSError as error:
            self.problem = f"the engine cannot be started: {error.strerror}"
        finally:
            ours.close() if self._writer is None else self._writer.close()
            await self._gone(was_ready)
        return was_ready

    async def _listen(self, reader: asyncio.StreamReader) -> bool:
        """Hand events on until the engine is gone; whether it ever was ready."""
        decoder = msgspec.msgpack.Decoder(Event)
        was_ready = False
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                event = decoder.decode(await self._body(reader))
                match event:
                    case Ready():
                        was_ready = True
                        self._begin(event)
                    case Unusable():
                        self.problem = event.problem
                    case Loaded() | Failed() if event.number in self._reloading:
                        self._reloaded(event)
                    case _:
                        if event.number in self._open:
                            self._open[event.number].put_nowait(event)
        return was_ready

    async def _body(self, reader: asyncio.StreamReader) -> bytes:
        """The next frame; IncompleteReadError where the engine is gone, or says nothing for too long."""
        while True:
            try:
                async with asyncio.timeout(self._stall_seconds):
                    head = await reader.readexactly(LENGTH.size)
            except TimeoutError:
                if self.ready and (self._open or self._reloading):  # a model may take its time to load
                    self._told(f"the engine said nothing for {self._stall_seconds:g} s")
                    raise asyncio.IncompleteReadError(b"", LENGTH.size) from None
                continue
            return await reader.readexactly(LENGTH.unpack(head)[0])

    def _begin(self, ready: Ready) -> None:
        """Load again what was loaded, before anything else is asked."""
        assert self._writer is not None
        self._reloading = {next(self._numbers): adapter for adapter in self._kept}
        for number, adapter in self._reloading.items():
            self._writer.write(frame(Load(number, adapter)))
        self.ready = ready
        self._told("the engine is ready")

    def _reloaded(self, event: Loaded | Failed) -> None:
        adapter = self._reloading.pop(event.number)
        if isinstance(event, Failed):
            self._told(f"the adapter {adapter} is not served: {event.problem}")
        else:
            self.loaded.add(adapter)

    async def _gone(self, was_ready: bool) -> None:
        """Tell everybody who waits, and see the process end."""
        self.ready, self._writer, self.loaded = None, None, set()
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            code = await process.wait()
            if was_ready or code not in (0, UNUSABLE):
                self.problem = f"the engine ended with {code} and is being started again"
            self._told(self.problem)
        for waiting in self._open.values():
            waiting.put_nowait(None)
