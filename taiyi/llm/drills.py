"""Copying drills in chat form, made from raw text and nonsense names only, never from labels or gold answers.

A small model that has practised them has learnt what answering an instruction takes (find it, copy it, write it on
the right line in order, name the option), so that LoRA has only to say what is to be found.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence

from taiyi.errors import InvalidInput
from taiyi.records import Turn

_UNIT = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_SYLLABLES = "ba do fi ku le mo ni pa ru so ta vi wu xe zo gar pel tun".split()
_CHARACTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_LETTERS = "ABCDE"
_PUNCTUATION = " .,;:!?()[]，。；：！？、（）"

Drill = tuple[str, str]
"""What the user says and what is answered."""


class Snippet:
    """A stretch of raw text: its units (words, single ideographs) with offsets, and its language by what it is written in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.units = [match.span() for match in _UNIT.finditer(text)]
        self.chinese = len(_IDEOGRAPH.findall(text)) * 2 > len(self.units)

    def span(self, first: int, count: int) -> tuple[int, int]:
        """Offsets of `count` units from the unit numbered `first`, punctuation at both ends left out."""
        start, end = self.units[first][0], self.units[first + count - 1][1]
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip(_PUNCTUATION))
        return start, start + len(self.text[start:end].rstrip(_PUNCTUATION))


