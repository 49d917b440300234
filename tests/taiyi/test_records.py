"""Records: ids that round trip, seven families that survive a file, and invariants that name the record."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.records import (
    LANGUAGES,
    AnyRecord,
    Argument,
    Choice,
    Classification,
    Coreference,
    Dialogue,
    Document,
    Entity,
    Event,
    Output,
    Pair,
    Parallel,
    Passage,
    Question,
    Record,
    Relation,
    Section,
    Transform,
    Turn,
    content_key,
    record_id,
    split_record_id,
    text_at,
)

ID = "corpus/train/7"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
SOME = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
NAME = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=12)
LABELS = st.lists(SOME, min_size=1, max_size=4, unique=True)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents whose mentions may nest, overlap and fall apart, with everything that refers to them."""
    text = draw(st.text(st.characters(exclude_categories=("Cs",)), min_size=4, max_size=60))
    mentions = []
    for number in range(draw(st.integers(1, 4))):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
        spans = tuple((cuts[i], cuts[i + 1]) for i in range(0, len(cuts) - 1, 2))
        mentions.append(
            Entity(f"T{number}", draw(SOME), spans, text_at(text, spans), tuple(draw(st.lists(SOME, max_size=2))))
        )
    ends = st.builds(Argument, ref=st.sampled_from([m.id for m in mentions]), role=TEXT) | st.builds(
        Argument, concept=SOME
    )
    relations = [Relation(f"R{i}", draw(SOME), draw(ends), draw(ends)) for i in range(draw(st.integers(0, 2)))]
    causal = [Relation("C0", "cause", Argument(ref=relations[0].id), draw(ends))] if relations else []
    events = [Event("E0", draw(SOME), draw(ends), tuple(draw(st.lists(ends, max_size=2))), ("Negation",))]
    cause = Event("E1", "causes", draw(ends), (Argument(ref="E0", role="Cause"),))
    half = len(text) // 2
    return Document(
        id=ID,
        language=draw(st.sampled_from(LANGUAGES)),
        text=text,
        passages=(Passage("title", 0, half), Passage("abstract", half, len(text))),
        entities=tuple(mentions[1:]),
        triggers=tuple(mentions[:1]),
        relations=(*relations, *causal),
        events=(*events, cause),
        coreferences=(Coreference("*0", tuple(m.id for m in mentions)),),
        meta=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
    )


RECORDS: st.SearchStrategy[AnyRecord] = st.one_of(
    documents(),
    LABELS.flatmap(
        lambda labels: st.builds(
            Classification, id=st.just(ID), language=st.just("zh"), text=TEXT, labels=st.just(tuple(labels))
        )
    ),
    LABELS.flatmap(
        lambda labels: st.builds(
            Question,
            id=st.just(ID),
            language=st.just("en"),
            question=TEXT,
            kind=st.just("choice"),
            choices=st.just(tuple(Choice(label, label * 2) for label in labels)),
            answers=st.sampled_from(labels).map(lambda label: (label,)),
        )
    ),
    st.builds(
        Question,
        id=st.just(ID),
        language=st.just("en"),
        question=TEXT,
        kind=st.just("context"),
        context=TEXT,
        answers=st.tuples(SOME),
    ),
    st.builds(
        Dialogue,
        id=st.just(ID),
        language=st.just("zh"),
        turns=st.lists(TEXT, min_size=1, max_size=5).map(
            lambda texts: tuple(Turn("assistant" if n % 2 else "user", text) for n, text in enumerate(texts))
        ),
        context=TEXT,
    ),
    st.builds(
        Parallel,
        id=st.just(ID),
        language=st.just("zh"),
        translations=st.fixed_dictionaries({"zh": SOME.filter(str.strip), "en": SOME.filter(str.strip)}),
    ),
    st.builds(Pair, id=st.just(ID), language=st.just("en"), text_1=TEXT, text_2=TEXT, label=SOME),
    st.builds(Pair, id=st.just(ID), language=st.just("en"), text_1=TEXT, text_2=TEXT, score=st.floats(0, 5)),
    st.builds(
        Transform, id=st.just(ID), language=st.just("en"), input=TEXT, outputs=st.tuples(st.builds(Output, text=SOME))
    ),
    st.builds(
        Transform,
        id=st.just(ID),
        language=st.just("zh"),
        input=TEXT,
        outputs=st.lists(st.builds(Section, SOME, TEXT), min_size=1, max_size=3).map(
            lambda s: (Output(sections=tuple(s)),)
        ),
    ),
)


@given(corpus=NAME, split=NAME, key=st.text(st.characters(exclude_categories=("Cs",))))
def test_a_record_id_gives_its_parts_back_whatever_the_key(corpus: str, split: str, key: str) -> None:
    identifier = record_id(corpus, split, key)
    assert split_record_id(identifier) == (corpus, split, key)
    assert split_record_id(f"{identifier}#ner.en.t1.gene") == (corpus, split, key)


