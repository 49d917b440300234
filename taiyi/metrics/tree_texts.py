"""Decision trees as they are written in an answer, a node a line in preorder, read into nodes.

`否-是 决策（或）：(患者, 治疗药物, 甲药); (患者, 治疗药物, 乙药)`, or `no-yes decision (or): (a, b, c)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from taiyi.metrics.decision_trees import Node, node

_ROLES = {"条件": "C", "condition": "C", "决策": "D", "decision": "D"}
_LOGIC = {"且": "and", "and": "and", "或": "or", "or": "or"}
_LINE = re.compile(
    rf"^(?:.*?\s)?({'|'.join(_ROLES)})\s*(?:[（(]\s*({'|'.join(_LOGIC)})\s*[）)])?\s*[:：](.*)$", re.IGNORECASE
)
_TRIPLES = re.compile(r"[）)]\s*[;；]\s*[（(]")


def nodes(texts: Iterable[str]) -> list[Node]:
    """The nodes of an answer's sections in the order written; a line that is no node is passed over.

    The order alone says where a node hangs: the way that a line begins with is not looked at.
    """
    found = []
    for line in (line.strip() for text in texts for line in text.splitlines()):
        read = _LINE.match(line)
        if read:
            role, logic, body = read.groups()
            found.append(node(_ROLES[role.lower()], _LOGIC[logic.lower()] if logic else "null", _triples(body)))
    return found


def _triples(body: str) -> list[list[str]]:
    """The triples of a line; what has not three parts is none. A comma too many belongs to the last part."""
    body = body.strip()
    inside = body[1:-1] if body[:1] in "(（" and body[-1:] in ")）" else ""
    made = ([part.strip() for part in re.split(r"[,，]\s*", triple, maxsplit=2)] for triple in _TRIPLES.split(inside))
    return [parts for parts in made if len(parts) == 3 and all(parts)]
