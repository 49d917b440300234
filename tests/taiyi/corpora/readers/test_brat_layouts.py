"""Standoff in the layouts of its corpora: texts in one file, in another folder, on a list; passages, fragments, concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora import descriptor, read
from taiyi.corpora.readers import Source, brat
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.records import Document, Entity

LINES = {"texts": "lines", "annotation_folder": "notes"}
SHARED = """T1\tTissue 0 5\touter
T2\tTissue 10 21\tinner layer
T3\tTissue 26 31\tlayer
R1\tfrag Arg1:T1 Arg2:T2
R2\tPart-of Arg1:T3 Arg2:T2
"""


@pytest.fixture
def place(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """`place({path: content})`: these files below a folder, which is returned."""

    def write(tree: dict[str, str | bytes]) -> Path:
        for name, content in tree.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


@pytest.fixture
def lines(place: Callable, read: Callable) -> Callable[..., list[Document]]:
    """`lines(texts, name=annotations ...)`: the documents of one file of texts."""

    def make(texts: str | bytes, options: dict[str, Any] | None = None, **notes: str) -> list[Document]:
        folder = place({"texts.txt": texts, "notes/.keep": "", **{f"notes/{n}.ann": a for n, a in notes.items()}})
        return read("brat", folder / "texts.txt", **{**LINES, **(options or {})})

    return make


def test_texts_may_stand_in_one_file_a_line_each(lines: Callable) -> None:
    documents = lines("p1\tab cd\np2\tef\n", p1="T1\tX 3 5\tcd\n", p2="")
    assert [(d.id, d.document_id, d.text) for d in documents] == [
        ("toy/train/p1", "p1", "ab cd"),
        ("toy/train/p2", "p2", "ef"),
    ]
    assert [entity.text for entity in documents[0].entities] == ["cd"]


def test_a_mark_and_line_ends_are_no_part_of_a_text_in_a_line(lines: Callable) -> None:
    documents = lines(b"\xef\xbb\xbfp1\tab cd\r\n\r\np2\tef\r\n", p1="\ufeffT1\tX 0 2\tab\r\n", p2="T1\tX 0 2\tef")
    assert [d.text for d in documents] == ["ab cd", "ef"]
    assert [d.entities[0].text for d in documents] == ["ab", "ef"]


@pytest.mark.parametrize(
    ("texts", "notes", "where", "said"),
    [
        ("p1 ab\n", {}, "texts.txt:1", "has 1 columns"),
        ("p1\tab\nx\ty\tz\n", {"p1": ""}, "texts.txt:2", "has 3 columns"),
        ("p1\tab\n\tcd\n", {"p1": ""}, "texts.txt:2", "has 2 columns"),
        ("p1\tab\np1\tab\n", {"p1": ""}, "texts.txt:2", "'p1' is used before, in"),
        ("p1\tab\np2\tcd\n", {"p1": ""}, "texts.txt:2", r"p2\.ann do not exist"),
        ("p1\tab\n", {"p1": "", "p2": ""}, "notes/p2.ann", "the line of that name, does not exist"),
        ("", {"p1": ""}, "notes/p1.ann", "the line of that name, does not exist"),
        ("p1\tab\n", {"p1": "T1\tX 0 2\tba\n"}, "notes/p1.ann:1", "reads 'ab'"),
        ("p1\tab\n", {"p1": "T1\tX 0 2\tab\nR1\tr Arg1:T1 Arg2:T2\n"}, "notes/p1.ann:2", "'T2'"),
        (b"p1\tab\np2\t\xff\n", {"p1": ""}, "texts.txt:2", "not utf-8"),
    ],
)
def test_a_damaged_file_of_texts_is_named_with_its_line(
    lines: Callable, tmp_path: Path, texts: str | bytes, notes: dict[str, str], where: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        lines(texts, **notes)
    assert caught.value.where == str(tmp_path / where)
    assert caught.value.remedy


def test_a_pattern_finds_the_document_in_the_name_of_a_line(lines: Callable, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the name 'p1' does not match") as caught:
        lines("p1\tab\n", {"document_id": "q(.+)"}, p1="")
    assert caught.value.where == str(tmp_path / "texts.txt:1")


@given(cut=st.integers(0, 60))
def test_a_file_that_ends_early_is_read_or_refused_by_its_name(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    (folder / "notes").mkdir()
    (folder / "texts.txt").write_bytes("p1\tα β γ\np2\tδ ε\n".encode()[:cut])
    (folder / "notes" / "p1.ann").write_bytes("T1\tX 0 1\tα\nT2\tX 2 3\tβ\nR1\tr Arg1:T1 Arg2:T2\n".encode()[:cut])
    source = Source(
        corpus="toy", split="s", language="en", folder=folder, files=(folder / "texts.txt",), ledger=Ledger()
    )
    try:
        for document in brat.read(source, brat.Options(texts="lines", annotation_folder="notes", missing="empty")):
            assert all(entity.text == document.text[slice(*entity.spans[0])] for entity in document.entities)
    except InvalidInput as error:
        assert error.where.startswith(str(folder))


def test_a_list_names_the_texts_to_be_read(place: Callable, read: Callable) -> None:
    folder = place(
        {"a.txt": "ab", "a.ann": "T1\tX 0 2\tab", "b.txt": b"\xff", "b.ann": "", "one.list": "\ufeffa\r\n\r\n"}
    )
    (document,) = read("brat", folder / "a.txt", folder / "b.txt", only="one.list")
    assert document.document_id == "a"


def test_a_name_on_the_list_without_its_text_is_refused(place: Callable, read: Callable) -> None:
    folder = place({"a.txt": "ab", "a.ann": "", "one.list": "a\nb\n"})
    with pytest.raises(InvalidInput, match="no text 'b'") as caught:
        read("brat", folder / "a.txt", only="one.list")
    assert caught.value.where == str(folder / "one.list")
    with pytest.raises(InvalidInput, match="the list of texts does not exist"):
        read("brat", folder / "a.txt", only="two.list")


def test_annotations_in_a_folder_of_their_own_need_their_text_too(place: Callable, read: Callable) -> None:
    folder = place({"a.txt": "ab", "notes/a.ann": "", "notes/b.ann": "", "notes/._b.ann": ""})
    with pytest.raises(InvalidInput, match=r"the \.txt file of the same name, does not exist") as caught:
        read("brat", folder / "a.txt", annotation_folder="notes")
    assert caught.value.where == str(folder / "notes" / "b.ann")


def test_annotated_passages_are_passages_and_no_mentions(place: Callable, read: Callable) -> None:
    folder = place({"a.txt": "A title\nand text", "a.ann": "T1\tTitle 0 7\tA title\nT2\tX 2 7\ttitle\n"})
    (document,) = read("brat", folder / "a.txt", passages=["Title", "Paragraph"])
    assert [(p.kind, p.start, p.end) for p in document.passages] == [("title", 0, 7)]
    assert [entity.id for entity in document.entities] == ["T2"]


def test_a_trigger_of_a_kept_type_stays_an_entity(place: Callable, read: Callable) -> None:
    folder = place(
        {"a.txt": "ab cd", "a.ann": "T1\tSNP 0 2\tab\nT2\tBind 3 5\tcd\nE1\tSNP:T1 \nE2\tBind:T2 Theme:T1\n"}
    )
    (document,) = read("brat", folder / "a.txt", kept_triggers=["SNP"])
    assert [entity.id for entity in document.entities] == ["T1"]
    assert [trigger.id for trigger in document.triggers] == ["T2"]
    assert [(event.type, event.trigger.ref, len(event.arguments)) for event in document.events] == [
        ("SNP", "T1", 0),
        ("Bind", "T2", 1),
    ]


def test_fragments_are_relations_unless_they_are_to_be_glued(place: Callable, read: Callable) -> None:
    folder = place({"a.txt": "outer and inner layer, a layer", "a.ann": SHARED.replace("26 31", "25 30")})
    (kept,) = read("brat", folder / "a.txt")
    assert [relation.type for relation in kept.relations] == ["frag", "Part-of"]
    assert kept.entities[0].text == "outer"


def test_a_glued_mention_has_the_text_of_its_parts_and_the_ledger_says_so(
    place: Callable, read: Callable, ledger: Ledger
) -> None:
    folder = place({"a.txt": "outer and inner layer, a layer", "a.ann": SHARED.replace("26 31", "25 30")})
    (glued,) = read("brat", folder / "a.txt", fragments=["frag"])
    assert [entity.text for entity in glued.entities] == ["outer inner layer", "inner layer", "layer"]
    assert glued.entities[0].spans == ((0, 5), (10, 21))
    assert [relation.type for relation in glued.relations] == ["Part-of"]
    assert ledger.counts() == {"fragment_glued": 1}


def test_a_fragment_of_nothing_is_refused_and_of_a_dropped_mention_is_dropped(
    place: Callable, read: Callable, ledger: Ledger
) -> None:
    folder = place({"a.txt": "ab cd", "a.ann": "T1\tX 0 2\tab\nR1\tfrag Arg1:T1 Arg2:T9\n"})
    with pytest.raises(InvalidInput, match="'T9'"):
        read("brat", folder / "a.txt", fragments=["frag"])
    place({"a.ann": "T1\tX 0 2\tab\nT9\tX 3 5\tno\nR1\tfrag Arg1:T1 Arg2:T9\n"})
    (document,) = read("brat", folder / "a.txt", fragments=["frag"], on_mismatch="drop")
    assert (document.entities[0].text, document.relations) == ("ab", ())
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}


@given(links=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_any_web_of_fragments_is_glued_to_what_it_reaches(
    links: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("web")
    (folder / "a.txt").write_text("abcdef")
    notes = [f"T{n}\tX {n} {n + 1}\t{'abcdef'[n]}" for n in range(6)]
    notes += [f"R{n}\tfrag Arg1:T{a} Arg2:T{b}" for n, (a, b) in enumerate(links)]
    (folder / "a.ann").write_text("\n".join(notes))
    source = Source(corpus="toy", split="s", language="en", folder=folder, files=(folder / "a.txt",), ledger=Ledger())
    (document,) = brat.read(source, brat.Options(fragments=("frag",)))
    for entity in document.entities:
        assert {start for start, _ in entity.spans} == _reachable(int(entity.id[1:]), links)


def _reachable(start: int, links: list[tuple[int, int]]) -> set[int]:
    found = {start}
    while more := {b for a, b in links if a in found} - found:
        found |= more
    return found


def test_a_normalisation_may_name_its_ends(place: Callable, read: Callable) -> None:
    notes = """T1\tHabitat 0 2\tab
