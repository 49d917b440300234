"""Data cards: what is counted and found in native files, and what a reader of the card sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taiyi.corpora import card
from taiyi.corpora.counts import Counts
from taiyi.corpora.descriptor import Descriptor, Split
from taiyi.licences import Licence
from taiyi.pages import cards
from taiyi.records import Document, Entity, Passage

ROWS: list[dict[str, Any]] = [
    {"id": "1", "text": "Aspirin helps.", "label": "Treatment"},
    {"id": "2", "text": "Aspirin  helps.", "label": "Treatment"},
    {"id": "3", "text": "A \ufffd stands here.", "label": "Diagnosis"},
    {"id": "4", "text": " ", "label": "Treatmnt"},
    *({"id": str(n), "text": f"Text number {n}.", "label": "Treatment"} for n in range(5, 45)),
]


@pytest.fixture
def described(tmp_path: Path) -> Descriptor:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "train.json").write_text(json.dumps(ROWS))
    return Descriptor(
        id="toy",
        title="A <toy> & more",
        language="en",
        licence=Licence(name="CC0-1.0", terms="open"),
        access="open",
        folder="toy",
        reader="json_records",
        options={"id": "id", "classification": {"text": "text", "labels": "label"}},
        splits={"train": Split(files=("train.json",), documents=45), "extra": Split(files=("no.json",), use="none")},
        tasks={"tc": {}},
    )


def test_a_card_counts_measures_and_finds(described: Descriptor, tmp_path: Path) -> None:
    (split,) = card.make(described, tmp_path).splits
    assert (split.name, split.documented, split.counts.documents) == ("train", 45, 44)
    assert split.counts.labels == {"Treatment": 42, "Diagnosis": 1, "Treatmnt": 1}
    assert (split.lengths.longest, sum(count for _, count in split.lengths.bins)) == (16, 44)
    found = {finding.what: (finding.count, finding.example) for finding in split.findings}
    assert found == {
        "the text of an earlier record": (1, "toy/train/2"),
        "U+FFFD, a character lost in some conversion": (1, "toy/train/3"),
        "no text": (1, "toy/train/4"),
        "records more or fewer than documented": (1, ""),
        "a name like a far more frequent one": (1, "labels: 'Treatmnt', as 'Treatment'"),
    }
    assert len(split.examples) == card.EXAMPLES


def test_a_record_that_is_added_takes_the_place_of_one_example_at_most(described: Descriptor, tmp_path: Path) -> None:
    before = {example.id for example in card.make(described, tmp_path).splits[0].examples}
    (tmp_path / "toy" / "train.json").write_text(json.dumps([{"id": "new", "text": "x", "label": "T"}, *ROWS]))
    after = {example.id for example in card.make(described, tmp_path).splits[0].examples}
    assert len(before & after) >= card.EXAMPLES - 1


def test_text_is_cut_where_mentions_begin_and_end_also_nested_and_parted_ones() -> None:
    text = "renal and hepatic toxicity"
    document = Document(
        id="a/b/c",
        language="en",
        passages=(Passage("text", 0, len(text)),),
        text=text,
        entities=(
            Entity("T1", "Disease", ((0, 5), (18, 26)), "renal toxicity"),
            Entity("T2", "Disease", ((10, 26),), "hepatic toxicity"),
            Entity("T3", "Organ", ((10, 17),), "hepatic"),
        ),
    )
    assert [(piece.text, piece.types) for piece in card.pieces(document)] == [
        ("renal", ("Disease",)),
        (" and ", ()),
        ("hepatic", ("Disease", "Organ")),
        (" ", ("Disease",)),
        ("toxicity", ("Disease",)),
    ]


def test_names_of_a_like_frequency_are_no_typos() -> None:
    assert list(card.typos(Counts(labels={"Disease": 100, "disease": 90, "Diseases": 20}))) == []


def test_a_page_escapes_what_it_shows_and_loads_nothing(described: Descriptor, tmp_path: Path) -> None:
    page = cards.render(card.make(described, tmp_path))
    assert "A &lt;toy&gt; &amp; more" in page
    assert "<script" not in page and "src=" not in page and "../report.html" not in page
    assert "../report.html" in cards.render(card.make(described, tmp_path), beside_report=True)


def test_a_corpus_without_records_has_a_card(described: Descriptor, tmp_path: Path) -> None:
    (tmp_path / "toy" / "train.json").write_text("[]")
    made = card.make(described, tmp_path)
    assert made.splits[0].lengths.longest == 0
    assert "</html>" in cards.render(made)
