"""Text token by token: whole characters, and together what the answer decodes to."""

from hypothesis import given
from hypothesis import strategies as st

from taiyi.llm import chat
from taiyi.llm.serving.text_stream import TextStream


def pieces(tokenizer, tokens):
    stream = TextStream(tokenizer)
    found = [stream.push(token) for token in tokens]
    return found, stream.end()


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_text_comes_in_whole_characters(tokenizer, text):
    tokens = chat.plain_ids(tokenizer, text)
    found, rest = pieces(tokenizer, tokens)
    assert "".join(found) + rest == tokenizer.decode(tokens, skip_special_tokens=True)
    if "\ufffd" not in text:
        assert not any("\ufffd" in piece for piece in found)


@given(data=st.data())
def test_any_tokens_come_to_what_they_decode_to(tokenizer, data):
    tokens = data.draw(st.lists(st.integers(0, len(tokenizer) - 1), max_size=30))
    found, rest = pieces(tokenizer, tokens)
    assert "".join(found) + rest == tokenizer.decode(tokens, skip_special_tokens=True)


def test_a_character_of_several_tokens_waits_for_the_last(tokenizer):
    tokens = chat.plain_ids(tokenizer, "🧬")
    assert len(tokens) == 4
    assert pieces(tokenizer, tokens) == (["", "", "", "🧬"], "")
