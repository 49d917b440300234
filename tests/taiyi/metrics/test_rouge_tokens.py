from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import rouge_tokens


def test_google_keeps_nothing_but_ascii_letters_and_digits() -> None:
    assert rouge_tokens.google("TNF-α, 12.5% of Sjögren’s 患者") == ["tnf", "12", "5", "of", "sj", "gren", "s"]
    assert rouge_tokens.google("Has mutations of was", stem=True) == ["has", "mutat", "of", "was"]


def test_characters_leave_white_space_out() -> None:
    assert rouge_tokens.characters("咳 嗽\u3000CT\n") == ["咳", "嗽", "C", "T"]


def test_bert_cuts_ideographs_and_punctuation_and_takes_accents_off() -> None:
    assert rouge_tokens.bert_basic("Béta2受体$5.1（CT）℃") == "beta2 受 体 $ 5 . 1 （ ct ） ℃".split()
    assert rouge_tokens.bert_basic("a\u200bb\x00 \ufffd\u3000c") == ["ab", "c"]


@given(st.text(max_size=30))
def test_no_token_is_empty_or_holds_white_space(text: str) -> None:
    for cut in (rouge_tokens.google, rouge_tokens.characters, rouge_tokens.bert_basic):
        assert all(token and token.split() == [token] for token in cut(text))
