"""A working copy below runs/<name> with other parameters: the same pipeline beside the demo, sharing DVC's cache."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from taiyi import layout, params, strict_yaml
from taiyi.errors import NotFound, TaiyiError

_CODE = ("taiyi", "pipelines", "data/benchmarks", "data/corpora", "data/templates", "data/reference")
_FILES = ("dvc.yaml", ".dvcignore", "data/imports/README.md")


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`; mappings are merged key by key, anything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def working_copy(folder: Path, values: dict[str, Any], root: Path = Path()) -> None:
    """Make or refresh `folder`: the project's code as it is in `root`, and these parameters, which are checked.

    What DVC made there before stays, so that only what changed runs again; the cache is the project's own.
    """
    for part in _CODE:
        shutil.rmtree(folder / part, ignore_errors=True)
        shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for part in _FILES:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / part, folder / part)
    (folder / layout.PARAMS).write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")
    params.load(folder / layout.PARAMS)
    if not (folder / ".dvc").is_dir():
        subprocess.run(["dvc", "init", "--no-scm", "--quiet"], cwd=folder, check=True)
        cache = str((root / ".dvc" / "cache").resolve())
        for key, value in (("cache.dir", cache), ("core.analytics", "false"), ("core.check_update", "false")):
            subprocess.run(["dvc", "config", "--quiet", key, value], cwd=folder, check=True)


def prepare(name: str, raw: Path, root: Path = Path()) -> Path:
    """Make or refresh runs/<name>: params.yaml under params.<name>.yaml, native files from `raw`; returns the folder."""
    if not raw.is_dir():
        raise NotFound(f"{raw} is not a folder; give the folder that holds one subfolder per corpus")
    values = merged(strict_yaml.load(root / layout.PARAMS), strict_yaml.load(root / f"params.{name}.yaml"))
    folder = root / "runs" / name
    working_copy(folder, merged(values, {"raw": {"folder": str(raw.resolve())}}), root)
    return folder


def main(argv: list[str]) -> int:
    """`NAME FOLDER`: print the working copy's folder."""
    if len(argv) != 2:
        print("usage: python -m pipelines.overlay NAME FOLDER", file=sys.stderr)
        return 2
    try:
        print(prepare(argv[0], Path(argv[1])))
    except TaiyiError as error:
        print(f"overlay: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
