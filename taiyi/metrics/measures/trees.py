"""Decision trees (Text2DT): edit ratio, and micro-F1 of nodes, ways to leaves, and triples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import Score, decision_trees, overlap, significance, tree_texts
from taiyi.metrics.decision_trees import Node
from taiyi.metrics.measures import Measure, Rows, one_of
from taiyi.metrics.outcomes import unanswered

_F1 = ("node", "path", "triple")


def decision_tree(*, task: str, of: str = "edit_ratio") -> Measure:
    """of: edit_ratio (1 - distance / greatest distance, summed over trees), node, path or triple (micro-F1 of each),
    tree (the share of answers that are the whole tree). The gold is the one tree; further references are not looked at.
    """
    one_of(of, ("edit_ratio", *_F1, "tree"), "of")

    def row(gold: Sequence[Node], read: Sequence[Node]) -> Sequence[float]:
        found = decision_trees.counts(gold, read)
        if of in _F1:
            return [float(count) for count in getattr(found, of)]
        return [found.equal, 1] if of == "tree" else [found.distance, found.furthest]

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        made = [row(*pair) for pair in _pairs(outcomes)]
        return np.array(made, dtype=np.float64).reshape(-1, 3 if of in _F1 else 2)

    def whole(outcomes: Sequence[Outcome]) -> Score:
        return decision_trees.score(_pairs(outcomes), task=task)

    name = {"edit_ratio": of, "tree": "tree_accuracy"}.get(of, f"{of}_f1")
    made = Measure(
        name=name,
        rows=rows,
        figure={"edit_ratio": _ratio, "tree": significance.share}.get(of, significance.micro_f1),
        signature=lambda _: whole([]).signature.replace("edit_ratio", name, 1),
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda _: (0.0, "empty answer"),
    )
    return made._replace(trivial=lambda outcomes: (made.value(unanswered(outcomes)), "empty answer"))


def _pairs(outcomes: Sequence[Outcome]) -> list[tuple[list[Node], list[Node]]]:
    sides = overlap.sides(outcomes)
    return [(tree_texts.nodes(side.golds[0].values()), tree_texts.nodes(side.answer.values())) for side in sides]


def _ratio(sums: Rows) -> Rows:
    distance, furthest = sums.T
    share: Rows = np.where(furthest > 0, 1 - distance / np.where(furthest > 0, furthest, 1), distance == 0)
    return np.maximum(share, 0.0)


MEASURES = {"decision_tree": decision_tree}
