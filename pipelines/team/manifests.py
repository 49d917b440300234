"""The project's own manifests over what came from a remote: sha256, where DVC's md5 and its bookkeeping may err."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipelines.team.stages import Stage, touches
from taiyi import jsonl, layout, manifest
from taiyi.errors import DataLoss

RECORD = Path(".state/team/verified.json")
"""The manifests that were verified in this working copy: path to their own sha256."""


def verify(stages: Iterable[Stage], record: Path = RECORD) -> int:
    """Verify the manifests of the stages, those that have not been before; returns how many; DataLoss names what differs."""
    known: dict[str, str] = jsonl.read_json(record, dict[str, str]) if record.exists() else {}
    fresh = {path: stage for stage in stages for path in stage.outs if _is_manifest(path)}
    digests = {path: manifest.digest(Path(path)) for path in fresh}
    fresh = {path: stage for path, stage in fresh.items() if known.get(path) != digests[path]}
    wrong = [line for path, stage in fresh.items() for line in _differences(path, stage)]
    if wrong:
        raise DataLoss(
            "what is here is not what its manifest says:\n  "
            + "\n  ".join(wrong)
            + "\n  nothing was pushed; make it anew: dvc repro --force --no-run-cache STAGE"
        )
    if fresh:
        record.parent.mkdir(parents=True, exist_ok=True)
        jsonl.write_json(record, known | {path: digests[path] for path in fresh})
    return len(fresh)


def _is_manifest(path: str) -> bool:
    return Path(path).parent == layout.MANIFESTS and Path(path).is_file()


def _differences(path: str, stage: Stage) -> list[str]:
    """What a stage wrote or read, and whose sha256 is another than its manifest has."""
    said = jsonl.read_json(Path(path), manifest.Manifest)
    read = {name: sha256 for name, sha256 in said.inputs.items() if any(touches(name, dep) for dep in stage.deps)}
    return [
        f"{name} (stage {stage.name}): sha256 {found}, {path} has {sha256}"
        for name, sha256 in (said.outputs | read).items()
        if Path(name).exists() and (found := manifest.digest(Path(name))) != sha256
    ]
