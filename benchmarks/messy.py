"""Answers as chat models dress them: the same items in markdown, full-width punctuation, JSON, with talk around them.

Each form says the same as the task's own. What a form cannot carry so that a reader could tell (a mention with the form's own
separator in it, one that is also a word for "none") stands in quotation marks, as in the canonical form; `Messy.quoted`
counts those, by reason.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

from taiyi import tasks
from taiyi.instances import Context, Instance, Item, Items
from taiyi.tasks import grammar

THOUGHTS = (
    "<think>\nLet me read the text again. None of it is easy: first, Disease: perhaps; then [a, b]?\n</think>\n\n",
    "<think>\n好的，我需要从文本中找出答案。1. 先看第一句；2. 再看其余。答案：可能是A。\n</think>\n",
    "<think>\n\n</think>\n\n",
    "The user wants an answer in a given form. I should look at each name.\n</think>\n",
)
STARTS = ("<|im_start|>assistant\n", "<|assistant|>\n", "<s> ", "[gMASK]<sop>", "\n\n  ")
ENDS = (
    "<|im_end|>",
    "<|endoftext|>",
    "</s>",
    "<|eot_id|>",
    "<|im_end|>\n<|im_start|>user\nThanks. And this?",
    "\n\n  ",
)
OPENINGS = {
    "en": (
        "Sure, here are the results:\n",
        "Sure! Here is the answer to your question:\n\n",
        "Certainly! Based on the text provided, this is what I found:\n\n",
        "Based on the given text, the answer is as follows:\n",
        "Here's what I found in the text:\n",
        "Of course.\n",
    ),
    "zh": (
        "好的，以下是结果：\n",
        "好的，根据您提供的文本，结果如下：\n\n",
        "以下是从文本中得到的结果：\n",
        "根据上述文本，分析结果如下：\n",
        "当然！以下是答案：\n",
        "好的。\n",
    ),
}
CLOSINGS = {
    "en": (
        "\n\nLet me know if you need anything else!",
        "\n\nI hope this helps! Feel free to ask further questions.",
        "\nPlease note that this is based on the text alone.",
        "\n\nNote: only what the text says outright is listed.",
        "\n\nIs there anything else I can help you with?",
    ),
    "zh": (
        "\n\n希望对您有帮助！",
        "\n如果您还有其他问题，请随时告诉我。",
        "\n\n请注意，以上结果仅基于所给文本。",
        "\n\n注：以上仅列出文本中明确提到的内容。",
        "\n\n如有疑问，欢迎继续提问。",
    ),
}
_LINE = re.compile(r"[\n\r\t\x0b\x0c\x85\u2028\u2029]")
_MARKS = re.compile(r"\*\*|```|^[-*•●▪·#>]+\s|^\(?\d{1,3}[.)、]\s|<\||</?(?:think|s|eod|eos)>")
_EDGES = re.compile(r"^[\s\"“”‘’「'`]|[\s\"“”‘’」'`.。,，、:：;；]$")
_SEPARATES = {
    ";": re.compile("[;；]"),
    "；": re.compile("[;；]"),
    ",": re.compile(r",\s|，"),
    "，": re.compile(r"[，、;；]|,\s"),
    ":": re.compile(r":\s|：| [-–—|>] "),
    "|": re.compile(r"\|"),
}
_BRACKET = re.compile(r"[()\[\]（）【】]")

Render = Callable[["Messy", Items, Instance], str]


class Dressed(NamedTuple):
    """A text and the names of the forms that it was given, innermost first."""

    text: str
    forms: tuple[str, ...]


class Messy:
    """Dresses answers; the same seed gives the same texts. quoted: how many fields had to be quoted, by reason."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.quoted: Counter[str] = Counter()
        self._names: Context | None = None

    def dress(self, items: Items, instance: Instance) -> Dressed:
        """An answer of these items in a form drawn at random, with talk around it or without."""
        forms, self._names = FORMS[instance.task], instance.context
        if not items:
            name, body = "nothing", self._nothing(instance)
        else:
            name, render = self.chance.choice([(n, r) for n, (r, fits) in forms.items() if fits(instance.context)])
            body = render(self, items, instance)
        text, around = self._around(body, instance, bare=name.startswith("json"))
        return Dressed(text, (name, *around))

    def _nothing(self, instance: Instance) -> str:
        wordings: tuple[str, ...]
        context, wordings = instance.context, NOTHING[instance.task][instance.language]
        if any(grammar.is_nothing(name) for name in context.offered):
            self.quoted["a label is also a word for none"] += 1
            wordings = NOTHING_BESIDE_NONE
        return self.chance.choice(wordings).replace("{name}", context.offered[0])

    def field(self, text: str, *forbidden: str) -> str:
        """A mention, in quotation marks where nobody could tell where it begins and ends, or that it is one."""
        reason = self._unclear(text, forbidden)
        if not reason:
            return text
        self.quoted[reason] += 1
        return '"' + text.replace('"', '""') + '"'

    def end(self, text: str, settled: bool) -> str:
        """An end of a pair; its commas are no doubt where the question's text settles which comma is the pair's."""
        return self.field(text, "brackets", *(() if settled else (",",)))

    def _unclear(self, text: str, forbidden: Sequence[str]) -> str:
        if "name" in forbidden and self._names and grammar.whole_label(text, self._names):
            return "also an offered name"
        if "none" in forbidden and (grammar.is_nothing(text) or grammar.is_none(text)):
            return "also a word for none"
        if _LINE.search(text) or _MARKS.search(text):
            return "holds line breaks or marks"
        if _EDGES.search(text):
            return "begins or ends with punctuation"
        if any(mark in _SEPARATES and _SEPARATES[mark].search(text) for mark in forbidden):
            return "holds the separator"
        unmatched = "brackets" in forbidden and _BRACKET.search(text) and not _matched(text)
        return "has brackets that do not match" if unmatched else ""

    def _around(self, body: str, instance: Instance, *, bare: bool) -> tuple[str, list[str]]:
        chance, language = self.chance, instance.language
        text, names = body, list[str]()
        if not bare and chance.random() < 0.15:
            text, names = f"```\n{text}\n```", [*names, "fence"]
        if chance.random() < 0.4:
            text, names = chance.choice(OPENINGS[language]) + text, [*names, "opening"]
        if chance.random() < 0.35:
            text, names = text + chance.choice(CLOSINGS[language]), [*names, "closing"]
        if chance.random() < 0.1:
            text, names = f"{instance.prompt}\n{text}", [*names, "echo"]
        if chance.random() < 0.3:
            text, names = chance.choice(THOUGHTS) + text, [*names, "thoughts"]
        if chance.random() < 0.3:
            text, names = chance.choice(STARTS) + text, [*names, "start"]
        if chance.random() < 0.3:
            text, names = text + chance.choice(ENDS), [*names, "end"]
        return text, names


