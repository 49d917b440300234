"""Words: modules are named for what they hold, and no text is bound to one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

NAMELESS = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base", "misc", "core"}
MACHINE = re.compile(r"(?<![\w.}/-])/(?:work|root|tmp|home|mnt)/\w")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
SWALLOWED = re.compile(r"except(?: Exception| BaseException)?:\s*(?:#.*)?\n\s*pass\b")
TEXT = {".py", ".toml", ".yaml", ".yml", ".md", ".cfg", ".jinja", ".html", ".proto", ".sh", ""}


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    """Every text file that git holds, or, outside a checkout, that lies in the source folders; not this file."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [root / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            p for folder in ("taiyi", "pipelines", "services", "tests", "docs") for p in (root / folder).rglob("*")
        ]
    own = Path(__file__).resolve()
    return [
        p for p in paths if p.is_file() and p.suffix in TEXT and p.resolve() != own and p.name != "requirements.lock"
    ]


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """`file:line` of every match."""
    hits = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        hits.extend(f"{path}:{text.count(chr(10), 0, match.start()) + 1}" for match in pattern.finditer(text))
    return hits


def test_no_module_has_a_name_that_says_nothing(tracked: list[Path]) -> None:
    assert [str(path) for path in tracked if path.suffix == ".py" and {path.stem, path.parent.name} & NAMELESS] == []


def test_no_path_of_one_machine_is_written_down(tracked: list[Path]) -> None:
    assert found(MACHINE, tracked) == []


def test_nothing_is_left_to_be_done_in_a_comment(tracked: list[Path]) -> None:
    assert found(UNFINISHED, tracked) == []


def test_no_error_is_swallowed(tracked: list[Path]) -> None:
    assert found(SWALLOWED, [path for path in tracked if path.suffix == ".py"]) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, 'open("/tmp/x")'),
        (MACHINE, "see /root/a"),
        (UNFINISHED, "# TODO: later"),
        (SWALLOWED, "try:\n    f()\nexcept Exception:\n    pass\n"),
    ],
)
def test_each_of_these_checks_can_fail(tmp_path: Path, pattern: re.Pattern[str], text: str) -> None:
    (tmp_path / "a.py").write_text(text)
    assert len(found(pattern, [tmp_path / "a.py"])) == 1
