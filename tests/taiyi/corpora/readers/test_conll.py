"""CoNLL columns: chunks by scheme, documents by marker, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora import readers
from taiyi.corpora.readers import conll
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger

MARKER = r"^###MEDLINE:(\d+)"


def mentions(record: object) -> list[tuple[str, str]]:
    return [(entity.type, entity.text) for entity in record.entities]


def test_a_document_is_its_sentences_line_by_line(read: Callable, native: Path) -> None:
    first, second = read("conll", native / "three.iob2", document=MARKER, unit="document")
    assert first.text == "The TraX gene TraY binds .\nYes ."
    assert [first.text[p.start : p.end] for p in first.passages] == ["The TraX gene TraY binds .", "Yes ."]
    assert mentions(first) == [("protein", "TraX gene"), ("protein", "TraY")]
    assert (second.id, second.document_id) == ("toy/train/90000005", "90000005")


def test_a_sentence_is_numbered_within_its_document(read: Callable, native: Path) -> None:
    records = read("conll", native / "three.iob2", document=MARKER)
    assert [record.id.removeprefix("toy/train/") for record in records] == ["90000004.1", "90000004.2", "90000005.1"]
    assert records[1].document_id == "90000004"


def test_a_sentence_without_a_document_is_named_by_its_content(read: Callable, write: Callable) -> None:
    alone = read("conll", write("b\tO\n"))[0].id
    among = read("conll", write("a\tO\n\nb\tO\n\nb\tO\n"))
    assert [record.id for record in among][1:] == [alone, f"{alone}-2"]


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("IOB2", "B-x I-x B-x O B-y", ["a b", "c", "e"]),
        ("IOB", "I-x I-x B-x O I-y", ["a b", "c", "e"]),
        ("IO", "I-x I-x I-y O I-y", ["a b", "c", "e"]),
        ("IOBES", "B-x E-x S-x O S-y", ["a b", "c", "e"]),
        ("IOBES", "B-x I-x I-x E-x O", ["a b c d"]),
        ("IOB2", "O O O O O", []),
    ],
)
def test_a_scheme_says_where_mentions_begin(
    read: Callable, write: Callable, scheme: str, tags: str, expected: list[str]
) -> None:
    path = write("".join(f"{token}\t{tag}\n" for token, tag in zip("abcde", tags.split(), strict=True)))
    assert [text for _, text in mentions(read("conll", path, scheme=scheme)[0])] == expected


def test_columns_may_be_parted_by_blanks_and_tags_may_have_no_type(read: Callable, write: Callable) -> None:
    path = write("-DOCSTART- (12)\n\na NN I\nb NN I\nc NN O\n")
    record = read("conll", path, separator="", scheme="IO", untyped="pico", document=r"^-DOCSTART- \((\d+)\)")[0]
    assert (record.document_id, mentions(record)) == ("12", [("pico", "a b")])


def test_a_tag_that_continues_nothing_is_refused_or_repaired(read: Callable, write: Callable, ledger: Ledger) -> None:
    path = write("a\tO\nb\tI-x\nc\tI-x\n")
    with pytest.raises(InvalidInput, match="I-x at 'b' continues no mention") as caught:
        read("conll", path)
    assert caught.value.where == f"{path}:2"
    assert mentions(read("conll", path, on_mismatch="repair")[0]) == [("x", "b c")]
    assert ledger.counts() == {"mention_repaired": 1}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\tO\nb\n", 2, "'b' is no IOB2 tag"),
        ("a\tO\nb\tQ-x\n", 2, "'Q-x' is no IOB2 tag"),
        ("a\tB-\n", 1, "'B-' is no IOB2 tag"),
        ("a\tB\n", 1, "'B' is no IOB2 tag"),
    ],
)
def test_a_damaged_line_is_named(read: Callable, write: Callable, text: str, line: int, said: str) -> None:
    path = write(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("conll", path)
    assert caught.value.where == f"{path}:{line}"


def test_a_token_before_the_first_marker_is_refused(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidInput, match="before the first document marker"):
        read("conll", write("a\tO\n\n###MEDLINE:1\n\nb\tO\n"), document=MARKER)


@pytest.mark.parametrize("options", [{"unit": "document"}, {"document": "("}, {"document": "^###"}])
def test_documents_need_a_marker_that_finds_an_id(read: Callable, write: Callable, options: dict[str, str]) -> None:
    with pytest.raises(InvalidParams):
        read("conll", write("a\tO\n"), **options)


TOKENS = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=5)
CHUNKS = st.lists(st.tuples(st.sampled_from(["", "x", "y"]), st.lists(TOKENS, min_size=1, max_size=3)), min_size=1)


def tagged(chunks: list[tuple[str, list[str]]], scheme: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for kind, tokens in chunks:
        for number, token in enumerate(tokens):
            last = number == len(tokens) - 1
            prefix = "B" if number == 0 else "I"
            if scheme == "IOBES":
                prefix = ("S" if number == 0 else "E") if last else prefix
            rows.append((token, f"{prefix}-{kind}" if kind else "O"))
    return rows


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES"])
@given(sentences=st.lists(CHUNKS, min_size=1, max_size=3))
def test_what_is_written_is_read(
    sentences: list[list[tuple[str, list[str]]]], scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.conll"
    path.write_bytes(
        "\n\n".join("\n".join("\t".join(row) for row in tagged(chunks, scheme)) for chunks in sentences).encode()
    )
    source = readers.Source(
        corpus="toy", split="train", language="en", folder=path.parent, files=(path,), ledger=Ledger()
    )
    records = list(conll.read(source, conll.Options(scheme=scheme)))
    expected = [[(kind, " ".join(tokens)) for kind, tokens in chunks if kind] for chunks in sentences]
    assert [mentions(record) for record in records] == expected
    assert len({record.id for record in records}) == len(records)


SCAI = "### 90000501\nNa\t0\t2\tNa\t|B-SUM\n-\t2\t3\t\t|O\nfree\t3\t7\t\t|O\nquxyl\t8\t13\tquxyl amine\t|B-IUPAC\namine\t14\t19\t\t|I-IUPAC\n"
OFFSETS = {"document": r"^### ?(\S+)", "unit": "document", "start": 1, "end": 2, "tag_mark": "|"}


def test_offsets_lay_the_text_out_again(read: Callable, write: Callable) -> None:
    (record,) = read("conll", write(SCAI), **OFFSETS)
    assert record.text == "Na-free quxyl amine"
    assert mentions(record) == [("SUM", "Na"), ("IUPAC", "quxyl amine")]
    assert (record.id, record.document_id) == ("toy/train/90000501", "90000501")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("quxyl\t8\t13", "quxyl\t6\t11", 5, "begins at 6"),
        ("quxyl\t8\t13", "quxyl\t999999999\t1000000004", 5, "by 1000 at most"),
        ("quxyl\t8\t13", "quxyl\t8\t", 5, "without offsets"),
        ("quxyl\t8\t13", "quxyl\t8\tx", 5, "without offsets"),
        ("quxyl\t8\t13", "quxy\t8\t13", 5, "'quxy' has 4 characters"),
        ("\tquxyl amine\t|B", "\tquxyl amine\t|I", 5, "continues no mention"),
        ("-\t2\t3\t\t|O", "-", 3, "1 columns"),
        ("\t|B-SUM", "\t|B-SUM|B-FAMILY", 2, "more than one tag"),
        ("### 90000501\n", "", 1, "before the first document marker"),
    ],
)
def test_what_is_wrong_with_offsets_is_refused_by_its_line(
    read: Callable, write: Callable, old: str, new: str, line: int, says: str
) -> None:
    assert old in SCAI
    path = write(SCAI.replace(old, new, 1), "toy.iob")
    with pytest.raises(InvalidInput, match=says) as caught:
        read("conll", path, **OFFSETS)
    assert caught.value.where == f"{path}:{line}"


def test_a_token_that_its_offsets_do_not_fit_may_be_laid_out_by_its_length(
    read: Callable, write: Callable, ledger: Ledger
) -> None:
    path = write(SCAI.replace("quxyl\t8", "quxy\t8"))
    assert mentions(read("conll", path, **OFFSETS, on_mismatch="repair")[0])[1] == ("IUPAC", "quxy amine")
    assert ledger.counts() == {"token_repaired": 1}


def test_offsets_are_named_by_both_columns() -> None:
    with pytest.raises(msgspec.ValidationError, match="named together"):
        msgspec.convert({"start": 1}, conll.Options)


def test_a_file_may_be_in_an_encoding_of_its_own(read: Callable, write: Callable) -> None:
    text = SCAI.replace("quxyl", "quxyé")
    path = write(text.encode("mac_roman"))
    assert read("conll", path, **OFFSETS, encoding="mac_roman")[0].text == "Na-free quxyé amine"
    with pytest.raises(InvalidInput, match="is not utf-8"):
        read("conll", path, **OFFSETS)


def test_four_columns_without_b_tags_between_document_markers(read: Callable, write: Callable) -> None:
    """As EBM-NLP stands in SciBERT's files."""
    text = "-DOCSTART- (90000601)\n\nOld JJ O I-PAR\nrats NNS O I-PAR\nate VBD O O\nquxol NN O I-INT\n\nNone NN O O\n"
    options = {"separator": " ", "scheme": "IO", "document": r"^-DOCSTART- \((\d+)\)", "unit": "document"}
    (record,) = read("conll", write(text), **options)
    assert record.text == "Old rats ate quxol\nNone"
    assert len(record.passages) == 2
    assert mentions(record) == [("PAR", "Old rats"), ("INT", "quxol")]


def test_a_type_that_is_not_among_those_named_is_refused(read: Callable, write: Callable) -> None:
    path = write("a\tB-DNA\nb\tI-DN\n", "cut.iob2")
    with pytest.raises(InvalidInput, match="'DN' is no type") as caught:
        read("conll", path, types=["DNA", "RNA"])
    assert caught.value.where == f"{path}:2"
