"""Decision trees written in preorder (Text2DT): edit ratio, and F1 of nodes, paths and triples.

Source: CHIP-2022 Text2DT and PromptCBLUE's text2dt_eval_func (b0753a6), without its smoothing by 0.000001.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.sets import Tally, total

Triple = tuple[str, str, str]
_CONDITION = "C"
T = TypeVar("T")


class Node(NamedTuple):
    """A node: a condition (role C, with two branches: if it holds, if not) or a decision (D, a leaf).

    rel: how its triples hang together: null, and, or.
    """

    role: str
    rel: str
    triples: frozenset[Triple]


class Counts(NamedTuple):
    """What one pair of trees adds: its distance and the greatest possible one, whether the lists are equal, and what
    is shared of nodes with triples, of ways to leaves, and of triples.
    """

    distance: int
    furthest: int
    equal: bool
    node: Tally
    path: Tally
    triple: Tally


Place = tuple[int, str]  # which tree of a list (0 if it is one tree), and the way to the node: L if it holds, R if not
_EMPTY = Node("", "null", frozenset())


def node(role: str, rel: str, triples: Sequence[Sequence[str]]) -> Node:
    """A node with its triples in lower case, each once; raises ValueError where a triple has not three parts."""
    return Node(role, rel, frozenset(_triple(triple) for triple in triples))


def score(pairs: Sequence[tuple[Sequence[Node], Sequence[Node]]], *, task: str = "tt_ts") -> Score:
    """Scores of trees given as (gold, predicted) lists of nodes in preorder; the value is the edit ratio.

    Details, counted over all trees, undefined values 0: node_f1: nodes that have triples; path_f1: ways from the root to
    a leaf, with the branch taken at each condition; triple_f1; tp, predicted and gold of each; tree_accuracy: equal
    lists; distance.
    Equal nodes count as often as both sides have them; node_pairs_f1 counts every pair of them, as PromptCBLUE does:
    there a node said twice is right twice, and the F1 may pass 1.
    """
    each = [counts(gold, predicted) for gold, predicted in pairs]
    tallies = {name: total([getattr(found, name) for found in each]) for name in ("node", "path", "triple")}
    details = {f"{name}_f1": tally.f1 for name, tally in tallies.items()}
    for name, tally in tallies.items():
        columns = zip(("tp", "predicted", "gold"), tally, strict=True)
        details |= {f"{name}_{column}": float(count) for column, count in columns}
    twice = sum(_paired(gold, predicted) for gold, predicted in pairs)
    details["node_pairs_f1"] = Tally(twice, *tallies["node"][1:]).f1
    details["tree_accuracy"] = ratio(sum(found.equal for found in each), len(pairs))
    return Score(
        name="edit_ratio",
        value=edit_ratio(pairs),
        baseline=edit_ratio([(gold, ()) for gold, _ in pairs]),
        baseline_name="empty answer",
        items=len(pairs),
        signature=signature("edit_ratio", task=task, case="lower", match="exact", smooth="none"),
        details=details | {"distance": float(sum(found.distance for found in each))},
    )


def counts(gold: Sequence[Node], predicted: Sequence[Node]) -> Counts:
    """The counts of one tree; see `score` for what they make."""
    theirs, ours = _placed(gold), _placed(predicted)
    return Counts(
        distance=_distance(theirs, ours),
        furthest=_furthest(gold) + _furthest(predicted),
        equal=list(gold) == list(predicted),
        node=_common((_bearing(gold), _bearing(predicted))),
        path=_common((_paths(theirs), _paths(ours))),
        triple=_common((_triples(gold), _triples(predicted))),
    )


def edit_ratio(pairs: Sequence[tuple[Sequence[Node], Sequence[Node]]]) -> float:
    """1 - distance / greatest distance, each summed over all trees; at least 0, and 0 without trees.

    The distance of two nodes is 1 for another role, 1 for another rel, and 1 for each triple of one side only; a node
    without partner is compared with an empty one (no role, rel null). The greatest distance is, for either tree, 2 for
    each node that has triples and 1 for each different triple.
    In a list that is no tree a branch that is missing is an empty one, and nodes beyond the tree's end are without
    partner (PromptCBLUE gives up halfway on such a tree, and fails on an empty one).
    """
    each = [counts(gold, predicted) for gold, predicted in pairs]
    distance, furthest = sum(found.distance for found in each), sum(found.furthest for found in each)
    if not furthest:
        return float(bool(pairs) and distance == 0)
    return max(1 - distance / furthest, 0.0)


def _triple(parts: Sequence[str]) -> Triple:
    if isinstance(parts, str) or len(parts) != 3:
        raise ValueError(f"a triple has three parts, this one: {parts!r}")
    subject, relation, value = (part.lower() for part in parts)
    return subject, relation, value


def _placed(nodes: Sequence[Node]) -> dict[Place, Node]:
    """The nodes of a preorder list by place; a node after the tree's end begins another tree."""
    found: dict[Place, Node] = {}
    trees, waiting = 0, [(0, "")]
    for each in nodes:
        if not waiting:
            trees += 1
            waiting.append((trees, ""))
        tree, way = waiting.pop()
        found[tree, way] = each
        if each.role == _CONDITION:
            waiting += [(tree, way + "R"), (tree, way + "L")]
    return found


def _distance(one: dict[Place, Node], other: dict[Place, Node]) -> int:
    """Nodes are paired by place: in trees whose conditions have two branches, where all above them are paired."""
    return sum(_apart(one.get(place, _EMPTY), other.get(place, _EMPTY)) for place in {**one, **other})


def _apart(one: Node, other: Node) -> int:
    return (one.role != other.role) + (one.rel != other.rel) + len(one.triples ^ other.triples)


def _paths(nodes: dict[Place, Node]) -> Counter[Hashable]:
    leaves = [(tree, way) for tree, way in nodes if not {(tree, way + "L"), (tree, way + "R")} & nodes.keys()]
    return Counter((leaf, tuple(nodes[leaf[0], leaf[1][:end]] for end in range(len(leaf[1]) + 1))) for leaf in leaves)


def _bearing(nodes: Sequence[Node]) -> Counter[Node]:
    return Counter(each for each in nodes if each.triples)


def _paired(gold: Sequence[Node], predicted: Sequence[Node]) -> int:
    theirs = _bearing(gold)
    return sum(theirs[each] * count for each, count in _bearing(predicted).items())


def _triples(nodes: Sequence[Node]) -> Counter[Triple]:
    return Counter({triple for each in nodes for triple in each.triples})


def _furthest(nodes: Sequence[Node]) -> int:
    return 2 * _bearing(nodes).total() + len(_triples(nodes))


def _common(sides: Iterable[Counter[T]]) -> Tally:
    gold, predicted = sides
    return Tally((gold & predicted).total(), predicted.total(), gold.total())
