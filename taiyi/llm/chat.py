"""Conversations as token ids with a loss mask, the same way in training, prediction and serving.

The tokenizer's own chat template is rendered once per number of turns with place-holders for what was said. What lies
between the place-holders is tokenised as control text; what was said is tokenised as plain text, so that no user can
write a control token. A prompt is therefore, token for token, the beginning of what the model was trained on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import Any, NamedTuple, TypeAlias

from taiyi.errors import InvalidInput
from taiyi.records import Turn

Tokenizer: TypeAlias = Any
"""A `transformers.PreTrainedTokenizerBase`; not named here, so that importing this module stays light."""

IGNORED = -100
"""The label of tokens without loss, as in `torch.nn.CrossEntropyLoss`."""

_CHATML = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + ('OPENING' if message['role'] == 'assistant' else '') }}"
    "{{ message['content'] + '<|im_end|>\\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\nOPENING' }}{%- endif -%}"
)
CHATML_TEMPLATE = _CHATML.replace(" + ('OPENING' if message['role'] == 'assistant' else '')", "").replace("OPENING", "")
"""The embedded base model's template."""

# <eod>input<eod>answer<eod>input<eod>answer<eod>, as the Taiyi paper writes conversations (arXiv 2311.11608, section 3.3).
_END_OF_DOCUMENT = "{{ eos_token }}{%- for message in messages -%}{{ message['content'] + eos_token }}{%- endfor -%}"


class Encoded(NamedTuple):
    """A conversation for training: token ids, and as many labels (IGNORED where there is no loss)."""

    input_ids: list[int]
    labels: list[int]


class _Frame(NamedTuple):
    """What the template writes around turns: before[k] precedes the text of turn k, end_of_turn follows an answer's."""

    before: tuple[tuple[int, ...], ...]
    end_of_turn: int


def encode(tokenizer: Tokenizer, turns: Sequence[Turn]) -> Encoded:
    """The whole conversation, which ends with the assistant; loss on assistant texts and their end-of-turn tokens only."""
    return encode_many(tokenizer, [turns])[0]


def encode_many(tokenizer: Tokenizer, conversations: Sequence[Sequence[Turn]]) -> list[Encoded]:
    """Each conversation as `encode` gives it; all that is said in them is tokenised in one call, on every core."""
    for turns in conversations:
        _check(turns, "assistant")
    said = iter(plain_ids_of_many(tokenizer, [turn.text for turns in conversations for turn in turns]))
    frames = {count: _frame(tokenizer, tokenizer.chat_template, count) for count in set(map(len, conversations))}
    encoded: list[Encoded] = []
    for turns in conversations:
        frame = frames[len(turns)]
        ids: list[int] = []
        labels: list[int] = []
        for before, turn in zip(frame.before, turns, strict=True):
            text = next(said)
            ids += before
            if turn.role == "assistant":
                labels += [IGNORED] * (len(ids) - len(labels))
                labels += text
                labels.append(frame.end_of_turn)
                ids += text
                ids.append(frame.end_of_turn)
            else:
                ids += text
        encoded.append(Encoded(ids, labels))
    return encoded


def pieces(tokenizer: Tokenizer, encoded: Encoded) -> list[tuple[str, bool]]:
    """An encoded conversation as text again, in runs that are in the loss (True) and are not; control tokens are shown."""
    runs = groupby(zip(encoded.input_ids, encoded.labels, strict=True), key=lambda pair: pair[1] != IGNORED)
    return [(tokenizer.decode([token for token, _ in run]), in_loss) for in_loss, run in runs]


def prompt_ids(tokenizer: Tokenizer, turns: Sequence[Turn]) -> list[int]:
    """The conversation so far, which ends with the user, up to where the answer starts."""
    _check(turns, "user")
    frame = _frame(tokenizer, tokenizer.chat_template, len(turns) + 1)
    ids: list[int] = []
    for position, turn in enumerate(turns):
        ids += frame.before[position]
        ids += plain_ids(tokenizer, turn.text)
        if turn.role == "assistant":
            ids.append(frame.end_of_turn)
    return [*ids, *frame.before[-1]]


