"""Answers as markdown tables, turned into the lines that say the same."""

from __future__ import annotations

from taiyi.instances import Context
from taiyi.tasks import fields, grammar


def as_lines(text: str, context: Context) -> str:
    """The text with each row of a table as a line: `name: items`, `name: "item"` or `("a", "b", "c")`; header and rule go.

    A row of two cells of which none is an offered name, or of more than three, stays as it is.
    """
    if "|" not in text:
        return text
    lines = text.split("\n")
    rows = [_cells(line) for line in lines]
    rules = {place for place, cells in enumerate(rows) if cells and all(_is_rule(cell) for cell in cells)}
    heads = {place - 1 for place in rules if place and rows[place - 1]}
    written = (
        _line(cells, context) if cells else line
        for place, (line, cells) in enumerate(zip(lines, rows, strict=True))
        if place not in rules | heads
    )
    return "\n".join(written)


def _cells(line: str) -> list[str]:
    line = line.strip()
    if len(line) < 3 or line[0] != "|" or line[-1] != "|":
        return []
    cells = [cell.strip().strip("`").strip() for cell in line[1:-1].split("|")]
    return cells[1:] if len(cells) > 2 and cells[0].rstrip(".").isdecimal() else cells


def _is_rule(cell: str) -> bool:
    return bool(cell) and not cell.strip(":-")


def _line(cells: list[str], context: Context) -> str:
    if len(cells) == 3:
        return "(" + ", ".join(map(_field, cells)) + ")"
    if len(cells) == 2:
        first, last = (grammar.whole_label(cell, context) for cell in cells)
        if last:
            return f"{last}: {_field(cells[0])}"
        if first:
            return f"{first}: {cells[1]}"
    return "| " + " | ".join(cells) + " |"


def _field(cell: str) -> str:
    return cell if len(cell) > 1 and cell[0] == cell[-1] == '"' else fields.quoted(cell)
