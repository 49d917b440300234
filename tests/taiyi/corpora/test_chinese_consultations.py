"""Chinese questions, dialogues and pairs: files laid out as published, with invented texts, are read as described."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.records import Dialogue
from taiyi.tasks import TaskSpec
from tests.taiyi.corpora.as_published import Native, array, described, lines, place, records, said

RAW = """id=1
https://www.example.cn/1
Doctor faculty
山城医院 神经内科

Description
病情描述：
头痛一周

Dialogue
医生：
发热吗？
病人：
不发热。
医生：
多休息。

Diagnosis and suggestions
紧张性头痛
"""
DISEASE = {"_id": {"$oid": "5b"}, "name": "头痛", "category": ["症状"], "desc": "常见症状。", "symptom": ["头胀", "恶心"],
           "cure_way": ["休息", "药物"], "not_eat": []}  # fmt: skip
SPOKEN = [{"id": "Patients", "Sentence": "胃痛", "Symptom": ["胃痛"]}, {"id": "Doctor", "Sentence": "多久了？"}]
ASKED = {
    "id": 12,
    "text": "菊花可明目。",
    "annotations": [{"Q": "菊花有何用？", "A": "明目"}, {"Q": "何物明目？", "A": "菊花"}],
}
CONSULTED = "department,title,ask,answer\n神经科,头痛怎么办,头痛三天了,多休息\n"
JUDGED = "".join(
    f"神经科\t{label}\t7\t头痛怎么办\t{text}\n" for label, text in ((0, "少吃糖"), (1, "多休息"), (0, "戒烟"))
)
LINKED = {
    "question.csv": 'question_id,content\n5,"头痛,怎么办"\n',
    "answer.csv": "ans_id,question_id,content\n51,5,多休息\n52,5,少熬夜\n61,6,少吃糖\n",
}
SEARCHED = {
    "corpus.tsv": "1\t多休息可缓解头痛。\n2\t菊花可明目。\n",
    "KUAKE-IR_train_query.txt": "9\t头痛怎么办\n",
    "KUAKE-IR_dev_query.txt": "9\t头痛怎么办\n",
}
ABSTRACT = {"abstract": "本文观察休息对头痛的作用。", "title": "休息与头痛"}

NATIVE: Native = {
    "meddialog_zh/train": ({"train_data.json": array(["病人：头痛", "医生：多休息"], ["病人：胃痛"])},
                           [("头痛", "多休息"), ("胃痛",)]),
    "meddialog_zh/raw": ({"2019.txt": RAW}, [("病情描述：\n头痛一周", "发热吗？", "不发热。", "多休息。")]),
    "xywy_disease/train": ({"data/medical.json": lines(DISEASE, DISEASE)},
                           [("请介绍一下头痛。", "常见症状。", "头痛有哪些症状？", "头胀、恶心", "头痛怎么治疗？", "休息、药物")] * 2),
    "meddg/train": ({"MedDG_train.json": array(SPOKEN, SPOKEN)}, [("胃痛", "多久了？")] * 2),
    "meddg/dev": ({"MedDG_dev.json": array(SPOKEN)}, [("胃痛", "多久了？")]),
    "meddg/test": ({"MedDG_test.json": array({"id": "t1", "history": ["患者：胃痛", "医生：多久了？", "患者：三天"]})},
                   [("胃痛", "多久了？", "三天")]),
    "tcm_literature_qa/train": ({"round1_train_0907.json": array(ASKED)},
                                [("菊花有何用？", "菊花可明目。", "明目"), ("何物明目？", "菊花可明目。", "菊花")]),
    "cmedqa2/train": ({**LINKED, "train_candidates.txt": "question_id,pos_ans_id,neg_ans_id\n5,51,61\n5,52,61\n5,51,61\n"},
                      [("头痛,怎么办", "", "多休息", "少熬夜")]),
    "cmedqa2/dev": ({**LINKED, "dev_candidates.txt": "question_id,ans_id,cnt,label\n5,61,0,0\n5,52,1,1\n"},
                    [("头痛,怎么办", "", "少熬夜")]),
    "cmedqa2/test": ({**LINKED, "test_candidates.txt": "question_id,ans_id,cnt,label\n5,51,0,1\n"},
                     [("头痛,怎么办", "", "多休息")]),
    "huatuo_encyclopedia_qa/train": (
        {"train_datasets.jsonl": lines({"questions": [["头痛怎么办", "头痛如何缓解"]], "answers": ["多休息"]})},
        [("头痛怎么办", "", "多休息")]),
    "huatuo_knowledge_graph_qa/dev": (
        {"validation_datasets.jsonl": lines({"questions": ["头痛的症状？"], "answers": ["头胀；恶心"]})},
        [("头痛的症状？", "", "头胀；恶心")]),
    "huatuo_consultation_qa/test": (
        {"test_datasets.jsonl": lines({"questions": ["头痛怎么办"], "answers": ["http://www.example.cn/1.htm"]})},
        [("头痛怎么办", "")]),
    "chinese_medical_dialogue_data/train": (
        {f"Data_数据/{name}/{name}.csv": CONSULTED
         for name in ("Andriatria_男科", "IM_内科", "OAGD_妇产科", "Oncology_肿瘤科", "Pediatric_儿科", "Surgical_外科")},
        [("头痛怎么办\n头痛三天了", "", "多休息")] * 6),
    "bentsao_llamadata/train": ({"data/llama_data.json": lines({"instruction": "头痛怎么办？", "input": "", "output": "多休息。"})},
                                [("头痛怎么办？", "", "多休息。")]),
    "bentsao_livercancer/train": (
        {"data-literature/liver_cancer.json": array(
            {"instruction": " <user>: 你好 <bot>: 你好。 <user>: 何为预后？", "output": "病情的前景。", "id": 3, "input": ""})},
        [("你好", "你好。", "何为预后？", "病情的前景。")]),
    "huatuogpt_sft_data_v1/train": ({"HuatuoGPT_sft_data_v1.jsonl": lines({"data": ["问：头痛", "答：多休息"]})},
                                    [("头痛", "多休息")]),
    "webmedqa/train": ({"medQA.train.txt": JUDGED}, [("头痛怎么办", "", "多休息")]),
    "webmedqa/dev": ({"medQA.valid.txt": JUDGED}, [("头痛怎么办", "", "多休息")]),
    "webmedqa/test": ({"medQA.test.txt": JUDGED}, [("头痛怎么办", "", "多休息")]),
    "kuake_qqr/train": ({"KUAKE-QQR_train.json": array({"id": "s1", "query1": "头痛", "query2": "头疼", "label": "2"})},
                        [("头痛", "头疼", "2")]),
    "kuake_qtr/train": ({"KUAKE-QTR_train.json": array({"id": "s1", "query": "头痛", "title": "头痛怎么办", "label": "3"})},
                        [("头痛", "头痛怎么办", "3")]),
    "kuake_qtr/test": ({"KUAKE-QTR_test.json": array({"id": "s1", "query": "头痛", "title": "头痛怎么办"})},
                       [("头痛", "头痛怎么办", "")]),
    "kuake_ir/train": ({**SEARCHED, "KUAKE-IR_train.tsv": "9\t1\n"}, [("头痛怎么办", "多休息可缓解头痛。", "1")]),
    "kuake_ir/dev": ({**SEARCHED, "KUAKE-IR_dev.tsv": "9\t1\n"}, [("头痛怎么办", "多休息可缓解头痛。", "1")]),
    "covid_similarity/train": ({"train.csv": "id,category,query1,query2,label\n0,感冒,头痛吗,\"头疼,吗\",1\n"},
                               [("头痛吗", "头疼,吗", "1")]),
    "chip_sts/train": (
        {"CHIP-STS_train.json": array({"id": "1", "text1": "头痛", "text2": "头疼", "label": "1", "category": "aids"})},
        [("头痛", "头疼", "1")]),
    "zhiwang_mt/train": ({"train.jsonl": lines({"zh": "休息可缓解头痛。", "en": "headache"})}, [("休息可缓解头痛。", "headache")]),
    "zhiwang_ds/train": ({"zhiwang_ds_zh.jsonl": lines(ABSTRACT)}, [("本文观察休息对头痛的作用。", "休息与头痛")]),
    "belle_cot_cn/train": ({"belle.jsonl": lines({"instruction": "一加一？", "input": "", "output": "得二。"})},
                           [("一加一？", "", "得二。")]),
    "medqa_mcmle/train": (
        {"data_clean/questions/Mainland/4_options/train.jsonl": lines(
            {"question": "头痛宜（　　）", "options": {"A": "休息", "B": "熬夜", "C": "饮酒", "D": "吸烟"}, "answer_idx": "A",
             "meta_info": "卫生法规"})},
        [("头痛宜（　　）", "", "休息")]),
}  # fmt: skip


@pytest.mark.parametrize("name", NATIVE)
def test_a_split_as_published_is_read_as_described(name: str, tmp_path: Path) -> None:
    place(tmp_path, name, NATIVE[name][0])
    found = records(tmp_path, name)
    assert [said(record) for record in found] == NATIVE[name][1]
    assert len({record.id for record in found}) == len(found)


@pytest.mark.parametrize("name", NATIVE)
def test_what_is_annotated_is_asked_by_its_task(name: str, tmp_path: Path) -> None:
    place(tmp_path, name, NATIVE[name][0])
    for task, declared in described(name.split("/")[0]).tasks.items():
        spec = msgspec.convert(declared, TaskSpec)
        for record in records(tmp_path, name):
            answered = not isinstance(record, Dialogue) or len(record.turns) > 1
            drafts = list(tasks.load(task).instances(record, spec))
            assert bool(drafts) == (record.annotated and answered)


@pytest.mark.parametrize("name", NATIVE)
def test_a_file_cut_in_the_middle_is_refused_by_its_name_or_says_less(name: str, tmp_path: Path) -> None:
    folder = place(tmp_path, name, NATIVE[name][0])
    file = next(reversed(NATIVE[name][0]))
    whole = (folder / file).read_bytes()
    for end in range(0, len(whole), max(1, len(whole) // 12)):
        (folder / file).write_bytes(whole[:end])
        try:
            found = records(tmp_path, name)
        except InvalidInput as error:
            assert Path(file).name in error.where
            assert error.remedy or error.problem
        else:
            assert len(found) <= len(NATIVE[name][1])


UTF8 = [
    name
    for name, (files, _) in NATIVE.items()
    if not list(files.values())[-1].isascii() and "dialogue_data" not in name
]


@pytest.mark.parametrize("name", UTF8)
def test_a_file_in_another_encoding_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    folder = place(tmp_path, name, NATIVE[name][0])
    file, text = next(reversed(NATIVE[name][0].items()))
    (folder / file).write_bytes(text.encode("gb18030"))
    with pytest.raises(InvalidInput, match="not utf-8") as caught:
        records(tmp_path, name)
    assert Path(file).name in caught.value.where
