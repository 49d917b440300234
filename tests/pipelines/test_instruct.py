"""The mixture over the sample corpora: nothing changes unless it is asked for, and nothing is lost or copied."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines import instruct
from taiyi import budget, corpora, jsonl, layout, params, samples
from taiyi.budget import Budget
from taiyi.corpora import descriptor
from taiyi.errors import InvalidParams, NotFound
from taiyi.instances import Instance
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Entry, Ledger
from taiyi.params import Even, Mix, Params
from taiyi.records import split_record_id


@pytest.fixture(scope="module")
def workplace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with descriptors, wordings and small sample corpora as curated records."""
    place = tmp_path_factory.mktemp("instruct")
    (place / "data").mkdir()
    for folder in (layout.DESCRIPTORS, layout.TEMPLATES):
        (place / folder).symlink_to(root / folder)
    samples.write(place / "native", documents=12, seed=13)
    for corpus in params.load(root / layout.PARAMS).corpora:
        described = descriptor.find(corpus, root / layout.DESCRIPTORS)
        for use in ("train", "dev", "test"):
            rows = [
                record
                for split in described.splits_for(use)
                for record in corpora.read(described, split, place / "native", Ledger())
            ]
            jsonl.write(place / layout.curated(use) / f"{corpus}.jsonl", rows)
    return place


