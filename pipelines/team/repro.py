"""`taiyi repro`: what teammates have computed is pulled and verified, the rest is run, and what is new is pushed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO, Any

from pipelines.team import dvc, manifests, remotes, stages
from pipelines.team.remotes import Remote
from taiyi.errors import DataLoss, NotReady, TaiyiError
from taiyi.records import Part

_ALONE = "to go on without it: taiyi repro --no-pull --no-push"
_LATER = "what was computed is here, whole; once the remote is back, taiyi repro pushes it"
_REPAIR = (
    "nothing of it was accepted. Where a good copy is: taiyi remote check {0} --read --repair."
    " Nowhere? Make it here: taiyi repro --no-pull --no-push, then repair"
)


class Summary(Part, frozen=True):
    """What a run came to. Stages by where their outputs came from; those that nothing changed in are in none."""

    remote: str
    pulled: tuple[str, ...]
    restored: tuple[str, ...]
    ran: tuple[str, ...]
    pushed_objects: int
    verified_manifests: int
    seconds: float

    def __str__(self) -> str:
        """One line for people."""
        came = (
            f"{len(self.pulled)} stages pulled, {len(self.restored)} restored from recorded runs, {len(self.ran)} run"
        )
        sent = f"{self.pushed_objects} objects pushed, {self.verified_manifests} manifests verified"
        return f"repro: {came}; {sent}; {self.seconds:.1f} s" + ("" if self.remote else "; no remote")


def say(text: str) -> None:
    """One line of progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def repro(
    arguments: list[str], *, name: str = "", pull: bool = True, push: bool = True, out: IO[str] | None = None
) -> Summary:
    """Pull, run, verify, push. arguments: targets and options of `dvc repro`. out: where DVC's lines go."""
    started = time.monotonic()
    in_project()
    if "--dry" in arguments:
        pull = push = False
    there = remotes.look(changes=pull) if pull or push else {}
    remote = remotes.chosen(there, name) if there else None
    if remote is None:
        say("repro: no remote is in use, so nothing is shared: as dvc repro")
    targets = [argument for argument in arguments if not argument.startswith("-")]
    pulled, lacking = _pull(remote, targets, there["changes"], out) if remote and pull else ([], False)
    verified = manifests.verify(stages.locked().values())
    done = _run(remote, arguments, out, pull=lacking)
    came = {how: [s["name"] for s in done.of("stage") if s["how"] == how] for how in ("pulled", "restored", "ran")}
    pulled += [name for name in came["pulled"] if name not in (*pulled, *came["ran"])]
    wanted = stages.needed(stages.locked(), targets)
    verified += manifests.verify(wanted)
    known = all(stage.name in pulled for stage in wanted)
    pushed = _push(remote, targets, out, new=bool(came["ran"])) if remote and push and not known else 0
    if remote and done.refused:
        raise _garbled(remote, done.refused, "its stages were run here instead, and the remote still holds it: ")
    return Summary(
        remote=remote.name if remote else "",
        pulled=tuple(pulled),
        restored=tuple(came["restored"]),
        ran=tuple(came["ran"]),
        pushed_objects=pushed,
        verified_manifests=verified,
        seconds=round(time.monotonic() - started, 1),
    )


def in_project() -> None:
    """Refuse where no DVC project is."""
    if not Path(".dvc").is_dir():
        raise NotReady("there is no .dvc here; go to the root of the project, where dvc.yaml is")


def _pull(remote: Remote, targets: list[str], status: stages.Status, out: IO[str] | None) -> tuple[list[str], bool]:
    """Fetch what only files are lacking of (status: what has changed); returns those stages, and whether more has changed."""
    before = stages.locked()
    wanted = {stage.name for stage in stages.needed(before, targets)}
    names = [name for name in stages.fetchable(before, status) if name in wanted]
    if status:
        remotes.reach(remote, _ALONE)
    if names:
        say(f"repro: pulling {len(names)} stages from {remote.name} ({remote.url})")
        argv = ["pull", "--allow-missing", "--remote", remote.name, *names]
        done = dvc.persistent({"do": "dvc", "argv": argv, "remote": remote.name}, out=out)
        if done.refused:
            raise _garbled(remote, done.refused)
        if done.status:
            raise dvc.failure("pull", done, _ALONE)
    got = [name for name in names if all(Path(path).exists() for path in before[name].outs)]
    return got, set(status) != set(got)


def _run(remote: Remote | None, arguments: list[str], out: IO[str] | None, *, pull: bool) -> dvc.Done:
    """`dvc repro`; with `pull` it looks for every stage that changed among the recorded runs of teammates."""
    argv = ["repro", *(["--pull"] if remote and pull else []), *arguments]
    done = dvc.ask({"do": "dvc", "argv": argv, "remote": remote.name if remote else ""}, out=out)
    if remote and done.status and done.refused:
        raise _garbled(remote, done.refused)
    if done.status:
        raise dvc.failure("repro", done, "what was finished before is kept; nothing was pushed")
    return done


def _push(remote: Remote, targets: list[str], out: IO[str] | None, *, new: bool) -> int:
    """Push what the remote lacks, and the recorded runs if there are new ones; then make sure that all of it is there."""
    remotes.reach(remote, _LATER)
    if not new and not compare(remote, targets)["wrong"]:
        return 0
    say(f"repro: pushing to {remote.name} ({remote.url})")
    argv = ["push", "--run-cache", "--remote", remote.name, *(["--with-deps", *targets] if targets else [])]
    done = dvc.persistent({"do": "dvc", "argv": argv, "remote": remote.name}, out=out)
    if done.status:
        raise dvc.failure("push", done, _LATER)
    wrong = compare(remote, targets, repair=True)["wrong"]
    if left := [f"{row['path']}: object {row['object']}" for row in wrong if not row["repaired"]]:
        raise DataLoss(
            f"{len(left)} objects are not in the remote {remote.name}, and not here:\n  " + "\n  ".join(left)
        )
    return sum(int(event["count"]) for event in done.of("added")) + len(wrong)


def compare(remote: Remote, targets: list[str], *, read: bool = False, repair: bool = False) -> dict[str, Any]:
    """What of the targets' objects the remote lacks or, with `read`, holds garbled; `repair` sends it from here."""
    wanted = stages.objects(stages.needed(stages.locked(), targets))
    request = {"do": "compare", "remote": remote.name, "wanted": wanted, "read": read, "repair": repair}
    found: dict[str, Any] = dvc.answer(request)
    return found


def _garbled(remote: Remote, refused: list[str], first: str = "") -> TaiyiError:
    """The error for objects of a remote that do not hold what they are named by; it names path and address of each."""
    wanted = stages.objects(stages.locked().values())
    named = dvc.answer({"do": "name", "remote": remote.name, "wanted": wanted, "objects": refused})
    rows = "\n".join(f"  {named[oid][0] or 'a recorded run'}: object {oid} ({named[oid][1]})" for oid in refused)
    return DataLoss(
        f"the remote {remote.name} holds garbled objects, refused:\n{rows}\n  {first}{_REPAIR.format(remote.name)}"
    )
