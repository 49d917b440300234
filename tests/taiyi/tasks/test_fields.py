"""Fields that may stand bare: the quick way to tell most of them says what the long way says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.tasks import fields, grammar, nen, triples

RULES = [fields.LIST, fields.SOLE, fields.TUPLE, fields.NAME, nen._MENTION, triples._END]
TEXT = st.text(st.sampled_from('aNnoe无没头9 -_/+%;；,，、:：()[]".\n\x00*1.'), max_size=8) | st.text(max_size=8)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
@given(value=TEXT)
def test_an_ordinary_value_is_plain_by_every_rule(rule: re.Pattern[str], value: str) -> None:
    if fields.ordinary(value):
        assert value and value == value.strip() and not grammar.is_nothing(value)
        assert not fields._RISKY.search(value)
        assert fields.outside(value) == value and not rule.search(value) and not fields.enclosed(value)


def test_mentions_are_ordinary_and_words_for_nothing_are_not() -> None:
    assert all(map(fields.ordinary, ["aspirin", "COX-2 inhibitor", "头痛", "5 mg/kg", "IL 6"]))
    assert not any(map(fields.ordinary, ["None", "无", "n/a", "a; b", "(+)-x", "a:b", "", " a", "a\n", "_"]))
