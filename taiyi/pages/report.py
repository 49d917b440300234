"""The report: one HTML page that shows a run from the corpora to the scored answers, and needs nothing else."""

from __future__ import annotations

from taiyi.pages import views
from taiyi.pages.environment import environment, whole_text
from taiyi.pages.report_data import ReportData

__all__ = ["ReportData", "render"]

TEMPLATE = "report.html.j2"


def render(data: ReportData) -> str:
    """The page as HTML text. It loads nothing from elsewhere and runs no script; all text from data is escaped.

    The pages about scores that it leads to have one: they sort and search (evaluation_page).
    """
    return whole_text(environment().get_template(TEMPLATE).render(data=data, view=views.page(data)))
