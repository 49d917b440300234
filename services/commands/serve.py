"""`taiyi serve`: all services and a worker on this machine, or the ones that are named."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from services.commands import environment, serving
from services.commands.ends import ending

if TYPE_CHECKING:
    from services.kit.settings import Settings
    from services.run.start import Start
    from services.run.tree import News

SERVICES = ("catalog", "renderer", "trainer", "inference", "scorer")
_FIRST = "inference"
"""Takes longest to start."""


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="start the services",
        description="None named: every service and a worker, each in a process of its own that is started again when it "
        "dies, with logs in STATE/logs. One named: that service in this process, its log on standard error. "
        "SIGTERM or Ctrl-C: no new calls, open ones end in their grace.",
    )
    parser.add_argument(
        "services", nargs="*", type=serving.one_of(SERVICES), metavar="SERVICE", help=", ".join(SERVICES)
    )
    serving.add_places(parser)
    serving.add_doors(parser)
    parser.add_argument(
        "--port",
        type=int,
        help="of the catalog, the others' come after it (default: 7401); of one service, its own; 0: free",
    )
    parser.add_argument("--metrics", type=int, metavar="PORT", help="for Prometheus on 127.0.0.1, counted as --port is")
    parser.add_argument("--no-worker", action="store_true", help="no worker beside the trainer")
    parser.add_argument("--no-sync", action="store_true", help="leave the catalog as it was synchronised last")
    parser.add_argument("--json", action="store_true", help="what happens as JSON Lines")
    parser.set_defaults(run=ending(_serve))


def _serve(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # processes are started by exec: gRPC need not follow forks
    names = list(dict.fromkeys(arguments.services)) or list(SERVICES)
    if len(names) == 1:
        return _one(arguments, names[0])
    from services.run.tree import Tree
    from taiyi import process

    starts = [_start(arguments, name, alone=False) for name in sorted(names, key=lambda name: name != _FIRST)]
    settings = starts[0].settings
    if not arguments.services and not arguments.no_worker:
        starts.append(_worker(settings))
    told = _Told(arguments.json, settings, {one.name for one in starts})
    with process.exclusive(settings.state / "serve"):
        return Tree(starts, settings.state / "logs", told).run()


def _one(arguments: argparse.Namespace, name: str) -> int:
    """One service in this process, as containers and service managers want it."""
    from services.kit import logs
    from services.run import one

    started = _start(arguments, name, alone=True)
    logs.to()
    one.serve(started, lambda word: _listening(name, word.address, arguments.json) if word.address else None)
    return 0


def _start(arguments: argparse.Namespace, name: str, *, alone: bool) -> Start:
    from services.run.start import Start

    settings = _settings(arguments, name, alone=alone)
    return Start(name=name, settings=settings, sync=name == "catalog" and not arguments.no_sync)


def _settings(arguments: argparse.Namespace, name: str, *, alone: bool) -> Settings:
    from taiyi_client.addresses import PORTS

    host = arguments.host or environment.value("TAIYI_HOST") or serving.HOST
    nth = 0 if alone else SERVICES.index(name)
    port = PORTS[name] if arguments.port is None else arguments.port and arguments.port + nth
    metrics = arguments.metrics and arguments.metrics + nth
    listen = host if host.startswith("unix:") else f"{host}:{port}"
    return serving.places(arguments, listen=listen, metrics=metrics, **serving.doors(arguments))


def _worker(settings: Settings) -> Start:
    """A worker for the queues that this machine can serve."""
    from services.run.start import WORKER, Start

    queues = ("gpu_default", "gpu_large", "cpu") if shutil.which("nvidia-smi") else ("cpu",)
    return Start(name=WORKER, settings=settings, queues=queues)


def _listening(name: str, address: str, as_json: bool) -> None:
    from services.run.tree import News

    _print(News("listening", name, address, os.getpid()), as_json)


class _Told:
    """Prints what becomes of the processes; says once when all are healthy, and how clients find them."""

    def __init__(self, as_json: bool, settings: Settings, names: set[str]) -> None:
        self._json, self._settings, self._waiting = as_json, settings, names
        self._addresses: dict[str, str] = {}

    def __call__(self, news: News) -> None:
        import msgspec

        from services.run.tree import News

        if news.address:
            self._addresses[news.service] = news.address
        if news.event == "late" and news.service == _FIRST:
            news = msgspec.structs.replace(news, message=self._why() or news.message)
        if self._json or news.event != "started":
            _print(news, self._json)
        if news.event == "healthy" and self._waiting:
            self._waiting.discard(news.service)
            if not self._waiting:
                _print(News("all", "services", seconds=news.seconds, message=self._hint()), self._json)

    def _why(self) -> str:
        """Why the model is not there, if that can be seen from here."""
        from services.run import checks

        return "; ".join(f"{c.found}: {c.remedy}" for c in checks.model(self._settings) if c.state != "ok")

    def _hint(self) -> str:
        from taiyi_client.addresses import addresses

        if addresses() == {**addresses(), **self._addresses}:
            return ""
        return "TAIYI_SERVER=" + ",".join(f"{name}={address}" for name, address in self._addresses.items())


def _print(news: News, as_json: bool) -> None:
    """On standard output what is well, on standard error what is not; with JSON, all on standard output."""
    import msgspec

    if as_json:
        line = msgspec.json.encode(news).decode()
    else:
        words = {
            "listening": f"listens on {news.address}",
            "healthy": f"healthy after {news.seconds:.1f} s",
            "unhealthy": "is not healthy any more",
            "all": f"all healthy after {news.seconds:.1f} s; Ctrl-C ends them",
            "ended": "has ended",
        }
        said = words.get(news.event, news.event)
        line = f"{news.service:<10} {said}{': ' if news.message and news.event != 'all' else ''}"
        line += f"\n{'':<10} for clients: {news.message}" if news.event == "all" and news.message else news.message
    bad = not as_json and news.event in ("died", "late", "refused", "killed", "unhealthy")
    print(line, file=sys.stderr if bad else sys.stdout, flush=True)
