"""Chinese extraction and classification corpora: files laid out as published, with invented texts, are read as described."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.records import AnyRecord, Classification, Document, Transform
from taiyi.tasks import TaskSpec
from tests.taiyi.corpora.as_published import array, described, lines, place, records

TALK = [
    {"sentence_id": "1", "speaker": "医生", "sentence": "发烧吗", "dialogue_act": "Request-Symptom",
     "BIO_label": "B-Symptom I-Symptom O", "symptom_norm": ["发热"], "symptom_type": ["0"], "local_implicit_info": {"发热": "0"}},
    {"sentence_id": "2", "speaker": "患者", "sentence": "没有，吃过甲颗粒", "dialogue_act": "Inform-Existing_Examination_and_Treatment",
     "BIO_label": "O O O O O B-Drug I-Drug I-Drug", "symptom_norm": [], "symptom_type": [], "local_implicit_info": {}},
]  # fmt: skip
REPORT = {
    "主诉": "发热一天。",
    "现病史": "低热。",
    "辅助检查": "暂缺。",
    "既往史": "",
    "诊断": "感冒。",
    "建议": "多饮水。",
}
CASE = {"diagnosis": "小儿感冒", "self_report": "孩子咳嗽", "dialogue": TALK, "report": [REPORT, REPORT],
        "explicit_info": {"Symptom": ["咳嗽"]}, "implicit_info": {"Symptom": {"发热": "0"}}}  # fmt: skip
IMCS = msgspec.json.encode({"10000001": CASE}).decode()
INPUT = msgspec.json.encode(
    {"10000001": {"self_report": "孩子咳嗽", "dialogue": [{k: turn[k] for k in ("sentence_id", "speaker", "sentence")} for turn in TALK]}}
).decode()  # fmt: skip
FINDING = {"range": [3, 5], "mention": "胸闷", "name": "胸闷", "type": "症状", "attr": "阳性"}
SENTENCE = {
    "sentence_id": "0", "sentence": "二甲双胍治疗2型糖尿病", "start_idx": 0, "end_idx": 11,
    "entities": [{"entity_id": "T0", "entity": "2型糖尿病", "entity_type": "Disease", "start_idx": 6, "end_idx": 11},
                 {"entity_id": "T1", "entity": "二甲双胍", "entity_type": "Drug", "start_idx": 0, "end_idx": 4}],
    "relations": [{"relation_type": "Drug_Disease", "relation_id": "R0", "head_entity_id": "T1", "tail_entity_id": "T0"}],
}  # fmt: skip
DOCUMENT = {"doc_id": "3", "paragraphs": [{"paragraph_id": "0", "paragraph": "p", "sentences": [SENTENCE]}]}
CAUSE = {"head": {"mention": "熬夜", "start_idx": 0, "end_idx": 2}, "relation": 1,
         "tail": {"type": "mention", "mention": "头痛", "start_idx": 3, "end_idx": 5}}  # fmt: skip
INTENT = {"originalText": "头痛怎么治", "entities": [{"label_type": "疾病和诊断", "start_pos": 0, "end_pos": 2}],
          "seg_result": ["头痛", "怎么", "治"], "label_4class": ["'病症'"], "label_36class": ["'治疗方法'"]}  # fmt: skip
SYNDROME = {"user_id": "u1", "lcd_id": "BNG000", "lcd_name": "眩晕病", "syndrome": "气虚血瘀", "chief_complaint": "头晕一天",
            "description": "无头痛", "detection": "舌淡", "norm_syndrome": "气虚血瘀证"}  # fmt: skip
FOUND = {
    "id": 5,
    "text": "右肺结节",
    "event": [{"core_name": "结节", "tendency": "", "character": [], "anatomy_list": ["右肺"]}],
}

NATIVE: dict[str, tuple[dict[str, str], list[Any]]] = {
    "chip_cdn/train": ({"CHIP-CDN_train.json": array({"text": "右肺Ca", "normalized_result": "肺恶性肿瘤##癌"})},
                       [("右肺Ca", [("诊断", "右肺Ca", ("肺恶性肿瘤", "癌"))])]),
    "chip_cdn/test": ({"CHIP-CDN_test.json": array({"text": "右肺Ca"})}, [("右肺Ca", None)]),
    "chip_cdee/train": ({"CHIP-CDEE_train.json": array(FOUND)}, [("右肺结节", [])]),
    "chip_ctc/train": ({"CHIP-CTC_train.json": array({"id": "s1", "label": "Age", "text": " 18岁以上"})}, [(" 18岁以上", ("Age",))]),
    "cmedcausal/train": ({"CMedCausal_train.json": array({"text": "熬夜致头痛", "relation_of_mention": [CAUSE]})},
                         [("熬夜致头痛", [("概念", "熬夜", ()), ("概念", "头痛", ())])]),
    "tcm_ner/train": ({"round1_train/train/7.txt": "味甘颗粒", "round1_train/train/7.ann": "T1\tDRUG_TASTE 0 2\t味甘\n"},
                      [("味甘颗粒", [("DRUG_TASTE", "味甘", ())])]),
    "diakg/train": ({"0521_new_format/3.json": msgspec.json.encode(DOCUMENT).decode()},
                    [("二甲双胍治疗2型糖尿病", [("Disease", "2型糖尿病", ()), ("Drug", "二甲双胍", ())])]),
    "text2dt/test": ({"Text2DT_test.json": array({"text": "甲病患者@休息。", "tree": []})}, [("甲病患者@休息。", ())]),
    "cmid/train": ({"CMID.json": array(INTENT)}, [("头痛怎么治", ("治疗方法",))]),
    "cmid/train_entities": ({"CMID.json": array(INTENT)}, [("头痛怎么治", [("疾病和诊断", "头痛", ())])]),
    "tcm_sd/train": ({"TCM_SD_train_dev/train.json": lines(SYNDROME)},
                     [("主诉：头晕一天\n现病史：无头痛\n四诊：舌淡", ("气虚血瘀证",))]),
    "chip_mdcfnpc/train": (
        {"CHIP-MDCFNPC_train.jsonl": lines({"dialog_id": 1, "dialog_info": [
            {"sentence_id": "1", "sender": "患者", "text": "昨天起胸闷", "ner": [FINDING]}]})},
        [("患者：昨天起【胸闷】", ("阳性",))]),
    "medical_books_zh/train": ({"data_clean/textbooks/zh_paragraph/病理学.txt": "肿瘤。\n", "data_clean/textbooks/zh_paragraph/all_books.txt": "肿瘤。\n"},
                               [("肿瘤。", ("病理学",))]),
    "imcs_v2_ner/train": ({"IMCS-V2_train.json": IMCS}, [("发烧吗", [("Symptom", "发烧", ("发热",))]), ("没有，吃过甲颗粒", [("Drug", "甲颗粒", ())])]),
    "imcs_v2_ner/test": ({"IMCS-V2_test.json": INPUT}, [("发烧吗", None), ("没有，吃过甲颗粒", None)]),
    "imcs_v2_ner/test_with_gold": (
        {"IMCS-V2_test.json": INPUT, "IMCS-V2-NER_test.json": '{"10000001": {"1": "O O O", "2": "O O O O O B-Drug I-Drug I-Drug"}}'},
        [("发烧吗", []), ("没有，吃过甲颗粒", [("Drug", "甲颗粒", ())])]),
    "imcs_v2_sr/train": ({"IMCS-V2_train.json": IMCS}, [("医生：发烧吗\n患者：没有，吃过甲颗粒", [("0", "发烧", ("发热",))])]),
    "imcs_v2_dac/train": ({"IMCS-V2_train.json": IMCS},
                          [("医生：发烧吗", ("Request-Symptom",)), ("患者：没有，吃过甲颗粒", ("Inform-Existing_Examination_and_Treatment",))]),
    "imcs_v2_dac/test_with_gold": ({"IMCS-V2_test.json": INPUT, "IMCS-V2-DAC_test.json": '{"10000001": {"1": "Other", "2": "Diagnose"}}'},
                                   [("医生：发烧吗", ("Other",)), ("患者：没有，吃过甲颗粒", ("Diagnose",))]),
    "imcs_v2_mrg/train": ({"IMCS-V2_train.json": IMCS}, [("患者：孩子咳嗽\n医生：发烧吗\n患者：没有，吃过甲颗粒", (tuple(REPORT),) * 2)]),
    "imcs_v2_mrg/test_with_gold": ({"IMCS-V2_test.json": INPUT, "IMCS-V2-MRG_test.json": msgspec.json.encode({"10000001": REPORT}).decode()},
                                   [("患者：孩子咳嗽\n医生：发烧吗\n患者：没有，吃过甲颗粒", (tuple(REPORT),))]),
}  # fmt: skip
"""corpus/split -> its files, and of each record the text with its mentions, labels or names of sections."""


def said(record: AnyRecord) -> tuple[str, Any]:
    match record:
        case Document():
            found = [(entity.type, entity.text, entity.concepts) for entity in record.entities]
            return record.text, found if record.annotated else None
        case Classification():
            return record.text, record.labels
        case Transform():
            return record.input, tuple(tuple(section.name for section in output.sections) for output in record.outputs)
        case _:
            raise AssertionError(type(record))


@pytest.mark.parametrize("name", NATIVE)
def test_files_as_published_are_read_as_described(name: str, tmp_path: Path) -> None:
    files, expected = NATIVE[name]
    place(tmp_path, name, files)
    assert [said(record) for record in records(tmp_path, name)] == expected


@pytest.mark.parametrize("name", [name for name in NATIVE if name.endswith("/train")])
def test_what_is_read_to_train_on_is_asked_as_the_tasks_say(name: str, tmp_path: Path) -> None:
    files, _ = NATIVE[name]
    place(tmp_path, name, files)
    for task, declared in described(name.split("/")[0]).tasks.items():
        spec = msgspec.convert(declared, TaskSpec)
        drafts = [draft for r in records(tmp_path, name) for draft in tasks.load(task).instances(r, spec)]
        assert drafts, task
        assert any(draft.gold for draft in drafts), task


@pytest.mark.parametrize(
    "name", [name for name, (files, _) in NATIVE.items() if next(iter(files)).endswith(("json", "jsonl"))]
)
def test_a_file_that_is_cut_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    files, _ = NATIVE[name]
    place(tmp_path, name, {file: text[: len(text) * 2 // 3] for file, text in files.items()})
    with pytest.raises(InvalidInput) as caught:
        records(tmp_path, name)
    assert any(Path(file).name in caught.value.where for file in files)


def test_standard_terms_of_procedures_are_read_from_workbooks(tmp_path: Path) -> None:
    for file, split in (("train.xlsx", "train"), ("val.xlsx", "dev"), ("answer.xlsx", "test")):
        book = openpyxl.Workbook()
        book.active.append(["原始词", "标准词"])
        book.active.append(["右肺切除+活检", "肺切除术##肺活组织检查"])
        data = io.BytesIO()
        book.save(data)
        folder = tmp_path / "clinical_terminology_standardization" / "yidu-n7k"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data.getvalue())
        (record,) = records(tmp_path, f"clinical_terminology_standardization/{split}")
        assert said(record) == ("右肺切除+活检", [("手术", "右肺切除+活检", ("肺切除术", "肺活组织检查"))])
