"""The documents name what exists, all of it, and their links lead somewhere."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from taiyi import tasks
from taiyi.corpora import descriptor, readers
from taiyi.evaluation.outcomes import VERDICTS
from taiyi.instances import Status
from taiyi.instructions import task_spec
from taiyi.records import AnyRecord

# Made by a run, so absent from a fresh checkout.
NOT_CODE = {"runs", "build", "logs"}


def text(root: Path, name: str) -> str:
    return (root / "docs" / name).read_text(encoding="utf-8")


def documents(root: Path) -> list[Path]:
    return [*sorted((root / "docs").rglob("*.md")), *sorted(root.glob("*.md")), *sorted(root.glob("*/README.md"))]


def targets(document: Path) -> list[str]:
    """What the relative links of a Markdown file point at."""
    found = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(document: Path) -> set[str]:
    """The anchors of a Markdown file's headings, as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(document: Path) -> list[str]:
    """The links of a file that lead nowhere."""
    bad = []
    for target in targets(document):
        path, _, anchor = target.partition("#")
        other = (document.parent / path) if path else document
        if not other.exists() or (anchor and anchor not in anchors(other)):
            bad.append(f"{document.name}: {target}")
    return bad


def test_every_task_is_in_the_glossary(root: Path) -> None:
    glossary = text(root, "glossary.md")
    assert [task for task in tasks.ids() if f"| `{task}` |" not in glossary] == []


def test_every_record_family_is_in_the_glossary(root: Path) -> None:
    glossary = text(root, "glossary.md")
    families = {family.__struct_config__.tag: family.__name__ for family in get_args(AnyRecord)}
    assert len(families) == 7
    assert [tag for tag, name in families.items() if f"| {tag} | `{name}` |" not in glossary] == []


def test_every_status_and_verdict_is_in_the_glossary(root: Path) -> None:
    glossary = text(root, "glossary.md")
    assert [status for status in get_args(Status) if f"| `{status}` |" not in glossary] == []
    assert [verdict for verdict in VERDICTS if f"\n| {verdict} |" not in glossary] == []


def test_every_folder_that_the_architecture_names_exists(root: Path) -> None:
    named = re.findall(r"`([\w./-]+)/`", text(root, "architecture.md"))
    assert len(named) > 15
    assert [folder for folder in named if not (root / folder).is_dir()] == []


def test_every_folder_and_package_is_named_in_the_architecture(root: Path) -> None:
    architecture = text(root, "architecture.md")
    folders = [p for p in root.iterdir() if p.is_dir() and p.name[0] not in "._" and p.name not in NOT_CODE]
    packages = [p.parent for p in (root / "taiyi").rglob("__init__.py") if p.parent != root / "taiyi"]
    names = [str(p.relative_to(root)) for p in (*folders, *packages) if not p.name.endswith(".egg-info")]
    assert [name for name in names if f"`{name}/`" not in architecture] == []


def test_every_module_of_the_core_is_named_in_the_architecture(root: Path) -> None:
    architecture = text(root, "architecture.md")
    modules = [p.stem for p in (root / "taiyi").glob("*.py") if p.stem != "__init__"]
    assert [name for name in modules if f"`{name}` (" not in architecture.replace("\n", " ")] == []


def test_every_stage_is_drawn_in_the_architecture(root: Path) -> None:
    architecture = text(root, "architecture.md")
    stages = re.findall(
        r"^  ([\w]+):$", (root / "dvc.yaml").read_text(encoding="utf-8").partition("stages:")[2], re.MULTILINE
    )
    assert stages
    assert [stage for stage in stages if stage.partition("_stage")[0] not in architecture] == []


def test_every_link_leads_somewhere(root: Path) -> None:
    assert [bad for document in documents(root) for bad in broken(document)] == []


@pytest.mark.parametrize("link", ["[x](nowhere.md)", "[x](#no-such-heading)", "[x](a.md#neither)"])
def test_a_broken_link_is_found(tmp_path: Path, link: str) -> None:
    (tmp_path / "a.md").write_text(f"# A heading\n\n[fine](#a-heading) [fine](https://example.org/x) {link}\n")
    assert len(broken(tmp_path / "a.md")) == 1


def test_the_descriptor_in_the_how_to_is_a_valid_one(root: Path, tmp_path: Path) -> None:
    block = re.search(r"(?:^       .*\n)+", text(root, "how-to/add-a-corpus.md"), re.MULTILINE)
    assert block
    (tmp_path / "bc5cdr.yaml").write_text(textwrap.dedent(block[0]), encoding="utf-8")
    described = descriptor.load(tmp_path / "bc5cdr.yaml")
    assert described.used_splits() == ("train", "test")
    readers.load(described.reader).Options(**described.options)
    for task, declared in described.tasks.items():
        assert task_spec(described.id, task, declared).types


def test_every_decision_is_short_and_says_context_decision_and_consequences(root: Path) -> None:
    for path in sorted((root / "docs" / "decisions").glob("0*.md")):
        content = path.read_text(encoding="utf-8")
        assert content.count("\n") < 40, path.name
        assert re.findall(r"^## (\w+)", content, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name
        assert path.name in text(root, "decisions/README.md")
