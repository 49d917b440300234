from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context
from taiyi.tasks import json_forms
from taiyi.tasks.fields import NotAsWritten
from tests.taiyi.tasks.test_round_trip_of_documents import nasty


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": ["b"]}', {"a": ["b"]}),
        ('Sure, here it is:\n{"a": ["b"]}\nHope this helps: {}', {"a": ["b"]}),
        ('```json\n[{"a": 1,},]\n```', [{"a": 1}]),
        ('The pairs are [["a", "b"]].', [["a", "b"]]),
        ("{'a': ['b', 'Alzheimer's disease']}", {"a": ["b", "Alzheimer's disease"]}),
        ('{"a": ["b"], "a": ["c"]}', {"a": ["b", "c"]}),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_json_is_found_in_what_models_put_around_it(text: str, value: Any) -> None:
    assert json_forms.found(text) == json_forms.Loaded(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":["b","c', {"a": ["b"]}),
        ('{"a": ["b", "c"], "d": {"e', {"a": ["b", "c"], "d": {}}),
        ('{"a":["b"],"c":', {"a": ["b"]}),
        ('{"a": 3.2', {}),
        ('{"a": ["b\\"c", "d"', {"a": ['b"c', "d"]}),
        ('{"a": ["b"}, "c": 2}', {"a": ["b"]}),
        ('{"a', {}),
    ],
)
def test_of_json_that_is_cut_off_the_whole_parts_are_kept(text: str, value: Any) -> None:
    assert json_forms.found(text) == json_forms.Loaded(value, cut=True)


@pytest.mark.parametrize("text", ["", "[a, b]; [c, d]", 'R: ["a, b", c]', "{a}", "a { b", "[[[", '"', "null", "3"])
def test_other_forms_are_not_taken_for_json(text: str) -> None:
    assert json_forms.found(text) is None


def test_a_text_that_is_cut_off_counts_as_far_as_it_goes_where_it_is_the_answer() -> None:
    assert json_forms.found('{"reply": "Rest and', texts=True) == json_forms.Loaded({"reply": "Rest and"}, cut=True)
    assert json_forms.found('[{"a": "x"}, {"b": "y', texts=True) == json_forms.Loaded(
        [{"a": "x"}, {"b": "y"}], cut=True
    )


pairs = st.lists(st.tuples(st.sampled_from(("a", "b", "c")), st.lists(nasty)), max_size=5)


@given(pairs)
def test_names_become_keys_and_keys_names_again(given_pairs: list[tuple[str, list[str]]]) -> None:
    value = json.loads(json_forms.written(json_forms.keyed(given_pairs)))
    assert json_forms.unkeyed(value, "abc") == given_pairs


@pytest.mark.parametrize(
    ("said", "meant"),
    [(r"a\ud800b", "a?b"), (r"\uDE00", "?"), (r"\ud83d\ude00", "\U0001f600"), (r"\\ud800", "\\ud800")],
)
def test_half_a_surrogate_pair_is_replaced_since_no_file_could_hold_it(said: str, meant: str) -> None:
    assert json_forms.loaded(f'["{said}"]') == [meant]


def test_a_name_that_is_not_offered_is_not_as_written() -> None:
    with pytest.raises(NotAsWritten):
        json_forms.unkeyed({"d": []}, "abc")


@pytest.mark.parametrize("task", ["ner", "re", "tc"])
@given(data=st.data())
def test_an_answer_cut_anywhere_loses_only_its_end(task: str, data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=8)
    names = ("Chemical", "Disease", "Gene")
    shapes = {"ner": st.tuples(st.sampled_from(names), words), "re": st.tuples(st.sampled_from(names), words, words),
              "tc": st.tuples(st.sampled_from(names))}  # fmt: skip
    gold = tuple(
        sorted(data.draw(st.lists(shapes[task], min_size=1, max_size=6, unique=True)), key=lambda item: item[0])
    )
    module, context = tasks.load(task), Context(offered=names, multiple=True)
    text = module.answer(gold, context, "json")
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    parsed = module.parse(cut, context)
    assert parsed.items == gold[: len(parsed.items)], cut
    assert parsed.status in ("partial", "none", "unparsed", "off_schema"), cut


@pytest.mark.parametrize(
    ("task", "text", "items"),
    [
        ("ner", '[{"type": "disease", "text": "flu"}]', (("Disease", "flu"),)),
        ("ner", '{"diseases": ["flu"], "Chemical": null}', (("Disease", "flu"),)),
        ("re", '[{"head": "a", "relation": "Disease", "tail": "b"}]', (("Disease", "a", "b"),)),
        ("ee", '{"disease": {"trigger": "acts", "arguments": {"Theme": "x"}}}', (("Disease", "acts", (("Theme", "x"),)),)),
        ("ee", '[{"event_type": "Disease", "trigger": "acts", "arguments": [{"role": "theme", "text": "x"}]}]',
         (("Disease", "acts", (("Theme", "x"),)),)),
        ("tc", '{"category": "disease"}', (("Disease",),)),
        ("tc", 'I think {"label": "Disease", "confidence": 0.9}', (("Disease",),)),
        ("tp_te", '```json\n{"result": "disease"}\n```', (("Disease",),)),
        ("qa_mc", '{"reasoning": "Not Chemical.", "answer": "Disease"}', (("Disease",),)),
        ("mt", '{"result": "flu"}', (("flu",),)),
    ],
)  # fmt: skip
def test_json_under_other_keys_is_read_as_what_it_says(task: str, text: str, items: Any) -> None:
    context = Context(offered=("Chemical", "Disease"), roles=("Theme",))
    parsed = tasks.load(task).parse(text, context)
    assert (parsed.status, parsed.items) == ("ok", items)
