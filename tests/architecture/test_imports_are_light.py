"""Importing the core loads no model library, no data frame and no pipeline tool."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "torch",
    "transformers",
    "peft",
    "bitsandbytes",
    "datasets",
    "dvc",
    "sacrebleu",
    "pandas",
    "pyarrow",
    "sklearn",
)

PROGRAM = """
import importlib, json, sys
from pathlib import Path
heavy = set(sys.argv[1:])
import taiyi
found = {}
root = Path(taiyi.__file__).parent.parent
files = (path.relative_to(root).with_suffix("") for path in sorted(root.joinpath("taiyi").rglob("*.py")))
names = [".".join(path.parts).removesuffix(".__init__") for path in files if path.parts[1] != "llm"]
for name in names:
    importlib.import_module(name)
    loaded = sorted(heavy & set(sys.modules))
    if loaded:
        found[name] = loaded
        heavy -= set(loaded)
print(json.dumps({"found": found, "modules": len(names)}))
"""


def modules_that_load(root: Path, *heavy: str) -> dict[str, object]:
    """Which core module is the first to load which of these, in a fresh interpreter."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, *heavy], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    report: dict[str, object] = json.loads(result.stdout)
    return report


def test_no_core_module_loads_a_heavy_library(root: Path) -> None:
    report = modules_that_load(root, *HEAVY)
    assert report["found"] == {}
    assert int(str(report["modules"])) > 20


def test_the_check_sees_what_is_loaded(root: Path) -> None:
    assert modules_that_load(root, "yaml")["found"] != {}


def test_the_commands_of_the_services_load_no_server_and_no_client(root: Path) -> None:
    program = "import sys, services.cli; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = [*HEAVY, "grpc", "google.protobuf", "sqlalchemy", "alembic", "celery", "kombu", "redis", "psycopg"]
    result = subprocess.run(
        [sys.executable, "-c", program, *heavy], cwd=root, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
