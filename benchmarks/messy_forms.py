"""The forms that chat models give to items: lists, bullets, tables, sentences, JSON; by task, as FORMS."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby

from benchmarks.messy_fields import Fields
from taiyi import tasks
from taiyi.instances import Context, Instance, Item, Items

Render = Callable[[Fields, Items, Instance], str]


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

    def render(messy: Fields, items: Items, instance: Instance) -> str:
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

    def render(messy: Fields, items: Items, instance: Instance) -> str:
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

    def render(_: Fields, items: Items, __: Instance) -> str:
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

    def render(messy: Fields, items: Items, instance: Instance) -> str:
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

    def render(messy: Fields, items: Items, _: Instance) -> str:
        ends = [[messy.field(str(end), ",", "name", "brackets") for end in item[1:]] for item in items]
        return between.join(triple(head, str(item[0]), tail) for item, (head, tail) in zip(items, ends, strict=True))

    return render


def _relations(style: str, shape: str) -> Render:
    """Relations as JSON."""

    def render(_: Fields, items: Items, __: Instance) -> str:
        objects = [{"head": h, "relation": name, "tail": t} for name, h, t in items]
        lists = {name: [list(item[1:]) for item in group] for name, group in _by_name(items)}
        spo = [{"subject": h, "predicate": name, "object": t} for name, h, t in items]
        shapes = {"lists": lists, "objects": objects, "spo": spo, "under": {"relations": objects}}
        return _dumped(shapes[shape], style)

    return render


def _labels(form: str, between: str) -> Render:
    """The labels in a sentence or a list."""

    def render(messy: Fields, items: Items, _: Instance) -> str:
        labels = [str(item[0]) for item in items]
        if "\n" in between:
            return form.replace(
                "LABELS", "".join(between.replace("1", str(n)) + label for n, label in enumerate(labels, 1))
            )
        return form.replace("LABELS", between.join(labels))

    return render


def _label_json(style: str, key: str, *, many: bool) -> Render:
    def render(_: Fields, items: Items, __: Instance) -> str:
        labels = [str(item[0]) for item in items]
        return _dumped({key: labels if many or len(labels) > 1 else labels[0]}, style)

    return render


def _choice(form: str) -> Render:
    """The chosen option; TEXT is its text."""

    def render(_: Fields, items: Items, instance: Instance) -> str:
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


Fits = Callable[[Context], bool]


def _as_written(_: Fields, items: Items, instance: Instance) -> str:
    return tasks.load(instance.task).answer(items, instance.context, instance.style)


def _each(line: str) -> Render:
    """Each mention on a line, with its type beside it."""

    def render(messy: Fields, items: Items, _: Instance) -> str:
        return "\n".join(
            line.replace("TYPE", str(item[0])).replace("MENTION", messy.field(str(item[1]), ":", "name", "none"))
            for item in items
        )

    return render


def _python_list(messy: Fields, items: Items, _: Instance) -> str:
    """`chemical: ['a', 'b']`."""
    lines = []
    for name, group in _by_name(items):
        fields = [messy.field(str(item[1]), ",", "name", "none") for item in group]
        lines.append(f"{name}: [" + ", ".join(f if f[0] == '"' else f"'{f}'" for f in fields) + "]")
    return "\n".join(lines)


def _table(head: str, row: str) -> Render:
    """A markdown table; `row` says where the parts of an item stand."""

    def render(messy: Fields, items: Items, _: Instance) -> str:
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
FORMS = {"ner": NER, "re": RE, "tc": TC, "qa_mc": QA_MC}
