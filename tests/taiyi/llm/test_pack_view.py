"""Packed rows as a page shows them: the tokens of each sample as text, and which of them are learnt."""

from taiyi.llm import chat, pack_view
from taiyi.llm.pack_view import Token
from taiyi.records import Turn


def test_a_row_shows_every_token_its_text_and_whether_it_is_learnt(tokenizer):
    turns = (Turn("user", "头痛, doctor?"), Turn("assistant", "休息 \U00020000"))
    encoded = chat.encode(tokenizer, turns)
    (pack,) = pack_view.shown(tokenizer, [(7, [("a", encoded), ("b", encoded)])], 500)
    assert (pack.number, pack.room) == (7, 500 - 2 * len(encoded.input_ids))
    assert [sample.id for sample in pack.samples] == ["a", "b"]
    tokens = pack.samples[0].tokens
    assert [token.id for token in tokens] == encoded.input_ids
    assert "".join(token.text for token in tokens) == tokenizer.decode(encoded.input_ids)
    learnt = "".join(token.text for token in tokens if token.in_loss)
    assert learnt == "休息 \U00020000<|im_end|>"


def test_a_samples_first_token_is_never_learnt_in_a_pack(tokenizer):
    encoded = chat.Encoded([5, 6], [5, 6])
    (pack,) = pack_view.shown(tokenizer, [(0, [("a", encoded)])], 2)
    assert [token.in_loss for token in pack.samples[0].tokens] == [False, True]


def test_a_token_that_spells_no_character_is_not_held_back_for_ever(tokenizer):
    broken = tokenizer("头", add_special_tokens=False)["input_ids"][0]
    encoded = chat.Encoded([broken] * 9, [chat.IGNORED] * 9)
    (pack,) = pack_view.shown(tokenizer, [(0, [("a", encoded)])], 9)
    assert all(isinstance(token, Token) for token in pack.samples[0].tokens)
    assert len(pack.samples[0].tokens) == 9
