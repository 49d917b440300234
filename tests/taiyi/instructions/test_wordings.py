"""Every wording there is: each asks its task's question, whole, and the answer to it reads back."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from taiyi import tasks
from taiyi.instances import Draft, Style
from taiyi.instructions import Wording
from taiyi.instructions.rendering import asked
from taiyi.instructions.templates import placeholders, templates
from taiyi.ledger import Ledger
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
    Language,
    Output,
    Pair,
    Parallel,
    Question,
    Relation,
    Section,
    Transform,
    Turn,
)
from taiyi.tasks import TaskSpec

FOLDER = Path(__file__).parents[3] / "data/templates"
STYLES: tuple[Style, ...] = get_args(Style)
GROUPS = [(task, group) for task in tasks.ids() for group in tasks.load(task).GROUPS]
every_group = pytest.mark.parametrize(("task", "group"), GROUPS)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)

TEXTS: dict[Language, str] = {
    "en": "Aspirin (ASA; 100 mg, daily) eased headache. It was stopped.",
    "zh": "阿司匹林（ASA；100 mg，每日）缓解了头痛。该药已停用。",
}
MENTIONS: dict[Language, tuple[str, str, str, str]] = {
    "en": ("Aspirin", "headache", "eased", "It"),
    "zh": ("阿司匹林", "头痛", "缓解", "该药"),
}
TYPES: dict[Language, dict[str, str]] = {
    "en": {"chem": "Chemical", "dis": "Disease"},
    "zh": {"chem": "药物", "dis": "疾病"},
}
LABELS: dict[Language, dict[str, str]] = {"en": {"0": "different", "1": "same"}, "zh": {"0": "不同", "1": "相同"}}
SECTIONS: dict[Language, dict[str, str]] = {"en": {"c": "Complaint", "p": "Plan"}, "zh": {"c": "主诉", "p": "建议"}}
TREE: dict[Language, tuple[dict[str, str], str]] = {
    "en": ({"t": "decision tree"}, "root decision: (patient, drug, aspirin)"),
    "zh": ({"t": "决策树"}, "根 决策：(患者, 治疗药物, 阿司匹林)"),
}


def document(language: Language, *, database: str = "MESH:") -> Document:
    text, mentions = TEXTS[language], MENTIONS[language]
    drug, pain, verb, pronoun = (((start := text.index(m)), start + len(m)) for m in mentions)
    refs = [Argument(ref=f"T{n}") for n in range(4)]
    return Document(
        id="c/train/1",
        language=language,
        text=text,
        entities=(
            Entity("T0", "chem", (drug,), mentions[0], (f"{database}D001241",)),
            Entity("T1", "dis", (pain,), mentions[1], (f"{database}D006261",)),
            Entity("T3", "other", (pronoun,), mentions[3]),
        ),
        triggers=(Entity("T2", "treat", (verb,), mentions[2]),),
        relations=(Relation("R0", "chem", refs[0], refs[1]),),
        events=(Event("E0", "chem", refs[2], (Argument(ref="T0", role="by"),)),),
        coreferences=(Coreference("C0", ("T0", "T3")),),
    )


def question(language: Language, *, words: bool = False, context: bool = False, **more: object) -> Question:
    labels = ("yes", "no", "maybe") if words else "ABC"
    texts = labels if words else MENTIONS[language]
    fields = {"kind": "choice", "choices": tuple(map(Choice, labels, texts)), "answers": (labels[1],), **more}
    return Question(
        id="c/train/1",
        language=language,
        question={"en": "What was eased?", "zh": "缓解了什么？"}[language],
        context=TEXTS[language] if context else "",
        **fields,  # type: ignore[arg-type]
    )


def pair(language: Language, **gold: object) -> Pair:
    first, second = MENTIONS[language][:2]
    return Pair(id="c/train/1", language=language, text_1=first, text_2=second, **gold)  # type: ignore[arg-type]


def transform(language: Language, *sections: Section) -> Transform:
    output = Output(sections=sections) if sections else Output(text=MENTIONS[language][1])
    return Transform(id="c/train/1", language=language, input=TEXTS[language], outputs=(output,))


def records(task: str, language: Language) -> Iterator[tuple[AnyRecord, TaskSpec]]:
    """Small records, with what their corpora declare, that bring a task to every question it has."""
    text, (one, two, *_), types = TEXTS[language], MENTIONS[language], TYPES[language]
    turns = (Turn("user", one), Turn("assistant", two))
    if task in ("ner", "re", "cre", "ee", "coref", "nen"):
        for roles in {"by": types["chem"]}, {}:
            yield document(language), TaskSpec(types=types, roles=roles)
        yield document(language, database=""), TaskSpec(types=types)
    elif task == "tc":
        classified = Classification(id="c/train/1", language=language, text=text, labels=("chem",))
        for spec in TaskSpec(types=types), TaskSpec(types=types, multiple=True), TaskSpec():
            yield classified, spec
    elif task in ("tp_ss", "tp_te"):
        yield pair(language, label="1"), TaskSpec(types=LABELS[language])
        yield pair(language, score=2.5), TaskSpec()
    elif task.startswith("qa_"):
        for more in {}, {"words": True, "context": True}, {"context": True}:
            yield question(language, **more), TaskSpec()
        yield question(language, answers=("A", "C")), TaskSpec(multiple=True)
        yield question(language, kind="open", choices=(), answers=(two,)), TaskSpec()
        yield question(language, context=True, kind="context", choices=(), answers=(two,)), TaskSpec()
    elif task == "mrd":
        for context in "", text:
            yield Dialogue(id="c/train/1", language=language, turns=turns, context=context), TaskSpec()
    elif task == "mt":
        yield Parallel(id="c/train/1", language=language, translations=TEXTS), TaskSpec()
    elif task == "tt_ds":
        for operation in "title", "summary", "conclusion":
            yield transform(language), TaskSpec(operation=operation)
    else:
        complaint, plan = SECTIONS[language]
        declared, tree = TREE[language]
        yield transform(language, Section(complaint, one), Section(plan, two)), TaskSpec(types=SECTIONS[language])
        yield transform(language, Section("t", tree)), TaskSpec(types=declared, operation="decision_tree")


def questions(task: str, group: str, language: Language) -> list[tuple[AnyRecord, Draft]]:
    """The drafts that a task makes of its records, sub-tasks' included, which choose from the wordings of a group."""
    found: list[tuple[AnyRecord, Draft]] = []
    for record, spec in records(task, language):
        found += ((record, draft) for draft in tasks.load(task).instances(record, spec))
        for candidates in tasks.subtasks_of(task).values():
            found += ((record, candidate.make()) for candidate in candidates(record, spec))
    return [(record, draft) for record, draft in found if draft.wording == group]


