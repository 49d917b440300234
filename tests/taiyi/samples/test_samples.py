"""The sample corpora are deterministic, read through their descriptors, and hold what is planted and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from taiyi import corpora, jsonl, samples, tasks
from taiyi.corpora import Descriptor
from taiyi.curation import Distinct, usable
from taiyi.curation.normalise import sources_of
from taiyi.curation.overlap import Protected
from taiyi.errors import Conflict, InvalidInput, NotFound
from taiyi.ledger import Ledger
from taiyi.params import Curate
from taiyi.records import AnyRecord, Classification, Document, Pair, Question, record_id

Records = dict[tuple[str, str], list[AnyRecord]]
Written = tuple[Path, samples.Plants]
INFORMATION = ("nested", "discontinuous")


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        samples.write(tmp_path / name, documents=25, seed=seed)
    first, again, other = (bytes_below(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    # Single documents of standoff may be the same by chance or empty; whole corpora are not.
    assert not {name for name in first if first[name] == other[name] and "/PMID-" not in name} - {samples.PLANTS}


def test_the_first_documents_are_the_same_however_many_are_written(
    tmp_path: Path, descriptors: dict[str, Descriptor]
) -> None:
    for documents in (35, 70):
        samples.write(tmp_path / str(documents), documents=documents)
    for described in descriptors.values():
        for split in described.splits:
            few, more = (
                {record.id: record for record in corpora.read(described, split, tmp_path / folder, Ledger())}
                for folder in ("35", "70")
            )
            assert few.items() <= more.items(), f"{described.id}/{split}"


def test_one_corpus_alone_is_what_it_is_among_all(tmp_path: Path, written: Written) -> None:
    samples.write(tmp_path, corpora=["sample_variants"])
    assert bytes_below(tmp_path / "sample_variants") == bytes_below(written[0] / "sample_variants")


@pytest.mark.parametrize("corpus", samples.CORPORA)
def test_every_corpus_reads_through_its_descriptor(
    corpus: str, read: Records, descriptors: dict[str, Descriptor]
) -> None:
    described = descriptors[corpus]
    assert (described.licence.name, described.access) == ("CC0-1.0", "generated")
    assert {split: len(read[corpus, split]) for split in ("train", "dev", "test")} == {
        **samples.sizes(300),
        "train": 300 * samples.CORPORA[corpus].share,
    }
    assert all(record.annotated for split in ("train", "dev", "test") for record in read[corpus, split])


def test_scored_sets_grow_with_the_training_set_within_limits() -> None:
    assert samples.sizes(10)["test"] == 40
    assert samples.sizes(1_000) == {"train": 1_000, "dev": 120, "test": 120}
    assert samples.sizes(1_000_000)["dev"] == 2_000


def test_every_task_type_has_a_sample_corpus(descriptors: dict[str, Descriptor]) -> None:
    assert {task for described in descriptors.values() for task in described.tasks} == {
        *("ner", "nen", "re", "cre", "ee", "coref", "tc", "qa_mc", "qa_sqa", "qa_cqa", "mrd", "mt"),
        *("tp_ss", "tp_te", "tt_ds", "tt_ts"),
    }
    assert {described.language for described in descriptors.values()} == {"en", "zh"}


def test_every_declared_task_asks_something_of_the_test_set(read: Records, descriptors: dict[str, Descriptor]) -> None:
    for described in descriptors.values():
        for task, declared in described.tasks.items():
            spec = msgspec.convert(declared, tasks.TaskSpec)
            drafts = [d for r in read[described.id, "test"] for d in tasks.load(task).instances(r, spec)]
            assert len(drafts) >= 15, f"{described.id} {task}"


def test_the_file_without_gold_is_read_as_not_annotated(read: Records) -> None:
    assert len(read["sample_intent", "extra"]) == 40
    assert not any(record.annotated for record in read["sample_intent", "extra"])


def test_plants_are_listed_beside_the_corpora_and_their_records_exist(written: Written, read: Records) -> None:
    folder, plants = written
    assert jsonl.read_json(folder / samples.PLANTS, tuple[samples.Plant, ...]) == plants.rows
    ids = {record.id for records in read.values() for record in records}
    for plant in plants.rows:
        assert record_id(plant.corpus, plant.split, plant.key) in ids
        if plant.kind not in ("invalid", *INFORMATION):
            assert record_id(plant.other_corpus, plant.other_split, plant.other_key) in ids


def test_every_family_has_plants_of_every_kind(written: Written) -> None:
    counts = Counter((samples.CORPORA[plant.corpus].family, plant.kind) for plant in written[1].rows)
    for family in {corpus.family for corpus in samples.CORPORA.values()}:
        for kind in ("duplicate", "leak_text", "conflict"):
            assert 3 <= counts[family, kind] <= 6, (family, kind)
        assert family == "parallel" or 3 <= counts[family, "invalid"] <= 6
    assert len(written[1].of("leak_document")) == 6
    assert any(p.corpus != p.other_corpus for p in written[1].of("leak_document"))


def test_curation_finds_every_plant_by_its_kind_and_nothing_else(written: Written, read: Records) -> None:
    protected, ledger = Protected(), Ledger()
    for (_, split), records in read.items():
        if split == "test":
            protected.add(records)
    distinct = Distinct("keep_first")
    for (_, split), records in read.items():
        if split in ("train", "dev"):
            list(distinct.keep(usable(records, Curate(), protected, ledger), ledger))
    rules = {
        "duplicate": "duplicate", "leak_text": "overlap_text", "leak_document": "overlap_document",
        "conflict": "conflict", "invalid": "empty_text",
    }  # fmt: skip
    planted = {record_id(p.corpus, p.split, p.key): rules[p.kind] for p in written[1].rows if p.kind not in INFORMATION}
    assert {entry.id: entry.rule for entry in ledger} == planted


def test_no_text_stands_twice_but_what_is_planted(written: Written, read: Records) -> None:
    planted = {record_id(p.corpus, p.split, p.key) for p in written[1].rows if p.kind not in INFORMATION}
    seen: dict[tuple[str, ...], str] = {}
    for records in read.values():
        for record in records:
            if record.id not in planted:
                for source in set(sources_of(record)):
                    assert seen.setdefault(source, record.id) == record.id


def test_names_kept_for_dev_and_test_never_stand_in_training(read: Records) -> None:
    text = "\n".join(t for (_, split), records in read.items() if split == "train" for r in records for t in r.texts())
    words = set(re.findall(r"[a-z]+|[A-Z]+\d+[A-Z]?", text.lower() + text))
    mentions = {
        entity.text
        for (_, split), records in read.items()
        if split == "train"
        for record in records
        if isinstance(record, Document)
        for entity in record.entities
    }
    for kind, pool in samples.POOLS.items():
        assert not set(pool.unseen) & mentions
        for name in pool.unseen:
            assert name not in words, f"{kind} {name}"
            assert name.isascii() or name not in text, f"{kind} {name}"


@pytest.mark.parametrize("split", ["dev", "test"])
def test_about_three_of_ten_mentions_of_scored_sets_are_unseen(split: str, read: Records) -> None:
    seen = {name for pool in samples.POOLS.values() for name in pool.seen}
    unseen = {name for pool in samples.POOLS.values() for name in pool.unseen}
    mentions = [
        entity.text
        for (_, of), records in read.items()
        if of == split
        for record in records
        if isinstance(record, Document)
        for entity in record.entities
        if entity.text in seen | unseen
    ]
    assert 0.22 <= sum(text in unseen for text in mentions) / len(mentions) <= 0.38


def test_no_label_is_the_answer_of_more_than_six_in_ten(read: Records) -> None:
    for (corpus, split), records in read.items():
        golds = Counter(
            record.labels
            if isinstance(record, Classification)
            else record.label
            if isinstance(record, Pair)
            else record.answers
            for record in records
            if record.annotated
            and (isinstance(record, Classification | Pair) or (isinstance(record, Question) and record.choices))
        )
        if golds.total() and golds.keys() != {""}:
            assert golds.most_common(1)[0][1] <= 0.6 * golds.total(), f"{corpus}/{split}"


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="did you mean 'sample_cdr'"):
        samples.write(tmp_path, corpora=["sample_cd"])
    with pytest.raises(InvalidInput, match="0 documents"):
        samples.write(tmp_path, documents=0)
    samples.write(tmp_path, documents=1, corpora=["sample_cdr"])
    with pytest.raises(Conflict, match="exists"):
        samples.write(tmp_path, documents=1, corpora=["sample_cdr"])
