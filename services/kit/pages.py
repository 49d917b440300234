"""Pages of lists (AIP-158): sizes, and tokens that only this server makes and that fit only the request they came from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from google.protobuf.message import Message

from services.kit.errors import Refusal, invalid_field

T = TypeVar("T")

DEFAULT, MOST = 50, 1000
_MAC = 16


class Page(NamedTuple):
    """What a list request asks for. size: how many at most; after: the position given to `token`, None at first."""

    size: int
    after: Any


class Pages:
    """Makes and reads page tokens. key: secret, of all processes that answer the same lists (`key`)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self, request: Message) -> Page:
        """What the request's page_size and page_token ask for; refuses a token of another request."""
        size, token = getattr(request, "page_size"), getattr(request, "page_token")  # noqa: B009
        if size < 0:
            raise invalid_field("page_size", f"{size} is less than 0")
        return Page(min(size or DEFAULT, MOST), self._position(request, token) if token else None)

    def token(self, request: Message, after: Any) -> str:
        """The token that goes on after a position: anything JSON can hold, such as the last row's sort key."""
        body = msgspec.msgpack.encode(after)
        return base64.urlsafe_b64encode(self._mac(request, body) + body).rstrip(b"=").decode()

    def of_list(self, request: Message, rows: Sequence[T], name: Callable[[T], str]) -> tuple[list[T], str]:
        """The page of a whole list that a request asks for, by the rows' names, and the token of the next page."""
        page = self.read(request)
        left = sorted((row for row in rows if page.after is None or name(row) > page.after), key=name)
        shown = left[: page.size]
        return shown, self.token(request, name(shown[-1])) if len(left) > len(shown) else ""

    def _position(self, request: Message, token: str) -> Any:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        if not hmac.compare_digest(raw[:_MAC], self._mac(request, raw[_MAC:])):
            raise _foreign()
        return msgspec.msgpack.decode(raw[_MAC:])

    def _mac(self, request: Message, body: bytes) -> bytes:
        """Over the position and all other arguments; the page's size may change on the way."""
        other = type(request)()
        other.CopyFrom(request)
        other.ClearField("page_token")
        other.ClearField("page_size")
        bound = request.DESCRIPTOR.full_name.encode() + b"\0" + other.SerializeToString(deterministic=True)
        return hmac.digest(self._key, hashlib.sha256(bound).digest() + body, "sha256")[:_MAC]


def key(state: Path) -> bytes:
    """The secret of page tokens, made in the state folder when it is first asked for."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / "page_key"
    new = state / f"page_key.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(new, path)  # the first of two that start at once wins
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_bytes()


def _foreign() -> Refusal:
    return invalid_field(
        "page_token", "was not made for this request: give all other arguments as they were, or start anew"
    )
