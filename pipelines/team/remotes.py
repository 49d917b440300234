"""The team's remotes: which there are, which one is meant, whether it can be trusted and reached; a new one added."""

from __future__ import annotations

import re
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from pipelines.team import dvc
from taiyi.errors import Conflict, InvalidInput, NotReady, unknown_name
from taiyi.records import Part

SECRETS = {"access_key_id", "secret_access_key", "session_token", "password", "passphrase", "token", "account_key"}
"""Settings of a remote that must not stand in .dvc/config, which git holds."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_JOBS = 8
_CONNECT_SECONDS = 5.0


class Remote(Part, frozen=True):
    """A remote of DVC, by name: where it is, whether what comes from it is verified."""

    name: str
    url: str
    endpoint: str = ""
    verify: bool = False


def look(*, changes: bool = False) -> dict[str, Any]:
    """The settings of the remotes (remotes, default, shared), and what has changed, by stage."""
    found: dict[str, Any] = dvc.answer({"do": "look", "changes": changes})
    return found


def chosen(settings: dict[str, Any], name: str = "") -> Remote | None:
    """The remote of that name, or the default one, or None where there is none; it must verify, and keep no secret."""
    remotes: dict[str, dict[str, str]] = settings["remotes"]
    wanted = name or settings["default"]
    if not wanted and not remotes:
        return None
    if not wanted:
        raise InvalidInput(
            f"there are remotes ({', '.join(sorted(remotes))}), and none is the default one",
            remedy="name one with --remote, or choose it for good: dvc remote default NAME",
        )
    if wanted not in remotes:
        raise unknown_name("remote", wanted, remotes)
    _keeps_no_secret(wanted, settings["shared"].get(wanted, {}))
    values = remotes[wanted]
    remote = Remote(wanted, values["url"], values.get("endpointurl", ""), values.get("verify", "").lower() == "true")
    if not remote.verify:
        raise NotReady(
            f"the remote {wanted} is not verified: DVC takes whatever it holds for what it should hold\n"
            f"  dvc remote modify {wanted} verify true"
        )
    return remote


def _keeps_no_secret(name: str, shared: dict[str, Any]) -> None:
    if found := sorted(SECRETS & set(shared)):
        raise InvalidInput(
            f"the remote {name} has {', '.join(found)} here, and git shares this file",
            where=".dvc/config",
            remedy=f"dvc remote modify --unset {name} {found[0]}; then dvc remote modify --local {name} {found[0]} VALUE",
        )


def reach(remote: Remote, then: str) -> None:
    """Refuse at once if nobody answers at a remote's endpoint; DVC alone takes half a minute to notice."""
    parts = urlsplit(remote.endpoint)
    if not parts.hostname:
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for attempt in range(1, dvc.ATTEMPTS + 1):
        try:
            socket.create_connection((parts.hostname, port), timeout=_CONNECT_SECONDS).close()
            return
        except OSError as error:
            problem = error.strerror or str(error)
        if attempt < dvc.ATTEMPTS:
            time.sleep(attempt / 2)
    raise NotReady(f"the remote {remote.name} cannot be reached at {remote.endpoint}: {problem}\n  {then}")


def add(name: str, url: str, *, endpoint: str = "", default: bool = True) -> Remote:
    """Write a verified remote into .dvc/config. InvalidInput for a bad name or a URL with a secret, Conflict if taken."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no name for a remote", remedy="use letters, digits, _ and -, such as team")
    for text in (url, endpoint):
        if urlsplit(text).password:
            raise InvalidInput("a password stands in the URL", remedy="keep it in the environment or .dvc/config.local")
    there = look()["remotes"].get(name)
    if there and there["url"] != url:
        raise Conflict(
            f"there is a remote {name} already, {there['url']}; choose another name or remove it: dvc remote remove {name}"
        )
    values: dict[str, Any] = {"url": url, "verify": True, "jobs": _JOBS} | (
        {"endpointurl": endpoint} if endpoint else {}
    )
    done = dvc.ask({"do": "configure", "name": name, "values": values, "default": default})
    if done.status:
        raise dvc.failure("remote add", done)
    return Remote(name, url, endpoint, True)
