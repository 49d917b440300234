"""The report: one HTML page that shows a run from the corpora to the scored answers, and needs nothing else."""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup

from taiyi.evaluation import views
from taiyi.evaluation.report_data import ReportData

__all__ = ["ReportData", "render"]

TEMPLATE = "report.html.j2"


def render(data: ReportData) -> str:
    """The page as HTML text. It loads nothing from elsewhere and runs no script; all text from data is escaped.

    The pages about scores that it leads to have one: they sort and search (evaluation_page).
    """
    return whole_text(environment().get_template(TEMPLATE).render(data=data, view=views.page(data)))


def environment() -> jinja2.Environment:
    """Where pages are made: templates and style sheet beside this module, all text escaped, nothing undefined."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        n=_thousands, pct=_per_cent, task=views.task_name, svg=Markup, marked=_marked_language, short=_short
    )
    return made


def whole_text(page: str) -> str:
    """The page as UTF-8 can hold it: a model may answer with half a surrogate pair."""
    return page.encode("utf-8", "replace").decode("utf-8")


def _thousands(value: float) -> str:
    return f"{value:,.0f}"


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f}"


def _short(digest: str) -> str:
    return digest[:12]


def _marked_language(text: str) -> Markup:
    """A value for the attribute `lang`, so that browsers choose Chinese glyphs and line breaks for Chinese text."""
    return Markup("zh-Hans") if any("\u4e00" <= character <= "\u9fff" for character in text) else Markup("en")
