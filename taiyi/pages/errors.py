"""Errors as an HTML page: kinds, confusions, and the worst documents with their mentions marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taiyi import jsonl
from taiyi.evaluation.error_analysis import Analysis, Document
from taiyi.evaluation.error_kinds import MEANING
from taiyi.evaluation.errors import said_of
from taiyi.evaluation.highlight import STATES
from taiyi.pages.environment import environment, whole_text

TEMPLATE = "errors.html.j2"


def render(analyses: Sequence[Analysis], *, name: str = "") -> str:
    """The page as HTML text. It loads nothing from elsewhere and runs no script; all text from data is escaped."""
    made = environment()
    made.filters["said"] = said_of
    page = made.get_template(TEMPLATE).render(
        analyses=analyses, name=name, meaning=MEANING, states=STATES, documents=_documents
    )
    return whole_text(page)


def write(analyses: Sequence[Analysis], path: Path, *, name: str = "") -> None:
    """Write the page, whole or not at all."""
    with jsonl.replacing(path) as file:
        file.write(render(analyses, name=name).encode())


def _documents(analysis: Analysis) -> list[Document]:
    """The documents to show: those with most errors, then those of lowest F1 that are not among them."""
    return list({doc.id: doc for doc in (*analysis.worst, *analysis.lowest)}.values())
