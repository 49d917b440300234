"""The sample corpora: how each makes its documents, which format it is written in, and what is planted in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec

from taiyi.samples import dialogues, documents_en, documents_zh, labels, pairs, questions, texts
from taiyi.samples import formats_documents as documents
from taiyi.samples import formats_rows as rows
from taiyi.samples.draws import Case
from taiyi.samples.formats_documents import Rows
from taiyi.samples.items import Item

Ids = Literal["pubmed", "number", "letter", "none"]


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """A sample corpus.

    make: its documents; bits: 2**bits of them differ, more are numbered. write: its native format.
    ids: how records are named: PubMed ids (also of the document), numbers, letter and number, or not at all.
    stem: what a record key has before the id. inputs: the fields of the question, which decide what is a duplicate;
    gold: the field that holds the answer, `other` an answer that it is not. content: the texts that name a record without an id.
    plants: how many of each kind are planted; invalid: whether its format can hold a record without text. leaks: corpora whose test documents it shares the id of.
    extra: whether there is a file without gold. share: training documents for each that is asked for.
    """

    id: str
    family: str
    make: Callable[[Case], Item]
    bits: int
    write: Callable[[Path, str, Rows], None]
    ids: Ids = "none"
    stem: str = ""
    inputs: tuple[str, ...] = ()
    gold: str = ""
    other: Callable[[Any], Any] | None = None
    content: Callable[[dict[str, Any]], tuple[str, ...]] | None = None
    plants: int = 0
    invalid: bool = True
    leaks: tuple[str, ...] = ()
    extra: bool = False
    share: int = 1


def _following(*values: str) -> Callable[[Any], Any]:
    """An answer of a closed set that is not the given one."""
    return lambda value: values[(values.index(value) + 1) % len(values)]


def _all_but_last(values: list[Any]) -> list[Any]:
    return values[:-1]


def _replied(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    """A dialogue that ends in another answer."""
    *before, last = turns
    key = "sentence" if "sentence" in last else "utterance"
    reply = "请到医院面诊。" if key == "sentence" else "Please come to the clinic."
    return [*before, {**last, key: reply}]


_DOCUMENTS = (
    Corpus(
        id="sample_cdr", family="document", make=documents_en.cdr, bits=22, write=documents.pubtator, ids="pubmed",
        plants=1, leaks=("sample_cdr",),
    ),
    Corpus(
        id="sample_variants", family="document", make=documents_en.variants, bits=21, write=documents.bioc_xml,
        ids="pubmed", plants=1, leaks=("sample_cdr",),
    ),
    Corpus(
        id="sample_chemicals", family="document", make=documents_en.chemicals, bits=18, write=documents.bioc_json,
        ids="pubmed",
    ),
    Corpus(
        id="sample_events", family="document", make=documents_en.events, bits=23, write=documents.brat, ids="pubmed",
        stem="PMID-", plants=1, leaks=("sample_events",),
    ),
    Corpus(
        id="sample_anatomy", family="document", make=documents_en.anatomy, bits=16, write=documents.conll, ids="pubmed",
    ),
    Corpus(
        id="sample_cmeee", family="document", make=documents_zh.cmeee, bits=17, share=3, write=rows.json_array,
        inputs=("text",), gold="entities", other=_all_but_last, content=lambda f: (f["text"],), plants=1,
    ),
    Corpus(
        id="sample_cmeie", family="document", make=documents_zh.cmeie, bits=21, write=rows.json_lines_named_json,
        inputs=("text",), gold="spo_list", other=_all_but_last, content=lambda f: (f["text"],), plants=1,
    ),
    Corpus(
        id="sample_causal", family="document", make=documents_zh.causal, bits=18, write=rows.json_array,
        inputs=("text",), gold="relation_of_mention", other=_all_but_last, content=lambda f: (f["text"],),
    ),
    Corpus(
        id="sample_cdee", family="document", make=documents_zh.cdee, bits=21,
        write=partial(rows.json_array, id_key="id", number=True), ids="number", inputs=("text",), gold="event",
        other=_all_but_last,
    ),
    Corpus(
        id="sample_terms", family="document", make=documents_zh.terms, bits=14, write=rows.json_array,
        inputs=("text",), gold="normalized_result", other=lambda term: f"{term}##高血压",
        content=lambda f: (f["text"],), plants=1, invalid=False,
    ),
)  # fmt: skip

_LABELLED = (
    Corpus(
        id="sample_intent", family="classification", make=labels.intent, bits=18, share=2,
        write=partial(rows.json_array, id_key="id"), ids="letter", inputs=("query",), gold="label",
        other=_following(*(label for label, _ in labels.INTENTS)), plants=2, extra=True,
    ),
    Corpus(
        id="sample_topics", family="classification", make=labels.topics, bits=20, share=2, write=partial(rows.tsv, id_key="pmid"),
        ids="pubmed", inputs=("text",), gold="labels",
        other=lambda given: next(label for label, _ in labels.TOPICS if label not in given), plants=2,
        leaks=("sample_topics", "sample_decisions"),
    ),
)  # fmt: skip

_QUESTIONS = (
    Corpus(
        id="sample_decisions", family="question", make=questions.decisions, bits=23, write=rows.json_keyed, ids="pubmed",
        inputs=("QUESTION", "CONTEXTS"), gold="final_decision", other=_following("yes", "no", "maybe"), plants=1,
        leaks=("sample_topics",),
    ),
    Corpus(
        id="sample_exams", family="question", make=questions.exams, bits=13, share=2, write=rows.json_lines,
        inputs=("question",), gold="answer_idx", other=_following(*questions.LETTERS),
        content=lambda f: (f["question"], "", *f["options"].values()), plants=1,
    ),
    Corpus(
        id="sample_answers", family="question", make=questions.answers, bits=14, write=rows.json_lines,
        inputs=("instruction",), gold="output", other=lambda _: "请咨询医生。",
        content=lambda f: (f["instruction"], ""), plants=1,
    ),
    Corpus(
        id="sample_answers_en", family="question", make=questions.answers_en, bits=16, write=rows.quoted_csv,
        inputs=("question",), gold="answer", other=lambda _: "Ask your doctor.",
        content=lambda f: (f["question"], ""), plants=1,
    ),
    Corpus(
        id="sample_passages", family="question", make=questions.passages, bits=24,
        write=partial(rows.json_lines, id_key="id"), ids="letter", inputs=("question", "context"), gold="answer",
        other=lambda _: {"text": "In", "start": 0}, plants=1,
    ),
)  # fmt: skip

_OTHERS = (
    Corpus(
        id="sample_similarity", family="pair", make=pairs.similarity, bits=15,
        write=partial(rows.json_array, id_key="id"), ids="number", inputs=("text1", "text2"), gold="label",
        other=_following("0", "1"), plants=2,
    ),
    Corpus(
        id="sample_relatedness", family="pair", make=pairs.relatedness, bits=14,
        write=partial(rows.tsv, id_key="sentence_id"), ids="number", inputs=("sentence_1", "sentence_2"),
        gold="annotator_a", other=lambda score: "0" if score == "4" else "4", plants=1,
    ),
    Corpus(
        id="sample_entailment", family="pair", make=pairs.entailment, bits=18, write=rows.tsv,
        inputs=("premise", "hypothesis"), gold="label", other=_following("entailment", "contradiction", "neutral"),
        content=lambda f: (f["premise"], f["hypothesis"]), plants=1,
    ),
    Corpus(
        id="sample_consultations", family="dialogue", make=dialogues.consultations, bits=17,
        write=partial(rows.json_array, id_key="id"), ids="number", inputs=("dialogue",), gold="dialogue",
        other=_replied, plants=2,
    ),
    Corpus(
        id="sample_chats", family="dialogue", make=dialogues.chats, bits=16,
        write=partial(rows.json_lines, id_key="id"), ids="letter", inputs=("dialogue",), gold="dialogue",
        other=_replied, plants=2,
    ),
    Corpus(
        id="sample_translation", family="parallel", make=texts.translation, bits=19,
        write=partial(rows.tsv, id_key="id"), ids="number", inputs=("en", "zh"), gold="zh",
        other=lambda _: "患者没有服用药物。", plants=4, invalid=False,
    ),
    Corpus(
        id="sample_titles", family="transform", make=texts.titles, bits=23, write=partial(rows.quoted_csv, id_key="id"),
        ids="letter", inputs=("abstract",), gold="title", other=lambda _: "A new trial", plants=1,
    ),
    Corpus(
        id="sample_summaries", family="transform", make=texts.summaries, bits=24, write=rows.json_lines,
        inputs=("text",), gold="summary", other=lambda _: "病情好转", content=lambda f: (f["text"],), plants=1,
    ),
    Corpus(
        id="sample_reports", family="transform", make=dialogues.reports, bits=22, write=rows.json_keyed, ids="number",
        inputs=("dialogue",), gold="report", other=lambda report: {**report, "诊断": "待查"}, plants=1,
    ),
    Corpus(
        id="sample_notes", family="transform", make=dialogues.notes, bits=22, write=partial(rows.json_lines, id_key="id"),
        ids="letter", inputs=("dialogue",), gold="note", other=lambda note: {**note, "Diagnosis": "unknown"}, plants=1,
    ),
)  # fmt: skip

CORPORA = {corpus.id: corpus for corpus in (*_DOCUMENTS, *_LABELLED, *_QUESTIONS, *_OTHERS)}
"""Every sample corpus by its id."""

NUMBERS = {corpus: number for number, corpus in enumerate(CORPORA)}
