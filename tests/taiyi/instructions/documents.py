"""Documents drawn at random, in both languages: sentences with mentions, some in pieces, and all that can link them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from taiyi.records import (
    LANGUAGES,
    Argument,
    Coreference,
    Document,
    Entity,
    Event,
    Language,
    Passage,
    Relation,
    text_at,
)
from taiyi.tasks import TaskSpec

WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("aspirin", "fever", "E. coli", "i.e.", "IL-2", "TNF (alpha)", "rats", "gave", "and", "Heart failure"),
    "zh": ("阿司匹林", "发热", "高血压", "患者", "服用", "IL-2", "（重度）", "和", "头痛", "咳嗽"),
}
STOPS: dict[Language, tuple[str, ...]] = {"en": (". ", "? ", ".\n", "! "), "zh": ("。", "？", "；", "。\n")}
SPECS = {
    "ner": TaskSpec(types={"a": "chemical", "b": "disease"}),
    "nen": TaskSpec(),
    "re": TaskSpec(types={"r": "treats", "s": "causes"}),
    "cre": TaskSpec(types={"r": "treats", "s": "causes"}),
    "ee": TaskSpec(types={"e": "binding", "f": "growth"}, roles={"x": "Theme", "y": "Cause"}),
    "coref": TaskSpec(),
}
"""What each task over documents asks of them."""


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of 2 to 8 sentences."""
    language = draw(st.sampled_from(LANGUAGES))
    text, words = "", list[tuple[int, int]]()
    passages = [0]
    for _ in range(draw(st.integers(2, 8))):
        for word in draw(st.lists(st.sampled_from(WORDS[language]), min_size=1, max_size=8)):
            words.append((len(text), len(text) + len(word)))
            text += word + (" " if language == "en" else "")
        text = text.rstrip() + draw(st.sampled_from(STOPS[language]))
        passages += [len(text)] if draw(st.booleans()) else []
    bounds = sorted({*passages, len(text)})
    mentions = tuple(draw(_mention(f"T{n}", text, words)) for n in range(draw(st.integers(0, 8))))
    triggers = tuple(draw(_mention(f"G{n}", text, words)) for n in range(draw(st.integers(0, 2))))
    relations, events = draw(_links(mentions, triggers))
    members: list[Entity] = []
    if len(mentions) > 1:
        members = draw(st.lists(st.sampled_from(mentions), min_size=2, max_size=4, unique=True))
    return Document(
        id="c/train/1",
        language=language,
        text=text,
        passages=tuple(Passage("p", start, end) for start, end in pairwise(bounds)),
        entities=mentions,
        triggers=triggers,
        relations=relations,
        events=events,
        coreferences=(Coreference("C1", tuple(m.id for m in members)),) if members else (),
    )


@st.composite
def _mention(draw: st.DrawFn, identifier: str, text: str, words: list[tuple[int, int]]) -> Entity:
    first = draw(st.integers(0, len(words) - 1))
    spans = [words[first]]
    if draw(st.integers(0, 4)) == 0 and first + 2 < len(words):
        spans.append(words[first + 2])
    concepts = draw(st.sampled_from(((), ("DB:1",), ("DB:2", "DB:3"))))
    kind = draw(st.sampled_from(("a", "b", "other")))
    return Entity(identifier, kind, tuple(spans), text_at(text, tuple(spans)), concepts)


@st.composite
def _links(
    draw: st.DrawFn, mentions: tuple[Entity, ...], triggers: tuple[Entity, ...]
) -> tuple[tuple[Relation, ...], tuple[Event, ...]]:
    if not mentions:
        return (), ()
    refs = st.sampled_from(mentions).map(lambda m: Argument(ref=m.id))
    ends = st.one_of(
        refs, st.just(Argument(concept="DB:1")), st.sampled_from(mentions).map(lambda m: Argument(text=m.text))
    )
    kinds = st.sampled_from(("r", "s"))
    relations: list[Relation] = []
    for n in range(draw(st.integers(0, 4))):
        nested = st.sampled_from(relations).map(lambda r: Argument(ref=r.id)) if relations else refs
        relations.append(Relation(f"R{n}", draw(kinds), draw(ends), draw(st.one_of(ends, nested))))
    events: list[Event] = []
    for n in range(draw(st.integers(0, 3)) if triggers else 0):
        trigger = Argument(ref=draw(st.sampled_from(triggers)).id)
        known = [*(m.id for m in mentions), *(event.id for event in events)]
        slots = draw(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from(known)), max_size=3))
        arguments = tuple(Argument(ref=ref, role=role) for role, ref in slots)
        events.append(Event(f"E{n}", draw(st.sampled_from("ef")), trigger, arguments))
    return tuple(relations), tuple(events)
