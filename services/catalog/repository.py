"""What a repository holds, as the catalog wants to know it: descriptors, manifests, evaluations and files of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from services.catalog import words
from services.catalog.digests import Digests
from taiyi import benchmarks, jsonl, layout, manifest, params, tasks
from taiyi.corpora import descriptor
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import NotReady
from taiyi.evaluation import results
from taiyi.evaluation.results import BenchmarkResult
from taiyi.instructions.templates import templates
from taiyi.manifest import Manifest
from taiyi.params import Params

UNKNOWN = datetime.fromtimestamp(0, UTC)
Progress = Callable[[str], None]

KINDS = {
    "samples": "samples",
    "acquire": "raw",
    "harmonize": "harmonised",
    "curate": "curated",
    "instruct": "instructions",
    "base_model": "base_model",
    "tokenize": "tokens",
    "train_stage1": "adapter",
    "train_stage2": "adapter",
    "predict": "predictions",
    "evaluate": "evaluation",
    "report": "report",
}
"""Stage -> what it makes."""
_GIVEN = {
    layout.TEMPLATES: "templates",
    layout.BENCHMARKS: "benchmarks",
    layout.DESCRIPTORS: "descriptors",
    layout.METRICS: "metrics",
}


class FoundCorpus(msgspec.Struct, frozen=True):
    """A described corpus, by the names of its columns."""

    id: str
    title: str
    title_zh: str
    language: str
    licence: str
    terms: str
    access: str
    size_records: int
    enrolled: bool
    held_out: bool
    homepage: str
    citation: str
    tasks: list[str]
    splits: dict[str, int]
    notes: list[str]
    search_text: str


class FoundArtefact(msgspec.Struct, frozen=True, kw_only=True):
    """An artefact, by the names of its columns. inputs: path -> sha256, as its manifest says."""

    sha256: str
    kind: str
    path: str
    stage: str = ""
    corpus: str = ""
    params_sha256: str = ""
    code_version: str = ""
    create_time: datetime = UNKNOWN
    inputs: dict[str, str] = {}


class FoundFile(msgspec.Struct, frozen=True):
    """A file of rows with ids, by the names of its columns."""

    path: str
    stage: str
    role: str
    corpus: str
    part: str
    position: int
    size_bytes: int
    modified_ns: int


class FoundEvaluation(msgspec.Struct, frozen=True):
    """The scores in an artefact of that path."""

    path: str
    model: str
    macro: float
    questions: int
    results: tuple[BenchmarkResult, ...]


def corpora(root: Path, told: Params, progress: Progress) -> Iterator[FoundCorpus]:
    """Every described corpus, by id."""
    known = descriptor.ids(root / layout.DESCRIPTORS)
    if not known:
        raise NotReady(f"{root / layout.DESCRIPTORS} holds no descriptor; is {root} the repository's folder?")
    for number, corpus in enumerate(known, start=1):
        yield described(descriptor.find(corpus, root / layout.DESCRIPTORS), enrolled=corpus in told.corpora)
        if number % 1000 == 0:
            progress(f"{number:,} of {len(known):,} descriptors read")


def described(one: Descriptor, *, enrolled: bool) -> FoundCorpus:
    """What a descriptor says, by the names of columns."""
    splits = {name: split.documents for name, split in one.splits.items()}
    return FoundCorpus(
        id=one.id,
        title=one.title,
        title_zh=one.title_zh,
        language=one.language,
        licence=one.licence.name,
        terms=one.licence.terms,
        access=one.access,
        size_records=sum(splits.values()),
        enrolled=enrolled,
        held_out=one.held_out,
        homepage=one.homepage,
        citation=one.citation,
        tasks=list(one.tasks),
        splits=splits,
        notes=list(one.notes),
        search_text=words.segmented("\n".join((one.id, one.title, one.title_zh, one.citation, *one.notes))),
    )


def parameters(root: Path) -> Params:
    """params.yaml of the repository."""
    return params.load(root / layout.PARAMS)


def made(root: Path) -> Iterator[FoundArtefact]:
    """What the manifests say was made, in the pipeline's order."""
    stages = list(KINDS)
    paths = sorted((root / layout.MANIFESTS).glob("*.json"))
    manifests: list[tuple[Path, Manifest]] = [(path, jsonl.read_json(path, Manifest)) for path in paths]
    manifests.sort(key=lambda pair: stages.index(pair[1].stage) if pair[1].stage in stages else len(stages))
    for path, one in manifests:
        for output, sha256 in one.outputs.items():
            yield FoundArtefact(
                sha256=sha256,
                kind=KINDS.get(one.stage, one.stage),
                path=output,
                stage=one.stage,
                corpus=_corpus(output),
                params_sha256=manifest.params_digest(one.params),
                code_version=f"{one.version}+{one.code[:16]}",
                create_time=_modified(path),
                inputs=one.inputs,
            )


def given(root: Path, path: str, sha256: str) -> FoundArtefact:
    """An input that no manifest says was made: one that lies in the repository, or a version that is gone."""
    above = Path(path)
    stage = next((stage for stage, folder in _FOLDERS.items() if above.is_relative_to(folder)), "")
    kind = _GIVEN.get(above) or (KINDS[stage] if stage else "native")
    there = root / path
    modified = _modified(there) if there.exists() else UNKNOWN
    return FoundArtefact(
        sha256=sha256, kind=kind, path=path, stage=stage, corpus=_corpus(path) if stage else "", create_time=modified
    )


def standing(root: Path, digests: Digests) -> Iterator[FoundArtefact]:
    """What the repository gives by itself: wordings and benchmarks, as they are now."""
    for folder in (layout.TEMPLATES, layout.BENCHMARKS):
        if sha256 := digests.of(folder.as_posix()):
            yield given(root, folder.as_posix(), sha256)


_FOLDERS = {
    "samples": layout.SAMPLES,
    "acquire": layout.RAW,
    "harmonize": layout.RECORDS,
    "curate": layout.CURATED,
    "instruct": layout.INSTRUCTIONS,
    "base_model": layout.BASE_MODEL,
    "tokenize": layout.TOKENS,
    "train_stage1": layout.ADAPTERS / "stage1",
    "train_stage2": layout.ADAPTERS / "stage2",
    "predict": layout.PREDICTIONS,
    "evaluate": layout.EVALUATION,
    "report": layout.REPORT,
}


def _corpus(path: str) -> str:
    """The corpus whose artefact lies there: data/records/<corpus>."""
    parts = Path(path)
    return parts.name if parts.parent in (layout.RECORDS, layout.RAW) else ""


def wordings(root: Path) -> dict[str, int]:
    """Wordings by task and language (ner.en), over all their groups."""
    counts = {}
    for task in tasks.ids():
        if (root / layout.TEMPLATES / f"{task}.yaml").exists():
            for language, groups in templates(task, root / layout.TEMPLATES).items():
                counts[f"{task}.{language}"] = sum(len(group) for group in groups.values())
    return counts


def asked(root: Path) -> dict[str, int]:
    """Questions by benchmark, where their number is described."""
    return {one.id: one.expected_n or 0 for one in benchmarks.every(root / layout.BENCHMARKS)}


def evaluation(root: Path, path: str) -> FoundEvaluation:
    """The evaluation in a folder."""
    one: results.Evaluation = jsonl.read_json(root / path / results.SCORES, results.Evaluation)
    return FoundEvaluation(path, one.name or one.model, one.macro, one.official_n, one.results)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
