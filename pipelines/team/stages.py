"""What dvc.lock says: which stage made which path from which, and under which hash; what of it must be fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from taiyi import layout, strict_yaml
from taiyi.errors import Conflict
from taiyi.records import Part

LOCK = Path("dvc.lock")
Status: TypeAlias = dict[str, list[Any]]
"""`dvc status --json`: by stage, what has changed."""
_ABSENT = {"deleted", "not in cache"}


class Stage(Part, frozen=True):
    """One stage as it last ran: paths it read, paths it wrote with the objects that hold them."""

    name: str
    deps: tuple[str, ...]
    outs: dict[str, str]


def locked(path: Path = LOCK) -> dict[str, Stage]:
    """The stages of dvc.lock and the imported corpora beside it, by name. Conflict if git left a merge in it."""
    rows: dict[str, Any] = {}
    if path.exists():
        if "\n<<<<<<< " in path.read_text(encoding="utf-8"):
            raise Conflict(
                f"{path} holds both sides of a merge; take either one and run again: git checkout --theirs {path}"
            )
        rows = strict_yaml.load(path).get("stages") or {}
    found = {
        name: Stage(name, tuple(d["path"] for d in row.get("deps", ())), _objects(row)) for name, row in rows.items()
    }
    for file in sorted(layout.IMPORTS.rglob("*.dvc")):
        found[file.as_posix()] = Stage(file.as_posix(), (), _objects(strict_yaml.load(file), file.parent))
    return found


def _objects(row: dict[str, Any], folder: Path = Path()) -> dict[str, str]:
    return {(folder / out["path"]).as_posix(): str(out["md5"]) for out in row.get("outs") or () if "md5" in out}


def touches(path: str, other: str) -> bool:
    """Whether two paths are one, or one lies in the other."""
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def fetchable(stages: dict[str, Stage], status: Status) -> list[str]:
    """The stages that lack nothing but files: their outputs are worth fetching, for they will not be made anew.

    A stage that something else has changed in, or that reads what such a stage writes, runs; its old outputs are of no use.
    """
    changes = {name: list(_changes(rows)) for name, rows in status.items()}
    absent = [
        path for rows in changes.values() for what, path, how in rows if what == "changed outs" and how in _ABSENT
    ]
    stale = [
        stages[name]
        for name, rows in changes.items()
        if name in stages and not all(_only_absent(r, absent) for r in rows)
    ]
    rest = {name: stage for name, stage in stages.items() if stage not in stale}
    while stale:
        outs = stale.pop().outs
        reached = [s for s in rest.values() if any(touches(dep, out) for dep in s.deps for out in outs)]
        stale += [rest.pop(stage.name) for stage in reached]
    return [name for name in rest if any(what == "changed outs" for what, _, _ in changes.get(name, ()))]


def _changes(rows: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    """What kind of thing has changed, where, and how: ("changed outs", "data/raw", "deleted")."""
    for row in rows:
        for what, paths in row.items() if isinstance(row, dict) else ((str(row), {}),):
            for path, how in paths.items() if isinstance(paths, dict) and paths else (("", str(paths)),):
                yield what, path, str(how)


def _only_absent(change: tuple[str, str, str], absent: list[str]) -> bool:
    """Whether no more than files are lacking; a folder is `modified` for lack of one in it that another stage writes."""
    what, path, how = change
    if what == "changed deps":
        return how in _ABSENT or any(touches(path, out) for out in absent)
    return what == "changed outs" and how in _ABSENT


def needed(stages: dict[str, Stage], targets: list[str]) -> list[Stage]:
    """The targets with all they are made from; every stage if there are no targets. A name without @ means all its items."""
    if not targets:
        return list(stages.values())
    found = {name: s for name, s in stages.items() if any(name == t or name.startswith(f"{t}@") for t in targets)}
    waiting = list(found.values())
    while waiting:
        deps = waiting.pop().deps
        more = [s for s in stages.values() if s.name not in found and any(touches(d, o) for d in deps for o in s.outs)]
        found |= {stage.name: stage for stage in more}
        waiting += more
    return list(found.values())


def objects(stages: Iterable[Stage]) -> dict[str, str]:
    """The objects of the stages' outputs, each with its path."""
    return {oid: path for stage in stages for path, oid in stage.outs.items()}
