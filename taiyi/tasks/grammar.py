"""What all answers have in common: the wrappers that models put around them, how labels are spelt, how "none" is said."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from taiyi.instances import Context

_START = r"<\|(?:im_start|assistant|begin_of_text|start_header_id|end_header_id)\|>(?:assistant\b)?|<s>|\[gMASK\]|<sop>"
_END = r"<\|(?:endoftext|im_start|im_end|eot_id|end|user|assistant|system|observation)\|>|</s>|<eod>|<eos>"
_BEFORE = re.compile(rf"\s*(?:(?:{_START}|{_END})\s*)+")
_AFTER = re.compile(_END)
_THOUGHT = re.compile(r"<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_THOUGHT_END = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*```[\w+-]*[ \t]*$\n?|```", re.MULTILINE)
_TAG = re.compile(r"</?(?:answer|final_answer|output|result|response|b|strong|i|em|code)>", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*(?:[-*•●▪·–—+◦○■][ \t]+|#{1,6}[ \t]+|>[ \t]+)(?=\S)", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(?:\(?\d{1,3}[.)、][ \t]+)(?=\S)", re.MULTILINE)
_OPENING = re.compile(
    r"(?:sure|certainly|of course|ok|okay|yes|absolutely|here(?:'s| is| are)|the following|below (?:is|are)|based on"
    r"|好的|当然|以下|下面|根据)",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"(?:(?:yes[,.!] )?(?:sure|certainly|of course|ok|okay|absolutely|no problem)(?: thing)?[,.!]?"
    r"(?: (?:i can|i'd be|i'm|i am|i would|i will|i'll|let me|here)\b[^.!:\n]{0,80})?|(?:here(?:'s| is| are)|below (?:is|are))\b[^.!:\n]{0,80}"
    r"|(?:好的|当然|可以|没问题)[，,！!]?(?:可以)?(?:(?:我来|我会|我将|让我|以下|下面)[^。！：:\n]{0,40})?|(?:以下|下面)[^。！：:\n]{0,40})[.!。！]",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\n[ \t]{0,8}(?:notes?|explanations?|reasons?|reasoning|rationale|justification|注|注意|说明|备注|解释|理由|解析|分析)\s*[:：]",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"(?:(?:sure|certainly|of course|ok|okay)[,!.]? )?here(?:'s| is| are)\b[^:\n]{0,80}:\s+(?=\S)", re.IGNORECASE
)
_CLOSING = re.compile(
    r"(?:(?:please )?let me know|i hope|hope (?:this|that)|please note|feel free|if you (?:need|have)|is there anything"
    r"|希望|如果您|如有|请注意|祝您)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\s*(?:(?:the |my )?(?:final |correct )?(?:result|answer|output|response|label|category|classification|conclusion)s?"
    r"(?:\s+is|\s+are)?\s*[:：]|the (?:final |correct )?answer (?:is|would be)\s"
    r"|(?:上述|以上|该|这段|这个)?(?:文本|句子|文献|内容)?(?:应|可以|可)?(?:被)?分?(?:类为|类结果为?|类结果是)\s*[:：]?"
    r"|(?:最终|正确)?(?:答案|结果|输出|回答|结论|标签|类别)(?:是|为|如下)?\s*[:：]|(?:最终|正确)?答案(?:是|为))\s*",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    "none no na n/a nil null nothing empty notapplicable noneofthem noneoftheabove nonefound notfound notmentioned "
    "无 没有 空 暂无 未提及 未发现 不存在 不适用 没有找到 未找到 均无".split()
)
BEGINS_NOTHING = "".join(sorted({letter for word in _NOTHING for letter in (word[0], word[0].upper())}))
"""What a text that is_nothing begins with, punctuation aside."""
_NONE_SENTENCE = re.compile(
    r"(?:(?:the|this|in the|in this)\s[^.:;\[(]{0,60}?)?"
    r"(?:there (?:is|are|was|were) (?:no|not any|none)\b"
    r"|(?:does|do|did) not (?:contain|mention|describe|include|report|express)\b"
    r"|no (?:[\w'/,-]+ ){0,12}(?:entit(?:y|ies)|relations?(?:hips?)?|events?|pairs?|mentions?|triples?|types?|labels?"
    r"|coreferences?|clusters?|concepts?)\b|(?:contains|mentions|describes|includes) no\b)"
    r"[^:：;；\[\n]{0,200}$",
    re.IGNORECASE,
)
_NONE_SENTENCE_ZH = re.compile(
    r"(?:根据)?(?:在|从)?(?:上述|以上|该|这段|此|本|所给|给定)?(?:的)?(?:文本|句子|文献|摘要|句|文|文字|内容|材料|段落)?(?:中|里|内)?[，,]?(?:并)?"
    r"(?:没有(?:指定|对应|任何|包含|提到|提及|出现|找到|发现|符合|相关|明确|涉及)"
    r"|未(?:提及|发现|包含|提到|出现|找到|涉及|见)|不(?:包含|存在|涉及)|无(?:指定|对应|相关|任何|符合))"
    r"[^:：;；\[\n]{0,100}$|(?:在|从)?(?:上述|以上|该|这段|此|本|所给|给定)(?:文本|句子|文献|摘要|句|文|文字|内容)(?:中|里|内)?(?:并)?没有[^:：;；\[\n]{0,100}$"
)
_REFUSAL = re.compile(
    r"(?:(?:i'?m|i am|we are)?\s*(?:very |so |really )?(?:sorry|apologi[sz]e)|as an? (?:ai|artificial|language model)"
    r"|i(?:'m| am)? (?:regret|afraid))[^\n]{0,120}?"
    r"(?:can(?:no|')?t|cannot|can not|unable|not able|won'?t|will not|do(?:n'?t| not) (?:have|know)|not possible)\b"
    r"|(?:i|we) (?:can(?:no|')?t|cannot|can not|am unable to|am not able to|won'?t|will not)\s+(?:\w+ ){0,2}?"
    r"(?:help|assist|provide|answer|comply|fulfil|fulfill|complete|do that|process|identify|give|extract|determine)"
    r"|(?:非常|很|十分)?(?:抱歉|对不起|不好意思)[^\n]{0,60}?(?:无法|不能|不便|没办法|不可以)"
    r"|作为(?:一[个名款])?\s*(?:AI|人工智能|语言模型|大模型)[^\n]{0,60}?(?:无法|不能|不便)"
    r"|我(?:无法|不能)(?:回答|提供|完成|帮助|协助|处理|识别)",
    re.IGNORECASE,
)
_PUNCTUATION = " \t\r\n.。!！,，;；:：'\"“”‘’`*()（）[]【】<>-—_"


def clean(text: str, prompt: str = "") -> str:
    """The answer without what stands around it: reasoning, special tokens, an echo of the prompt, code fences, bold,
    bullets, an opening ("Sure, here are ...") and a closing ("Let me know ...").
    """
    text = _TAG.sub("", _FENCE.sub("", unwrapped(text, prompt))).replace("**", "")
    text = _BULLET.sub("", text)
    if len(_NUMBERED.findall(text)) > 1:  # one number alone may be the answer
        text = _NUMBERED.sub("", text)
    return _without_politeness(text).strip()


def unnumbered(text: str) -> str:
    """The lines of a list without their numbers, also where it has one line alone."""
    return _NUMBERED.sub("", text)


def before_remark(text: str) -> str:
    """A cleaned answer without its trailing explanation or note ("Explanation: ..."); all of it if it has none."""
    found = _REMARK.search(text)
    return text[: found.start()].rstrip() if found else text


def unwrapped(text: str, prompt: str = "") -> str:
    """The answer as the model gave it: without <think>...</think> (an unclosed block is all reasoning, and so is what
    stands before a lone </think>), special tokens, whatever follows the end of the turn, and an echo of the prompt.
    """
    text = _without_reasoning(text)
    before = _BEFORE.match(text)
    text = _AFTER.split(text[before.end() :] if before else text, maxsplit=1)[0]
    return _unechoed(text, prompt)


def is_none(text: str) -> bool:
    """Whether the whole text says that there is nothing: "None", "无", "There are no ... entities", 上述文本中没有..."""
    bare = text.strip(_PUNCTUATION)
    if len(bare) > 400 or "\n" in bare:
        return False
    return is_nothing(bare) or bool(_NONE_SENTENCE.match(bare) or _NONE_SENTENCE_ZH.match(bare))


def is_nothing(text: str) -> bool:
    """Whether the text is a single word for nothing: "None", "N/A", "无"."""
    return "".join(text.strip(_PUNCTUATION).casefold().split()) in _NOTHING if len(text) < 100 else False


def is_refusal(text: str) -> bool:
    """Whether the text begins by declining to answer."""
    return bool(_REFUSAL.match(text.strip(_PUNCTUATION)[:400].replace("’", "'")))


def strip_lead(text: str) -> str:
    """The text without "Result:", "The answer is", "上述文本被分类为：", "答案：" and their like."""
    for _ in range(3):
        found = _LEAD.match(text)
        if not found or (found.end() == len(text.rstrip()) and not found[0].rstrip().endswith((":", "："))):
            return text
        text = text[found.end() :]
    return text


def match_label(text: str, context: Context) -> str | None:
    """The offered name that the text is: exact, an alias, in another case, width, number or punctuation; else the one
    offered name that stands in it as a word of its own (the longest; never within another word, nor after 不).
    None where no name or more than one does.
    """
    text = unicodedata.normalize("NFC", text.strip())
    return whole_label(text, context) or _label_within(text, context)


def whole_label(text: str, context: Context) -> str | None:
    """The offered name that the text as a whole spells, or None."""
    if text in context.offered:
        return text
    if text in context.aliases:
        return context.aliases[text]
    known = _spellings(context.offered, tuple(context.aliases.items()))
    folded = fold(text)
    for form in (folded, folded.removesuffix("s"), folded.removesuffix("es")):
        if form in known:
            return known[form]
    return None


def fold(text: str) -> str:
    """A label reduced to what tells it from others: letters and digits, one width, one case, American -ling."""
    text = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(c for c in text if c.isalnum())
    return bare.replace("signalling", "signaling").replace("labelling", "labeling") or text


@lru_cache(maxsize=256)
def _spellings(offered: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Folded spelling -> offered name. An offered name goes before an alias, an earlier name before a later one."""
    pairs = [(fold(name), name) for name in offered] + [(fold(alias), name) for alias, name in aliases]
    plurals = [(spelling.removesuffix("s"), name) for spelling, name in pairs if len(spelling) > 3]
    return dict(reversed([pair for pair in (*pairs, *plurals) if pair[0]]))


