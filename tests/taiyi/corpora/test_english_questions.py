"""English questions, dialogues and translations: files laid out as published are read as described."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.records import Dialogue
from taiyi.tasks import TaskSpec
from tests.taiyi.corpora.as_published import Native, array, described, lines, packed, place, records, said

SCIENCE = {"question": "What does a zorva cell eat?", "distractor3": "salt", "distractor1": "sand",
           "distractor2": "stone", "correct_answer": "sugar", "support": "Zorva cells eat sugar."}  # fmt: skip
EXAM = {"question": "Which drug lowers blood pressure?", "exp": "Zorvatine does.", "cop": 3, "opa": "Aspirin",
        "opb": "Iron", "opc": "Zorvatine", "opd": "Salt", "subject_name": "Pharmacology", "topic_name": None,
        "id": "a-1", "choice_type": "single"}  # fmt: skip
HOPS = {"id": "MH_train_0", "query": "interacts_with DB1?", "candidates": ["DB7", "DB8"], "answer": "DB8",
        "supports": ["DB1 binds P1.", "P1 binds DB8."]}  # fmt: skip
CLOZE = {"abstracts": ["@entity1 had @entity20.", "@entity3 helped."], "titles": ["XXXX in @entity1", "Of XXXX"],
         "entities_list": [["@entity1 :: ('9', 'Species') :: ['men']", "@entity20 :: ('8', 'Disease') :: ['flu']"],
                           ["@entity3 :: ('7', 'Chemical') :: ['zorvatine']", "@entity4 :: ('6', 'Gene') :: ['Z']"]],
         "answers": ["@entity20 :: (8,Disease) :: ['influenza']\n", "@entity3 :: (7,Chemical) :: ['zorvatine']\n"]}  # fmt: skip
ASKED = {"input": "Why does my ear hum?", "answer_icliniq": "It is wax.", "answer_chatgpt": "See a doctor.",
         "answer_chatdoctor": "Hi, rest."}  # fmt: skip
TOLD = {"instruction": "If you are a doctor, answer.", "input": "Why does my ear hum?", "output": "It is wax."}
SUM = {"question": "Two and three?", "answer": "It is <<2+3=5>>5.\n#### 5"}
CHAT = {
    "conversation_id": 7,
    "meta_instruction": "You are an assistant.",
    "num_turns": 2,
    "chat": {
        f"turn_{n}": {"Human": f"<|Human|>: {q}<eoh>\n", "Inner Thoughts": "<|Inner Thoughts|>: None<eot>\n",
                      "Commands": "<|Commands|>: None<eoc>\n", "MOSS": f"<|MOSS|>: {a}<eom>\n"}
        for n, (q, a) in enumerate([("你好", "好。"), ("Why?", "So.\nYes.")], start=1)
    },
    "category": "Brainstorming",
}  # fmt: skip
CONSULTED = """id=1
https://www.example.com/1
Description
Q. Why does my ear hum?
Dialogue
Patient:
Hello doctor, my ear hums.

Doctor:
Hi. It is wax.
Take care.


id=2
https://www.example.com/2
Description
Q. Is it late?
Dialogue
Doctor:
No.
"""
CONSULTATION = [("Hello doctor, my ear hums.", "Hi. It is wax.\nTake care.")]
JUDGED = """<?xml version="1.0" encoding="UTF-8"?>
<Set>
  <Question QID="{qid}">
    <QuestionText>Why does my ear hum?</QuestionText>
    <AnswerList>
      <Answer AID="1" SystemRank="1" ReferenceRank="2" ReferenceScore="3">
        <AnswerURL>https://www.example.com</AnswerURL><AnswerText>It may be wax.</AnswerText>
      </Answer>
      <Answer AID="2" SystemRank="2" ReferenceRank="3" ReferenceScore="1">
        <AnswerURL>https://www.example.com</AnswerURL><AnswerText>Eat fruit.</AnswerText>
      </Answer>
      <Answer AID="3" SystemRank="3" ReferenceRank="1" ReferenceScore="4">
        <AnswerURL>https://www.example.com</AnswerURL><AnswerText>It is wax.</AnswerText>
      </Answer>
    </AnswerList>
  </Question>
