import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from taiyi import benchmarks
from taiyi.evaluation import parity
from taiyi.evaluation.examples import Example
from taiyi.pages import views
from taiyi.pages.instruction_table import OTHER, instruction_table
from taiyi.pages.report import ReportData, render
from taiyi.pages.report_data import Curve, LedgerCount, TaskSize

BENCHMARKS = Path(__file__).parents[3] / "data" / "benchmarks"
HOSTILE = "<script>alert(1)</script> \" onload='x' </style></svg> {{ 7 * 7 }} \ud800"


class _Tags(HTMLParser):
    """The tags of a page with their attributes; raises where one is closed that is not open."""

    VOID = frozenset(("meta", "br"))

    def __init__(self, page):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(full_report):
    return render(full_report)


def test_an_empty_run_is_a_whole_page_that_says_what_is_missing():
    page = render(ReportData(title="Empty run"))
    _Tags(page)
    for text in (
        "No corpus is enrolled.",
        "No test set was scored in this run.",
        "Nothing has been trained in this run.",
        "No ledger was given to this report.",
        "No manifest was given to this report",
    ):
        assert text in page


def test_a_full_page_closes_every_tag_it_opens(page):
    _Tags(page)


def test_every_chart_on_the_page_is_well_formed_xml(page):
    found = re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL)
    assert len(found) > 60
    for chart in found:
        ElementTree.fromstring(chart)


def test_the_page_loads_nothing_and_runs_no_script(page):
    for tag, attrs in _Tags(page).tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "form")
        assert "src" not in attrs and not any(name.startswith("on") for name in attrs)
        assert attrs.get("href", "#").startswith("#")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "@import" not in style and set(re.findall(r"url\((.*?)\)", style)) == {"#hatched", "#dotted"}


def test_every_text_of_the_data_is_escaped(full_report):
    example = Example(
        HOSTILE, "ner", "en", "wrong", "ok", HOSTILE, HOSTILE, HOSTILE, (), (HOSTILE,), (HOSTILE,), (HOSTILE,)
    )
    data = msgspec.structs.replace(
        full_report,
        title=HOSTILE,
        notes=(HOSTILE,),
        examples=(example,),
        corpora=(msgspec.structs.replace(full_report.corpora[0], title=HOSTILE, id=HOSTILE),),
        sizes=(TaskSize(HOSTILE, "ner", "en", 5), TaskSize("a", HOSTILE, "en", 5)),
        ledger=(LedgerCount(HOSTILE, HOSTILE, "dropped", 3),),
        curves=(Curve(HOSTILE, note=HOSTILE),),
    )
    page = render(data)
    tags = _Tags(page).tags
    assert "<script" not in page and "{{ 7 * 7 }}" in page
    assert not any("onload" in attrs for _, attrs in tags)
    page.encode("utf-8")


def test_anchors_of_the_navigation_lead_to_sections(page):
    tags = _Tags(page).tags
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    assert all(attrs["href"][1:] in ids for tag, attrs in tags if tag == "a")


def test_charts_have_a_role_and_a_name_unless_hidden(page):
    for tag, attrs in _Tags(page).tags:
        if tag == "svg":
            assert attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-label"])


def test_chinese_text_is_marked_as_chinese(page):
    assert '<dd lang="zh-Hans">患者' in page


def test_a_run_of_one_stage_says_that_stage_1_has_no_curve(full_report):
    page = render(msgspec.structs.replace(full_report, curves=full_report.curves[1:]))
    assert "Stage 1 was not trained in this run, so it has no curve." in page
    assert "Stage 2 was not trained" not in page


def test_a_stage_without_losses_dev_scores_or_choice_says_so():
    (panel,) = views.training([Curve("stage1", loss=((1, float("nan")),))])
    assert panel.loss == "" and panel.dev == ""
    assert "No checkpoint was scored on dev." in panel.facts
    (panel,) = views.training([Curve("stage1", dev=((10, 0.5),))])
    assert panel.facts == ("No loss was recorded.", "No checkpoint is marked as chosen.")
    (panel,) = views.training([Curve("stage1", note="One-stage run.")])
    assert panel.facts == ("One-stage run.",)


def test_headlines_give_the_macro_score_its_baseline_and_the_unread_answers(full_report):
    cards = {card.label: card for card in views.headlines(full_report)}
    evaluation = full_report.evaluation
    assert cards["macro score"].value == f"{100 * evaluation.macro:.1f}"
    assert cards["overlaps removed"].value == "86"
    assert cards["above the baseline"].value == "18 of 19"
    assert cards["% unreadable"].detail.startswith("93 ")