def _label_within(text: str, context: Context) -> str | None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    names = _names(context.offered, tuple(context.aliases.items()))
    pattern = _pattern(tuple(names))
    found = {names[match[0]] for match in pattern.finditer(folded)} if names else set()
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=256)
def _names(offered: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> dict[str, str]:
    pairs = [*((name, name) for name in offered), *aliases]
    keyed = [(unicodedata.normalize("NFKC", spelling).casefold(), name) for spelling, name in pairs]
    return dict(reversed([pair for pair in keyed if pair[0]]))


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names as a word of its own, the longest first; 不匹配, 未匹配 and 非匹配 are not 匹配."""
    return re.compile("|".join(_bounded(name) for name in sorted(names, key=len, reverse=True)))


def _bounded(name: str) -> str:
    before = r"(?<![a-z0-9])(?<!non-)(?<!not )" if name[0].isascii() else "(?<![不未非无])"
    after = "(?![a-z0-9])" if name[-1].isascii() else ""
    return before + re.escape(name) + after


def _without_reasoning(text: str) -> str:
    text = _THOUGHT_END.split(text)[-1]
    return _THOUGHT.split(text, maxsplit=1)[0]


def _unechoed(text: str, prompt: str) -> str:
    stripped, prompt = text.lstrip(), prompt.strip()
    return stripped[len(prompt) :] if prompt and stripped.startswith(prompt) else text


def _without_politeness(text: str) -> str:
    lines = text.strip().split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or _CLOSING.match(lines[-1].strip())):
        lines.pop()
    first = lines[0].strip()
    announced = first.endswith((":", "：")) and _OPENING.match(first)
    if len(lines) > 1 and (announced or _COURTESY.fullmatch(first)):
        lines = lines[1:]
    elif found := _ANNOUNCED.match(first):
        lines[0] = first[found.end() :]
    return "\n".join(lines)
