"""Two records are the same where case, width, blanks and punctuation are all that differs."""

from hypothesis import given
from hypothesis import strategies as st

from taiyi.curation.normalise import ask, gold_of, normalised, question_of, sources_of
from taiyi.records import Argument, Choice, Document, Entity, Pair, Parallel, Question, Relation


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_agrees_with_the_general_one(text: str) -> None:
    assert normalised(text + "é").removesuffix("é") == (normalised(text) if any(c.isalnum() for c in text) else "")


def test_case_width_blanks_and_punctuation_do_not_count() -> None:
    assert normalised("Aspirin, 10 mg!") == normalised("ＡＳＰＩＲＩＮ１０ＭＧ")
    assert normalised("高血压。") == normalised("「高 血 压」")


def test_a_text_without_letters_is_not_the_same_as_every_other_such_text() -> None:
    assert normalised("???") != normalised("+++")


def choice(options: tuple[str, ...], answer: str = "A", context: str = "") -> Question:
    return Question(
        id="c/train/1",
        language="en",
        question="Which is a drug?",
        kind="choice",
        choices=tuple(Choice(label, text) for label, text in zip("ABCD", options, strict=False)),
        answers=(answer,),
        context=context,
    )


def test_a_choice_question_with_its_options_reordered_is_the_same_question_with_the_same_gold() -> None:
    first, second = choice(("aspirin", "liver"), "A"), choice(("liver", "aspirin"), "B")
    assert question_of(first) == question_of(second)
    assert gold_of(first) == gold_of(second)


def test_a_question_asked_of_other_options_is_another_question() -> None:
    assert question_of(choice(("aspirin", "liver"))) != question_of(choice(("ibuprofen", "heart")))


def test_a_context_gives_a_question_away_by_itself() -> None:
    assert ("thestudy",) in list(sources_of(choice(("a", "b"), context="The study.")))


def test_a_pair_is_the_same_in_either_order() -> None:
    one = Pair(id="c/train/1", language="en", text_1="a b", text_2="c", label="1")
    other = Pair(id="c/train/2", language="en", text_1="C", text_2="A, b", label="1")
    assert question_of(one) == question_of(other)


def test_either_side_of_a_translation_gives_it_away() -> None:
    pair = Parallel(id="c/train/1", language="en", translations={"en": "a drug", "zh": "药"})
    assert list(sources_of(pair)) == [("adrug",), ("药",)]


def document(order: tuple[int, ...], relation: str = "r") -> Document:
    entities = (Entity("T1", "Drug", ((0, 7),), "aspirin"), Entity("T2", "Disease", ((8, 12),), "pain"))
    return Document(
        id="c/train/1",
        language="en",
        text="aspirin pain",
        entities=tuple(entities[i] for i in order),
        relations=(Relation("R1", relation, Argument(ref="T1"), Argument(ref="T2")),),
    )


def test_the_gold_of_a_document_does_not_depend_on_the_order_of_its_annotations() -> None:
    assert gold_of(document((0, 1))) == gold_of(document((1, 0)))
    assert gold_of(document((0, 1))) != gold_of(document((0, 1), relation="other"))


def test_two_corpora_ask_the_same_where_tasks_and_types_are_the_same() -> None:
    declared = {"ner": {"types": {"Drug": "drug", "Gene": "gene"}}}
    assert ask(declared) == ask({"ner": {"types": {"Gene": "gene", "Drug": "drug"}}})
    assert len({ask(declared), ask({"ner": {"types": {"Drug": "drug"}}}), ask({**declared, "re": {}})}) == 3
