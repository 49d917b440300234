"""`taiyi jobs`: training jobs queued, watched, ended and queued again."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

from services.commands import connecting
from services.commands.ends import FAILED, INTERRUPTED, OK, ending
from taiyi import cli_output
from taiyi.errors import InvalidInput

if TYPE_CHECKING:
    from taiyi_api.trainer.v1 import trainer_service_pb2 as wire

    from taiyi_client import Client


def add_to(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("jobs", help="training jobs: create, list, show, watch, cancel, retry")
    parts = parser.add_subparsers(required=True, metavar="PART")
    _add_create(parts)
    listed = _part(parts, "list", _list, "jobs, newest first")
    listed.add_argument("--filter", default="", help='such as: state = "RUNNING"')
    listed.add_argument("--limit", type=int, default=100, help="how many at most (default: %(default)s)")
    for name, run, what in (
        ("show", _show, "one job with its attempts"),
        (
            "watch",
            _watch,
            "a job's events until it ends; Ctrl-C leaves the job alone; exits with 1 if the job did not succeed",
        ),
        ("cancel", _cancel, "ask a job to end; it keeps its last checkpoint"),
        ("retry", _retry, "queue a failed or cancelled job again; it goes on from its last good checkpoint"),
    ):
        part = _part(parts, name, run, what)
        part.add_argument("name", metavar="JOB", help="jobs/ID, or ID")
        if name == "watch":
            part.add_argument("--resume-after", type=int, default=0, metavar="N", help="the last event that you saw")
        if name == "retry":
            part.add_argument("--request-id", default="", help="a UUID: the same one queues it once")


def _add_create(parts: Any) -> None:
    create = _part(parts, "create", _create, "queue a job")
    create.add_argument("--stage", default="stage1", choices=("stage1", "stage2"), help="default: %(default)s")
    create.add_argument(
        "--tokens", default="", help="artefacts/DIGEST, or a path below the server's data (default: those of the stage)"
    )
    create.add_argument("--base-model", default="data/base_model", help="the same")
    create.add_argument("--start-from", default="", help="the adapter to go on from: the same")
    create.add_argument("--queue", default="cpu", help="cpu, gpu_default, gpu_large (default: %(default)s)")
    create.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of train in params.yaml"
    )
    create.add_argument("--priority", type=int, default=0, help="among jobs that wait, higher ones first")
    create.add_argument("--max-attempts", type=int, default=0, help="failures after which it fails (default: 3)")
    create.add_argument("--time-limit", type=int, default=0, metavar="SECONDS", help="of an attempt")
    create.add_argument("--request-id", default="", help="a UUID: the same one queues the job once")
    create.add_argument("--watch", action="store_true", help="then watch it")


def _part(parts: Any, name: str, run: Any, what: str) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser(name, help=what, description=what)
    connecting.add_to(part)
    part.set_defaults(run=ending(run))
    return part


def _create(arguments: argparse.Namespace) -> int:
    with connecting.client(arguments) as client:
        job = client.jobs.create(
            stage=arguments.stage,
            train=_train(arguments.set),
            tokens=arguments.tokens,
            base_model=arguments.base_model,
            start_from=arguments.start_from,
            queue=arguments.queue,
            request_id=arguments.request_id,
            priority=arguments.priority,
            max_attempts=arguments.max_attempts,
            time_limit_seconds=arguments.time_limit,
        )
        _say(job, arguments)
        return _follow(client, job.name, 0, arguments) if arguments.watch else OK


def _train(pairs: list[str]) -> dict[str, Any]:
    """`rank=8 learning_rate=1e-4` as settings; values are YAML, dots go deeper."""
    import yaml

    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InvalidInput(f"{pair!r} is not KEY=VALUE", where="--set")
        *folders, last = key.split(".")
        place = found
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = yaml.safe_load(value)
    return found


def _list(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        jobs = list(islice(client.jobs.list(filter=arguments.filter), arguments.limit))
    if arguments.json:
        cli_output.lines(map(connecting.plain, jobs))
        return
    rows = [
        (job.name, _state(job.state), job.reason, job.spec.queue, job.spec.stage, _far(job.progress), job.owner)
        for job in jobs
    ]
    cli_output.table("jobs", ("name", "state", "reason", "queue", "stage", "step", "owner"), rows)


def _show(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        cli_output.json(connecting.plain(client.jobs.get(_named(arguments))))


def _watch(arguments: argparse.Namespace) -> int:
    with connecting.client(arguments) as client:
        return _follow(client, _named(arguments), arguments.resume_after, arguments)


def _follow(client: Client, name: str, last: int, arguments: argparse.Namespace) -> int:
    """Print events until the job ends, or until Ctrl-C, which leaves the job alone."""
    try:
        for event in client.jobs.watch(name, resume_after=last):
            last = event.sequence
            _event(event, arguments)
    except KeyboardInterrupt:
        server = f" --server {arguments.server}" if arguments.server else ""
        again = f"taiyi jobs watch {name} --resume-after {last}{server}"
        print(f"\nthe job goes on; watch it: {again}; end it: taiyi jobs cancel {name}{server}", file=sys.stderr)
        return INTERRUPTED
    job = client.jobs.get(name)
    if not arguments.json:
        print(
            f"{job.name}: {_state(job.state)}{f', {job.adapter}' if job.adapter else ''}{f', {job.message}' if job.message else ''}"
        )
    return OK if _state(job.state) == "SUCCEEDED" else FAILED


def _event(event: wire.JobEvent, arguments: argparse.Namespace) -> None:
    if arguments.json:
        cli_output.lines([connecting.plain(event)])
        sys.stdout.flush()
        return
    progress = event.progress
    parts = [_state(event.state), event.reason, event.message]
    if event.kind == "progress":
        parts = [f"step {_far(progress)}"]
        parts += [f"loss {progress.loss:.4f}"] if progress.HasField("loss") else []
        parts += [f"{progress.tokens_per_second:,.0f} tokens/s"] if progress.HasField("tokens_per_second") else []
        parts += [f"{progress.seconds_left:,.0f} s left"] if progress.HasField("seconds_left") else []
        parts += [f"{name} {value:.4f}" for name, value in sorted(progress.dev_scores.items())]
    moment = event.time.ToDatetime().strftime("%H:%M:%S")
    print(f"{event.sequence:>5}  {moment}  {event.kind:<10}  {'  '.join(filter(None, parts))}", flush=True)


def _cancel(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        _say(client.jobs.cancel(_named(arguments)), arguments)


def _retry(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        _say(client.jobs.retry(_named(arguments), request_id=arguments.request_id), arguments)


def _say(job: wire.Job, arguments: argparse.Namespace) -> None:
    if arguments.json:
        cli_output.lines([connecting.plain(job)])
    else:
        print(f"{job.name}: {_state(job.state)}{f', {job.message}' if job.message else ''}")


def _named(arguments: argparse.Namespace) -> str:
    name: str = arguments.name
    return name if name.startswith("jobs/") else f"jobs/{name}"


def _state(number: int) -> str:
    from taiyi_api.trainer.v1 import trainer_service_pb2 as wire

    return wire.JobState.Name(number).removeprefix("JOB_STATE_")


def _far(progress: wire.Progress) -> str:
    return f"{progress.step:,}/{progress.steps:,}" if progress.steps else ""
