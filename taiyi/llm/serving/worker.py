"""The engine's process: `python -m taiyi.llm.serving.worker FD`, at one end of a socket whose other end is the server's.

It ends when the server does. What it was asked is in none of its messages: of an unexpected error it writes where it
was raised, not what it says.
"""

from __future__ import annotations

import copy
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from io import BufferedReader
from queue import SimpleQueue
from typing import NoReturn

import msgspec

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady, TaiyiError
from taiyi.llm import chat, checkpoint
from taiyi.llm.chat import Tokenizer
from taiyi.llm.serving.adapters import Adapters
from taiyi.llm.serving.engine import Engine, Request
from taiyi.llm.serving.messages import (
    BROKEN,
    LENGTH,
    UNUSABLE,
    Cancel,
    Command,
    EngineSpec,
    Event,
    Failed,
    Kind,
    Load,
    Loaded,
    Ready,
    Submit,
    Unusable,
    frame,
)

_KINDS: tuple[tuple[type[TaiyiError], Kind], ...] = (
    (InvalidInput, "invalid"),
    (NotFound, "not_found"),
    (NotReady, "not_ready"),
    (Conflict, "mismatch"),
)
_Do = Callable[[], None]


def main(descriptor: int) -> int:
    """Load the model that the first frame names, then answer until the socket closes; the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = socket.socket(fileno=descriptor)
    incoming = connection.makefile("rb")
    spec = msgspec.msgpack.decode(_body(incoming), type=EngineSpec, dec_hook=lambda kind, value: kind(value))
    try:
        engine, tokenizer, ready = _opened(spec)
    except TaiyiError as error:
        connection.sendall(frame(Unusable(str(error))))
        return UNUSABLE
    connection.sendall(frame(ready))
    inbox: SimpleQueue[_Do] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(incoming, _Asked(engine, tokenizer, connection), inbox), daemon=True)
    reader.start()
    try:
        _answer(engine, connection, inbox)
    except (BrokenPipeError, ConnectionResetError):
        return 0
    except Exception as error:
        print(
            f"the engine ends with {type(error).__name__}", *traceback.format_tb(error.__traceback__), file=sys.stderr
        )
        return BROKEN


def _opened(spec: EngineSpec) -> tuple[Engine, Tokenizer, Ready]:
    tokenizer = checkpoint.load_tokenizer(spec.reference)
    identity = checkpoint.identity(spec.reference, tokenizer, spec.style)
    base = checkpoint.load_base(spec.reference, "none", spec.precision, spec.device)
    context_tokens = int(base.config.get_text_config().max_position_embeddings)
    adapters = Adapters(base, spec.adapters, identity, most=spec.most_adapters)
    # Its reader tokenises while the engine decodes, and one tokenizer does not take both at once.
    reader = copy.deepcopy(tokenizer)
    return Engine(adapters, tokenizer, spec, context_tokens), reader, Ready(identity, context_tokens)


def _answer(engine: Engine, connection: socket.socket, inbox: SimpleQueue[_Do]) -> NoReturn:
    """Step for as long as there is anything to answer; what was asked meanwhile is taken up between steps."""
    while True:
        while not engine.busy or not inbox.empty():
            inbox.get()()
        if events := engine.step():
            connection.sendall(b"".join(map(frame, events)))


class _Asked:
    """What the server asks, made ready on the reader's thread and done on the engine's."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, connection: socket.socket) -> None:
        self._engine, self._tokenizer, self._connection = engine, tokenizer, connection

    def prepared(self, command: Command) -> _Do:
        match command:
            case Submit():
                return self._submitted(command)
            case Cancel():
                return lambda: self._engine.cancel(command.number)
            case Load():
                return lambda: self._try(command.number, lambda: self._load(command))

    def _submitted(self, asked: Submit) -> _Do:
        try:
            prompt = chat.prompt_ids(self._tokenizer, asked.turns)
        except TaiyiError as error:
            failed = _failed(asked.number, error)
            return lambda: self._tell(failed)
        request = Request(asked.number, prompt, asked.adapter, asked.sampling)
        return lambda: self._try(asked.number, lambda: self._engine.submit(request))

    def _load(self, asked: Load) -> None:
        self._engine.adapters.load(asked.adapter)
        self._tell(Loaded(asked.number))

    def _try(self, number: int, do: _Do) -> None:
        try:
            do()
        except TaiyiError as error:
            self._tell(_failed(number, error))

    def _tell(self, event: Event) -> None:
        self._connection.sendall(frame(event))


def _failed(number: int, error: TaiyiError) -> Failed:
    kind: Kind = next((kind for known, kind in _KINDS if isinstance(error, known)), "internal")
    return Failed(number, kind, str(error))


def _read(incoming: BufferedReader, asked: _Asked, inbox: SimpleQueue[_Do]) -> NoReturn:
    """Take commands until the server is gone; then this process ends, in the middle of a step if need be."""
    decoder = msgspec.msgpack.Decoder(Command)
    try:
        while body := _body(incoming):
            inbox.put(asked.prepared(decoder.decode(body)))
    except OSError:
        os._exit(0)
    except Exception as error:
        print(
            f"the engine ends with {type(error).__name__}", *traceback.format_tb(error.__traceback__), file=sys.stderr
        )
        os._exit(BROKEN)
    os._exit(0)


def _body(incoming: BufferedReader) -> bytes:
    """The next frame; empty where the other end is closed."""
    head = incoming.read(LENGTH.size)
    return incoming.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
