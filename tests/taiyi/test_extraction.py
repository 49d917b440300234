"""A bare text asked about: the question as it was taught, and the answer read back with its mentions in their places."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import extraction, tasks
from taiyi.errors import InvalidInput

TEMPLATES = Path("data/templates")
ENGLISH = "Aspirin causes gastric  ulcer;\nulcer healed after aspirin was stopped."
CHINESE = "患者服用阿司匹林后出现胃溃疡，胃溃疡经治疗好转。"
ASKED = {
    ("ner", "en"): (["Drug", "Disease"], (("Drug", "Aspirin"), ("Disease", "gastric ulcer"), ("Disease", "fever"))),
    ("ner", "zh"): (["药物", "疾病"], (("药物", "阿司匹林"), ("疾病", "胃溃疡"), ("疾病", "发热"))),
    ("re", "en"): (["causes"], (("causes", "Aspirin", "gastric ulcer"), ("causes", "fever", "ulcer"))),
    ("re", "zh"): (["导致"], (("导致", "阿司匹林", "胃溃疡"), ("导致", "发热", "溃疡"))),
    ("cre", "en"): (["causes"], (("causes", "Aspirin", ("causes", "gastric ulcer", "fever")),)),
    ("ee", "en"): (["Healing"], (("Healing", "healed", (("Theme", "ulcer"), ("Cause", "fever"))),)),
    ("ee", "zh"): (["出现"], (("出现", "出现", (("主体", "胃溃疡"), ("原因", "发热"))),)),
    ("nen", "en"): (["Aspirin", "ulcer", "MESH:"], (("Aspirin", "MESH:D001241"), ("ulcer", "MESH:D014456"))),
    ("nen", "zh"): (["胃溃疡"], (("胃溃疡", "消化性溃疡"),)),
    ("tc", "en"): (["adverse event", "treatment"], (("adverse event",),)),
    ("tc", "zh"): (["不良反应", "治疗"], (("不良反应",),)),
}


def asked_of(task, language, style="taiyi"):
    types, items = ASKED[task, language]
    text = ENGLISH if language == "en" else CHINESE
    return extraction.question(text, task, types, style=style, templates=TEMPLATES), items


@pytest.mark.parametrize("style", ["taiyi", "json"])
@pytest.mark.parametrize("task, language", ASKED)
def test_an_answer_as_taught_is_read_back_with_its_mentions_in_their_places(task, language, style):
    asked, items = asked_of(task, language, style)
    found = extraction.read(asked, tasks.load(task).answer(items, asked.context, style))
    assert (found.status, found.items) == ("ok", items)
    assert asked.context.language == language
    assert "fever" not in found.hallucinated or task in ("ner", "re", "cre", "ee")
    if task in ("ner", "re", "cre", "ee"):
        assert found.hallucinated == (("fever",) if language == "en" else ("发热",))
    assert bool(found.mentions) == (task != "tc")
    for mention in found.mentions:
        assert asked.source[mention.start : mention.end] == mention.text


def test_the_question_names_what_is_asked_and_says_which_form_json_takes():
    plain, _ = asked_of("ner", "en")
    as_json, _ = asked_of("ner", "en", "json")
    (turn,) = plain.turns
    assert ENGLISH in turn.text and "Drug, Disease" in turn.text
    assert "JSON" in as_json.turns[0].text and "JSON" not in turn.text


def test_a_mention_across_a_line_break_and_two_blanks_is_found_as_the_source_has_it():
    asked, _ = asked_of("ner", "en")
    found = extraction.read(asked, "Disease: gastric ulcer; ulcer healed after")
    assert [m.text for m in found.mentions] == ["gastric  ulcer", "ulcer healed after"]
    found = extraction.read(asked, "Disease: gastric ulcer; ulcer")
    assert [(m.text, m.start) for m in found.mentions] == [("gastric  ulcer", 15), ("ulcer", 31)]


def test_a_shorter_mention_is_placed_inside_a_longer_one_only_if_it_stands_nowhere_else():
    text = "Breast cancer is a cancer."
    asked = extraction.question(text, "re", ["is"], style="taiyi", templates=TEMPLATES)
    found = extraction.read(asked, "is: [Breast cancer, cancer]")
    assert [(m.text, m.start, m.end) for m in found.mentions] == [("Breast cancer", 0, 13), ("cancer", 19, 25)]
    asked = extraction.question("Breast cancer spreads.", "re", ["is"], style="taiyi", templates=TEMPLATES)
    found = extraction.read(asked, "is: [Breast cancer, cancer]")
    assert [(m.text, m.start) for m in found.mentions] == [("Breast cancer", 0), ("cancer", 7)]
    assert not found.hallucinated


def test_a_refusal_and_an_empty_answer_have_their_own_status():
    asked, _ = asked_of("ner", "en")
    assert extraction.read(asked, "").status == "empty"
    assert extraction.read(asked, "None").status == "none"
    assert extraction.read(asked, "I am sorry, but I cannot help with that.").status == "refusal"


@given(answer=st.text(max_size=80), text=st.text(min_size=1, max_size=40).filter(str.strip))
def test_whatever_is_answered_is_read_and_what_is_placed_stands_there(answer, text):
    for task, types in (("ner", ["Drug"]), ("re", ["causes"]), ("ee", ["Healing"]), ("tc", [])):
        asked = extraction.question(text, task, types, style="taiyi", templates=TEMPLATES, language="en")
        for said in (answer, f"Drug: {text}", f"causes: [{text}, {answer}]"):
            for mention in extraction.read(asked, said).mentions:
                assert asked.source[mention.start : mention.end] == mention.text != ""


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"task": "summaries"}, "task: 'summaries' cannot be asked of a text"),
        ({"types": []}, "types: ner has to be told"),
        ({"types": ["Drug", " "]}, "types: a name is blank"),
        ({"text": " \n"}, "text: there is nothing in it"),
        ({"language": "fr"}, "language: no language 'fr'"),
        ({"style": "xml"}, "style: no answer style 'xml'"),
        ({"task": "nen", "types": ["Aspirn"]}, "does not hold the mention 'Aspirn'"),
        ({"task": "nen", "types": ["MESH:"]}, "which mentions are meant"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_argument(changed, said):
    arguments = {"text": ENGLISH, "task": "ner", "types": ["Drug"], "style": "taiyi", "language": ""}
    with pytest.raises(InvalidInput, match=said):
        extraction.question(**{**arguments, **changed}, templates=TEMPLATES)
