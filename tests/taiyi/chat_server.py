"""A real HTTP server that speaks as an OpenAI-compatible one does, and misbehaves as told."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """What the server says: a status, a body (a dict as JSON), headers; status 0: it hangs up without a word."""

    status: int
    body: Any
    headers: dict[str, str] = {}


Behaviour = Callable[[str, int], Reply]
"""Of what the user said last and how often it was asked before."""


def said(text: str | None, finish: str = "stop") -> Reply:
    """A chat completion."""
    return Reply(200, {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]})


class Server(ThreadingHTTPServer):
    """Keeps what it was asked: bodies, headers, and how many requests it held at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behave: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behave, self.lock = behave, threading.Lock()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.times: Counter[str] = Counter()
        self.held = self.most_held = 0

    @property
    def url(self) -> str:
        """Up to its version."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = body["messages"][-1]["content"]
        server = self.server
        with server.lock:
            server.bodies.append(body)
            server.headers.append(dict(self.headers))
            server.paths.append(self.path)
            before = server.times[question]
            server.times[question] += 1
            server.held += 1
            server.most_held = max(server.held, server.most_held)
        reply = server.behave(question, before)
        with server.lock:
            server.held -= 1
        if reply.status == 0:
            self.close_connection = True
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        try:
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked did not wait

    def log_message(self, *_: Any) -> None:
        """Nothing: tests are quiet."""


@contextmanager
def serving(behave: Behaviour) -> Iterator[Server]:
    """A server at work while the block runs."""
    with Server(behave) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