def test_our_instances_stand_in_the_rows_of_the_papers_table(full_report):
    table = instruction_table(full_report.sizes, full_report.paper.instruction_data)
    rows = {row.name: row for row in table}
    assert rows["Named Entity Recognition"].ours == (1060, 700, 0)
    assert rows["Machine Translation"].ours == (0, 0, 600)
    assert rows[OTHER].ours == (350, 0, 0) and rows[OTHER].paper is None
    assert sum(sum(row.ours) for row in rows.values()) == sum(size.train for size in full_report.sizes)


def test_the_papers_total_is_the_sum_of_its_rows_and_its_average_that_of_its_benchmarks(full_report):
    table = full_report.paper.instruction_data
    assert sum(row.en + row.zh + row.both for row in table.rows) == table.total == 1_114_315
    for average in full_report.parity.averages:
        assert average.printed[0].value == pytest.approx(average.recomputed, abs=0.0501)


def test_the_page_points_out_where_the_printed_table_differs(full_report, page):
    text = unescape(page)
    assert "the printed columns of the two languages are swapped; 1,017 more are printed in English." in text
    assert len(views.page(full_report)["differences"]) == 3
    assert "Where the printed table differs" not in render(ReportData(title="No plan"))


def test_the_loss_is_shared_out_between_tasks_in_the_averaging_in_force_first(full_report, page):
    rows = views.loss_shares(full_report)
    assert {(row.task, row.language) for row in rows} == {(size.task, size.language) for size in full_report.sizes}
    assert len(rows) == 18
    assert sum(row.of_instances for row in rows) == pytest.approx(1)
    for column in range(3):
        assert sum(row.shares[column][0] for row in rows) == pytest.approx(1)
    in_force = [row.shares[1][0] for row in rows]
    assert in_force == sorted(in_force, reverse=True)
    mrd = next(row for row in rows if row.task == "mrd")
    assert (mrd.mean, mrd.stages) == (301, ("stage2",))
    assert mrd.shares[0][0] > mrd.shares[1][0] > mrd.shares[2][0] == pytest.approx(mrd.of_instances)
    assert page.count("wanted</span>") == 2, "where fewer were there than the mixture wanted"
    assert "square (in force)" in page and "No loss budget was given" in render(ReportData(title="No budget"))


def test_a_benchmark_of_the_paper_shows_our_score_where_it_was_asked(full_report, page):
    assert "None of the paper's test sets was asked" in unescape(page)
    first = full_report.evaluation.results[0]
    score = msgspec.structs.replace(first.score, value=0.4321, details={"f1:chemical entity": 0.2468})
    ours = tuple(
        msgspec.structs.replace(first, benchmark=name, score=score, official_n=n)
        for name, n in (("bc5cdr_chem", 500), ("biored", 100))
    )
    evaluation = msgspec.structs.replace(full_report.evaluation, results=ours)
    described = benchmarks.every(BENCHMARKS)
    sheet = parity.sheet(evaluation, full_report.paper, described)
    text = unescape(render(msgspec.structs.replace(full_report, evaluation=evaluation, parity=sheet)))
    assert "None of the paper's test sets was asked" not in text
    assert '43.2<br><span class="small">N 500' in text and "1 of 13" in text
    assert '<th scope="row">Chemical</th><td class="r ours">24.7</td><td class="r">71.7</td>' in text
    assert "the first README prints 64.8" in text


def test_settings_show_the_papers_value_beside_ours(full_report):
    rows = {name: (ours, theirs) for name, ours, theirs in views.settings(full_report)}
    assert rows["learning rate"] == ("3e-3", "2e-4")
    assert rows["warmup ratio"] == ("", "0.1")


def test_task_ids_are_shown_as_the_field_writes_them():
    assert [views.task_name(task) for task in ("ner", "qa_mc", "tp_ss")] == ["NER", "QA-mc", "TP-ss"]


def test_benchmarks_come_in_the_order_of_the_papers_task_groups(full_report):
    tasks = list(dict.fromkeys(result.task for result in views.ordered(full_report)))
    assert tasks[:4] == ["ner", "cre", "re", "ee"] and tasks[-2:] == ["coref", "nen"]
