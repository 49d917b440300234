from hypothesis import given
from hypothesis import strategies as st

from taiyi.evaluation.signatures import commonest, difference, keys, settings
from taiyi.metrics import signature

WORDS = st.text("abcdefgh_", min_size=1, max_size=6)


def test_a_signature_reads_back_as_its_settings():
    assert settings("f1|case:fold|match:exact|version:1") == {
        "metric": "f1",
        "case": "fold",
        "match": "exact",
        "version": "1",
    }


def test_a_difference_names_the_settings_that_differ_and_only_those():
    assert difference("f1|case:fold|version:1", "f1|case:mixed|version:1") == "case fold instead of mixed"
    assert difference("f1|version:2", "bleu|tok:zh|version:1") == (
        "metric f1 instead of bleu, version 2 instead of 1, tok not set instead of zh"
    )


@given(WORDS, st.dictionaries(WORDS, WORDS), st.dictionaries(WORDS, WORDS))
def test_only_one_and_the_same_signature_has_no_difference(metric, first, second):
    a, b = (signature(metric, **{f"s_{k}": v for k, v in each.items()}) for each in (first, second))
    assert (difference(a, b) == "") == (a == b)


def test_each_signature_has_one_key_in_the_order_they_come():
    assert keys(["b", "a", "b", "c"]) == {"b": "S1", "a": "S2", "c": "S3"}


def test_the_commonest_signature_is_the_first_of_equals():
    assert commonest(["a", "b", "b"]) == "b"
    assert commonest(["a", "b"]) == "a"