def _matched(text: str) -> bool:
    stack: list[str] = []
    pairs = {")": "(", "]": "[", "）": "（", "】": "【"}
    for letter in text:
        if letter in pairs.values():
            stack.append(letter)
        elif letter in pairs and (not stack or stack.pop() != pairs[letter]):
            return False
    return not stack


def _by_name(items: Items) -> list[tuple[str, list[Item]]]:
    return [(name, list(group)) for name, group in groupby(items, key=lambda item: str(item[0]))]


def _dumped(value: object, style: str) -> str:
    if style == "json, fenced":
        return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"
    if style == "json, indented":
        return json.dumps(value, ensure_ascii=False, indent=4)
    return json.dumps(value, ensure_ascii=style == "json, escaped")


def _said(name: str, language: str, form: str) -> str:
    """A heading of a name."""
    wordings = {
        "plain": name,
        "bold": f"**{name}**",
        "entities": f"{name} entities" if language == "en" else f"{name}实体",
        "sentence": f"The {name} entities in the text are" if language == "en" else f"上述文本中包含的{name}实体",
        "lenticular": f"【{name}】",
        "title": name.title() if language == "en" else name,
    }
    return wordings[form]


def _lists(before: str, heading: str, colon: str, between: str) -> Render:
    """`- **Disease**: a; b` and its like: a line for each name."""

    def render(messy: Messy, items: Items, instance: Instance) -> str:
        lines = []
        for number, (name, group) in enumerate(_by_name(items), 1):
            # PromptCBLUE's heading X实体 has commas between mentions, so that they separate there.
            commas = ["，"] if instance.language == "zh" and heading in ("entities", "sentence") else []
            body = between.join(messy.field(str(item[1]), between.strip(), "name", "none", *commas) for item in group)
            said = _said(name, instance.language, heading)
            lines.append(f"{before.replace('1', str(number))}{said}{colon}{body}")
        return "\n".join(lines)

    return render


