from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics.porter import stem

# Porter's own examples, and where nltk leaves him (dies, flies, spied, dying, really).
EXAMPLES = """caresses:caress ponies:poni caress:caress cats:cat feed:feed agreed:agre plastered:plaster bled:bled
motoring:motor sing:sing conflated:conflat troubled:troubl sized:size hopping:hop falling:fall hissing:hiss fizzed:fizz
failing:fail filing:file happy:happi relational:relat conditional:condit rational:ration digitizer:digit
vietnamization:vietnam operator:oper feudalism:feudal callousness:callous formality:formal triplicate:triplic
formative:form electrical:electr hopeful:hope goodness:good revival:reviv allowance:allow replacement:replac
adjustment:adjust dependent:depend adoption:adopt homologous:homolog effective:effect probate:probat rate:rate
cease:ceas controll:control roll:roll dies:die flies:fli spied:spi dying:die really:realli enjoy:enjoy is:is
geology:geolog networks:network diagnosis:diagnosi mutations:mutat proceed:proceed"""


@pytest.mark.parametrize("pair", EXAMPLES.split())
def test_stems(pair: str) -> None:
    word, expected = pair.split(":")
    assert stem(word) == expected


@given(st.text("abeilnsty", max_size=10))
def test_a_stem_is_hardly_longer_than_its_word(word: str) -> None:
    assert len(stem(word)) <= len(word)
    assert bool(stem(word)) == bool(word)
