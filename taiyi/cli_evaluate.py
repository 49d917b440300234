"""`taiyi evaluate`: a model or an endpoint asked a benchmark's questions, resumably, and scored."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from taiyi import cli_score, layout

if TYPE_CHECKING:
    from taiyi.answering import Ask
    from taiyi.benchmarks import Benchmark
    from taiyi.endpoint import Endpoint
    from taiyi.instances import Instance, Style

_PARTIAL = Path(".state/answers")


class System(NamedTuple):
    """What is asked: its name in tables, where it is from, what its answers depend on, the style it was trained to
    answer in (None: each benchmark's own), and what asks it.
    """

    name: str
    model: str
    identity: Any
    style: Style | None
    ask: Ask


def add_to(commands: Any) -> None:
    """Add `taiyi evaluate`."""
    parser = commands.add_parser(
        "evaluate",
        parents=[cli_score.shared()],
        help="ask a model or an endpoint a benchmark's questions, and score it",
        description="Ask and score. Answers are kept as they come: run again after an interrupt, the same command goes "
        "on where it was.",
    )
    parser.add_argument("--adapter", type=Path, metavar="DIR", help="an adapter that was trained here")
    parser.add_argument("--base", default="", metavar="REF", help="its base model (default: the one it was trained on)")
    parser.add_argument(
        "--model", default="", metavar="DIR_OR_ID", help="a model; of an endpoint, as the server calls it"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N questions of each benchmark: a try")
    parser.add_argument("--wordings", type=int, default=1, metavar="N", help="ask in so many wordings (default: 1)")
    parser.add_argument("--max-new-tokens", type=int, default=500, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--batch-size", type=int, default=16, metavar="N", help="of a model here (default: %(default)s)"
    )
    _add_endpoint(parser)
    parser.set_defaults(run=_evaluate)


def _add_endpoint(parser: argparse.ArgumentParser) -> None:
    endpoint = parser.add_argument_group("endpoint")
    endpoint.add_argument(
        "--endpoint", default="", metavar="URL", help="OpenAI-compatible, such as http://host:8000/v1"
    )
    endpoint.add_argument(
        "--key-variable", default="OPENAI_API_KEY", metavar="NAME", help="holds the key (default: %(default)s)"
    )
    endpoint.add_argument(
        "--at-once", type=int, default=8, metavar="N", help="requests in flight (default: %(default)s)"
    )
    endpoint.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS", help="default: %(default)s")
    endpoint.add_argument("--tries", type=int, default=6, metavar="N", help="of one question (default: %(default)s)")
    endpoint.add_argument(
        "--options", default="{}", metavar="JSON", help="further keys of the request's body; null takes one out"
    )


def _evaluate(arguments: argparse.Namespace) -> None:
    from taiyi import answering, manifest, process

    _check(arguments)
    cli_score.check_out(arguments.out)
    system = _system(arguments)
    asked, questions = cli_score.chosen(arguments, wordings=arguments.wordings, style=system.style)
    if arguments.limit:
        questions = _first(questions, asked, arguments.limit)
        cli_score.say(f"WARNING: only the first {arguments.limit:,} questions of each benchmark are asked")
    state = _PARTIAL / manifest.params_digest((system.identity, [(q.id, q.turns[:-1]) for q in questions]))[:16]
    with process.exit_on_sigterm(), process.exclusive(state):
        answers = answering.answer(questions, system.ask, state / "answers.jsonl", cli_score.say)
        _tell_of_problems(answers.problems, len(questions))
        started = time.monotonic()
        cli_score.finish(asked, questions, answers.texts, arguments, name=_name(system, arguments), model=system.model)
        cli_score.say(f"scored in {time.monotonic() - started:.1f} s")
        if arguments.out:  # kept there; without it, scoring again asks nothing again
            (state / "answers.jsonl").unlink(missing_ok=True)


def _check(arguments: argparse.Namespace) -> None:
    from taiyi.errors import InvalidInput

    if arguments.endpoint and not arguments.model:
        raise InvalidInput("--endpoint needs --model, the model's name as the server calls it")
    if bool(arguments.adapter) + bool(arguments.model) != 1 or (arguments.adapter and arguments.endpoint):
        raise InvalidInput("name one of --adapter DIR, --model DIR_OR_ID, --endpoint URL --model NAME")
    for option in ("limit", "wordings", "max_new_tokens", "batch_size", "at_once", "tries", "timeout"):
        value = getattr(arguments, option)
        if value is not None and value <= 0:
            raise InvalidInput(f"--{option.replace('_', '-')} is {value:g}; give 1 or more")
    if arguments.wordings > 1 and arguments.gold:
        raise InvalidInput("--gold has its questions' wordings; --wordings needs native files (--corpora)")


def _first(questions: Sequence[Instance], asked: Sequence[Benchmark], limit: int) -> list[Instance]:
    """The first `limit` questions of each benchmark, in all the wordings that they are asked in."""
    kept: set[str] = set()
    for benchmark in asked:
        own = [question for question in questions if benchmark.asks(question.id)]
        records = list(dict.fromkeys(question.record for question in own))[:limit]
        kept |= {question.id for question in own if question.record in set(records)}
    return [question for question in questions if question.id in kept]


def _tell_of_problems(problems: dict[str, str], questions: int) -> None:
    from taiyi.errors import InvalidInput

    if len(problems) == questions:
        raise InvalidInput(f"not one question was answered; the first: {next(iter(problems.values()))}")
    for identifier, problem in list(problems.items())[:1]:
        cli_score.say(
            f"WARNING: {len(problems):,} of {questions:,} questions were refused and count as unanswered; "
            f"the first: {identifier}: {problem}"
        )


def _name(system: System, arguments: argparse.Namespace) -> str:
    name = arguments.name or system.name
    return f"{name} (first {arguments.limit:,})" if arguments.limit else name


def _system(arguments: argparse.Namespace) -> System:
    if arguments.endpoint:
        return _endpoint(arguments)
    return _adapter(arguments) if arguments.adapter else _model(arguments)


def _endpoint(arguments: argparse.Namespace) -> System:
    from taiyi import endpoint

    asked: Endpoint = endpoint.Endpoint(
        url=arguments.endpoint,
        model=arguments.model,
        max_new_tokens=arguments.max_new_tokens,
        key_variable=arguments.key_variable,
        options=_options(arguments.options),
        at_once=arguments.at_once,
        tries=arguments.tries,
        timeout_seconds=arguments.timeout,
    )
    identity = ("endpoint", asked.url, asked.model, asked.max_new_tokens, asked.options)
    return System(asked.model, f"{asked.model} at {asked.url}", identity, None, endpoint.asker(asked))


def _options(text: str) -> dict[str, Any]:
    import msgspec

    from taiyi.errors import InvalidInput

    try:
        found: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InvalidInput(f"--options is no JSON object: {error}", remedy="""such as '{"seed": 1}'""") from error
    return found


def _adapter(arguments: argparse.Namespace) -> System:
    from taiyi import manifest
    from taiyi.llm import answers, checkpoint

    folder: Path = arguments.adapter
    trained = checkpoint.read_manifest(folder)
    reference = arguments.base or trained.reference or str(layout.BASE_MODEL)
    style: Style = "json" if trained.identity.style == "json" else "taiyi"
    digest = manifest.digest(folder)
    ask = answers.asker(
        reference,
        folder,
        style=style,
        max_new_tokens=arguments.max_new_tokens,
        batch_size=arguments.batch_size,
    )
    identity = ("adapter", digest, arguments.max_new_tokens)
    return System(folder.resolve().name, f"adapter {digest[:16]} on {reference}", identity, style, ask)


def _model(arguments: argparse.Namespace) -> System:
    from taiyi.llm import answers, checkpoint

    reference = arguments.model
    digest = checkpoint.base_digest(reference)
    ask = answers.asker(reference, max_new_tokens=arguments.max_new_tokens, batch_size=arguments.batch_size)
    identity = ("model", digest, arguments.max_new_tokens)
    return System(Path(reference).name, f"model {digest[:16]} ({reference})", identity, None, ask)
