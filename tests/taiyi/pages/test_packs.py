"""The page of packed rows: what is learnt is marked, text from data is escaped."""

from types import SimpleNamespace

from taiyi.pages import packs

STAGE = {
    "name": "stage1",
    "count": 2,
    "total_tokens": 9,
    "rows": 1,
    "limit": 10,
    "fill": 0.9,
    "decoded": 2,
    "misread": 0,
}


def test_tokens_stand_in_order_and_what_is_learnt_is_marked() -> None:
    tokens = [("<b>", 1, False), ("", 2, True), ("头", 3, True), ("\n", 4, False)]
    sample = SimpleNamespace(
        id="c/train/1#ner.zh.t1", tokens=[SimpleNamespace(text=t, id=i, in_loss=learnt) for t, i, learnt in tokens]
    )
    page = packs.render([STAGE], [("stage1", SimpleNamespace(number=3, room=1, samples=[sample]))])
    assert '<span title="1">&lt;b&gt;</span>' in page and "<b>" not in page
    assert '<span class="loss part" title="2">·</span><span class="loss" title="3">头</span>' in page
    assert '<span title="4">⏎</span>' in page
    assert "c/train/1#ner.zh.t1" in page and "90.0%" in page


def test_a_stage_without_conversations_says_so() -> None:
    assert "There is nothing to train on." in packs.render([STAGE], [])
