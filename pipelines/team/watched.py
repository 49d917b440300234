"""The process that runs DVC: its own command line, and a few questions to its library; what happens goes to a file.

`python -m pipelines.team.watched REQUEST EVENTS`: a JSON request, and a file that takes one JSON event a line.
The one module that imports DVC.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taiyi import process

_STAGE = re.compile(r"^(Running stage|Stage|Pulling data for stage:) '(.+?)'(.*)$")
_HOW = {"Running stage": "ran", "Stage": "restored", "Pulling data for stage:": "pulled"}
_DAMAGED_RUN = re.compile(r"corrupted cache file '(.+?)'")

Note = Callable[..., None]


class _Log(logging.Handler):
    """DVC's log as events: which stage ran or came from where, which objects were refused, which errors there were."""

    def __init__(self, note: Note) -> None:
        super().__init__(logging.INFO)
        self.note = note

    def emit(self, record: logging.LogRecord) -> None:
        """Note what matters of one line of the log."""
        text = record.getMessage()
        if (stage := _STAGE.match(text)) and (stage[1] != "Stage" or "is cached" in stage[3]):
            self.note("stage", name=stage[2], how=_HOW[stage[1]])
        if run := _DAMAGED_RUN.search(text):
            self.note("refused", object=Path(run[1]).name, what="run")
        if record.levelno >= logging.ERROR:
            error = record.exc_info[1] if record.exc_info else None
            self.note("error", text=": ".join(filter(None, [text, *causes(error)])))


def causes(error: BaseException | None) -> list[str]:
    """What an error and the errors behind it say, the outermost first."""
    found: list[str] = []
    while error is not None:
        if (text := f"{type(error).__name__} {error}".strip()) not in found:
            found.append(text)
        error = error.__cause__ or error.__context__
    return found


def _watch_objects(note: Note) -> None:
    """Note how many objects are added to a cache, and each that was refused: its content is not what its name says.

    DVC removes such an object without a word, and says that it is missing.
    """
    from dvc_data.hashfile.db import HashFileDB
    from dvc_data.hashfile.tree import Tree
    from dvc_objects.errors import ObjectFormatError

    objects: Any = HashFileDB
    trees: Any = Tree
    check, add, load = objects.check, objects.add, trees.load.__func__
    damaged: set[str] = set()

    def watched_check(self: Any, oid: str, *arguments: Any, **options: Any) -> Any:
        try:
            return check(self, oid, *arguments, **options)
        except ObjectFormatError:
            damaged.add(oid)
            raise

    def watched_add(self: Any, *arguments: Any, **options: Any) -> Any:
        damaged.clear()
        added = add(self, *arguments, **options)
        refused = sorted(oid for oid in damaged if not self.fs.exists(self.oid_to_path(oid)))
        for oid in refused:
            note("refused", object=oid, what="object")
        note("added", count=int(added or 0) - len(refused), folder=str(self.path))
        return added

    def watched_load(cls: Any, odb: Any, hash_info: Any, *arguments: Any, **options: Any) -> Any:
        # DVC believes a listing that it can read, and asks for the files that it names.
        if odb.verify and odb.exists(hash_info.value) and not _sound(odb, hash_info.value, False):
            note("refused", object=hash_info.value, what="object")
            raise ObjectFormatError(f"object {hash_info.value} is corrupted")
        return load(cls, odb, hash_info, *arguments, **options)

    trees.load = classmethod(watched_load)
    objects.check, objects.add = watched_check, watched_add


def run_dvc(note: Note, argv: list[str], remote: str) -> int:
    """DVC's command line with `remote` as its default remote; `dvc repro --pull` knows no other way to choose one."""
    from dvc.cli import main
    from dvc.cli.command import CmdBase

    _watch_objects(note)
    before = CmdBase.do_run

    def do_run(self: Any) -> Any:
        if remote:
            self.repo.config["core"]["remote"] = remote
        return before(self)

    CmdBase.do_run = do_run
    status = main(argv)
    return status if isinstance(status, int) else 0


def look(note: Note, changes: bool) -> int:
    """Answer with the remotes, the default one, what of them git shares, and, if asked, what `dvc status --json` says."""
    from dvc.repo import Repo

    with Repo() as repo:
        shared = repo.config.read("repo").get("remote", {})
        remotes = {name: {key: str(value) for key, value in r.items()} for name, r in repo.config["remote"].items()}
        value = {"default": repo.config["core"].get("remote", ""), "remotes": remotes, "shared": shared}
        note("answer", value=value | {"changes": repo.status() if changes else {}})
    return 0