def end_of_turn_id(tokenizer: Tokenizer) -> int:
    """The token that ends an answer, as the chat template writes it."""
    return _frame(tokenizer, tokenizer.chat_template, 2).end_of_turn


def plain_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Token ids of `text` as plain text: what looks like a control token is spelled out, not obeyed."""
    return plain_ids_of_many(tokenizer, [text])[0]


def plain_ids_of_many(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text as plain text."""
    control = _control_pattern(tokenizer)
    pieces = [_harmless_pieces(control, text) for text in texts]
    found = iter(_tokenised(tokenizer, [piece for parts in pieces for piece in parts]))
    return [
        next(found) if len(parts) == 1 else list(chain.from_iterable(islice(found, len(parts)))) for parts in pieces
    ]


def _tokenised(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    if not getattr(tokenizer, "is_fast", False):
        return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()  # a tokenizer.json may ask for either
    backend.no_padding()
    return [encoding.ids for encoding in backend.encode_batch_fast(texts, add_special_tokens=False)]


def misread(tokenizer: Tokenizer, conversations: Sequence[Sequence[Turn]], encoded: Sequence[Encoded]) -> list[int]:
    """The numbers of those conversations in which what the loss is taken over is not, decoded, the answers as written,
    each with its end-of-turn token. A tokenizer that normalises is given the answers as it normalises them.
    """
    spans: list[list[int]] = []
    owners: list[int] = []
    expected: list[str] = []
    wrong: set[int] = set()
    normalise, end = _normaliser(tokenizer), end_of_turn_id(tokenizer)
    for number, (turns, conversation) in enumerate(zip(conversations, encoded, strict=True)):
        found = _spans(conversation)
        answers = [turn.text for turn in turns if turn.role == "assistant"]
        if len(found) != len(answers) or any(span[-1] != end for span in found):
            wrong.add(number)
            continue
        spans += [span[:-1] for span in found]
        expected += map(normalise, answers)
        owners += [number] * len(found)
    read = _decoded(tokenizer, spans)
    return sorted(wrong | {n for n, said, text in zip(owners, read, expected, strict=True) if said != text})


def _spans(conversation: Encoded) -> list[list[int]]:
    """The labels that are in the loss, run by run."""
    runs = groupby(conversation.labels, key=lambda label: label != IGNORED)
    return [list(run) for in_loss, run in runs if in_loss]


def _normaliser(tokenizer: Tokenizer) -> Callable[[str], str]:
    normalizer = getattr(getattr(tokenizer, "backend_tokenizer", None), "normalizer", None)
    return normalizer.normalize_str if normalizer else str


def _decoded(tokenizer: Tokenizer, spans: list[list[int]]) -> list[str]:
    if getattr(tokenizer, "is_fast", False):
        return list(tokenizer.backend_tokenizer.decode_batch(spans, skip_special_tokens=False))
    return [tokenizer.decode(span, clean_up_tokenization_spaces=False) for span in spans]


def template_of(tokenizer: Tokenizer) -> str:
    """The chat template in force: the tokenizer's own where its turns only ever append, else one of ours.

    Ours is ChatML for tokenizers that have its two tokens (Qwen 3's own template drops the empty thinking block of
    earlier answers, so that training on several turns and answering would differ), else the paper's <eod> form.
    """
    return _template(tokenizer, tokenizer.chat_template)


def template_digest(tokenizer: Tokenizer) -> str:
    """sha256 of the template in force and the special tokens, in hexadecimal."""
    special = {name: str(token) for name, token in sorted(tokenizer.special_tokens_map.items())}
    content = json.dumps([template_of(tokenizer), special], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _check(turns: Sequence[Turn], last: str) -> None:
    for position, turn in enumerate(turns):
        expected = "user" if position % 2 == 0 else "assistant"
        if turn.role != expected:
            raise InvalidInput(f"turn {position + 1} is the {turn.role}'s, where the {expected}'s is due")
    if not turns or turns[-1].role != last:
        raise InvalidInput(f"the conversation has {len(turns)} turns and does not end with the {last}'s")


@lru_cache(maxsize=8)
def _control_pattern(tokenizer: Tokenizer) -> re.Pattern[str]:
    """What the tokenizer reads as one token before any other rule: its added tokens, runs of blanks excepted."""
    added = sorted((str(token) for token in tokenizer.get_added_vocab() if str(token).strip()), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, added)) if added else r"(?!)")