@given(key=st.text(st.characters(exclude_categories=("Cs",))))
def test_no_character_of_a_key_ends_the_id_early_or_breaks_a_line(key: str) -> None:
    identifier = record_id("c", "train", key)
    assert "#" not in identifier
    assert identifier.count("/") == 2
    assert identifier.isascii()
    assert not any(c.isspace() for c in identifier)


@given(one=SOME, other=SOME)
def test_two_keys_never_share_an_id(one: str, other: str) -> None:
    assert (record_id("c", "s", one) == record_id("c", "s", other)) == (one == other)


def test_a_usual_key_stays_legible() -> None:
    assert record_id("bc5cdr", "train", "227508") == "bc5cdr/train/227508"
    assert record_id("chip_cdn", "dev", "a/b#c d") == "chip_cdn/dev/a%2Fb%23c%20d"


def test_a_content_key_depends_on_its_texts_and_their_boundary_alone() -> None:
    assert content_key("ab", "c") == content_key("ab", "c")
    assert content_key("ab", "c") != content_key("a", "bc")
    assert len(content_key("心电图")) == 12


@given(record=RECORDS)
def test_a_record_survives_a_file(record: AnyRecord) -> None:
    encoded = msgspec.json.encode(record)
    assert msgspec.json.decode(encoded, type=AnyRecord) == record
    assert msgspec.json.encode(msgspec.json.decode(encoded, type=AnyRecord)) == encoded


@given(record=RECORDS)
def test_a_record_says_what_its_texts_are(record: AnyRecord) -> None:
    assert all(isinstance(text, str) for text in record.texts())
    assert list(record.texts())


def test_the_bare_record_belongs_to_no_family() -> None:
    with pytest.raises(AssertionError, match="does not say what its texts are"):
        Record(id=ID, language="en").texts()


def test_a_family_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid value 'poem'"):
        msgspec.json.decode(b'{"family":"poem","id":"c/s/1","language":"en"}', type=AnyRecord)


def test_a_record_cannot_be_changed() -> None:
    record = Classification(id=ID, language="en", text="t")
    with pytest.raises(AttributeError):
        record.text = "u"  # type: ignore[misc]


def test_offsets_count_code_points() -> None:
    text = "𝛽-受体阻滞剂 and β-blockers"
    assert text_at(text, ((0, 7),)) == "𝛽-受体阻滞剂"
    assert text_at(text, ((0, 1), (12, 13))) == "𝛽 β"


def test_mentions_may_nest_overlap_and_fall_apart() -> None:
    text = "breast and ovarian cancer"
    mentions = (
        Entity("T1", "Disease", ((0, 6), (19, 25)), "breast cancer"),
        Entity("T2", "Disease", ((11, 25),), "ovarian cancer"),
        Entity("T3", "Organ", ((11, 18),), "ovarian"),
    )
    assert Document(id=ID, language="en", text=text, entities=mentions).entities == mentions


def document(**parts: Any) -> Document:
    """A document about p53 with one gene, and whatever else is given."""
    return Document(
        **{
            "id": ID,
            "language": "en",
            "text": "p53 binds MDM2",
            "entities": (Entity("T1", "Gene", ((0, 3),), "p53"),),
            **parts,
        }
    )


def relation(**parts: Any) -> Relation:
    """A relation of p53 to itself, but for what is given."""
    return Relation(**{"id": "R1", "type": "binds", "head": Argument(ref="T1"), "tail": Argument(ref="T1"), **parts})


def question(**parts: Any) -> Question:
    """A choice question whose answer is A, but for what is given."""
    choices = (Choice("A", "yes"), Choice("B", "no"))
    return Question(
        **{
            "id": ID,
            "language": "en",
            "question": "?",
            "kind": "choice",
            "choices": choices,
            "answers": ("A",),
            **parts,
        }
    )


