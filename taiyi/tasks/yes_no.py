"""Questions of a sub-task that are answered with yes or no: `Yes`, `No`, 是, 否."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

from taiyi.instances import Context, Draft, Items, Parsed, Style
from taiyi.records import Document, Language
from taiyi.tasks import grammar, json_forms

OPERATION = "yes_no"
"""The operation of a context whose question is answered so."""
WORDS: dict[Language, tuple[str, str]] = {"en": ("Yes", "No"), "zh": ("是", "否")}
"""Yes and no, as offered and written."""

_KEYS = ("answer", "result", "label", "答案", "结果", "回答")
_NO = r"no\b(?!\.? ?\d)|nope\b|false\b|不是|不存在|不具有|不属于|并非|没有|否|无|错误?|不对"
_YES = r"yes\b|yeah\b|true\b|correct\b|是|存在|具有|属于|有|正确|对"
_FIRST = re.compile(rf"\W*(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?=(?P<more>.*))", re.IGNORECASE | re.DOTALL)
_SAID = re.compile(
    r"(?P<no>\b(?:is|are|does|do|did|was|were) not\b|n't\b|\bthere (?:is|are) no\b|\bthe answer is no\b|\bno[.!]?$"
    r"|不是|不存在|不具有|不属于|并非|没有)|(?P<yes>\bthe answer is yes\b|\byes[.!]?$|存在|具有|属于|答案是是)",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\s*(?:/|,|，|、|and|or|或|和)?\s*(?:(?P<no>no|否)|(?P<yes>yes|是))\W*$", re.IGNORECASE)


def context(language: Language) -> Context:
    """What such an answer is written and read against."""
    return Context(offered=WORDS[language], operation=OPERATION, language=language)


def gold(language: Language, *, yes: bool) -> Items:
    """The gold answer."""
    return ((WORDS[language][0 if yes else 1],),)


def draft(record: Document, subtask: str, said: Mapping[str, str], *, yes: bool, wording: str) -> Draft:
    """Such a question about a document; `said` holds the fields beside its text."""
    return Draft(
        fields={"text": record.text.strip(), **said},
        gold=gold(record.language, yes=yes),
        context=context(record.language),
        subtask=subtask,
        wording=wording,
    )


def asked(context: Context) -> bool:
    """Whether the question is one of yes or no."""
    return context.operation == OPERATION


def answer(gold: Items, style: Style) -> str:
    """The word; in style json as `{"answer": "Yes"}`."""
    word = str(gold[0][0])
    return json.dumps({"answer": word}, ensure_ascii=False) if style == "json" else word


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Yes or no as offered (in the language's words where not two are): the word alone, else the one that begins the answer, else the one that it states.

    Both are `ambiguous`, without items; a short answer that is neither ("maybe") is `off_schema`. Never raises.
    """
    if text.strip() in context.offered:
        return Parsed("ok", ((text.strip(),),))
    bare = grammar.before_remark(grammar.strip_lead(grammar.clean(text, prompt)))
    bare = unicodedata.normalize("NFKC", bare).strip()
    loaded = json_forms.loaded(bare)
    if isinstance(loaded, dict):
        truths = [str(value) for value in loaded.values() if isinstance(value, bool)]
        bare = json_forms.text(loaded, _KEYS) or next(iter(truths), bare)
    if not bare:
        return Parsed("empty")
    first = _FIRST.match(bare)
    if not first and grammar.is_refusal(bare):
        return Parsed("refusal")
    second = _SECOND.match(first["more"]) if first else None
    found = [match for match in (first, second) if match] or list(_SAID.finditer(bare))
    said = {"no" if match["no"] else "yes" for match in found}
    if len(said) == 1:
        words = context.offered if len(context.offered) == 2 else WORDS[context.language]
        return Parsed("ok", ((words[0 if said == {"yes"} else 1],),))
    if said:
        return Parsed("ambiguous", (), (bare[:80],))
    return Parsed("off_schema" if len(bare) <= 40 and "\n" not in bare else "unparsed", (), (bare[:80],))
