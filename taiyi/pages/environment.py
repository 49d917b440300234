"""Where pages are made: templates and style sheet beside this module, and how values are written on them."""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup


def environment() -> jinja2.Environment:
    """Where pages are made: templates and style sheet beside this module, all text escaped, nothing undefined."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(n=_thousands, pct=_per_cent, task=task_name, svg=Markup, marked=_marked_language, short=_short)
    made.filters.update(counted=counted)
    return made


def whole_text(page: str) -> str:
    """The page as UTF-8 can hold it: a model may answer with half a surrogate pair."""
    return page.encode("utf-8", "replace").decode("utf-8")


def task_name(task: str) -> str:
    """A task id as the field writes it: `qa_mc` is QA-mc."""
    head, _, tail = task.partition("_")
    return f"{head.upper()}-{tail}" if tail else head.upper()


def counted(number: int, noun: str) -> str:
    """How many of what: 1 benchmark, 2 benchmarks."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _thousands(value: float) -> str:
    return f"{value:,.0f}"


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f}"


def _short(digest: str) -> str:
    return digest[:12]


def _marked_language(text: str) -> Markup:
    """A value for the attribute `lang`, so that browsers choose Chinese glyphs and line breaks for Chinese text."""
    return Markup("zh-Hans") if any("\u4e00" <= character <= "\u9fff" for character in text) else Markup("en")
