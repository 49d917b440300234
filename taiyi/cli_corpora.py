"""`taiyi corpora`: what is described, what native files hold, and how a corpus comes in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import layout

if TYPE_CHECKING:
    from taiyi.corpora.descriptor import Descriptor


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the actions to `taiyi corpora`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--descriptors", type=Path, default=layout.DESCRIPTORS, help="folder of descriptors (default: %(default)s)"
    )
    shared.add_argument("--json", action="store_true", help="print JSON")
    one = argparse.ArgumentParser(add_help=False)
    one.add_argument("corpus", nargs="?", default="", help="the corpus's id; may be left out with --descriptor")
    one.add_argument("--descriptor", type=Path, metavar="FILE", help="a descriptor that is not in the repository")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument(
        "--from",
        dest="source",
        type=Path,
        default=layout.RAW,
        metavar="DIR",
        help="folder of native files, or one with a subfolder per corpus (default: %(default)s)",
    )
    source.add_argument("--split", action="append", default=[], help="only this split (may be given again)")

    _add_list(actions, shared)
    _add_add(actions, shared, one)
    shown = actions.add_parser("show", parents=[shared, one], help="all that is known of a corpus")
    shown.set_defaults(run=_show)
    counted = actions.add_parser(
        "counts", parents=[shared, one, source], help="read native files and count what they hold"
    )
    counted.set_defaults(run=_counts)
    carded = actions.add_parser(
        "card", parents=[shared, one, source], help="read native files and describe them, with examples"
    )
    carded.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    carded.set_defaults(run=_card)
    _add_check(actions, shared)


def _add_check(actions: Any, shared: argparse.ArgumentParser) -> None:
    checked = actions.add_parser("check", parents=[shared], help="check descriptors, and native files against them")
    checked.add_argument("corpus", nargs="*", help="ids (default: every described corpus)")
    checked.add_argument("--descriptor", type=Path, metavar="FILE", help="a descriptor that is not in the repository")
    checked.add_argument(
        "--from", dest="source", type=Path, metavar="DIR", help="also read the native files in this folder"
    )
    checked.set_defaults(run=_check)


def _add_list(actions: Any, shared: argparse.ArgumentParser) -> None:
    listed = actions.add_parser("list", parents=[shared], help="every described corpus")
    listed.add_argument("--language", choices=("en", "zh"))
    listed.add_argument("--task", action="append", default=[], help="has this task (may be given again: any of them)")
    listed.add_argument(
        "--licence", help="terms (open, noncommercial, research, agreement, unstated), or part of its name"
    )
    listed.add_argument("--access", choices=("open", "registration", "agreement", "generated"))
    listed.add_argument("--benchmark", choices=("main", "held_out", "any"))
    listed.add_argument("--trained", action="store_true", help="the paper trained on it")
    listed.set_defaults(run=_list)


def _add_add(actions: Any, shared: argparse.ArgumentParser, one: argparse.ArgumentParser) -> None:
    added = actions.add_parser(
        "add",
        parents=[shared, one],
        help="import native files, put them under DVC and enrol the corpus",
        description="Import a corpus from folders, files, archives (zip, tar, gz) or URLs into data/imports/ID, put it "
        "under DVC, and add its id to `corpora` in params.yaml. Downloads that were interrupted go on when run again.",
    )
    added.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="PATH_OR_URL",
        help="may be given again (default: the downloads that the descriptor names)",
    )
    added.add_argument("--sha256", action="append", default=[], help="checksum of the source of the same rank")
    added.add_argument(
        "--max-gib", type=float, default=20.0, help="most that archives may hold unpacked (default: %(default)s)"
    )
    added.add_argument("--no-enrol", action="store_true", help="leave params.yaml as it is")
    added.add_argument("--no-dvc", action="store_true", help="do not run `dvc add`")
    added.set_defaults(run=_add)


def _described(arguments: argparse.Namespace) -> Descriptor:
    from taiyi.corpora import descriptor
    from taiyi.errors import InvalidInput

    if arguments.descriptor:
        return descriptor.load(arguments.descriptor)
    if not arguments.corpus:
        raise InvalidInput("which corpus?", remedy="give its id, or --descriptor FILE; `taiyi corpora list` names them")
    return descriptor.find(arguments.corpus, arguments.descriptors)


def _list(arguments: argparse.Namespace) -> None:
    from taiyi import tasks
    from taiyi.corpora import descriptor

    for task in arguments.task:
        tasks.load(task)  # a misspelt one is answered with what is close
    known = (descriptor.find(corpus, arguments.descriptors) for corpus in descriptor.ids(arguments.descriptors))
    found = [described for described in known if _wanted(described, arguments)]
    if arguments.json:
        output.json(found)
        return
    columns = ("id", "", "tasks", "records", "licence", "access", "benchmark", "title")
    output.table(f"{len(found)} corpora", columns, [_row(described) for described in found], one_line=True)


def _wanted(described: Descriptor, wanted: argparse.Namespace) -> bool:
    licence = described.licence
    languages = {described.language, *described.languages}
    return (
        (not wanted.language or wanted.language in languages)
        and (not wanted.task or bool(set(wanted.task) & set(described.tasks)))
        and (not wanted.licence or wanted.licence == licence.terms or wanted.licence.lower() in licence.name.lower())
        and (not wanted.access or wanted.access == described.access)
        and (
            not wanted.benchmark
            or described.benchmark == wanted.benchmark
            or (wanted.benchmark == "any" and bool(described.benchmark))
        )
        and (not wanted.trained or bool(described.paper and described.paper.trained))
    )


def _row(d: Descriptor) -> tuple[str, ...]:
    documented = sum(split.documents for name, split in d.splits.items() if d.use(name) != "none")
    records = f"{documented:,}" if documented else ""
    benchmark = d.benchmark.replace("_", " ")
    language = " ".join(d.languages or (d.language,))
    return (d.id, language, " ".join(d.tasks), records, d.licence.terms, d.access, benchmark, d.title_zh or d.title)


def _show(arguments: argparse.Namespace) -> None:
    described = _described(arguments)
    if arguments.json:
        output.json(described)
        return
    from taiyi.cli_output import describe

    describe(described)


def _counts(arguments: argparse.Namespace) -> None:
    from taiyi import corpora
    from taiyi.corpora import counts
    from taiyi.ledger import Ledger

    described, raw = corpora.below(_described(arguments), arguments.source)
    result = {}
    present = arguments.split or corpora.splits(described, raw, absent="skip", of=described.splits)
    for split in [split for split in described.splits if split not in present and not arguments.split]:
        print(f"{described.id}/{split}: none of its files are there", file=sys.stderr)
    for split in present:
        ledger = Ledger()
        records = output.progress(f"{described.id}/{split}", corpora.read(described, split, raw, ledger))
        result[split] = counts.count(records, ledger)
    if arguments.json:
        output.json(result)
        return
    rows = [
        (split, what, name, f"{number:,}")
        for split, table in result.items()
        for what, name, number in counts.rows(table)
    ]
    output.table(described.title, ("split", "what", "name", "count"), rows)


def _card(arguments: argparse.Namespace) -> None:
    from taiyi import corpora
    from taiyi.corpora import card

    described, raw = corpora.below(_described(arguments), arguments.source)
    made = card.make(described, raw, splits=arguments.split)
    if arguments.html:
        from taiyi.pages import cards

        arguments.html.parent.mkdir(parents=True, exist_ok=True)
        arguments.html.write_text(cards.render(made), encoding="utf-8")
    if arguments.json:
        output.json(made)
    elif arguments.html:
        print(arguments.html)
    else:
        output.card(made)


def _check(arguments: argparse.Namespace) -> None:
    from taiyi import corpora
    from taiyi.corpora import checks, descriptor
    from taiyi.errors import InvalidInput

    folder = arguments.descriptors
    paths = (
        [arguments.descriptor]
        if arguments.descriptor
        else [folder / f"{corpus}.yaml" for corpus in arguments.corpus or descriptor.ids(folder)]
    )
    problems: dict[str, list[str]] = {}
    for path in paths:
        found, described = checks.descriptor_problems(path)
        if described and arguments.source and not found:
            found = checks.native_problems(*corpora.below(described, arguments.source))
        problems[path.stem] = found
    if arguments.json:
        output.json(problems)
    else:
        for corpus, found in problems.items():
            print(f"{corpus}: {'ok' if not found else ''}")
            for problem in found:
                print(f"  {problem}")
    wrong = sum(bool(found) for found in problems.values())
    if wrong:
        raise InvalidInput(f"{wrong} of {len(problems)} corpora have problems")


def _add(arguments: argparse.Namespace) -> None:
    from taiyi import licences, params
    from taiyi.corpora import imports

    described = _described(arguments)
    told = params.load(layout.PARAMS)
    if not arguments.no_enrol:
        licences.check({described.id: described.licence}, told.licences)
    with output.download_bar() as bar:
        folder = imports.bring(
            described,
            arguments.source or imports.downloads(described),
            sha256=arguments.sha256 or ([] if arguments.source else [d.sha256 for d in described.downloads]),
            absent=told.raw.absent,
            most_bytes=int(arguments.max_gib * 2**30),
            progress=bar,
        )
    if arguments.descriptor:
        imports.keep_descriptor(arguments.descriptor, layout.DESCRIPTORS)
    if not arguments.no_dvc:
        imports.under_dvc(folder)
    if not arguments.no_enrol:
        params.enrol(layout.PARAMS, described.id)
    result = {
        "corpus": described.id,
        "folder": folder.as_posix(),
        "dvc": not arguments.no_dvc,
        "enrolled": not arguments.no_enrol,
    }
    if arguments.json:
        output.json(result)
    else:
        print(
            f"{described.id}: in {folder}{'' if arguments.no_enrol else ', enrolled in params.yaml'}; next: taiyi corpora card {described.id} --from {layout.IMPORTS}"
        )
