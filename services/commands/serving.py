"""What commands that run or examine services have in common: the settings, from options, else the environment."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.commands import environment
from taiyi.errors import InvalidInput

if TYPE_CHECKING:
    from services.kit.settings import Settings

HOST = "127.0.0.1"
_SECRETS = (
    ("database", "URL of a server's database, for all services (postgresql://...); default: SQLite files in the state"),
    ("broker", "URL of a broker that wakes workers (redis://..., amqp://...); default: none, workers poll"),
)


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """An argument's type: one of some names."""

    def service(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"no service {text!r}; there are {', '.join(names)}")
        return text

    return service


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add --root, --state, --database and --broker. URLs with passwords belong into the environment or a file."""
    parser.add_argument("--root", type=Path, help="the repository; default: TAIYI_ROOT, or this folder")
    parser.add_argument("--state", type=Path, help="what services keep; default: TAIYI_STATE, or .state/services in it")
    for name, what in _SECRETS:
        variable = f"TAIYI_{name.upper()}"
        parser.add_argument(f"--{name}", metavar="URL", help=f"{what} ({variable} or {variable}_FILE)")


def add_doors(parser: argparse.ArgumentParser) -> None:
    """Add where to listen, and who is let in."""
    parser.add_argument("--host", help=f"address to listen on; default: TAIYI_HOST, or {HOST}: this machine alone")
    parser.add_argument("--tls-cert", type=Path, help="PEM file (TAIYI_TLS_CERT)")
    parser.add_argument("--tls-key", type=Path, help="PEM file (TAIYI_TLS_KEY)")
    parser.add_argument("--tls-client-ca", type=Path, help="clients need a certificate of it (TAIYI_TLS_CLIENT_CA)")
    parser.add_argument(
        "--require-tokens", action="store_true", help="tokens also from this machine (TAIYI_REQUIRE_TOKENS=1)"
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="let other machines in without TLS or tokens: only inside a network that you trust (TAIYI_INSECURE=1)",
    )
    parser.add_argument("--log-content", action="store_true", help="requests and answers into content.jsonl, too")
    parser.add_argument("--no-reflection", action="store_true", help="do not describe the contracts to callers")
    parser.add_argument("--grace", type=float, metavar="SECONDS", help="for open streams at the end (default: 30)")


def places(arguments: argparse.Namespace, **more: Any) -> Settings:
    """The settings that say where things lie. InvalidInput for a folder that is no repository."""
    from services.kit.settings import Settings

    root = Path(arguments.root or environment.value("TAIYI_ROOT") or ".")
    if not (root / "params.yaml").is_file():
        raise InvalidInput(
            "no params.yaml there, so this is no repository of Taiyi", where=root.resolve(), remedy="give --root FOLDER"
        )
    state = arguments.state or environment.value("TAIYI_STATE")
    told: dict[str, Any] = {"state": Path(state).absolute()} if state else {}
    for name, _ in _SECRETS:
        told[name] = getattr(arguments, name) or environment.value(f"TAIYI_{name.upper()}")
    return Settings(root=root, **told, **more)


def doors(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that say who is let in."""
    paths = {name: _path(arguments, name) for name in ("tls_cert", "tls_key", "tls_client_ca")}
    tokens = arguments.require_tokens or environment.flag("TAIYI_REQUIRE_TOKENS")
    return {
        **paths,
        "require_tokens": True if tokens else None,
        "insecure": arguments.insecure or environment.flag("TAIYI_INSECURE"),
        "log_content": arguments.log_content,
        "reflection": not arguments.no_reflection,
        **({"grace_seconds": arguments.grace} if arguments.grace is not None else {}),
    }


def _path(arguments: argparse.Namespace, name: str) -> Path | None:
    found = getattr(arguments, name) or environment.value(f"TAIYI_{name.upper()}")
    return Path(found).absolute() if found else None
