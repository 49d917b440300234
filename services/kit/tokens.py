"""Tokens that let callers in: 256 random bits, kept as a hash with scope and expiry in `tokens.json` of the state."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from services.kit.settings import SCOPES, Scope
from taiyi import jsonl, process
from taiyi.errors import Conflict, InvalidInput, unknown_name


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token as it is kept. sha256: of its text, hexadecimal; expires: an instant."""

    name: str
    scope: Scope
    sha256: str
    created: datetime
    expires: datetime

    def valid(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return now < self.expires


def create(state: Path, name: str, scope: Scope, *, days: float = 90.0) -> str:
    """A new token's text, which is not kept and cannot be shown again. Conflict if the name is taken."""
    if not re.fullmatch(r"[\w.@-]{1,64}", name):
        raise InvalidInput(f"{name!r} names no caller", remedy="letters, digits and . _ @ -, 64 at most")
    if scope not in SCOPES:
        raise unknown_name("scope", scope, SCOPES)
    if not 0 < days <= 3660:
        raise InvalidInput(f"a token for {days:g} days", remedy="more than 0 and at most 3660")
    text, now = f"taiyi_{secrets.token_urlsafe(32)}", datetime.now(UTC)
    with process.exclusive(state / "tokens"):
        kept = every(state)
        if any(token.name == name for token in kept):
            raise Conflict(f"there is a token named {name!r}; revoke it first or choose another name")
        _write(state, [*kept, Token(name, scope, _hash(text), now, now + timedelta(days=days))])
    return text


def every(state: Path) -> list[Token]:
    """All tokens that are kept, expired ones too."""
    path = _file(state)
    return list(jsonl.read_json(path, list[Token])) if path.exists() else []


def revoke(state: Path, name: str) -> None:
    """Forget a token; running servers refuse it from then on. NotFound if there is none of that name."""
    with process.exclusive(state / "tokens"):
        kept = every(state)
        if all(token.name != name for token in kept):
            raise unknown_name("token", name, [token.name for token in kept])
        _write(state, [token for token in kept if token.name != name])


class Known:
    """The tokens as a server sees them: read again when their file changes."""

    def __init__(self, state: Path) -> None:
        self._state, self._read, self._tokens = state, (0, 0), list[Token]()

    def find(self, text: str) -> Token | None:
        """The valid token with this text. Every token is compared, each in constant time."""
        self._refresh()
        hashed, found = _hash(text), None
        for token in self._tokens:
            if hmac.compare_digest(token.sha256, hashed):
                found = token
        return found if found and found.valid(datetime.now(UTC)) else None

    def _refresh(self) -> None:
        try:
            info = _file(self._state).stat()
        except FileNotFoundError:
            self._tokens, self._read = [], (0, 0)
            return
        if self._read != (info.st_mtime_ns, info.st_ino):
            self._tokens, self._read = every(self._state), (info.st_mtime_ns, info.st_ino)


def _file(state: Path) -> Path:
    return state / "tokens" / "tokens.json"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _write(state: Path, tokens: list[Token]) -> None:
    _file(state).parent.chmod(0o700)
    jsonl.write_json(_file(state), tokens)
    _file(state).chmod(0o600)