def _bullets(head: str, bullet: str) -> Render:
    """A heading for each name and its mentions below, one to a line."""

    def render(messy: Messy, items: Items, instance: Instance) -> str:
        lines: list[str] = []
        for name, group in _by_name(items):
            colon = "：" if instance.language == "zh" else ":"
            lines.append(head.replace("NAME", name).replace(":", colon))
            mentions = [messy.field(str(item[1]), "name", "none") for item in group]
            lines += [bullet.replace("1", str(place)) + mention for place, mention in enumerate(mentions, 1)]
        return "\n".join(lines)

    return render


def _entities(style: str, shape: str) -> Render:
    """Mentions as JSON."""

    def render(_: Messy, items: Items, __: Instance) -> str:
        lists = {name: [str(item[1]) for item in group] for name, group in _by_name(items)}
        objects = [{"entity": str(item[1]), "type": str(item[0])} for item in items]
        shapes = {"lists": lists, "objects": objects, "under": {"entities": objects}}
        return _dumped(shapes[shape], style)

    return render


def _settled(head: str, tail: str, prompt: str) -> bool:
    """Whether the text of the question holds both ends, and no other two that the comma between could part."""
    text, members = " ".join(prompt.split()), f"{head}, {tail}".split(", ")
    ways = [(", ".join(members[:at]), ", ".join(members[at:])) for at in range(1, len(members))]
    return [way for way in ways if way[0] in text and way[1] in text] == [(head, tail)] and "，" not in head + tail


def _pairs(line: str, pair: str, between: str) -> Render:
    """`R: [h, t]; [h, t]`, in whatever brackets."""

    def render(messy: Messy, items: Items, instance: Instance) -> str:
        lines = []
        for name, group in _by_name(items):
            written = [
                pair.replace("\x00T", messy.end(str(t), rest)).replace("\x00H", messy.end(str(h), rest), 1)
                for _, h, t in group
                for rest in (_settled(str(h), str(t), instance.prompt),)
            ]
            lines.append(line.replace("NAME", name).replace("PAIRS", between.join(written)))
        return "\n".join(lines)

    return render


def _triples(triple: Callable[[str, str, str], str], between: str) -> Render:
    """Each relation by itself, with its name."""

    def render(messy: Messy, items: Items, _: Instance) -> str:
        ends = [[messy.field(str(end), ",", "name", "brackets") for end in item[1:]] for item in items]
        return between.join(triple(head, str(item[0]), tail) for item, (head, tail) in zip(items, ends, strict=True))

    return render


def _relations(style: str, shape: str) -> Render:
    """Relations as JSON."""

    def render(_: Messy, items: Items, __: Instance) -> str:
        objects = [{"head": h, "relation": name, "tail": t} for name, h, t in items]
        lists = {name: [list(item[1:]) for item in group] for name, group in _by_name(items)}
        spo = [{"subject": h, "predicate": name, "object": t} for name, h, t in items]
        shapes = {"lists": lists, "objects": objects, "spo": spo, "under": {"relations": objects}}
        return _dumped(shapes[shape], style)

    return render


def _labels(form: str, between: str) -> Render:
    """The labels in a sentence or a list."""

    def render(messy: Messy, items: Items, _: Instance) -> str:
        labels = [str(item[0]) for item in items]
        if "\n" in between:
            return form.replace(
                "LABELS", "".join(between.replace("1", str(n)) + label for n, label in enumerate(labels, 1))
            )
        return form.replace("LABELS", between.join(labels))

    return render


def _label_json(style: str, key: str, *, many: bool) -> Render:
    def render(_: Messy, items: Items, __: Instance) -> str:
        labels = [str(item[0]) for item in items]
        return _dumped({key: labels if many or len(labels) > 1 else labels[0]}, style)

    return render