T2\tMicroorganism 3 5\tcd
N1\tOntoBiotope Annotation:T1 Referent:OBT:000001
N2\tTaxonomy Annotation:T2 Referent:42
N3\tTaxonomy Annotation:T2 Referent:43
"""
    (document,) = read("brat", place({"a.txt": "ab cd", "a.ann": notes}) / "a.txt")
    assert [entity.concepts for entity in document.entities] == [("OBT:000001",), ("Taxonomy:42", "Taxonomy:43")]


@pytest.mark.parametrize("line", ["N1\tD Annotation:T9 Referent:1", "N1\tD Annotation: Referent:1"])
def test_a_normalisation_of_nothing_is_refused(place: Callable, read: Callable, tmp_path: Path, line: str) -> None:
    with pytest.raises(InvalidInput, match="said of nothing") as caught:
        read("brat", place({"a.txt": "ab", "a.ann": f"T1\tX 0 2\tab\n{line}\n"}) / "a.txt")
    assert caught.value.where == str(tmp_path / "a.ann:2")


EVENTS = "T2\tPhosphorylation 5 10\tadded\nE1\tPhosphorylation:T2 Theme:T1\nM1\tNegation E1\n"
PROTEIN = "T1\tProtein 0 4\tTraX\n"
TEXT = "TraX added."


def shared_task(train: str, dev: str, test: str, gold: str, notes: str, stem: str = "PMID-1") -> dict[str, str]:
    """A shared task's folders, the test set without gold."""
    tree: dict[str, str] = {}
    for folder in (train, dev, test):
        tree |= {f"{folder}/{stem}.txt": TEXT, f"{folder}/{stem}.a1": PROTEIN}
    return tree | {f"{folder}/{stem}{gold}": notes for folder in (train, dev)}


