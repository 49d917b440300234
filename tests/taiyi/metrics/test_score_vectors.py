"""Every folder of reference scores is compared by a test: a new folder has to be named here, with where that is."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]

COMPARED = {
    "01_promptcblue_raw16": "classification sets_promptcblue reports rouge",
    "02_promptcblue_cmedcausal": "sets_promptcblue",
    "03_promptcblue_text2dt": "decision_trees measures/trees",
    "04_promptcblue_cls_edges": "classification",
    "05_promptcblue_ie_edges": "sets_promptcblue",
    "06a_bc5cdr_mention_disease": "cdr_kit",
    "06b_bc5cdr_mention_chemical": "cdr_kit",
    "07_bc5cdr_concept_id": "cdr_kit",
    "08_bc5cdr_cid_relation": "cdr_kit",
    "09a_ner_textset_bc5cdr": "extraction measures/sets",
    "09b_ner_textset_biored": "extraction measures/sets",
    "09c_ner_textset_ncbi": "extraction measures/sets",
    "09d_ner_textset_cmeee": "extraction measures/sets",
    "10_re_surface_pairs_bc5cdr": "extraction concepts measures/sets measures/concepts",
    "11_cmeie_spo": "extraction measures/sets",
    "12_chemdner_bceval": "extraction",
    "13_litcovid_official": "classification measures/labels",
    "14_hoc": "classification measures/labels",
    "15_kuake_qic": "classification accuracy measures/labels",
    "16_pubmedqa": "classification accuracy measures/labels",
    "17_mcq_extraction": "tasks/qa_mc",
    "17b_mcq_accuracy": "accuracy significance tasks/qa_mc",
    "18_seqeval": "tagging",
    "20_semantic_similarity": "correlation measures/similarity",
    "20b_text_pair_classification": "classification",
    "21a_mt_zh2en_sacrebleu": "translation measures/translation",
    "21b_mt_en2zh_sacrebleu": "translation measures/translation",
    "21c_mt_multiref_significance": "translation",
    "22_nltk_bleu_zh_char": "char_bleu",
    "23_rouge_en_google": "rouge",
    "24_rouge_zh": "rouge",
    "25_imcs_mrg_report": "reports measures/reports",
    "27_event_bionlp_ge11": "standoff_events",
    "28_event_bionlp_cg13": "standoff_events",
    "29_coref_conll": "coreference",
    "30_chip_ctc_official": "classification",
    "31_statistics": "significance",
    "32_healthbench_rubric": "rubric",
    "33_parser_cases_taiyi": "tasks/every_task",
    "34_chip_cdn_normalisation": "extraction measures/concepts",
    "35_medbench_parsers": "medbench",
    "37_event_text_level": "text_events measures/events",
}
"""By folder: the tests that compare its figures, of this package or (tasks/) of that of the tasks."""


def test_every_folder_of_score_vectors_is_compared_somewhere(score_vectors: Path) -> None:
    assert {path.name for path in score_vectors.iterdir() if path.is_dir()} == set(COMPARED)


def test_what_compares_a_folder_names_it() -> None:
    for folder, names in COMPARED.items():
        for name in names.split():
            where, _, module = f"{'' if name.startswith('tasks/') else 'metrics/'}{name}".rpartition("/")
            text = (TESTS / where / f"test_{module}.py").read_text(encoding="utf-8")
            assert re.search(f'["/]{folder}["/]', text), (folder, module)
