"""Multiple choice questions in JSON: an array, one object a line, or one object keyed by id."""

from __future__ import annotations

from typing import Literal

from taiyi.corpora import readers


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the choice question reader. Keys are paths, as in json_records.

    choices: the key of the options: an object label -> text, or a list, labelled A, B, C ...
    fixed_choices: the options of every question (yes, no, maybe), label and text alike; `choices` is then not read.
    answer, answer_by: the key of the answer and what it holds: the label, the text, or the number from 0 or 1.
    only, without, gold: as in json_records.
    """

    id: str = ""
    document_id: str = ""
    question: str = "question"
    context: str = ""
    joiner: str = "\n"
    choices: str = "options"
    fixed_choices: tuple[str, ...] = ()
    answer: str = "answer_idx"
    answer_by: Literal["label", "text", "number_from_0", "number_from_1"] = "label"
    long_answers: str = ""
    meta: dict[str, str] = {}
    gold: Literal["required", "optional", "withheld"] = "required"
    only: str = ""
    without: str = ""
