"""`taiyi render` and `taiyi instructions`: records as questions, where an instance came from and went, and export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import cli_statistics, layout

if TYPE_CHECKING:
    from taiyi.corpora.descriptor import Descriptor
    from taiyi.instances import Instance
    from taiyi.instructions.thread import Thread
    from taiyi.ledger import Ledger
    from taiyi.records import AnyRecord

_FORMS = ("messages", "sharegpt", "alpaca", "parquet", "datasets")
_USES = ("train", "dev", "test")


def add_to(commands: Any) -> None:
    """Add `taiyi render`, `taiyi templates` and `taiyi instructions`."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--descriptors", type=Path, default=layout.DESCRIPTORS, help="folder of descriptors (default: %(default)s)"
    )
    shared.add_argument("--json", action="store_true", help="print JSON")
    _add_render(commands, shared)
    _add_lint(commands)
    instructions = commands.add_parser("instructions", help="instances: show one, export them, count them")
    actions = instructions.add_subparsers(required=True, metavar="ACTION")
    _add_export(actions, shared)
    _add_show(actions, shared)
    cli_statistics.add_to(actions, shared)


def _add_lint(commands: Any) -> None:
    templates = commands.add_parser("templates", help="the wordings in which questions are put")
    actions = templates.add_subparsers(required=True, metavar="ACTION")
    linted = actions.add_parser(
        "lint",
        help="check wordings, by file and line",
        description="Check fields, punctuation, form and number of the wordings, that no two are alike and that none "
        "gives an answer away. Exits with 2 if anything is wrong.",
    )
    linted.add_argument("--templates", type=Path, default=layout.TEMPLATES, help="default: %(default)s")
    linted.add_argument(
        "--descriptors",
        type=Path,
        default=layout.DESCRIPTORS,
        help="whose labels no wording names (default: %(default)s)",
    )
    linted.add_argument("--least", type=int, default=15, help="wordings per task and language (default: %(default)s)")
    linted.add_argument("--json", action="store_true", help="print JSON")
    linted.set_defaults(run=_lint)


def _lint(arguments: argparse.Namespace) -> None:
    from taiyi.errors import InvalidInput
    from taiyi.instructions import lint

    labels = lint.labels_of(arguments.descriptors) if arguments.descriptors.is_dir() else {}
    problems = lint.lint(arguments.templates, least=arguments.least, labels=labels)
    if arguments.json:
        output.json(problems)
    else:
        for problem in problems:
            print(problem)
    if problems:
        raise InvalidInput(f"{len(problems)} problems in the wordings of {arguments.templates}")


def _add_render(commands: Any, shared: argparse.ArgumentParser) -> None:
    rendered = commands.add_parser("render", parents=[shared], help="show how records of a corpus are asked")
    rendered.add_argument("--corpus", required=True)
    rendered.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="read native files (default: the harmonised records)"
    )
    rendered.add_argument("--split", help="default: the first that is used")
    rendered.add_argument("--task", action="append", default=[], help="may be given again (default: all of the corpus)")
    rendered.add_argument("--template", help="only this wording, t4 (default: the one that the record gets)")
    rendered.add_argument("--style", default="taiyi", help="how answers are written (default: %(default)s)")
    rendered.add_argument("--seed", type=int, default=13, help="chooses wordings (default: %(default)s)")
    rendered.add_argument("--limit", type=int, default=3, help="instances shown (default: %(default)s)")
    rendered.add_argument("--templates", type=Path, default=layout.TEMPLATES, help="default: %(default)s")
    rendered.set_defaults(run=_render)


def _add_export(actions: Any, shared: argparse.ArgumentParser) -> None:
    exported = actions.add_parser(
        "export",
        parents=[shared],
        help="write instances for other trainers",
        description="JSON Lines in OpenAI messages, ShareGPT or Alpaca form, Parquet, or a folder that "
        "`datasets.load_dataset` reads. Each row has its instance's id, corpus, task, language and licence.",
    )
    exported.add_argument("--form", required=True, choices=_FORMS)
    exported.add_argument("--out", required=True, type=Path, metavar="PATH")
    exported.add_argument(
        "--use", action="append", default=[], choices=_USES, help="default: train; of the form datasets: all three"
    )
    exported.add_argument("--task", action="append", default=[], help="only this task (may be given again)")
    exported.add_argument("--corpus", action="append", default=[], help="only this corpus (may be given again)")
    exported.add_argument(
        "--from", dest="source", type=Path, default=layout.INSTRUCTIONS, metavar="DIR", help="default: %(default)s"
    )
    exported.set_defaults(run=_export)


def _add_show(actions: Any, shared: argparse.ArgumentParser) -> None:
    shown = actions.add_parser("show", parents=[shared], help="one instance, from its native line to its verdict")
    shown.add_argument("id", help="corpus/split/key#task.language.template, or a record's id")
    shown.add_argument(
        "--raw", type=Path, default=layout.RAW, metavar="DIR", help="folder of native files (default: %(default)s)"
    )
    shown.set_defaults(run=_show)


def _render(arguments: argparse.Namespace) -> None:
    from taiyi.corpora import descriptor
    from taiyi.errors import unknown_name
    from taiyi.ledger import Ledger

    described = descriptor.find(arguments.corpus, arguments.descriptors)
    for task in arguments.task:
        if task not in described.tasks:
            raise unknown_name(f"task of {described.id}", task, described.tasks)
    ledger = Ledger()
    instances = list(islice(_rendered(described, arguments, ledger), arguments.limit))
    if arguments.json:
        output.json(instances)
    else:
        for instance in instances:
            output.conversation(instance)
    for entry in ledger:
        print(f"{entry.id}: {entry.rule}: {entry.reason}", file=sys.stderr)