</Set>
"""
PARTED = """<?xml version="1.0" encoding="UTF-8"?>
<NLM-QUESTIONS>
<NLM-QUESTION {key}="{qid}">
	<SUBJECT>{subject}</SUBJECT>
	<MESSAGE>Why does my ear hum? &amp; why now?</MESSAGE>
	<SUB-QUESTIONS>
	<SUB-QUESTION><ANNOTATIONS><FOCUS>ear</FOCUS><TYPE>cause</TYPE></ANNOTATIONS>
	<ANSWERS><ANSWER answerid="1">It is
		wax.</ANSWER></ANSWERS></SUB-QUESTION>
	<SUB-QUESTION><ANNOTATIONS><FOCUS>ear</FOCUS><TYPE>treatment</TYPE></ANNOTATIONS>
	<ANSWERS><ANSWER>Rinse it.</ANSWER></ANSWERS></SUB-QUESTION>
	</SUB-QUESTIONS>
</NLM-QUESTION>
</NLM-QUESTIONS>
"""
HOW = """<?xml version="1.0" encoding="UTF-8"?>
<collection><question><text>How does a zorva cell grow?</text>
<answers>
<answer><justification>By zorvation.
Slowly.</justification><docid>3</docid><sentences>1, 2</sentences></answer>
<answer><justification>By sugar.</justification><docid>4</docid><sentences>9</sentences></answer>
</answers></question></collection>
"""
GIVEN = (
    "UserID,PromptID,PMCID,Valid Label,Valid Reasoning,Label,Annotations,Label Code,In Abstract,Evidence Start,"
    "Evidence End\n"
    '1,20001,77,True,True,significantly decreased,"It fell, by 9.",-1,True,5,18\n'
    "2,20001,77,1,1,significantly decreased,It fell.,-1,1,5,12\n"
    "3,20001,77,0,1,significantly increased,It rose.,1,1,5,12\n"
    "1,20002,77,1,1,invalid prompt,,0,1,-1,-1\n"
    "1,911,77,1,1,no significant difference,Alike.,0,1,1,2\n"
    "1,20003,78,1,1,no significant difference,Alike.,0,1,1,2\n"
)
PROMPTS = (
    "PromptID,PMCID,Outcome,Intervention,Comparator\n"
    "20001,77,blood pressure,zorvatine,placebo\n20002,77,mood,zorvatine,placebo\n911,77,sleep,zorvatine,placebo\n"
    "20003,78,weight,zorvatine,iron\n"
)
OPEN_ACCESS = "processed_data/open_access/open_access"
SCIENCE_SAID = [("What does a zorva cell eat?", "Zorva cells eat sugar.", "sugar")]
HOPS_SAID = [("interacts_with DB1?", "DB1 binds P1.\nP1 binds DB8.", "DB8")]
CLOZE_SAID = [("XXXX in @entity1", "@entity1 had @entity20.", "@entity20"), ("Of XXXX", "@entity3 helped.", "@entity3")]

NATIVE: Native = {
    "sciq/train": ({"SciQ dataset-2 3/train.json": array(SCIENCE)}, SCIENCE_SAID),
    "sciq/dev": ({"SciQ dataset-2 3/valid.json": array({**SCIENCE, "support": ""})},
                 [("What does a zorva cell eat?", "", "sugar")]),
    "medmcqa/train": ({"train.json": lines(EXAM)}, [("Which drug lowers blood pressure?", "", "Zorvatine")]),
    "medmcqa/test": ({"test.json": lines({k: v for k, v in EXAM.items() if k != "cop"})},
                     [("Which drug lowers blood pressure?", "")]),
    "medhop/train": ({"qangaroo_v1.1/medhop/train.json": array(HOPS)}, HOPS_SAID),
    "medhop/dev": ({"qangaroo_v1.1/medhop/dev.json": array(HOPS)}, HOPS_SAID),
    "biomrc/train": ({"biomrc_large/dataset_train.json.gz": json.dumps(CLOZE)}, CLOZE_SAID),
    "biomrc/tiny": ({"biomrc_tiny/dataset_tiny.json.gz": json.dumps(CLOZE)}, CLOZE_SAID),
    "icliniq_10k/train": ({"iCliniq.json": array(ASKED)}, [("Why does my ear hum?", "", "It is wax.")]),
    "icliniq_10k/train_chatdoctor": ({"iCliniq.json": array(ASKED)}, [("Why does my ear hum?", "", "Hi, rest.")]),
    "healthcaremagic_100k/train": ({"HealthCareMagic-100k.json": array(TOLD)},
                                   [("Why does my ear hum?", "", "It is wax.")]),
    "gsm8k/train": ({"grade_school_math/data/train.jsonl": lines(SUM)},
                    [("Two and three?", "", "It is <<2+3=5>>5.\n#### 5")]),
    "moss_003_sft/train": ({"moss-003-sft-no-tools.jsonl": lines(CHAT)}, [("你好", "好。", "Why?", "So.\nYes.")]),
    **{f"meddialog_en/dialogue{n}": ({f"healthcaremagic_dialogue_{n}.txt": CONSULTED}, CONSULTATION)
       for n in range(1, 5)},
    "meddialog_en/icliniq": ({"icliniq_dialogue.txt": CONSULTED}, CONSULTATION),
    "mediqa_qa/train": ({f"MEDIQA_Task3_QA/MEDIQA2019-Task3-QA-TrainingSet{name}.xml": JUDGED.format(qid=name)
                         for name in ("1-LiveQAMed", "2-Alexa")}, [("Why does my ear hum?", "", "It is wax.")] * 2),
    "liveqa/train": (
        {"TrainingDatasets/TREC-2017-LiveQA-Medical-Train-1.xml": PARTED.format(key="questionid", qid="Q1", subject="Ear"),
         "TrainingDatasets/TREC-2017-LiveQA-Medical-Train-2.xml": PARTED.format(key="qid", qid="1.0", subject="")},
        [("Ear\nWhy does my ear hum? & why now?", "", "It is wax.", "Rinse it."),
         ("Why does my ear hum? & why now?", "", "It is wax.", "Rinse it.")]),
    "biology_how_why_corpus/train": ({"BiologyHowWhyCorpus/QuestionsHow.xml": HOW},
                                     [("How does a zorva cell grow?", "", "By zorvation. Slowly.", "By sugar.")]),
    "evidence_inference/train": (
        {"prompts_merged.csv": PROMPTS, "splits/train_article_ids.txt": "77\n", "annotations_merged.csv": GIVEN},
        [("With respect to blood pressure, what is the reported difference between zorvatine and placebo?",
          "It fell, by 9.\nIt fell.", "significantly decreased")]),
    "paramed/test": ({f"{OPEN_ACCESS}/nejm.test.en": "the ear hums .\n", f"{OPEN_ACCESS}/nejm.test.zh": "耳 鸣 。\n"},
                     [("耳 鸣 。", "the ear hums .")]),
    "med_qa/train": (
        {"data_clean/questions/US/4_options/phrases_no_exclude_train.jsonl": lines(
            {"question": "Why?", "answer": "wax", "options": {"A": "wax", "B": "age"}, "meta_info": "step1",
             "answer_idx": "A", "metamap_phrases": ["ear"]})},
        [("Why?", "", "wax")]),
    "pubmed_qa/unlabeled": ({"ori_pqau.json": json.dumps({"90": {"QUESTION": "Is it?", "CONTEXTS": ["One.", "Two."]}})},
                            [("Is it?", "One.\nTwo.")]),
    "pubmed_qa/artificial": (
        {"ori_pqaa.json": json.dumps({"90": {"QUESTION": "Is it?", "CONTEXTS": ["One."], "final_decision": "yes",
                                             "LONG_ANSWER": "It is."}})},
        [("Is it?", "One.", "yes")]),
}  # fmt: skip


@pytest.mark.parametrize("name", NATIVE)
def test_a_split_as_published_is_read_as_described(name: str, tmp_path: Path) -> None:
    files, told = NATIVE[name]
    place(tmp_path, name, files)
    found = records(tmp_path, name)
    assert [said(record) for record in found] == told
    assert len({record.id for record in found}) == len(found)


@pytest.mark.parametrize("name", NATIVE)
def test_what_is_annotated_is_asked_by_its_task(name: str, tmp_path: Path) -> None:
    place(tmp_path, name, NATIVE[name][0])
    for task, declared in described(name.split("/")[0]).tasks.items():
        spec = msgspec.convert(declared, TaskSpec)
        for record in records(tmp_path, name):
            drafts = list(tasks.load(task).instances(record, spec))
            assert bool(drafts) == record.annotated


@pytest.mark.parametrize("name", NATIVE)
def test_a_file_cut_in_the_middle_is_refused_by_its_name_or_says_less(name: str, tmp_path: Path) -> None:
    files, told = NATIVE[name]
    folder = place(tmp_path, name, files)
    file, text = next(reversed(files.items()))
    whole = text.encode()
    for end in range(0, len(whole), max(1, len(whole) // 12)):
        (folder / file).write_bytes(packed(file, whole[:end]))
        try:
            found = records(tmp_path, name)
        except InvalidInput as error:
            assert any(Path(part).name in error.where for part in files)
        else:
            assert len(found) <= len(told)


@pytest.mark.parametrize("name", NATIVE)
def test_a_byte_that_is_no_text_is_refused_by_its_file(name: str, tmp_path: Path) -> None:
    files, _ = NATIVE[name]
    folder = place(tmp_path, name, files)
    file, text = next(reversed(files.items()))
    (folder / file).write_bytes(packed(file, text.encode()[:-8] + b"\xff" + text.encode()[-8:]))
    with pytest.raises(InvalidInput) as caught:
        records(tmp_path, name)
    assert Path(file).name in caught.value.where


def test_the_best_judged_answer_is_asked_for_and_the_other_correct_ones_are_references(tmp_path: Path) -> None:
    place(tmp_path, "mediqa_qa/train", NATIVE["mediqa_qa/train"][0])
    first, _ = records(tmp_path, "mediqa_qa/train")
    assert (first.long_answers, first.meta) == (("It may be wax.",), {"scores": "3 1 4"})


def test_prompts_that_are_wrong_or_that_nobody_could_answer_are_in_the_ledger(tmp_path: Path) -> None:
    place(tmp_path, "evidence_inference/train", NATIVE["evidence_inference/train"][0])
    ledger = Ledger()
    (record,) = records(tmp_path, "evidence_inference/train", ledger)
    assert ledger.counts() == {"known_wrong": 1, "no_answer": 1}
    assert record.meta["codes"] == "-1; -1; 1"


def test_what_a_consultation_is_about_is_known_before_it(tmp_path: Path) -> None:
    place(tmp_path, "meddialog_en/dialogue1", NATIVE["meddialog_en/dialogue1"][0])
    ledger = Ledger()
    (record,) = records(tmp_path, "meddialog_en/dialogue1", ledger)
    assert isinstance(record, Dialogue)
    assert (record.context, record.meta) == ("Q. Why does my ear hum?", {"url": "https://www.example.com/1"})
    assert ledger.counts() == {"dialogue_empty": 1}
