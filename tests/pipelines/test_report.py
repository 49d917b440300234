from pathlib import Path

from pipelines import report
from taiyi import jsonl
from taiyi.evaluation.results import SCORES, Evaluation
from taiyi.pages.report import render
from taiyi.pages.report_data import ReportData
from tests.taiyi.pages import made_evaluations


def test_the_report_leads_to_the_evaluation_and_that_to_every_answer_and_back(tmp_path: Path, monkeypatch) -> None:
    (made, *_) = made_evaluations.write(tmp_path / "made", each=4)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "benchmarks").symlink_to(made_evaluations.BENCHMARKS)
    made.rename(tmp_path / "data" / "evaluation")
    monkeypatch.chdir(tmp_path)
    evaluation = jsonl.read_json(Path("data/evaluation") / SCORES, Evaluation)
    data = ReportData(title="Run", evaluation=evaluation, answered=True)
    report.scores(data, tmp_path / "evaluation")
    page = (tmp_path / "evaluation" / "index.html").read_text(encoding="utf-8")
    assert 'href="evaluation/index.html"' in render(data)
    assert '<a href="../report.html">the report</a>' in page
    answers = sorted(path.name for path in (tmp_path / "evaluation" / "answers").iterdir())
    assert len(answers) == len(evaluation.results)
    assert all(f'href="answers/{name}"' in page for name in answers)
