"""DVC sees only the files named in `deps`: each stage must name every module that it imports, and what loads by name."""

from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml

ROOT = Path(__file__).parents[2]
STAGES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
# Modules that are found by their file name at run time, which an import graph cannot see.
LOADED_BY_NAME = {
    "taiyi.corpora.readers": "taiyi.corpora.readers",
    "taiyi.metrics.measures": "taiyi.metrics.measures",
    "taiyi.tasks": "taiyi.tasks",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("taiyi", "pipelines", cache_dir=None)


def module_of(stage: dict[str, Any]) -> str:
    return str(stage["cmd"]).split()[2]


def imported(graph: grimp.ImportGraph, module: str) -> set[str]:
    found = {module} | graph.find_upstream_modules(module)
    for package in LOADED_BY_NAME.values():
        if package in found:
            below = graph.find_descendants(package)
            found |= below.union(*(graph.find_upstream_modules(name) for name in below))
    return found


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_names_every_module_it_imports(name: str, graph: grimp.ImportGraph) -> None:
    deps = [ROOT / dep for dep in STAGES[name]["deps"] if not dep.startswith("$")]
    missing = [
        file.relative_to(ROOT).as_posix()
        for file in map(file_of, sorted(imported(graph, module_of(STAGES[name]))))
        if file.stat().st_size and not any(file == dep or dep in file.parents for dep in deps)
    ]
    assert not missing, f"stage {name} of dvc.yaml does not list {', '.join(missing)}"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_names_no_code_it_does_not_import(name: str, graph: grimp.ImportGraph) -> None:
    files = {file_of(module) for module in imported(graph, module_of(STAGES[name]))}
    code = [ROOT / dep for dep in STAGES[name]["deps"] if dep.startswith(("taiyi", "pipelines"))]
    unused = [dep.relative_to(ROOT).as_posix() for dep in code if not any(f == dep or dep in f.parents for f in files)]
    assert not unused, f"stage {name} of dvc.yaml lists {', '.join(unused)}, which it does not import"


def test_every_stage_module_is_a_stage_and_the_other_way_round() -> None:
    support = {"__init__", "shell", "overlay"}
    modules = {path.stem for path in (ROOT / "pipelines").glob("*.py")} - support
    assert {module_of(stage).removeprefix("pipelines.") for stage in STAGES.values()} == modules
