"""Real corpora: every sub-task of every record at hand is answered so that the answer reads back as its gold."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import msgspec
import pytest

from taiyi import corpora, tasks
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.instances import Style
from taiyi.instructions import Wording, render, subtasks, task_spec
from taiyi.ledger import Ledger
from taiyi.params import Subtasks

DATA = Path(__file__).parents[3] / "data"
CORPORA = ("bc5cdr", "biored", "chia", "ddi_corpus", "mlee", "cmeee_v2", "cmeie_v2", "diakg")
MOST = 30
"""Records of each split."""
RATES = Subtasks(each_type=99, pair=8, mention=8, absent_types=99, absent_pairs=8, absent_mentions=8)


@pytest.mark.parametrize("style", ["taiyi", "json"])
@pytest.mark.parametrize("corpus", CORPORA)
def test_every_smaller_question_is_answered_reversibly(corpus: str, style: Style, real_corpora: Path) -> None:
    described = descriptor.find(corpus, DATA / "corpora")
    try:
        splits = corpora.splits(described, real_corpora, absent="skip", of=described.splits)
    except NotFound:
        pytest.skip("none of its files are at hand")
    wording, ledger, kinds = Wording(style=style, folder=DATA / "templates", seed=1), Ledger(), set[str]()
    for split in splits:
        for record in islice(corpora.read(described, split, real_corpora, Ledger()), MOST):
            for task, declared in described.tasks.items():
                spec = task_spec(corpus, task, declared)
                spec = msgspec.structs.replace(spec, subtasks=tuple(tasks.subtasks_of(task)))
                drafts = list(subtasks.drafts(record, task, spec, RATES, 1))
                asked = list(render(record, task, spec, wording, ledger, drafts))
                assert len({instance.id for instance in asked}) == len(asked)
                kinds.update(f"{task}.{draft.subtask.partition('-')[0]}" for draft in drafts)
    assert not ledger.entries, ledger.entries[0]
    assert kinds == {f"{task}.{kind}" for task in described.tasks for kind in tasks.subtasks_of(task)} - (
        {"re.each_type"} if corpus == "bc5cdr" else set()  # its only relation
    )
