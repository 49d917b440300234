"""One-to-one pairing: the best weighted assignment (CEAF) and whether two lists pair off completely (events)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import TypeVar

T = TypeVar("T")


def best_total(weights: Sequence[Sequence[float]]) -> float:
    """The greatest sum of weights that picks at most one of each row and of each column; weights are >= 0.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(rows² · columns) for rows <= columns.
    """
    if not weights or not weights[0]:
        return 0.0
    table = weights if len(weights) <= len(weights[0]) else list(zip(*weights, strict=True))
    rows, columns = len(table), len(table[0])
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)  # the row that holds a column, 0 for none; rows and columns count from 1
    for row in range(1, rows + 1):
        owner[0] = row
        _augment(table, of_row, of_column, owner)
    return sum(table[row - 1][column - 1] for column, row in enumerate(owner) if row and column)


def _augment(table: Sequence[Sequence[float]], of_row: list[float], of_column: list[float], owner: list[int]) -> None:
    """Give the row in owner[0] a column along the cheapest path (cost = -weight), and keep the potentials valid."""
    size = len(owner)
    slack, before, seen = [inf] * size, [0] * size, [False] * size
    at = 0
    while owner[at]:
        seen[at] = True
        row = owner[at]
        for column in range(1, size):
            reduced = -table[row - 1][column - 1] - of_row[row] - of_column[column]
            if not seen[column] and reduced < slack[column]:
                slack[column], before[column] = reduced, at
        nearest = min((column for column in range(1, size) if not seen[column]), key=slack.__getitem__)
        step = slack[nearest]
        for column in range(size):
            if seen[column]:
                of_row[owner[column]] += step
                of_column[column] -= step
            else:
                slack[column] -= step
        at = nearest
    while at:
        owner[at] = owner[before[at]]
        at = before[at]


def pairs_off(ours: Sequence[T], theirs: Sequence[T], alike: Callable[[T, T], bool]) -> bool:
    """Whether every one of `ours` can be paired with another of `theirs` that is alike, none left over (Kuhn's)."""
    if len(ours) != len(theirs):
        return False
    likes = [[k for k, other in enumerate(theirs) if alike(one, other)] for one in ours]
    taken: dict[int, int] = {}

    def placed(row: int, tried: set[int]) -> bool:
        for k in likes[row]:
            if k not in tried:
                tried.add(k)
                if k not in taken or placed(taken[k], tried):
                    taken[k] = row
                    return True
        return False

    return all(placed(row, set()) for row in range(len(ours)))