@pytest.fixture
def told(root: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """The shipped parameters, in the workplace."""
    monkeypatch.chdir(workplace)
    return params.load(root / layout.PARAMS)


def mixed(told: Params, **mix: Any) -> Params:
    """The parameters with another mixture."""
    return msgspec.structs.replace(told, instruct=msgspec.structs.replace(told.instruct, mix=Mix(**mix)))


def enrolling(told: Params, *enrolled: str) -> Params:
    """The parameters with other corpora."""
    return msgspec.structs.replace(told, corpora=enrolled)


def made(told: Params) -> tuple[list[Instance], list[Entry], Budget]:
    """What the stage writes of the training set."""
    instruct.work(told)
    rows = list(jsonl.read(layout.instructions("train"), Instance))
    return (
        rows,
        list(jsonl.read(layout.INSTRUCTIONS / layout.LEDGER, Entry)),
        jsonl.read_json(layout.INSTRUCTIONS / layout.BUDGET, Budget),
    )


def sizes(rows: list[Instance]) -> Counter[tuple[str, str, str]]:
    return Counter((split_record_id(row.id)[0], row.task, row.language) for row in rows)


def everything(told: Params, use: str) -> list[Instance]:
    """All instances that the wordings make of a use, by the plainest way."""
    found: list[Instance] = []
    for corpus in told.corpora:
        for task, declared in descriptor.find(corpus, layout.DESCRIPTORS).tasks.items():
            several = told.instruct.task_wordings.get(task, told.instruct.wordings) if use == "train" else 1
            wording = Wording(
                style="taiyi", folder=layout.TEMPLATES, seed=told.seed, count=several, pool=told.instruct.pool
            )
            for record in jsonl.read(layout.curated(use) / f"{corpus}.jsonl", Any):
                known = msgspec.convert(record, corpora.AnyRecord)
                found += render(known, task, task_spec(corpus, task, declared), wording, Ledger())
    return found


def test_the_shipped_mixture_takes_every_training_instance_in_its_place(told: Params) -> None:
    rows, entries, _ = made(told)
    assert rows == everything(told, "train")
    assert {entry.rule for entry in entries} <= {"cap", "nothing_to_ask"}
    assert not any("/train/" in entry.id for entry in entries if entry.rule == "cap")


def test_each_scored_question_is_asked_once_whatever_the_mixture(told: Params) -> None:
    made(mixed(told, weights={task: 3.0 for task in told.train.stage2.tasks}))
    tested = list(jsonl.read(layout.instructions("test"), Instance))
    counts = sizes(tested)
    for part, count in sizes(everything(told, "test")).items():
        assert counts[part] <= min(count, told.instruct.caps.test)
    assert len({row.id for row in tested}) == len(tested)


def test_what_caps_and_weights_leave_out_is_in_the_ledger_by_rule(told: Params) -> None:
    before = everything(told, "train")
    caps = {"sample_cdr": {"ner": 5, "re": 0}}
    rows, entries, _ = made(mixed(told, caps=caps, weights={"tc": 0.5, "qa_mc.zh": 0.25}))
    left_out = {entry.id: entry.rule for entry in entries if entry.rule in ("cap", "mix") and "/train/" in entry.id}
    assert {row.id for row in rows} | set(left_out) == {row.id for row in before}
    assert len(rows) + len(left_out) == len(before)
    assert sizes(rows)["sample_cdr", "ner", "en"] == 5 and not sizes(rows)["sample_cdr", "re", "en"]
    for (corpus, task, language), count in sizes(before).items():
        factor = 0.5 if task == "tc" else 0.25 if (task, language) == ("qa_mc", "zh") else 1
        if corpus != "sample_cdr":
            assert sizes(rows)[corpus, task, language] == int(count * factor + 0.5)
    assert set(left_out.values()) == {"cap", "mix"}


def test_more_than_there_are_comes_of_further_wordings_never_of_copies(told: Params) -> None:
    every_wording = msgspec.structs.replace(told, instruct=msgspec.structs.replace(told.instruct, pool=0))
    few = enrolling(every_wording, "sample_cdr", "sample_intent", "sample_consultations")
    before = everything(few, "train")
    rows, _, made_of = made(mixed(few, weights={"ner": 2.5, "tc": 40.0, "qa_sqa": 2.0}, most_wordings=4))
    assert {row.id for row in before} <= {row.id for row in rows}
    assert len({row.id for row in rows}) == len({(row.record, row.turns) for row in rows}) == len(rows)
    assert sizes(rows)["sample_cdr", "ner", "en"] == int(2.5 * sizes(before)["sample_cdr", "ner", "en"] + 0.5)
    assert sizes(rows)["sample_intent", "tc", "zh"] == 4 * sizes(before)["sample_intent", "tc", "zh"] // 2
    (tc,) = (row for row in made_of.rows if row.task == "tc")
    assert tc.wanted == 40 * tc.offered > tc.instances == sizes(rows)["sample_intent", "tc", "zh"]


def test_another_corpus_changes_no_choice_inside_this_one(told: Params) -> None:
    weights = {"ner": 0.5, "re": 1.7, "tc": 0.3}
    alone, _, _ = made(mixed(enrolling(told, "sample_cdr"), weights=weights))
    beside, _, _ = made(mixed(enrolling(told, "sample_variants", "sample_cdr", "sample_intent"), weights=weights))
    assert [row.id for row in beside if row.id.startswith("sample_cdr/")] == [row.id for row in alone]


def test_a_smaller_count_takes_a_part_of_what_a_larger_one_takes(told: Params) -> None:
    few = enrolling(told, "sample_cdr", "sample_translation")
    taken = [{row.id for row in made(mixed(few, weights={"ner": w, "mt": w}))[0]} for w in (0.3, 0.8, 1.0, 1.5, 2.0)]
    assert all(less < more for less, more in itertools.pairwise(taken))


def test_a_higher_temperature_brings_sizes_closer_and_a_total_is_met(told: Params) -> None:
    caps = {"sample_intent": {"tc": 6}}
    few = enrolling(told, "sample_intent", "sample_topics")
    flat, _, _ = made(mixed(few, caps=caps))
    hot, _, _ = made(mixed(few, caps=caps, temperature=4.0))
    small, large = ("sample_intent", "tc", "zh"), ("sample_topics", "tc", "en")
    assert sizes(flat)[small] == sizes(hot)[small] == 6, "a cap is a cap"
    assert sizes(hot)[large] < sizes(flat)[large]
    for total in (10, 20, 30):
        assert len(made(mixed(few, temperature=2.0, total=total))[0]) == total


def test_what_wordings_cannot_give_other_corpora_do(told: Params) -> None:
    few = enrolling(told, "sample_intent", "sample_topics", "sample_consultations")
    weights = {"tc.zh": 50.0}
    rows, _, made_of = made(mixed(few, weights=weights, total=150))
    assert len(rows) == len({row.id for row in rows}) == 150
    (intent,) = (row for row in made_of.rows if row.corpus == "sample_intent")
    records = len({row.record for row in rows if row.record.startswith("sample_intent/")})
    assert intent.instances == records * told.instruct.pool < intent.wanted, "three wordings are in the pool"


def test_evening_out_gives_tasks_a_more_equal_say_in_the_loss(told: Params) -> None:
    few = enrolling(told, "sample_exams", "sample_consultations", "sample_cdr")

    def spread(told: Params) -> float:
        rows, _, made_of = made(told)
        assert sum(row.instances for row in made_of.rows) == len(rows)
        shares = [s.shares["square"] for s in budget.together(made_of.rows, lambda r: f"{r.task}.{r.language}")]
        assert sum(shares) == pytest.approx(1)
        return max(shares) / min(shares)

    evened = mixed(few, even=Even(strength=1.0, bound=3.0))
    assert spread(evened) < 0.5 * spread(few)
    _, _, made_of = made(evened)
    assert all(1 / 3 <= row.weight <= 3 for row in made_of.rows)
    assert len({row.weight for row in made_of.rows}) > 1


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        ({"caps": {"sample_crd": {"ner": 5}}}, "no corpus 'sample_crd'; did you mean 'sample_cdr'"),
        ({"caps": {"sample_cdr": {"nre": 5}}}, "no task of sample_cdr 'nre'; did you mean"),
        ({"weights": {"nre": 1.0}}, "no task 'nre'; did you mean"),
        ({"weights": {"ner.cn": 1.0}}, r"instruct\.mix\.weights\.ner\.cn: no language 'cn'"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_before_anything_is_made(
    told: Params, mix: dict[str, Any], message: str
) -> None:
    with pytest.raises((InvalidParams, NotFound), match=message):
        instruct.work(mixed(told, **mix))