def _harmless_pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    """`text` cut inside every control token: after its first character, then again in what is left."""
    pieces, start = [], 0
    for match in pattern.finditer(text):
        pieces.append(text[start : match.start() + 1])
        start = match.start() + 1
    rest = text[start:]
    if not pieces:
        return [rest] if rest else []
    return [*pieces, *_harmless_pieces(pattern, rest)]


@lru_cache(maxsize=256)
def _frame(tokenizer: Tokenizer, own: str | None, count: int) -> _Frame:
    """Ids around `count` turns (user first). `own` is the tokenizer's template, so that a changed one is read anew."""
    template = _template(tokenizer, own)
    literals, end = _literals(tokenizer, template, count)
    return _Frame(
        tuple(tuple(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in literals),
        tokenizer.convert_tokens_to_ids(end),
    )


@lru_cache(maxsize=8)
def _template(tokenizer: Tokenizer, own: str | None) -> str:
    opening = ""
    if own:
        try:
            _literals(tokenizer, own, 4)
            return own
        except InvalidInput:
            opening = _opening(tokenizer, own)
    vocabulary = tokenizer.get_vocab()
    if "<|im_start|>" in vocabulary and "<|im_end|>" in vocabulary:
        template = _CHATML.replace("OPENING", opening.replace("\n", "\\n")) if opening else CHATML_TEMPLATE
        _literals(tokenizer, template, 4)
        return template
    if tokenizer.eos_token:
        return _END_OF_DOCUMENT
    raise InvalidInput(
        f"the tokenizer {tokenizer.name_or_path!r} has no usable chat template, no ChatML tokens and no end-of-text token",
        remedy="give it a chat_template whose earlier turns stay as they are when turns are added",
    )


def _opening(tokenizer: Tokenizer, own: str) -> str:
    """What a ChatML template writes at the head of an answer when thinking is off: an empty block, or nothing."""
    rendered = _render(tokenizer, own, ["x"], answer_next=True)
    return rendered.rpartition("<|im_start|>assistant\n")[2] if "<|im_start|>assistant\n" in rendered else ""


def _render(tokenizer: Tokenizer, template: str, texts: Sequence[str], *, answer_next: bool) -> str:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return str(
        tokenizer.apply_chat_template(
            messages, chat_template=template, tokenize=False, add_generation_prompt=answer_next, enable_thinking=False
        )
    )


def _literals(tokenizer: Tokenizer, template: str, count: int) -> tuple[list[str], str]:
    """What the template writes before each of `count` turns (an even number), and the token that ends an answer.

    InvalidInput if adding a turn changes what was written for earlier ones, or no control token ends an answer.
    """
    said = [f"\ue000{n}\ue001" for n in range(max(count, 3))]
    end = _end_of_turn(tokenizer, template, said)
    written, literals = "", list[str]()
    for position in range(0, count, 2):
        prompt = _render(tokenizer, template, said[: position + 1], answer_next=True)
        answered = _render(tokenizer, template, said[: position + 2], answer_next=False)
        start = prompt.find(said[position])
        if start < 0 or not prompt.startswith(written) or not answered.startswith(prompt + said[position + 1]):
            raise InvalidInput(
                "the chat template changes earlier turns when turns are added", where=tokenizer.name_or_path
            )
        literals += [prompt[len(written) : start], prompt[start + len(said[position]) :]]
        written = prompt + said[position + 1] + end
    return literals, end


def _end_of_turn(tokenizer: Tokenizer, template: str, said: Sequence[str]) -> str:
    """The control token right after an answer in a conversation that goes on."""
    rendered = _render(tokenizer, template, said[:3], answer_next=False)
    match = _control_pattern(tokenizer).match(rendered, rendered.find(said[1]) + len(said[1]))
    if match is None:
        raise InvalidInput("the chat template writes no control token after an answer", where=tokenizer.name_or_path)
    return match[0]
