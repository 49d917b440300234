"""English corpora of names whose native files are not at hand: their descriptors, on invented files of the published layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi import tasks
from taiyi.corpora import descriptor, read
from taiyi.corpora.descriptor import Descriptor
from taiyi.ledger import Ledger
from taiyi.records import Document

DESCRIPTORS = Path(__file__).parents[3] / "data" / "corpora"
TITLE, ABSTRACT = "ABX2 in mice.", "The p.A12C form of abx2 fails."
TEXT = f"{TITLE} {ABSTRACT}"


def pubtator(*rows: str, pmid: str = "91") -> str:
    return "".join(
        f"{line}\n" for line in (f"{pmid}|t|{TITLE}", f"{pmid}|a|{ABSTRACT}", *(f"{pmid}\t{r}" for r in rows), "")
    )


def bioc(pmid: str, infon: str, extra: str = "", skip: int = 0) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>x</source><date>x</date><key>x</key><document><id>{pmid}</id>
<passage><infon key="type">title</infon><offset>0</offset><text>{TITLE}</text>{extra}
<annotation id="0"><infon key="type">%s</infon>{infon}<location offset="0" length="4"/><text>ABX2</text></annotation>
</passage>
<passage><infon key="type">abstract</infon><offset>{14 + skip}</offset><text>{ABSTRACT}</text>
<annotation id="0"><infon key="type">%s</infon><location offset="{33 + skip}" length="4"/><text>abx2</text></annotation>
</passage></document></collection>"""


GENE = bioc("91", '<infon key="NCBI Gene identifier">-222,12;13</infon>') % ("Gene", "Domain")
CHEMICAL = bioc(
    "91",
    '<infon key="identifier">MESH:D91,MESH:D92</infon>',
    '<annotation id="M1"><infon key="identifier">MESH:D93</infon><infon key="type">MeSH_Indexing_Chemical</infon><text/></annotation>',
    skip=6,
) % ("Chemical", "OTHER")
VARIANT = "18\t24\tp.A12C\tProteinMutation\t"
PHRASES = "91\tWeak knees\tknees like caf\xe9 jelly\n"
LABEL = (Path(__file__).parents[2] / "fixtures" / "readers" / "two.label.xml").read_text()
MED = pubtator("0\t4\tABX2\tT103\tUMLS:C91") + pubtator("8\t12\tmice\tT204\tUMLS:C92", pmid="92")