@pytest.mark.parametrize("task", tasks.ids())
@in_both_languages
def test_a_task_has_wordings_for_the_groups_that_it_asks_for_and_no_others(task: str, language: Language) -> None:
    drafts = [draft for record, spec in records(task, language) for draft in tasks.load(task).instances(record, spec)]
    assert {draft.wording for draft in drafts} <= set(tasks.load(task).GROUPS) == set(templates(task, FOLDER)[language])


@every_group
@in_both_languages
@pytest.mark.parametrize("style", STYLES)
def test_every_wording_asks_the_question_and_its_answer_reads_back(
    task: str, group: str, language: Language, style: Style
) -> None:
    module, wording = tasks.load(task), Wording(style=style, folder=FOLDER, seed=1)
    drafts = questions(task, group, language)
    assert drafts
    for name, text in templates(task, FOLDER, style)[language][group].items():
        for record, draft in drafts:
            ledger = Ledger()
            instance = asked(record, task, draft, name, wording, ledger)
            assert instance, (name, ledger.counts())
            assert module.parse(instance.target, draft.context, prompt=instance.prompt).items == draft.gold, name
            for field in placeholders(text):
                assert draft.fields[field] in instance.prompt, (name, field)


@pytest.mark.parametrize("task", tasks.ids())
@in_both_languages
def test_a_task_is_asked_in_fifteen_ways_or_more_with_its_material_first_and_last(
    task: str, language: Language
) -> None:
    groups = templates(task, FOLDER)[language]
    main = groups.get("default") or groups["en2zh"]
    assert len(main) >= 15
    assert len({text.startswith("{") for text in main.values()}) == 2
    assert len({text.endswith("}") for text in main.values()}) == 2
    assert all(len(wordings) >= 6 for wordings in groups.values())
