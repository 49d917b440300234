"""Law 2 on real corpora: every question of every record at hand is answered so that the answer reads back as its gold."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import get_args

import pytest

from taiyi import corpora
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.instances import Style
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Ledger

DATA = Path(__file__).parents[2] / "data"
CORPORA = [corpus for corpus in descriptor.ids(DATA / "corpora") if not corpus.startswith("sample_")]
WHOLE = ("bc5cdr", "ncbi_disease", "biored", "cmeee_v2", "cmeie_v2", "mlee", "jnlpba", "kuake_qic", "pubmed_qa", "med_qa",
         "medqa_mcmle", "chip_sts")  # fmt: skip
MOST = 400
"""Records of each split, but for those that are read whole."""


OTHER_LABELS = ("scicite/section_title_sample", "scicite/cite_worthiness_sample")
"""Splits of another task's labels, which their corpus's tasks do not ask for."""


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("corpus", CORPORA)
def test_every_answer_reads_back_as_its_gold(corpus: str, style: Style, real_corpora: Path) -> None:
    described = descriptor.find(corpus, DATA / "corpora")
    try:
        splits = corpora.splits(described, real_corpora, absent="skip", of=described.splits)
    except NotFound:
        pytest.skip("none of its files are at hand")
    asked = 0
    for split in (split for split in splits if f"{corpus}/{split}" not in OTHER_LABELS):
        records = corpora.read(described, split, real_corpora, Ledger())
        for record in islice(records, None if corpus in WHOLE else MOST):
            for task, declared in described.tasks.items():
                spec, ledger = task_spec(corpus, task, declared), Ledger()
                wording = Wording(style=style, folder=DATA / "templates", seed=1)
                asked += sum(1 for _ in render(record, task, spec, wording, ledger))
                assert not ledger.entries, ledger.entries[0]
    assert asked or all(described.use(split) == "none" for split in splits)
