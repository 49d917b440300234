"""An OpenAI-compatible server as one that answers questions: several at once, tried again where that may help."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from taiyi.answering import Answer, Ask
from taiyi.errors import InvalidInput, NotReady, TaiyiError
from taiyi.instances import Instance

_AGAIN = frozenset((408, 409, 425, 429))
"""Status codes below 500 after which the same request may do better later (RFC 9110, 6585, 8470)."""
_NO_USE = frozenset((401, 403, 404, 405))
"""Status codes that every further question would get too."""
_REFUSED_IN_A_ROW = 8
_QUOTED = 300


class Endpoint(NamedTuple):
    """Where and how to ask.

    url: up to and with its version, such as http://localhost:8000/v1; model: as the server calls it. key_variable: the
    environment variable that holds the key; none is sent where it is unset or empty. options: further keys of the
    request's body; None takes one out. at_once: requests in flight. tries: of one question, in all.
    first_wait_seconds: before the second try, doubled before each further one up to longest_wait_seconds, unless the
    server says how long (Retry-After).
    """

    url: str
    model: str
    max_new_tokens: int = 500
    key_variable: str = "OPENAI_API_KEY"
    options: dict[str, Any] = {}
    at_once: int = 8
    tries: int = 6
    timeout_seconds: float = 120.0
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice]


class _Transient(Exception):
    """Something that may pass; `wait_seconds` as the server asks for, if it does."""

    def __init__(self, problem: str, wait_seconds: float | None = None) -> None:
        super().__init__(problem)
        self.wait_seconds = wait_seconds


class _Refused(Exception):
    """The server will not answer this question."""


class _Unreachable(Exception):
    """Nothing listens there, or the host is unknown."""


def asker(endpoint: Endpoint) -> Ask:
    """What asks an endpoint, greedily (temperature 0).

    A question that the server refuses (too long for it, filtered) stays without answer. TaiyiError where an answer
    cannot be had in `tries` tries, NotReady where nothing listens, InvalidInput where the URL, key or model is wrong.
    """
    if urlsplit(endpoint.url).scheme not in ("http", "https"):
        raise InvalidInput(f"{endpoint.url!r} is no http or https URL", remedy="such as http://localhost:8000/v1")
    return lambda instances: _Asking(endpoint, instances).answers()


def body(endpoint: Endpoint, instance: Instance) -> dict[str, Any]:
    """What is sent for a question: all its turns but the gold answer."""
    messages = [{"role": turn.role, "content": turn.text} for turn in instance.turns[:-1]]
    sent = {
        "model": endpoint.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": endpoint.max_new_tokens,
        **endpoint.options,
    }
    return {key: value for key, value in sent.items() if value is not None}


class _Asking:
    """One round of questions. The first is asked alone, so that a wrong key or URL costs one request."""

    def __init__(self, endpoint: Endpoint, instances: Sequence[Instance]) -> None:
        self._endpoint, self._instances = endpoint, instances
        self._url = _completions(endpoint.url)
        self._stopped, self._taking = threading.Event(), threading.Lock()
        self._waiting = iter(range(1, len(instances)))
        self._found: SimpleQueue[Answer | Exception] = SimpleQueue()
        self._reached = False
        self._refused = 0

    def answers(self) -> Iterator[Answer]:
        """The answers as they come. Threads are daemons: who interrupts does not wait for requests in flight."""
        count = len(self._instances)
        if not count:
            return
        yield self._counted(self._ask(0))
        for _ in range(min(self._endpoint.at_once, count - 1)):
            threading.Thread(target=self._work, name="taiyi-endpoint", daemon=True).start()
        try:
            for _ in range(count - 1):
                found = self._found.get()
                if isinstance(found, Exception):
                    raise found
                yield self._counted(found)
        finally:
            self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            with self._taking:
                number = next(self._waiting, None)
            if number is None:
                return
            try:
                self._found.put(self._ask(number))
            except Exception as error:  # raised again where the answers are taken
                self._found.put(error)
                self._stopped.set()

    def _counted(self, answer: Answer) -> Answer:
        self._reached = True
        self._refused = self._refused + 1 if answer.text is None else 0
        if self._refused == _REFUSED_IN_A_ROW:
            raise InvalidInput(
                f"{self._refused} questions in a row were refused; the last: {answer.problem}",
                where=self._url,
                remedy="look at what the server accepts; --options changes what is sent",
            )
        return answer

    def _ask(self, number: int) -> Answer:
        """The answer to one question, or why there is none; raises what ends the whole round."""
        for tried in range(1, self._endpoint.tries + 1):
            try:
                return Answer(number, self._once(number))
            except _Refused as refused:
                return Answer(number, None, str(refused))
            except (_Transient, _Unreachable) as problem:
                if isinstance(problem, _Unreachable) and not self._reached:
                    raise NotReady(
                        f"{self._url}: {problem}; start the server, or give the --endpoint where it listens"
                    ) from problem
                if tried == self._endpoint.tries or self._stopped.wait(self._pause(tried, problem)):
                    raise TaiyiError(
                        f"{self._url}: {problem}, {tried} times; "
                        "what was answered is kept, run the command again to go on with it"
                    ) from problem
        raise AssertionError("tries is at least 1")

    def _pause(self, tried: int, problem: Exception) -> float:
        asked_for = getattr(problem, "wait_seconds", None)
        if asked_for is not None:
            return float(min(asked_for, self._endpoint.longest_wait_seconds))
        longest = min(self._endpoint.first_wait_seconds * 2.0 ** (tried - 1), self._endpoint.longest_wait_seconds)
        return longest * random.uniform(0.5, 1.0)  # so that requests refused together do not come back together

    def _once(self, number: int) -> str:
        instance, endpoint = self._instances[number], self._endpoint
        key = os.environ.get(endpoint.key_variable, "")
        headers = {"Content-Type": "application/json", "User-Agent": "taiyi"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(self._url, msgspec.json.encode(body(endpoint, instance)), headers)
        try:
            with _opener().open(request, timeout=endpoint.timeout_seconds) as response:
                return _text(response.read())
        except urllib.error.HTTPError as error:
            with error:
                raise self._status(error) from error
        except urllib.error.URLError as error:
            reason = error.reason
            if isinstance(reason, TimeoutError):
                raise _Transient(f"no answer within {endpoint.timeout_seconds:g} s") from error
            if isinstance(reason, ConnectionResetError | BrokenPipeError):
                raise _Transient(str(reason)) from error
            raise _Unreachable(str(reason)) from error
        except TimeoutError as error:
            raise _Transient(f"no answer within {endpoint.timeout_seconds:g} s") from error
        except (http.client.HTTPException, OSError) as error:
            raise _Transient(f"the connection broke ({error or type(error).__name__})") from error

    def _status(self, error: urllib.error.HTTPError) -> Exception:
        said = f"status {error.code}: {error.read(_QUOTED).decode(errors='replace').strip() or error.reason}"
        if error.code >= 500 or error.code in _AGAIN:
            return _Transient(said, _retry_after(error.headers.get("Retry-After")))
        if error.code in _NO_USE or error.code < 400:
            return InvalidInput(said, where=self._url, remedy=_remedy(error.code, self._endpoint))
        return _Refused(said)


def _completions(url: str) -> str:
    """The URL that is posted to, whether or not it was given whole."""
    path = "/chat/completions"
    return url.rstrip("/") if url.rstrip("/").endswith(path) else url.rstrip("/") + path


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would make a GET of the question and could carry the key to another host."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is an error."""


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _text(content: bytes) -> str:
    try:
        reply = msgspec.json.decode(content, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        quoted = content[:_QUOTED].decode(errors="replace")
        raise _Transient(f"the reply is no chat completion ({error}): {quoted!r}") from error
    if not reply.choices:
        raise _Refused("the reply holds no choice")
    choice = reply.choices[0]
    if choice.message.content is None:
        raise _Refused(f"the reply holds no text (finish_reason {choice.finish_reason})")
    return choice.message.content


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait: Retry-After is a number of them or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _remedy(code: int, endpoint: Endpoint) -> str:
    if code in (401, 403):
        return f"put the key into the environment variable {endpoint.key_variable}"
    if code == 404:
        return f"does the server have a model {endpoint.model!r}, and does its URL end in its version (/v1)?"
    return "give the URL of the server itself, up to its version (/v1)"
