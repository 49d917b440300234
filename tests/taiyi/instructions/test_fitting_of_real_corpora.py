"""Real corpora, whole papers among them, at 512 and 1,024 tokens: nothing cut, everything accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from taiyi import corpora, tasks
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.instances import Instance, Item
from taiyi.instructions import Wording, render, task_spec
from taiyi.instructions.fitting import Planner
from taiyi.ledger import Ledger
from taiyi.records import Turn

DATA = Path(__file__).parents[3] / "data"
CORPORA = ("linnaeus", "nlmchem", "verspoor_2013", "chia", "biored", "med_qa", "pubmed_qa")
MOST = 300
"""Records of each split."""


def tokens(turns: Sequence[Turn]) -> int:
    """About as many tokens as a large vocabulary needs: a quarter of the characters, all of the Chinese ones."""
    text = "".join(turn.text for turn in turns)
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return chinese + (len(text) - chinese + 3) // 4


def parts(instances: Sequence[Instance]) -> set[Item]:
    return {p for i in instances for item in i.gold for p in tasks.load(i.task).FITTING.parts(item)}


@pytest.mark.parametrize("limit", [512, 1024])
@pytest.mark.parametrize("corpus", CORPORA)
def test_nothing_is_cut_and_everything_is_in_a_window_or_in_the_ledger(
    corpus: str, limit: int, real_corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = descriptor.find(corpus, DATA / "corpora")
    try:
        splits = corpora.splits(described, real_corpora, absent="skip", of=described.splits)
    except NotFound:
        pytest.skip("none of its files are at hand")
    wording = Wording(style="taiyi", folder=DATA / "templates", seed=1)
    planner, ledger, made = Planner(wording, length=tokens, limit=limit), Ledger(), 0
    for split in splits:
        for record in islice(corpora.read(described, split, real_corpora, Ledger()), MOST):
            for task, declared in described.tasks.items():
                spec = task_spec(corpus, task, declared)
                for instance in render(record, task, spec, wording, Ledger()):
                    if tokens(instance.turns) <= limit:
                        planner.tally.whole += 1
                        made += 1
                        continue
                    before = len(ledger.entries)
                    fitted = planner.fit(instance, record, spec, ledger)
                    made += len(fitted)
                    check(instance, fitted, ledger, before, limit)
    tally = planner.tally
    assert tally.left == made
    ledger.balance(entered=tally.entered, left=tally.entered - tally.too_long)
    with capsys.disabled():
        print(f"\n{corpus} at {limit}: {tally}")


def check(whole: Instance, fitted: Sequence[Instance], ledger: Ledger, before: int, limit: int) -> None:
    """What became of one instance that was too long."""
    rows = ledger.entries[before:]
    if not fitted:
        assert [row.rule for row in rows].count("too_long") == 1
        return
    lost = [row for row in rows if row.rule == "in_no_window"]
    assert parts(fitted) <= parts([whole])
    assert len(parts([whole])) == len(parts(fitted)) + len(lost)
    for instance in fitted:
        task = tasks.load(instance.task)
        assert tokens(instance.turns) <= limit
        assert instance.target == task.answer(instance.gold, instance.context, instance.style)
        assert task.parse(instance.target, instance.context, prompt=instance.prompt).items == instance.gold
