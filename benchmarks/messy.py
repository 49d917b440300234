"""Answers as chat models dress them: the same items in markdown, full-width punctuation, JSON, with talk around them.

Each form says the same as the task's own. What a form cannot carry so that a reader could tell (a mention with the form's own
separator in it, one that is also a word for "none") stands in quotation marks, as in the canonical form; `Messy.quoted`
counts those, by reason.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from benchmarks.messy_fields import Fields
from benchmarks.messy_forms import FORMS
from taiyi.instances import Instance, Items
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
NOTHING_BESIDE_NONE = ("Result: no label", '{"labels": []}', '```json\n{"labels": []}\n```')
"""Where `none` is a label, only these say that there is not even that."""
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


class Dressed(NamedTuple):
    """A text and the names of the forms that it was given, innermost first."""

    text: str
    forms: tuple[str, ...]


class Messy(Fields):
    """Dresses answers; the same seed gives the same texts. quoted: how many fields had to be quoted, by reason."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)

    def dress(self, items: Items, instance: Instance) -> Dressed:
        """An answer of these items in a form drawn at random, with talk around it or without."""
        forms, self.names = FORMS[instance.task], instance.context
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
