"""`taiyi worker`: runs training jobs."""

from __future__ import annotations

import argparse
from typing import Any

from services.commands import serving
from services.commands.ends import ending


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "worker",
        help="run training jobs from the queue",
        description="One job at a time; one worker to a GPU. It needs the database of the trainer and the folder of its "
        "state. SIGTERM: the job saves a checkpoint and is given back.",
    )
    serving.add_places(parser)
    parser.add_argument(
        "--queue",
        action="append",
        metavar="NAME",
        help="cpu, gpu_default, gpu_large; may be repeated, first come first",
    )
    parser.add_argument("--gpu", type=int, metavar="N", help="the GPU that is used, and no other")
    parser.add_argument("--no-broker", action="store_true", help="poll the database, even if a broker is known")
    parser.set_defaults(run=ending(_work))


def _work(arguments: argparse.Namespace) -> int:
    from services.kit import logs
    from services.trainer import worker

    if arguments.no_broker:
        arguments.broker = ""
    settings = serving.places(arguments)
    if arguments.no_broker and settings.broker:
        import msgspec

        settings = msgspec.structs.replace(settings, broker="")
    gpu = "" if arguments.gpu is None else str(arguments.gpu)
    queues = arguments.queue or (["gpu_default"] if gpu else ["cpu"])
    logs.to()
    return worker.run(settings, queues, gpu)