def _choice(form: str) -> Render:
    """The chosen option; TEXT is its text."""

    def render(_: Messy, items: Items, instance: Instance) -> str:
        label = str(items[0][0])
        text = dict(instance.context.choices).get(label, label)
        wide = chr(ord(label) + 0xFEE0) if len(label) == 1 else label
        said = form.replace("WIDE", wide).replace("LABEL", label).replace("TEXT", text)
        return said.replace("Label", label.capitalize())

    return render


def always(_: Context) -> bool:
    """For every question."""
    return True


def english(context: Context) -> bool:
    """For questions in English."""
    return context.language == "en"


def chinese(context: Context) -> bool:
    """For questions in Chinese."""
    return context.language == "zh"


def single(context: Context) -> bool:
    """For questions that ask for one name."""
    return len(context.offered) == 1


def letters(context: Context) -> bool:
    """For options that have letters and texts."""
    return all(len(label) == 1 for label in context.offered)


def words(context: Context) -> bool:
    """For options that are words: yes, no, maybe."""
    return not letters(context)


def _en_letters(context: Context) -> bool:
    return letters(context) and english(context)


def _zh_letters(context: Context) -> bool:
    return letters(context) and chinese(context)


def _one(context: Context) -> bool:
    return not context.multiple


def _en_one(context: Context) -> bool:
    return english(context) and not context.multiple


def _zh_one(context: Context) -> bool:
    return chinese(context) and not context.multiple


Fits = Callable[[Context], bool]


def _as_written(_: Messy, items: Items, instance: Instance) -> str:
    return tasks.load(instance.task).answer(items, instance.context, instance.style)


def _each(line: str) -> Render:
    """Each mention on a line, with its type beside it."""

    def render(messy: Messy, items: Items, _: Instance) -> str:
        return "\n".join(
            line.replace("TYPE", str(item[0])).replace("MENTION", messy.field(str(item[1]), ":", "name", "none"))
            for item in items
        )

    return render


def _python_list(messy: Messy, items: Items, _: Instance) -> str:
    """`chemical: ['a', 'b']`."""
    lines = []
    for name, group in _by_name(items):
        fields = [messy.field(str(item[1]), ",", "name", "none") for item in group]
        lines.append(f"{name}: [" + ", ".join(f if f[0] == '"' else f"'{f}'" for f in fields) + "]")
    return "\n".join(lines)


def _table(head: str, row: str) -> Render:
    """A markdown table; `row` says where the parts of an item stand."""

    def render(messy: Messy, items: Items, _: Instance) -> str:
        rows = []
        for item in items:
            cells = [str(item[0]), *(messy.field(str(part), "|", "name", "none") for part in item[1:])]
            rows.append("".join(cells[int(sign)] if sign.isdecimal() else sign for sign in row))
        rule = "|".join("---" for _ in range(row.count("|") - 1))
        return "\n".join((head, f"|{rule}|", *rows))

    return render