REFUSED: dict[str, tuple[Callable[[], Record], str]] = {
    "a mention that the text does not hold": (
        lambda: document(entities=(Entity("T1", "Gene", ((0, 3),), "p35"),)),
        "entity T1: the text at 0-3 reads 'p53', the annotation says 'p35'",
    ),
    "a trigger that the text does not hold": (
        lambda: document(triggers=(Entity("T2", "Binding", ((4, 9),), "bind"),)),
        "the text at 4-9 reads 'binds', the annotation says 'bind'",
    ),
    "a mention beyond the end": (
        lambda: document(entities=(Entity("T1", "Gene", ((10, 15),), "MDM2"),)),
        "span 10-15 lies outside a text of 14 characters",
    ),
    "a mention before the start": (
        lambda: document(entities=(Entity("T1", "Gene", ((-3, -1),), "DM"),)),
        "span -3--1 lies outside",
    ),
    "an empty mention": (lambda: document(entities=(Entity("T1", "Gene", ((3, 3),), ""),)), "span 3-3 lies outside"),
    "a mention without span": (lambda: document(entities=(Entity("T1", "Gene", (), ""),)), "entity T1 has no span"),
    "a passage beyond the end": (lambda: document(passages=(Passage("title", 0, 15),)), "passage 0-15 lies outside"),
    "a passage that ends before it starts": (lambda: document(passages=(Passage("title", 5, 2),)), "passage 5-2"),
    "two parts of one id": (lambda: document(relations=(relation(id="T1"),)), "id 'T1' is used twice"),
    "a head that is nobody": (lambda: document(relations=(relation(head=Argument(ref="T9")),)), "R1 refers to 'T9'"),
    "a tail that is nobody": (lambda: document(relations=(relation(tail=Argument(ref="T9")),)), "R1 refers to 'T9'"),
    "a trigger that is nobody": (
        lambda: document(events=(Event("E1", "Binding", Argument(ref="T9")),)),
        "E1 refers to 'T9'",
    ),
    "an argument that is nobody": (
        lambda: document(events=(Event("E1", "Binding", Argument(text="binds"), (Argument(ref="T9", role="Theme"),)),)),
        "E1 refers to 'T9'",
    ),
    "a coreferent that is nobody": (
        lambda: document(coreferences=(Coreference("*1", ("T1", "T9")),)),
        "*1 refers to 'T9'",
    ),
    "a coreferent without id": (lambda: document(coreferences=(Coreference("*1", ("",)),)), "*1 refers to ''"),
    "a label given twice": (
        lambda: Classification(id=ID, language="en", text="t", labels=("x", "x")),
        "a label is given twice: x, x",
    ),
    "a choice label used twice": (
        lambda: question(choices=(Choice("A", "yes"), Choice("A", "no"))),
        "a choice label is used twice: A, A",
    ),
    "a choice question without choices": (lambda: question(choices=()), "has no choices"),
    "an answer that is no choice": (lambda: question(answers=("C",)), "the answer 'C' is not among the choices A, B"),
    "a question without answer": (lambda: question(answers=()), "the question has no answer"),
    "a dialogue without turns": (lambda: Dialogue(id=ID, language="en", turns=()), "the dialogue has no turns"),
    "a dialogue that the assistant begins": (
        lambda: Dialogue(id=ID, language="en", turns=(Turn("assistant", "hello"),)),
        "turn 1 is the assistant's, where the user's is due",
    ),
    "a speaker who speaks twice": (
        lambda: Dialogue(id=ID, language="en", turns=(Turn("user", "a"), Turn("user", "b"))),
        "turn 2 is the user's, where the assistant's is due",
    ),
    "a translation into nothing": (
        lambda: Parallel(id=ID, language="en", translations={"en": "a"}),
        "another language",
    ),
    "a translation from nothing": (lambda: Parallel(id=ID, language="en", translations={}), "has none"),
    "an empty side": (
        lambda: Parallel(id=ID, language="en", translations={"en": "a", "zh": " "}),
        "the zh side is empty",
    ),
    "a pair without judgement": (lambda: Pair(id=ID, language="en", text_1="a", text_2="b"), "a label or a score"),
    "a pair with two judgements": (
        lambda: Pair(id=ID, language="en", text_1="a", text_2="b", label="same", score=1.0),
        "a label or a score",
    ),
    "a transformation into nothing": (lambda: Transform(id=ID, language="en", input="a"), "the record has no output"),
    "a transformation into an empty output": (
        lambda: Transform(id=ID, language="en", input="a", outputs=(Output(),)),
        "the record has no output",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_invariant_is_refused_with_the_record_id(case: str) -> None:
    make, problem = REFUSED[case]
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.where == ID
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "parts", [{}, {"ref": "T1", "text": "p53"}, {"ref": "T1", "concept": "Gene:7157"}, {"role": "Theme"}]
)
def test_an_argument_names_exactly_one_thing(parts: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="exactly one of ref, concept and text"):
        Argument(**parts)


@pytest.mark.parametrize(
    "make",
    [
        lambda: question(answers=(), annotated=False),
        lambda: Pair(id=ID, language="en", text_1="a", text_2="b", annotated=False),
        lambda: Pair(id=ID, language="en", text_1="a", text_2="b", score=0.0),
        lambda: Transform(id=ID, language="en", input="a", annotated=False),
        lambda: Classification(id=ID, language="en", text="t"),
    ],
)
def test_a_withheld_gold_a_zero_score_and_no_label_are_all_right(make: Callable[[], Record]) -> None:
    assert make().id == ID