class Drills:
    """An endless supply of drills over `texts`, the same for the same texts and generator."""

    def __init__(self, texts: Sequence[str], rng: random.Random, *, characters: int = 110) -> None:
        self._rng = rng
        self._snippets = [snippet for text in texts for snippet in _snippets(text, characters)]
        if not self._snippets:
            raise InvalidInput("drills need texts of at least six words or characters, and there are none")
        self._kinds: list[Callable[[Snippet], Drill | None]] = [
            *(self._tagged, self._tagged, self._pairs, self._listed, self._after, self._quoted),
            *(self._option, self._option, self._same, self._looked_up),
        ]

    def next(self) -> tuple[Turn, Turn]:
        """One drill of a kind drawn at random: the user's turn and the answer."""
        while True:
            snippet = self._rng.choice(self._snippets)
            drill = self._rng.choice(self._kinds)(snippet)
            if drill is not None:
                return Turn("user", drill[0]), Turn("assistant", drill[1])

    def _name(self, chinese: bool) -> str:
        """A nonsense name, as a label might be called."""
        if chinese:
            return "".join(self._rng.choices(_CHARACTERS, k=self._rng.randint(2, 3)))
        return "".join(self._rng.choices(_SYLLABLES, k=self._rng.randint(2, 3))).capitalize()

    def _spans(self, snippet: Snippet, count: int) -> list[tuple[int, int]]:
        """Up to `count` stretches of the snippet that do not touch, in order."""
        longest = 5 if snippet.chinese else 3
        spans: list[tuple[int, int]] = []
        for first in sorted(self._rng.sample(range(len(snippet.units)), min(count * 2, len(snippet.units)))):
            size = min(self._rng.randint(2 if snippet.chinese else 1, longest), len(snippet.units) - first)
            start, end = snippet.span(first, size)
            if end > start and (not spans or start > spans[-1][1]):
                spans.append((start, end))
        return sorted(self._rng.sample(spans, min(count, len(spans))))

    def _tagged(self, snippet: Snippet) -> Drill | None:
        """Stretches marked with names: list them by name, one line a name, in the order asked."""
        names = list({self._name(snippet.chinese): None for _ in range(self._rng.randint(1, 4))})
        spans = self._spans(snippet, self._rng.randint(1, 4))
        tags = [self._rng.choice(names) for _ in spans]
        marked = _insert(snippet.text, [(s, e, f"[{tag}|", "]") for (s, e), tag in zip(spans, tags, strict=True)])
        asked = self._rng.sample(names, self._rng.randint(1, len(names)))
        lines = []
        for name in asked:
            found = _unique(snippet.text[s:e] for (s, e), tag in zip(spans, tags, strict=True) if tag == name)
            if found:
                lines.append(f"{name}{_colon(snippet)}{'; '.join(found)}")
        none = "无" if snippet.chinese else "none"
        ask = self._ask(
            snippet, ("找出文本中的{}：", "文本中有哪些{}？"), ("Find {} in the text:", "List all {} entities."), asked
        )
        return self._either_order(ask, marked), "\n".join(lines) or none

    def _pairs(self, snippet: Snippet) -> Drill | None:
        """Marked pairs: write those of the name asked as [first, second], or all as (first, second, name)."""
        spans = self._spans(snippet, 4)
        if len(spans) < 2:
            return None
        names = [self._name(snippet.chinese) for _ in range(2)]
        self._rng.shuffle(spans)
        pairs = [(spans[n], spans[n + 1], self._rng.choice(names)) for n in range(0, len(spans) - 1, 2)]
        marks = []
        for number, (head, tail, name) in enumerate(pairs, start=1):
            marks += [(*head, f"[{number}|", "]"), (*tail, f"[{number}>{name}|", "]")]
        marked = _insert(snippet.text, sorted(marks))
        text = snippet.text
        if self._rng.random() < 0.5:
            name = pairs[0][2]
            found = _unique(f"[{text[slice(*h)]}, {text[slice(*t)]}]" for h, t, n in pairs if n == name)
            ask = self._ask(snippet, ("文本中哪些成对的{}？",), ("Which pairs have the {} relation?",), [name])
            return self._either_order(ask, marked), f"{name}{_colon(snippet)}{'; '.join(found)}"
        found = _unique(f"({text[slice(*h)]}, {text[slice(*t)]}, {n})" for h, t, n in pairs)
        ask = self._ask(snippet, ("写出所有的{}对：",), ("Write all {} pairs:",), names)
        return self._either_order(ask, marked), "; ".join(found)

    def _listed(self, snippet: Snippet) -> Drill | None:
        """What is to be found shows in its spelling: the words with a given beginning, or ideographs after a given one."""
        text = snippet.text
        if snippet.chinese:
            cues = list(dict.fromkeys(_IDEOGRAPH.findall(text)))
            cue = self._rng.choice(cues)
            found = _unique(
                text[m.start() : m.start() + 3].strip(_PUNCTUATION) for m in re.finditer(re.escape(cue), text)
            )
            return f"写出以“{cue}”开头的三字：\n{text}", f"{cue}：{'; '.join(found)}"
        words = [word for n in range(len(snippet.units)) if (word := text[slice(*snippet.span(n, 1))]).isalpha()]
        if not words:
            return None
        cues = self._rng.sample(sorted({word[:1].lower() for word in words}), 1)
        lines = [f"{cue}: {'; '.join(_unique(w for w in words if w.lower().startswith(cue)))}" for cue in cues]
        return f"List the words that begin with {', '.join(cues)}:\n{text}", "\n".join(lines)

    def _after(self, snippet: Snippet) -> Drill | None:
        """Copy the words after a cue that occurs once."""
        size = self._rng.randint(2, 8 if snippet.chinese else 5)
        if len(snippet.units) < size + 3:
            return None
        first = self._rng.randrange(2, len(snippet.units) - size + 1)
        cue = snippet.text[snippet.units[first - 2][0] : snippet.units[first - 1][1]]
        if snippet.text.count(cue) != 1:
            return None
        answer = snippet.text[slice(*snippet.span(first, size))]
        ask = f"“{cue}”后面是什么？" if snippet.chinese else f'What comes after "{cue}"? ({size} words)'
        return self._either_order(ask, snippet.text), answer

    def _quoted(self, snippet: Snippet) -> Drill | None:
        """Repeat what stands between marks."""
        spans = self._spans(snippet, 1)
        if not spans:
            return None
        start, end = spans[0]
        marked = _insert(snippet.text, [(start, end, "<<", ">>")])
        ask = "抄写标记的部分：" if snippet.chinese else "Copy the marked part:"
        return self._either_order(ask, marked), snippet.text[start:end]

    def _option(self, snippet: Snippet) -> Drill | None:
        """Options, of which one stands in the text, or is named: its letter."""
        others = [other for other in self._rng.choices(self._snippets, k=4) if other.chinese == snippet.chinese]
        stretches = [(source, self._spans(source, 1)) for source in (snippet, *others)]
        options = _unique(s.text[slice(*spans[0])] for s, spans in stretches if spans)[: self._rng.randint(2, 5)]
        if not stretches[0][1] or len(options) < 2:
            return None
        right = options[0]
        self._rng.shuffle(options)
        listed = "\n".join(f"{letter}. {option}" for letter, option in zip(_LETTERS, options, strict=False))
        letter = _LETTERS[options.index(right)]
        if self._rng.random() < 0.5:
            ask = f"哪个选项是{right}？" if snippet.chinese else f"Which option is {right}?"
            return f"{ask}\n{listed}", letter
        if sum(option in snippet.text for option in options) != 1:
            return None
        ask = "文本中有哪个选项？" if snippet.chinese else "Which option is in the text?"
        return f"{ask}\n{snippet.text}\n{listed}", letter

    def _same(self, snippet: Snippet) -> Drill | None:
        """Two stretches: the same, the same but for one unit, or quite different."""
        start, end = snippet.units[0][0], snippet.units[min(len(snippet.units), 10) - 1][1]
        first = second = snippet.text[start:end]
        if self._rng.random() < 0.5:
            other = self._rng.choice(self._snippets)
            cut, until = self._rng.choice(snippet.units[:10])
            replacement = other.text[slice(*self._rng.choice(other.units))]
            if replacement == snippet.text[cut:until]:
                return None
            second = snippet.text[start:cut] + replacement + snippet.text[until:end]
        yes, no = ("是", "否") if snippet.chinese else ("yes", "no")
        ask = "两句相同吗？" if snippet.chinese else "Are the two the same?"
        return f"{ask}\n1: {first}\n2: {second}", yes if first == second else no

    def _looked_up(self, snippet: Snippet) -> Drill | None:
        """A small table of nonsense names and stretches of text: read it forwards or backwards."""
        spans = self._spans(snippet, 4)
        if len(spans) < 2:
            return None
        values = _unique(snippet.text[s:e] for s, e in spans)
        names = list({self._name(snippet.chinese): None for _ in values})
        rows = list(zip(names, values, strict=False))
        table = "\n".join(f"{name} = {value}" for name, value in rows)
        picked = self._rng.sample(rows, self._rng.randint(1, min(3, len(rows))))
        asked, answers = zip(
            *((n, v) if len(picked) > 1 or self._rng.random() < 0.5 else (v, n) for n, v in picked), strict=True
        )
        return f"{table}\n{'; '.join(asked)} =", "; ".join(answers)

    def _ask(self, snippet: Snippet, chinese: Sequence[str], english: Sequence[str], names: Sequence[str]) -> str:
        """A wording in the snippet's language, with the names that are asked for."""
        wording = self._rng.choice(chinese if snippet.chinese else english)
        return wording.format(("、" if snippet.chinese else ", ").join(names))

    def _either_order(self, ask: str, text: str) -> str:
        return f"{ask}\n{text}" if self._rng.random() < 0.5 else f"{text}\n{ask}"


def _snippets(text: str, characters: int) -> list[Snippet]:
    """Sentences, joined or cut to about `characters` code points (half as many ideographs), of six units at least."""
    room = characters // 2 if len(_IDEOGRAPH.findall(text)) * 4 > len(text) else characters
    pieces = re.findall(rf".{{1,{room}}}(?:[.。;；!?！？\s]|$)|.{{1,{room}}}", text.replace("\n", " "))
    snippets = [Snippet(piece.strip()) for piece in pieces]
    return [snippet for snippet in snippets if len(snippet.units) >= 6]


def _insert(text: str, marks: Sequence[tuple[int, int, str, str]]) -> str:
    """`text` with an opening and a closing mark around every stretch; stretches in order, without overlap."""
    parts, position = [], 0
    for start, end, opening, closing in marks:
        parts += [text[position:start], opening, text[start:end], closing]
        position = end
    return "".join([*parts, text[position:]])


def _colon(snippet: Snippet) -> str:
    return "：" if snippet.chinese else ": "


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
