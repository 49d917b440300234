"""Decision trees (Text2DT): JSON objects of a text and its tree, the nodes in pre-order, the branch for yes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.records import Language, Output, Section, Transform

_ROLES: dict[Language, dict[str, str]] = {
    "en": {"C": "condition", "D": "decision"},
    "zh": {"C": "条件", "D": "决策"},
}
_LOGIC: dict[Language, dict[str, str]] = {
    "en": {"and": " (and)", "or": " (or)", "null": ""},
    "zh": {"and": "（且）", "or": "（或）", "null": ""},
}
_BRANCHES: dict[Language, tuple[str, str, str]] = {"en": ("root", "yes", "no"), "zh": ("根", "是", "否")}
_NOTHING: dict[Language, str] = {"en": "none", "zh": "无"}
_COLON: dict[Language, str] = {"en": ": ", "zh": "："}


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the decision tree reader.

    text, tree: keys. section: the name of the one section that is written.
    gold: "required": a tree that is missing or empty is refused; "optional": its record is read as not annotated;
    "withheld": no tree is read.
    """

    text: str = "text"
    tree: str = "tree"
    section: str = "决策树"
    gold: Literal["required", "optional", "withheld"] = "required"


def read(source: Source, options: Options) -> Iterator[Transform]:
    """One Transform an object, named by its text: the tree as one section, a node a line.

    A line is the way to the node, its role, how its triples are joined, and the triples:
    `否-是 决策（或）：(患者, 治疗药物, 甲药); (患者, 治疗药物, 乙药)`.
    """
    ids = files.RecordIds(source)
    for path in source.files:
        for value in json_files.values(path):
            fields = json_files.fields(value, "\n")
            text = fields.text(options.text)
            nodes = fields.items(options.tree) if options.gold != "withheld" else []
            if not nodes and options.gold == "required":
                raise fields.refuse(
                    f"there is no tree under {options.tree!r}", "set the option gold to optional or withheld"
                )
            written = _tree(fields, nodes, source.language) if nodes else ""
            with files.located(value.where):
                yield Transform(
                    id=ids.of_content(text),
                    language=source.language,
                    annotated=bool(nodes),
                    input=text,
                    outputs=(Output(sections=(Section(options.section, written),)),) if nodes else (),
                )


def _tree(fields: Fields, nodes: list[Fields], language: Language) -> str:
    """The lines of a tree: every condition has two branches, every decision none."""
    root, yes, no = _BRANCHES[language]
    due: list[tuple[str, ...]] = [()]
    lines: list[str] = []
    for number, node in enumerate(nodes, start=1):
        if not due:
            raise fields.refuse(f"the tree is whole before node {number}", "a decision (D) has no branches")
        way = due.pop()
        lines.append(f"{'-'.join(way) or root} {_node(node, number, language)}")
        if node.text("role") == "C":
            due += [(*way, no), (*way, yes)]
    if due:
        raise fields.refuse(f"{len(due)} branches have no node", "a condition (C) has a branch for yes and one for no")
    return "\n".join(lines)


def _node(node: Fields, number: int, language: Language) -> str:
    role, logic = node.text("role"), node.text("logical_rel")
    if role not in _ROLES[language] or logic not in _LOGIC[language]:
        raise node.refuse(
            f"node {number} has the role {role!r} and the logic {logic!r}",
            f"a role is {' or '.join(_ROLES[language])}, the logic {', '.join(_LOGIC[language])}",
        )
    triples = "; ".join(_triple(triple, number) for triple in node.items("triples"))
    head = f"{_ROLES[language][role]}{_LOGIC[language][logic]}"
    return f"{head}{_COLON[language]}{triples or _NOTHING[language]}"


def _triple(triple: Fields, number: int) -> str:
    if set(triple.content) != {"0", "1", "2"}:
        raise triple.refuse(
            f"node {number} has a triple of {len(triple.content)} parts", "a triple is [head, relation, tail]"
        )
    return f"({triple.text('0')}, {triple.text('1')}, {triple.text('2')})"
