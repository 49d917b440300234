"""Answers with something wrong in them beyond being wrong: what is counted, and what must not be."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import corpora, tasks
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.evaluation import flags
from taiyi.evaluation.flags import Flags
from taiyi.instances import Context, Instance, Items, Outcome, Parsed
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Ledger
from taiyi.metrics.sources import sources
from taiyi.records import Turn

DATA = Path(__file__).parents[3] / "data"
TYPES = Context(offered=("Chemical", "Disease"))
ZH = Context(language="zh")


def answered(
    task: str,
    prompt: str,
    text: str | None,
    context: Context,
    *,
    gold: Items = (),
    key: str = "1",
    template: str = "t1",
) -> Outcome:
    """A question asked in that prompt, and the answer as the task reads it."""
    parsed = Parsed("unparsed") if text is None else tasks.load(task).parse(text, context, prompt=prompt)
    turns = (Turn("user", prompt), Turn("assistant", "-"))
    identifier = f"made/test/{key}#{task}.{context.language}.{template}"
    return Outcome(
        Instance(
            id=identifier, task=task, language=context.language, style="taiyi", turns=turns, gold=gold, context=context
        ),
        text,
        parsed,
    )


def ner(text: str, source: str = "Text: Aspirin relieves headache.", **settings: Any) -> Outcome:
    """An NER answer about a source."""
    return answered("ner", source, text, TYPES, **settings)


def test_a_mention_that_the_source_does_not_hold_is_hallucinated() -> None:
    found = flags.of(ner("Chemical: Aspirin; Ibuprofen\nDisease: headache"))
    assert (found.mentions, found.hallucinated, found.respelled) == (3, ("Ibuprofen",), ())


def test_a_mention_in_other_case_or_width_is_hallucinated_but_told_apart() -> None:
    found = flags.of(ner("Chemical: aspirin; Ａｓｐｉｒｉｎ; Ibuprofen"))
    assert found.hallucinated == ("aspirin", "Ａｓｐｉｒｉｎ", "Ibuprofen")
    assert found.respelled == ("aspirin", "Ａｓｐｉｒｉｎ")


def test_a_mention_across_a_line_break_of_the_source_is_none() -> None:
    assert not flags.of(ner("Disease: renal failure", "Text: acute renal\nfailure.")).hallucinated


def test_the_text_of_a_discontinuous_gold_mention_is_not_hallucinated() -> None:
    gold = (("Disease", "ovarian cancer"),)
    assert not flags.of(ner("Disease: ovarian cancer", "Text: ovarian and breast cancer", gold=gold)).hallucinated


def test_a_mention_that_only_the_list_of_types_holds_is_hallucinated() -> None:
    assert flags.of(ner("Disease: Disease", "Identify Chemical, Disease.\nText: Aspirin")).hallucinated == ("Disease",)


def test_the_words_of_a_wording_are_no_source_where_several_prompts_show_them() -> None:
    prompt = "Which entities does this note mention?\nNote: {}\nPlease list the entities."
    outcomes = [
        ner("Chemical: entities", prompt.format(text), key=str(number))
        for number, text in enumerate(("Aspirin helps.", "Morphine was given.\nNo harm was seen."))
    ]
    assert sources(outcomes) == ["Aspirin helps.", "Morphine was given.\nNo harm was seen."]
    assert flags.flags(outcomes).hallucinated == 2


def test_prompts_of_two_wordings_are_not_taken_for_one() -> None:
    first, second = ner("None", "A: B: text"), ner("None", "A: C: text", template="t2")
    assert sources([first, second]) == ["A: B: text", "A: C: text"]


@given(st.lists(st.text(alphabet="ab 肝\n:", min_size=1, max_size=12), min_size=1, max_size=4))
def test_a_source_is_a_part_of_its_prompt_and_keeps_what_prompts_do_not_share(texts: list[str]) -> None:
    outcomes = [ner("None", f"Types?\nText: {text}\nGo.", key=str(place)) for place, text in enumerate(texts)]
    for outcome, source in zip(outcomes, sources(outcomes), strict=True):
        assert source in outcome.instance.prompt
    if len({text[:1] for text in texts}) == len({text[-1:] for text in texts}) == len(texts) > 1:
        assert sources(outcomes) == texts


@pytest.mark.parametrize(
    ("task", "text", "context", "count"),
    [
        ("re", "treats: [Aspirin, fever]", Context(offered=("treats",)), 2),
        ("cre", "causes: [Aspirin, treats: [Aspirin, fever]]", Context(offered=("causes", "treats")), 2),
        ("ee", "Relief: (Trigger: relieves, Agent: Aspirin, Theme: pain)", Context(offered=("Relief",)), 3),
        ("coref", "[Aspirin, the drug]", Context(), 2),
        ("nen", "Aspirin: MESH:D001241", Context(offered=("Aspirin",)), 1),
    ],
)
def test_mentions_of_every_extraction_task_are_looked_up(task: str, text: str, context: Context, count: int) -> None:
    found = flags.of(answered(task, "Text: nothing of it.", text, context))
    assert found.mentions == len(found.hallucinated) == count


def test_an_id_is_not_looked_up_in_the_text() -> None:
    context = Context(offered=("Aspirin",))
    assert not flags.of(answered("nen", "Text: Aspirin.", "Aspirin: MESH:D001241", context)).hallucinated


def test_a_type_not_offered_is_off_schema() -> None:
    assert flags.of(ner("Gene: TP53\nChemical: Aspirin")).off_schema == ("Gene",)


def test_a_label_and_a_role_not_offered_are_off_schema() -> None:
    labels = Context(offered=("Treatment", "Diagnosis"), multiple=True)
    assert flags.of(answered("tc", "?", "Result: Treatment, Astrology", labels)).off_schema == ("Astrology",)
    roles = Context(offered=("Relief",), roles=("Agent",))
    event = Parsed("ok", (("Relief", "relieves", (("Agent", "Aspirin"), ("Colour", "red"))),))
    outcome = answered("ee", "Aspirin relieves, red", "-", roles)
    assert flags.off_schema(Outcome(outcome.instance, "-", event)) == ["Colour"]


def test_a_whole_answer_that_was_not_offered_counts_once() -> None:
    choices = Context(offered=("A", "B"), choices=(("A", "liver"), ("B", "heart")))
    assert len(flags.of(answered("qa_mc", "?", "Z", choices)).off_schema) == 1


def test_names_are_free_where_none_were_offered() -> None:
    assert not flags.of(answered("tc", "?", "Result: anything", Context(multiple=True))).off_schema


ENGLISH = "The patient should take two tablets a day and drink plenty of water."
CHINESE = "建议患者每天服用两片药物，并注意多喝水，必要时到医院就诊。"


def test_an_answer_in_the_other_language_is_seen() -> None:
    assert flags.in_wrong_language(ENGLISH, "zh")
    assert flags.in_wrong_language(CHINESE, "en")
    assert flags.in_wrong_language("Пациенту следует принимать две таблетки в день.", "en")
    assert flags.in_wrong_language("患者さんは毎日二錠を服用してください。水をたくさん飲みましょう。", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("EGFR-TKI（gefitinib、erlotinib、osimertinib）治疗 NSCLC 的疗效与安全性", "zh"),
        ("ACE", "zh"),
        ("Vitamin B12", "zh"),
        ("12.5 mg × 2, 37.8 ℃", "zh"),
        ("Patients were given Danshen (丹参) and Huangqi (黄芪).", "en"),
        ("α-synuclein und Glukose", "en"),
        ("", "zh"),
    ],
)
def test_terms_names_and_numbers_do_not_make_a_language(text: str, language: Any) -> None:
    assert not flags.in_wrong_language(text, language)


@given(st.text(alphabet="0123456789.,;:%()/ +-", max_size=80))
def test_numbers_are_in_no_language(text: str) -> None:
    assert not flags.in_wrong_language(text, "zh") and not flags.in_wrong_language(text, "en")


def test_only_texts_that_were_read_are_judged_by_language() -> None:
    assert flags.of(answered("qa_sqa", "?", ENGLISH, ZH)).wrong_language
    assert not flags.of(answered("qa_sqa", "?", "I'm sorry, but I cannot answer this question.", ZH)).wrong_language
    assert not flags.of(answered("ner", "文本：无", "Disease: none of the many that you name here", ZH)).wrong_language


def test_a_report_without_its_sections_is_judged_by_all_its_text() -> None:
    sections = Context(offered=("主诉", "建议"), language="zh")
    assert flags.of(answered("tt_ts", "?", ENGLISH, sections)).wrong_language
    assert not flags.of(answered("tt_ts", "?", CHINESE, sections)).wrong_language


def test_nothing_is_wrong_with_an_answer_that_was_not_given() -> None:
    assert flags.flags([ner("-"), answered("qa_sqa", "?", None, ZH)]) == Flags()


def test_counts_add_up_over_answers() -> None:
    outcomes = [ner("Chemical: Aspirin; aspirin\nGene: TP53"), answered("mt", "?", ENGLISH, ZH)]
    assert flags.flags(outcomes) == Flags(mentions=2, hallucinated=1, respelled=1, off_schema=1, wrong_language=1)


def test_no_gold_answer_of_real_corpora_is_flagged(real_corpora: Path) -> None:
    judged = 0
    for corpus in ("bc5cdr", "cmeee_v2", "cmeie_v2", "mlee", "chia", "pubmed_qa", "text2dt", "imcs_v2_mrg", "meddg"):
        outcomes = _gold(corpus, real_corpora)
        found = flags.flags(outcomes)
        judged += len(outcomes)
        assert (found.hallucinated, found.off_schema, found.wrong_language) == (0, 0, 0), (corpus, found)
    if not judged:
        pytest.skip("none of the corpora is at hand")


def _gold(corpus: str, raw: Path) -> list[Outcome]:
    """Gold answers of the first records of each split."""
    try:
        described = descriptor.find(corpus, DATA / "corpora")
        splits = corpora.splits(described, raw, absent="skip", of=described.splits)
    except NotFound:
        return []
    wording = Wording(style="taiyi", folder=DATA / "templates", seed=1)
    return [
        Outcome(instance, instance.target, Parsed("ok", instance.gold))
        for split in splits
        for record in islice(corpora.read(described, split, raw, Ledger()), 100)
        for task, declared in described.tasks.items()
        for instance in render(record, task, task_spec(corpus, task, declared), wording, Ledger())
    ]