PLACES = "T1\tTitle 0 4\tTraX\n"
LIVES = "T2\tHabitat 5 10\tadded\nT3\tMicroorganism 0 4\tTraX\nR1\tLives_In Microorganism:T3 Location:T2\n"
LAYOUTS: dict[str, tuple[dict[str, str], dict[str, list[str]]]] = {
    "bionlp_st_2011_epi": (shared_task("x_training_data", "x_devel_data", "x_test_data", ".a2", EVENTS), {}),
    "bionlp_st_2011_id": (shared_task("train", "devel", "test", ".a2", EVENTS, "PMC-1-s01"), {}),
    "bionlp_st_2013_gro": (shared_task("train", "devel", "test", ".a2", EVENTS), {}),
    "genia_relation_corpus": (
        shared_task("a_training_data", "a_development_data", "a_test_data", ".rel", "T2\tEntity 5 10\tadded\n", "1"),
        {},
    ),
    "bionlp_st_2019_bb": (
        {
            f"BioNLP-OST-2019_BB-kb+ner_{split}/BB-kb+ner-F-1-000{suffix}": content
            for split in ("train", "dev", "test")
            for suffix, content in ((".txt", TEXT), (".a1", PLACES), (".a2", LIVES))
            if (split, suffix) != ("test", ".a2")
        },
        {},
    ),
    "an_em": (
        {
            **{f"AnEM-1.0.4/standoff/PMID-{n}.txt": TEXT for n in "123"},
            **{f"AnEM-1.0.4/standoff/PMID-{n}.ann": "T1\tCell 0 4\tTraX\n" for n in "123"},
            "AnEM-1.0.4/development/train-files.list": "PMID-1\n",
            "AnEM-1.0.4/development/test-files.list": "PMID-2\n",
            "AnEM-1.0.4/test/test-files.list": "PMID-3\n",
        },
        {"train": ["1"], "dev": ["2"], "test": ["3"]},
    ),
    "pdr": (
        {
            "Plant-Disease_Corpus/1.txt": TEXT,
            "Plant-Disease_Corpus/1.ann": "T1\tPlant 0 4\tTraX\n",
            "Plant-Disease_Corpus/1.ann2": "",
        },
        {},
    ),
    "genia_ptm_event_corpus": ({"d/1.txt": TEXT, "d/1.a1": PROTEIN, "d/1.a2": EVENTS}, {}),
    "cellfinder": (
        {
            f"c/{n}{suffix}": content
            for n in (
                16316465,
                17381551,
                17389645,
                18162134,
                18286199,
                15971941,
                16623949,
                16672070,
                17288595,
                17967047,
            )
            for suffix, content in ((".txt", TEXT), (".ann", "T1\tSpecies 0 4\tTraX\n"))
        },
        {
            "train": ["16316465", "17381551", "17389645", "18162134", "18286199"],
            "test": ["15971941", "16623949", "16672070", "17288595", "17967047"],
        },
    ),
    "chebi_nactem": (
        {
            f"ChEBI/{folder}/1{suffix}": content
            for folder in ("fullpapers", "abstracts/Annotator1", "abstracts/Annotator2")
            for suffix, content in ((".txt", TEXT), (".ann", "T1\tChemical 0 4\tTraX\n"))
        },
        {},
    ),
    "mlee": (
        {
            f"{folder}/PMID-1{suffix}": content
            for folder in (
                "a1a2_175docs",
                "MLEE-1.0.2-rev1/standoff/development/train",
                "MLEE-1.0.2-rev1/standoff/development/test",
                "MLEE-1.0.2-rev1/standoff/test/test",
            )
            for suffix, content in ((".txt", TEXT), (".a1", PROTEIN), (".a2", EVENTS))
        },
        {},
    ),
}
"""Corpora whose files were not at hand -> a tree in their official layout, and which documents each split then has."""