def _rendered(described: Descriptor, arguments: argparse.Namespace, ledger: Ledger) -> Iterator[Instance]:
    """The instances of the corpus, record by record."""
    from taiyi.errors import unknown_name
    from taiyi.instructions import Wording, render, task_spec, templates

    specs = {
        task: task_spec(described.id, task, declared)
        for task, declared in described.tasks.items()
        if not arguments.task or task in arguments.task
    }
    only = arguments.template
    known = {
        name
        for task in specs
        for groups in templates(task, arguments.templates).values()
        for group in groups.values()
        for name in group
    }
    if only and only not in known:
        raise unknown_name(f"wording of {', '.join(specs)}", only, known)
    # To find one wording, all are asked for.
    wording = Wording(
        style=arguments.style, folder=arguments.templates, seed=arguments.seed, count=len(known) if only else 1
    )
    for record in _records(described, arguments, ledger):
        for task, spec in specs.items():
            for instance in render(record, task, spec, wording, ledger):
                if not only or instance.id.partition("#")[2].split(".")[2] == only:
                    yield instance


def _records(described: Descriptor, arguments: argparse.Namespace, ledger: Ledger) -> Iterator[AnyRecord]:
    from taiyi import corpora, jsonl
    from taiyi.records import AnyRecord

    split = arguments.split or described.used_splits()[0]
    if arguments.source:
        located, above = corpora.below(described, arguments.source)
        return corpora.read(located, split, above, ledger)
    return jsonl.read(layout.records(described.id) / f"{split}.jsonl", AnyRecord)


def _export(arguments: argparse.Namespace) -> None:
    from taiyi import tasks
    from taiyi.corpora import descriptor
    from taiyi.instructions import export

    for task in arguments.task:
        tasks.load(task)  # a misspelt one is answered with what is close
    for corpus in arguments.corpus:
        descriptor.find(corpus, arguments.descriptors)
    uses = tuple(arguments.use) or (_USES if arguments.form == "datasets" else ("train",))
    chosen = export.Selection(uses=uses, tasks=frozenset(arguments.task), corpora=frozenset(arguments.corpus))
    contents = export.export(
        arguments.form, arguments.out, chosen, instructions=arguments.source, descriptors=arguments.descriptors
    )
    if arguments.json:
        output.json(contents)
        return
    rows = [
        (corpus, f"{count:,}", contents.licences[corpus].name, contents.licences[corpus].terms)
        for corpus, count in contents.corpora.items()
    ]
    output.table(
        f"{sum(contents.uses.values()):,} rows in {arguments.out}", ("corpus", "rows", "licence", "terms"), rows
    )


def _show(arguments: argparse.Namespace) -> None:
    from taiyi.instructions import thread

    found = thread.follow(arguments.id, descriptors=arguments.descriptors, raw=arguments.raw)
    seen = _as_seen(found.instances[0]) if len(found.instances) == 1 else []
    if arguments.json:
        output.json({"thread": found, "tokens": seen})
    else:
        _print(found, seen)


def _as_seen(instance: Instance) -> list[dict[str, Any]]:
    """The instance as the model sees it, in each training stage that has it, else as it would be: how many tokens, how
    many in the loss, and as text in runs that are in the loss or not. Nothing where there is no base model yet.
    """
    from taiyi import params

    reference = params.load(layout.PARAMS).base_model.reference if layout.PARAMS.exists() else ""
    if not reference and not layout.BASE_MODEL.exists():
        return []
    from taiyi.llm import chat, checkpoint, tokens

    tokenizer = checkpoint.load_tokenizer(reference or layout.BASE_MODEL)
    stages = [stage for stage in ("stage1", "stage2") if layout.tokens(stage).exists()]
    trained = {stage: tokens.find(layout.tokens(stage), instance.id) for stage in stages}
    seen = {stage: encoded for stage, encoded in trained.items() if encoded}
    return [
        {
            "where": where,
            "tokens": len(encoded.labels),
            "in_loss": sum(label != chat.IGNORED for label in encoded.labels),
            "pieces": chat.pieces(tokenizer, encoded),
        }
        for where, encoded in (seen or {"not trained on": chat.encode(tokenizer, instance.turns)}).items()
    ]


def _print(found: Thread, seen: list[dict[str, Any]]) -> None:
    if len(found.instances) > 1:
        output.table("instances", ("id", "answer"), [(i.id, i.target) for i in found.instances], one_line=True)
    for instance in found.instances[:1]:
        output.conversation(instance)
    for stage in seen:
        output.as_seen(f"{stage['where']}: {stage['tokens']} tokens, {stage['in_loss']} of an answer", stage["pieces"])
    if found.record:
        output.json(found.record)
    rows = [("native file", found.native or "its native files are not there")]
    rows += [
        ("ledger", f"{step.file}: {step.row.rule} ({step.row.action}): {step.row.reason}") for step in found.ledger
    ]
    rows += [("prediction", f"{step.file}: {step.row['text']}") for step in found.predictions]
    rows += [
        ("verdict", f"{step.file}: {step.row['verdict']}, read as {step.row['status']}") for step in found.verdicts
    ]
    output.table(found.id, ("what", ""), rows)
