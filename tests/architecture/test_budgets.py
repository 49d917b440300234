"""Budgets: a file or function that outgrows its budget is two things."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("taiyi", "taiyi_client", "pipelines", "services", "benchmarks", "tests")
FILE_LINES, FUNCTION_LINES = 400, 40


def sources(root: Path) -> Iterator[Path]:
    """Every Python file of the project."""
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function in a file, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node) is not None
            docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if documented else 0
            yield f"{path.name}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_no_file_is_longer_than_its_budget(root: Path) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources(root)}
    code = [length for path, length in lengths.items() if path.relative_to(root).parts[0] != "tests" and length > 1]
    print(f"{len(code)} files of code, median {statistics.median(code):.0f} lines, longest {max(code)}")
    assert {str(path.relative_to(root)): n for path, n in lengths.items() if n > FILE_LINES} == {}


def test_no_function_is_longer_than_its_budget(root: Path) -> None:
    code = [path for path in sources(root) if path.relative_to(root).parts[0] != "tests"]
    lengths = [pair for path in code for pair in functions(path)]
    within = sum(length <= FUNCTION_LINES // 2 for _, length in lengths) / len(lengths)
    print(f"{len(lengths)} functions, {within:.0%} within {FUNCTION_LINES // 2} lines")
    assert {name: length for name, length in lengths if length > FUNCTION_LINES} == {}


def test_the_length_of_a_function_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        'def f():\n    """Two\n    lines."""\n    return 1\n\n\nclass C:\n    def g(self): ...\n'
    )
    assert dict(functions(tmp_path / "a.py")) == {"a.py:1 f": 2, "a.py:8 g": 1}
