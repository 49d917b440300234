"""The script of the pages, run by a real browser; skipped where there is none."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from taiyi.pages import evaluation_files as files

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium, of the distribution's packages"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory, evaluation_folders):
    folder = tmp_path_factory.mktemp("browsed")
    files.write_leaderboard(evaluation_folders, folder, files.Settings(replicates=0))
    return folder


def run(path: Path, script: str):
    """What a script, run after the page's own, returns, as JSON."""
    driver = f"<script>document.title = JSON.stringify((() => {{ {script} }})());</script></body>"
    driven = path.with_name(f"driven-{path.name}")
    driven.write_text(path.read_text(encoding="utf-8").replace("</body>", driver), encoding="utf-8")
    made = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", driven.as_uri()],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    title = re.search("<title>(.*?)</title>", made.stdout.decode("utf-8"), re.DOTALL)  # charts have titles, too
    return json.loads(unescape(title[1]))


SORT = """
const table = document.querySelector("#all-scores");
const button = table.querySelector('th[data-column="%d"] button');
const read = () => [...table.tBodies[0].rows].map((row) => row.cells[%d].dataset.sort);
const before = read();
button.click(); const once = [read(), button.parentNode.getAttribute("aria-sort")];
button.click(); const twice = [read(), button.parentNode.getAttribute("aria-sort")];
return [before, once, twice];
"""


def test_a_click_on_a_heading_sorts_by_number_best_first_and_another_click_turns_it_round(out):
    before, (once, first), (twice, second) = run(out / "index.html", SORT % (3, 3))
    numbers = [float(value) for value in once]
    assert numbers == sorted((float(value) for value in before), reverse=True) and len(numbers) > 30
    assert [float(value) for value in twice] == numbers[::-1]
    assert (first, second) == ("descending", "ascending")


def test_cells_without_a_value_stay_last_whichever_way_a_column_is_sorted(out):
    _, (once, _), (twice, _) = run(out / "index.html", SORT % (8, 8))
    empty = once.count("")
    assert 0 < empty < len(once)
    for values in (once, twice):
        assert values[-empty:] == [""] * empty and "" not in values[:-empty]


def test_the_wide_table_sorts_by_the_benchmark_under_a_group_heading(out):
    script = """
    const table = document.querySelectorAll("table.board")[1];
    const names = [...table.querySelectorAll("thead th[data-column]")];
    names.at(-1).querySelector("button").click();
    const column = Number(names.at(-1).dataset.column);
    return [column, [...table.tBodies[0].rows].map((row) => row.cells[column].dataset.sort), table.rows[3].cells.length];
    """
    column, values, width = run(out / "index.html", script)
    assert width == column + 1, "the last heading stands over the last cell"
    found = [float(value) for value in values if value]
    assert found == sorted(found, reverse=True) and len(found) > 1


def test_a_search_hides_what_it_does_not_find_and_says_how_many_are_left(out):
    script = """
    const search = document.querySelector("[data-filter]");
    search.value = "CHEMDNER stage"; search.dispatchEvent(new Event("change"));
    const shown = [...document.querySelectorAll("#all-scores tbody tr")].filter((row) => !row.hidden);
    return [search.closest(".tools").hidden, shown.map((row) => row.cells[1].textContent), document.querySelector("[role=status]").textContent];
    """
    hidden, models, said = run(out / "index.html", script)
    assert not hidden and sorted(models) == ["Taiyi stage 1", "Taiyi stage 2"]
    assert re.fullmatch(r"2 of \d+ shown", said)


def test_a_verdict_that_is_unticked_is_hidden_and_the_rest_counted(out):
    script = """
    const boxes = [...document.querySelectorAll(".tools input[type=checkbox]")];
    boxes.filter((box) => box.value !== "wrong").forEach((box) => box.click());
    const shown = [...document.querySelectorAll(".judged")].filter((item) => !item.hidden);
    return [shown.length, new Set(shown.map((item) => item.dataset.verdict)).size, document.querySelector("[role=status]").textContent];
    """
    page = out / "Taiyi_stage_1" / "answers" / "medqa_usmle.html"
    shown, verdicts, said = run(page, script)
    assert verdicts == 1 and said == f"{shown} of 500 shown"
    assert shown == page.read_text(encoding="utf-8").count('data-verdict="wrong"')