NER: dict[str, tuple[Render, Fits]] = {
    "as written": (_as_written, always),
    "mention (type)": (_each("- MENTION (TYPE)"), always),
    "**mention**: type": (_each("* **MENTION**: TYPE"), always),
    "mention - type": (_each("1. MENTION - TYPE"), always),
    "table": (_table("| Entity | Type |", "| 1 | 0 |"), always),
    "table, type first": (_table("| Type | Entity |", "| **0** | 1 |"), always),
    "dashes": (_bullets("NAME", "– "), always),
    "in brackets": (_lists("", "lenticular", "", "；"), always),
    "python list": (_python_list, always),
    "bold labels": (_lists("", "bold", ": ", "; "), always),
    "bold with the colon": (_lists("**", "plain", ":** ", "; "), english),
    "bulleted labels": (_lists("- ", "plain", ": ", "; "), always),
    "bulleted bold labels": (_lists("* ", "bold", ": ", "; "), always),
    "numbered labels": (_lists("1. ", "bold", ": ", "; "), always),
    "titled labels": (_lists("", "title", ": ", "; "), always),
    "X entities": (_lists("", "entities", ": ", "; "), always),
    "the X entities are": (_lists("", "sentence", ": ", "; "), always),
    "full-width punctuation": (_lists("", "plain", "：", "；"), always),
    "full-width colon": (_lists("", "entities", "：", "; "), always),
    "half-width punctuation": (_lists("", "plain", ":", ";"), always),
    "headings and bullets": (_bullets("### NAME", "- "), always),
    "bold heads and bullets": (_bullets("**NAME:**", "- "), always),
    "heads and numbers": (_bullets("NAME:", "1. "), always),
    "bulleted heads, indented bullets": (_bullets("- **NAME**:", "  - "), always),
    "json lists": (_entities("json", "lists"), always),
    "json lists, indented": (_entities("json, indented", "lists"), always),
    "json lists, fenced": (_entities("json, fenced", "lists"), always),
    "json lists, escaped": (_entities("json, escaped", "lists"), always),
    "json objects": (_entities("json", "objects"), always),
    "json objects, fenced": (_entities("json, fenced", "objects"), always),
    "json objects under a key": (_entities("json, indented", "under"), always),
}
RE: dict[str, tuple[Render, Fits]] = {
    "as written": (_as_written, always),
    "table": (_table("| Head | Relation | Tail |", "| 1 | 0 | 2 |"), always),
    "bold name": (_pairs("**NAME**: PAIRS", "[\x00H, \x00T]", "; "), always),
    "bulleted name": (_pairs("- NAME: PAIRS", "[\x00H, \x00T]", "; "), always),
    "X relations": (_pairs("NAME relations: PAIRS", "[\x00H, \x00T]", "; "), english),
    "pairs one to a line": (_pairs("NAME:\n- PAIRS", "[\x00H, \x00T]", "\n- "), always),
    "numbered pairs": (_pairs("**NAME**:\n1. PAIRS", "[\x00H, \x00T]", "\n2. "), always),
    "round brackets": (_pairs("NAME: PAIRS", "(\x00H, \x00T)", "; "), always),
    "comma between pairs": (_pairs("NAME: PAIRS", "[\x00H, \x00T]", ", "), always),
    "full-width pairs": (_pairs("NAME：PAIRS", "【\x00H，\x00T】", "；"), always),
    "full-width round": (_pairs("NAME：PAIRS", "（\x00H，\x00T）", "；"), always),
    "具有R关系的实体对": (_pairs("具有NAME关系的实体对如下：PAIRS", "[\x00H, \x00T]", "; "), chinese),
    "头实体为": (_pairs("具有NAME关系的头尾实体对如下：PAIRS", "头实体为\x00H，尾实体为\x00T。", ""), chinese),
    "(h, t, R)": (_triples(lambda h, r, t: f"({h}, {t}, {r})", "; "), always),
    "(h, R, t) one to a line": (_triples(lambda h, r, t: f"({h}, {r}, {t})", "\n"), always),
    "bulleted triples": (_triples(lambda h, r, t: f"- ({h}, {r}, {t})", "\n"), always),
    "full-width triples": (_triples(lambda h, r, t: f"（{h}，{t}，{r}）", "；"), always),
    "json objects": (_relations("json", "objects"), always),
    "json objects, fenced": (_relations("json, fenced", "objects"), always),
    "json under a key": (_relations("json, indented", "under"), always),
    "json lists": (_relations("json", "lists"), always),
    "json subject, predicate, object": (_relations("json, fenced", "spo"), always),
}
TC: dict[str, tuple[Render, Fits]] = {
    "as written": (_as_written, always),
    "bold lead": (_labels("**Result:** LABELS", ", "), english),
    "bold labels": (_labels("Result: **LABELS**", "**, **"), english),
    "bold alone": (_labels("**LABELS**", "**, **"), always),
    "bare": (_labels("LABELS", "; "), always),
    "with a stop": (_labels("LABELS.", ", "), english),
    "full-width": (_labels("分类结果：LABELS。", "；"), chinese),
    "the label is": (_labels("The label is **LABELS**.", "** and **"), english),
    "答案是": (_labels("答案是LABELS。", "、"), chinese),
    "类别": (_labels("类别：**LABELS**", "**，**"), chinese),
    "belongs to": (_labels("The text belongs to the category: LABELS", ", "), english),
    "属于": (_labels("该文本属于LABELS。", "、"), chinese),
    "bullets": (_labels("LABELS", "\n- "), always),
    "numbers": (_labels("Labels:LABELS", "\n1. "), english),
    "full-width lead": (_labels("Result：LABELS", "，"), english),
    "half-width lead": (_labels("上述文本被分类为: LABELS", ", "), chinese),
    "json labels": (_label_json("json", "labels", many=True), always),
    "json label": (_label_json("json", "label", many=False), always),
    "json category, fenced": (_label_json("json, fenced", "category", many=False), always),
    "json 类别": (_label_json("json, escaped", "类别", many=False), chinese),
}
QA_MC: dict[str, tuple[Render, Fits]] = {
    "as written": (_as_written, always),
    "answer, then explanation": (
        _choice("**LABEL**\n\n**Explanation:** The others, such as A and no, do not fit."),
        english,
    ),
    "答案，然后解析": (_choice("答案：LABEL\n解析：A、B等其余选项不符合题意。"), chinese),
    "bold letter": (_choice("**LABEL**"), always),
    "the answer is": (_choice("The answer is LABEL."), english),
    "the correct answer is, bold": (_choice("The correct answer is **LABEL**."), english),
    "answer:": (_choice("**Answer:** LABEL"), english),
    "letter and text": (_choice("LABEL. TEXT"), letters),
    "answer, letter and text": (_choice("The correct answer is:\n\n**LABEL. TEXT**"), _en_letters),
    "in brackets": (_choice("(LABEL)"), letters),
    "option": (_choice("Option LABEL"), _en_letters),
    "wide letter": (_choice("WIDE"), letters),
    "boxed": (_choice("$\\boxed{LABEL}$"), always),
    "答案": (_choice("答案：LABEL"), chinese),
    "正确答案是": (_choice("正确答案是**LABEL**。"), chinese),
    "答案为 with text": (_choice("答案为WIDE．TEXT"), _zh_letters),
    "故选": (_choice("本题考查临床知识，故选LABEL。"), _zh_letters),
    "因此": (_choice("逐项分析后，其余选项均不符合题意。\n\n因此，正确答案是 **LABEL. TEXT**"), _zh_letters),
    "therefore": (
        _choice("Let us think step by step. The others do not fit.\n\nTherefore, the answer is **LABEL**."),
        english,
    ),
    "capital": (_choice("Label."), words),
    "word and reason": (_choice("Label, as the results of the study show."), words),
    "json answer": (_choice('{"answer": "LABEL"}'), always),
    "json answer, fenced": (_choice('```json\n{\n  "answer": "LABEL"\n}\n```'), always),
    "json answer and reason": (_choice('{"reasoning": "The others do not fit.", "answer": "LABEL"}'), english),
    "json 答案": (_choice('{"答案": "LABEL"}'), chinese),
}
NOTHING_BESIDE_NONE = ("Result: no label", '{"labels": []}', '```json\n{"labels": []}\n```')
"""Where `none` is a label, only these say that there is not even that."""
FORMS = {"ner": NER, "re": RE, "tc": TC, "qa_mc": QA_MC}
NOTHING: dict[str, dict[str, tuple[str, ...]]] = {
    "ner": {
        "en": ("None", "None.", "**None**", "There are no {name} entities in the text.", "{}", "[]", "N/A",
               "```json\n{}\n```", "{name}: None", "The text does not mention any entities of these types.", '{"{name}": []}'),
        "zh": ("无", "无。", "**无**", "上述文本中没有{name}实体。", "{}", "[]", "没有", "```json\n{}\n```", "{name}：无",
               "文本中未提及任何相关实体。", '{"{name}": []}'),
    },
    "re": {
        "en": ("None", "None.", "There are no {name} relations in the text.", "{}", "[]", "{name}: None", '{"relations": []}'),
        "zh": ("无", "无。", "上述文本中没有{name}关系。", "{}", "[]", "没有", "文本中未提及任何相关关系。", '{"relations": []}'),
    },
    "tc": {
        "en": ("None", "**None**", "Result: none", '{"labels": []}', "None of the above.", "N/A"),
        "zh": ("无", "无。", '{"labels": []}', "没有"),
    },
}  # fmt: skip