def split_documents(corpus: str, raw: Path, root: Path) -> Iterator[tuple[str, list[Any]]]:
    described = descriptor.find(corpus, root / "data" / "corpora")
    for split in described.splits:
        yield split, list(read(described, split, raw, Ledger()))


@pytest.mark.parametrize("corpus", LAYOUTS)
def test_a_described_corpus_is_read_in_its_official_layout(
    corpus: str, place: Callable, root: Path, tmp_path: Path
) -> None:
    tree, documents = LAYOUTS[corpus]
    place({f"{corpus}/{name}": content for name, content in tree.items()})
    for split, records in split_documents(corpus, tmp_path, root):
        found = [record.document_id for record in records]
        assert found == documents.get(split, found)
        assert len(found) >= 1
        assert all(isinstance(entity, Entity) for record in records for entity in record.entities)
        assert all(record.annotated for record in records) == (
            split != "test" or corpus in ("an_em", "cellfinder", "mlee")
        )


def test_a_bacteria_biotope_has_its_title_as_a_passage_and_its_number_as_an_id(
    place: Callable, root: Path, tmp_path: Path
) -> None:
    place({f"bionlp_st_2019_bb/{name}": content for name, content in LAYOUTS["bionlp_st_2019_bb"][0].items()})
    (document,) = dict(split_documents("bionlp_st_2019_bb", tmp_path, root))["dev"]
    assert document.document_id == "1-000"
    assert [passage.kind for passage in document.passages] == ["title"]
    assert [entity.type for entity in document.entities] == ["Habitat", "Microorganism"]
    assert document.relations[0].head.role == "Microorganism"