def name(note: Note, remote: str, wanted: dict[str, str], objects: list[str]) -> int:
    """Answer with the path and the address in the remote of some objects. wanted: object to path, as for `compare`."""
    from dvc.repo import Repo

    with Repo() as repo:
        here, there = repo.cache.local, repo.cloud.get_remote_odb(remote, "status")
        paths = _with_files(here, there, wanted)
        note("answer", value={oid: (paths.get(oid, ""), _address(there, oid)) for oid in objects})
    return 0


def configure(note: Note, name: str, values: dict[str, Any], default: bool) -> int:
    """Write a remote into .dvc/config."""
    from dvc.repo import Repo

    with Repo() as repo, repo.config.edit("repo") as config:
        config.setdefault("remote", {})[name] = values
        if default:
            config.setdefault("core", {})["remote"] = name
    return 0


def compare(note: Note, remote: str, wanted: dict[str, str], read: bool, repair: bool) -> int:
    """Answer which of the wanted objects, and of those that wanted folders list, the remote lacks or holds garbled.

    wanted: object to path. read: read every object there whole. repair: send what is wrong anew, where it is here.
    DVC's own commands take it that a folder whose listing is in the remote is there with all its files.
    """
    from dvc.repo import Repo

    with Repo() as repo:
        here, there = repo.cache.local, repo.cloud.get_remote_odb(remote, "status")
        objects = _with_files(here, there, wanted)
        present = set(there.oids_exist(list(objects)))
        wrong = {oid: "missing" for oid in objects if oid not in present}
        if read:
            wrong |= {oid: "garbled" for oid in sorted(present) if not _sound(there, oid, repair)}
        mended = [oid for oid in sorted(wrong) if repair and _send(here, there, oid)]
        rows = [
            {
                "object": oid,
                "path": objects[oid],
                "url": _address(there, oid),
                "problem": problem,
                "repaired": oid in mended,
            }
            for oid, problem in wrong.items()
        ]
        note("answer", value={"objects": len(objects), "wrong": rows})
    return 0


def _address(odb: Any, oid: str) -> str:
    return str(odb.fs.unstrip_protocol(odb.oid_to_path(oid)))


def _with_files(here: Any, there: Any, wanted: dict[str, str]) -> dict[str, str]:
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.transfer import find_tree_by_obj_id

    objects = dict(wanted)
    for oid, where in wanted.items():
        if oid.endswith(".dir") and (tree := find_tree_by_obj_id([here, there], HashInfo("md5", oid))):
            objects |= {file.value: "/".join((where, *key)) for key, _, file in tree}
    return objects


def _sound(odb: Any, oid: str, remove: bool) -> bool:
    """Whether an object's content has the hash that it is named by; `remove` lets DVC delete it if not."""
    from dvc_data.hashfile.hash import hash_file
    from dvc_objects.errors import ObjectFormatError

    if remove:
        try:
            odb.check(oid, check_hash=True)
        except ObjectFormatError:
            return False
        return True
    _, actual = hash_file(odb.oid_to_path(oid), odb.fs, odb.hash_name)
    return bool(actual.value == oid.removesuffix(".dir"))


def _send(here: Any, there: Any, oid: str) -> bool:
    """Send an object from the cache, if it is there and is what its name says."""
    if not here.exists(oid) or not _sound(here, oid, remove=False):
        return False
    there.add(here.oid_to_path(oid), here.fs, oid)
    return bool(there.exists(oid))


_DO: dict[str, Callable[..., int]] = {
    "dvc": run_dvc,
    "look": look,
    "name": name,
    "configure": configure,
    "compare": compare,
}


def main(request: dict[str, Any], events: Path) -> int:
    """Do what is asked for; returns the exit status."""
    import dvc  # noqa: F401, sets up its logging

    process.die_with_parent()
    with events.open("a", encoding="utf-8", buffering=1) as file:

        def note(kind: str, **what: Any) -> None:
            file.write(json.dumps({"kind": kind, **what}) + "\n")

        for name in ("dvc", "dvc_data", "dvc_objects"):
            logging.getLogger(name).addHandler(_Log(note))
        try:
            return _DO[request.pop("do")](note, **request)
        except Exception as error:
            note("error", text=": ".join(causes(error)))
            return 1


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), Path(sys.argv[2])))