LAYOUTS: dict[str, tuple[dict[str, str | bytes], list[Any]]] = {
    "bc5cdr/dev": (
        {
            "CDR_Data/CDR.Corpus.v010516/CDR_DevelopmentSet.PubTator.txt": pubtator(
                "0\t4\tABX2\tChemical\tD91", "8\t12\tmice\tDisease\tD92", "CID\tD91\tD92"
            )
        },
        [("Chemical", "ABX2", ("MESH:D91",)), ("Disease", "mice", ("MESH:D92",))],
    ),
    "chemdner/test": (
        {
            "chemdner_corpus/evaluation.abstracts.txt": f"91\t{TITLE}\t{ABSTRACT}\n",
            "chemdner_corpus/evaluation.annotations.txt": "91\tA\t4\t10\tp.A12C\tNO CLASS\n91\tT\t0\t4\tABX2\tFORMULA\n",
        },
        [("NO CLASS", "p.A12C", ()), ("FORMULA", "ABX2", ())],
    ),
    "linnaeus/train": (
        {
            "manual-corpus-species-1.0/txt/pmcA91.txt": TEXT,
            "manual-corpus-species-1.0/tags.tsv": "species id\tdocument\tstart\tend\ttext\tcode\nspecies:ncbi:10090\tpmcA91\t8\t12\tmice\t\n",
        },
        [("Species", "mice", ("NCBITaxon:10090",))],
    ),
    "nlmchem/dev": (
        {"BC7T2-NLMChem-corpus-dev.BioC.xml": CHEMICAL},
        [("Chemical", "ABX2", ("MESH:D91", "MESH:D92")), ("OTHER", "abx2", ())],
    ),
    "nlm_gene/test": (
        {
            "Corpus/FINAL/91.BioC.XML": GENE,
            "Corpus/FINAL/92.BioC.XML": GENE.replace("<id>91<", "<id>92<"),
            "Corpus/Pmidlist.Test.txt": "91\n",
        },
        [("Gene", "ABX2", ("NCBIGene:12", "NCBIGene:13")), ("Domain", "abx2", ())],
    ),
    "tmvar_v1/train": (
        {"tmVarCorpus/train.PubTator.txt": pubtator(f"{VARIANT}p|SUB|A|12|C")},
        [("ProteinMutation", "p.A12C", ("tmVar:p|SUB|A|12|C",))],
    ),
    "tmvar_v2/train": (
        {"tmVar.Normalization.txt": pubtator(f"{VARIANT}p|SUB|A|12|C\tRSID:91")},
        [("ProteinMutation", "p.A12C", ("RSID:91",))],
    ),
    "tmvar_v3/test": (
        {
            "tmVar3Corpus.txt": pubtator(
                f"{VARIANT}tmVar:p|SUB|A|12|C;HGVS:p.A12C;CorrespondingGene:12",
                "0\t4\tABX2\tGene\t12",
                "3\t9\tmice\tSpecies\t9",
            )
        },
        [
            ("ProteinMutation", "p.A12C", ("tmVar:p|SUB|A|12|C", "HGVS:p.A12C", "CorrespondingGene:12")),
            ("Gene", "ABX2", ("NCBIGene:12",)),
        ],
    ),
    "gnormplus/test": (
        {
            "GNormPlusCorpus/BC2GNtest.PubTator.txt": pubtator(
                "1\t5\tABX2\tGene\t12(Tax:10090)", "33\t37\tabx2\tFamilyName"
            )
        },
        [("Gene", "ABX2", ("NCBIGene:12",)), ("FamilyName", "abx2", ())],
    ),
    "citation_gia_test_collection/test": (
        {"GNormPlusCorpus/NLMIAT.PubTator.txt": pubtator("0\t4\tABX2\tGene\t12,13")},
        [("Gene", "ABX2", ("NCBIGene:12", "NCBIGene:13"))],
    ),
    "medmentions/dev": (
        {"st21pv/data/corpus_pubtator.txt": MED, "full/data/corpus_pubtator_pmids_dev.txt": "92\n"},
        [("T204", "mice", ("UMLS:C92",))],
    ),
    "medmentions/full_test": (
        {
            "full/data/corpus_pubtator.txt": pubtator("0\t4\tABX2\tT116,T123\tC91"),
            "full/data/corpus_pubtator_pmids_test.txt": "91\n",
        },
        [("T116,T123", "ABX2", ("UMLS:C91",))],
    ),
    "drugprot/dev": (
        {
            "development/drugprot_development_abstracs.tsv": f"91\t{TITLE}\t{ABSTRACT}\n",
            "development/drugprot_development_entities.tsv": "91\tT1\tCHEMICAL\t18\t24\tp.A12C\n91\tT2\tGENE-Y\t0\t4\tABX2\n",
            "development/drugprot_development_relations.tsv": "91\tINHIBITOR\tArg1:T1\tArg2:T2\n",
        },
        [("CHEMICAL", "p.A12C", ()), ("GENE-Y", "ABX2", ())],
    ),
    "euadr/train": (
        {
            "texts/91.txt": f"{TEXT}\n",
            "euadr_corpus/91.txt": "Target-Drug\tTrue\tconcept\tABX2\t0\t4\tx\tx\t1\tGenes & Molecular Sequences\n"
            "Target-Drug\tTrue\tconcept\tp.A12C\t18\t24\tx\tx\t2\tChemicals & Drugs\n"
            "Target-Drug\tTrue\trelation\t1\t2\tx\tx\t0:4\t18:24\tx\tPA\n",
        },
        [("Genes & Molecular Sequences", "ABX2", ()), ("Chemicals & Drugs", "p.A12C", ())],
    ),
    "ask_a_patient/train": (
        {"datasets/AskAPatient/AskAPatient.fold-0.train.txt": PHRASES.encode("latin-1")},
        [("phrase", "knees like caf\xe9 jelly", ("SNOMEDCT:91",))],
    ),
    "twadrl/dev": (
        {"datasets/TwADR-L/TwADR-L.fold-0.validation.txt": PHRASES.replace("91", "C91").encode("latin-1")},
        [("phrase", "knees like caf\xe9 jelly", ("UMLS:C91",))],
    ),
    "medal/dev": (
        {"valid.csv": f'ABSTRACT_ID,TEXT,LOCATION,LABEL\n91,"{TEXT}",4,some form\n'},
        [("abbreviation", "p.A12C", ())],
    ),
    "spl_adr_200db/train": (
        {"train_xml/ZORVATINE.xml": LABEL},
        [
            ("Severity", "severe", ()),
            ("AdverseReaction", "hives", ("MedDRA:900001",)),
            ("AdverseReaction", "Low blood pressure", ("MedDRA:900002", "MedDRA:900004")),
            ("Negation", "not", ()),
            ("AdverseReaction", "or\nbone pressure", ()),
        ],
    ),
}


def records(name: str, raw: Path) -> tuple[Descriptor, list[Document]]:
    corpus, split = name.split("/")
    described = descriptor.find(corpus, DESCRIPTORS)
    for file, content in LAYOUTS[name][0].items():
        path = raw / described.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return described, list(read(described, split, raw, Ledger()))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_file_of_the_published_layout_is_read_as_described(name: str, tmp_path: Path) -> None:
    _, (record,) = records(name, tmp_path)
    assert [(e.type, e.text, e.concepts) for e in record.entities] == LAYOUTS[name][1]
    assert record.meta == {"ask_a_patient": {"concept": "Weak knees"}, "twadrl": {"concept": "Weak knees"}}.get(
        name.split("/")[0], {"expansion": "some form"} if name.startswith("medal/") else {}
    )


@pytest.mark.parametrize("name", [name for name in LAYOUTS if "full" not in name])
def test_every_task_asks_of_it_and_reads_its_answer_back(name: str, tmp_path: Path) -> None:
    described, (record,) = records(name, tmp_path)
    for task, declared in described.tasks.items():
        module, spec = tasks.load(task), msgspec.convert(declared, tasks.TaskSpec)
        (draft,) = module.instances(record, spec)
        assert draft.gold
        style: Any = "taiyi"
        assert module.parse(module.answer(draft.gold, draft.context, style), draft.context).items == draft.gold
