"""`taiyi catalog sync`: brings the catalog to what the repository holds. Run again, it changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from services.catalog import repository, rows, sync_store
from services.catalog.digests import Digests
from services.catalog.repository import FoundArtefact, FoundCorpus, FoundEvaluation, FoundFile, Progress
from services.catalog.sync_store import Changes, Key, Writer
from services.kit.database import Database
from taiyi import layout
from taiyi.errors import NotFound
from taiyi.params import Params

Edges = Mapping[tuple[Key, str], list[Key]]
"""What was made from what: (made, path of the part) -> sources."""


class Found(msgspec.Struct, frozen=True):
    """All that was found. edges: what was made, of what, and the path of the part that it took."""

    told: Params
    corpora: list[FoundCorpus]
    artefacts: dict[Key, FoundArtefact]
    edges: list[tuple[Key, Key, str]]
    evaluations: list[tuple[str, FoundEvaluation]]
    files: list[FoundFile]


def sync(root: Path, database: Database, progress: Progress, *, evaluations: Sequence[str] = ()) -> Changes:
    """Bring the catalog to what the repository at `root` holds, in one transaction; what changed, by kind.

    evaluations: further evaluation folders, below root. What was described or made and is there no more is marked gone
    where something refers to it. Conflict if another synchronisation ends meanwhile.
    """
    sync_store.hold_pages(database.engine)
    with database.reading() as session:
        before = sync_store.revision(session.connection())
        digests = Digests(root, sync_store.known_digests(session.connection()))
        known = sync_store.known_artefacts(session.connection())
        edges = sync_store.known_edges(session.connection())
    found = look(root, digests, progress, edges, evaluations)
    gone = {key: digests.of(key[0]) != key[1] for key in (*known, *found.artefacts)}
    with database.writing() as session:
        writer = Writer(session.connection(), before)
        writer.corpora(found.corpora)
        lines = writer.files(found.files, lambda path: _told(root, path, progress))
        writer.artefacts(found.artefacts.values(), gone, _counts(root, found, lines))
        writer.edges(found.edges)
        writer.evaluations(found.evaluations)
        writer.digests(digests.new)
        writer.end(msgspec.json.decode(msgspec.json.encode(found.told.licences)))
        changes = +writer.changes
    progress(", ".join(f"{count:,} {what}" for what, count in changes.items()) or "nothing has changed")
    return changes


def look(root: Path, digests: Digests, progress: Progress, known: Edges, evaluations: Sequence[str] = ()) -> Found:
    """Everything that the repository holds; nothing is written. known: what was made from what, as found before."""
    told = repository.parameters(root)
    corpora = list(repository.corpora(root, told, progress))
    progress(f"{len(corpora):,} corpora described")
    made = [*repository.made(root), *repository.standing(root, digests)]
    made += [_evaluation(path, digests) for path in evaluations]
    artefacts = {(one.path, one.sha256): one for one in made}
    edges = list(_edges(root, artefacts, digests, known))
    progress(f"{len(artefacts):,} artefacts")
    scored = [
        (sha256, repository.evaluation(root, path))
        for (path, sha256), one in artefacts.items()
        if one.kind == "evaluation" and digests.of(path) == sha256 and (root / path).is_dir()
    ]
    splits = {one.id: tuple(one.splits) for one in corpora}
    return Found(told, corpora, artefacts, edges, scored, list(rows.files(root, splits)))


def _evaluation(path: str, digests: Digests) -> FoundArtefact:
    if not (sha256 := digests.of(path)):
        raise NotFound(f"no evaluation lies in {path}")
    return FoundArtefact(sha256=sha256, kind="evaluation", path=path)


def _edges(
    root: Path, artefacts: dict[Key, FoundArtefact], digests: Digests, known: Edges
) -> Iterator[tuple[Key, Key, str]]:
    """What each was made of, as found now or else before; an input that nothing is known to have made becomes an
    artefact of its own.
    """
    made = list(artefacts.values())
    outputs = [one for one in made if digests.of(one.path) == one.sha256]
    for one in made:
        key = (one.path, one.sha256)
        for path, sha256 in one.inputs.items():
            sources = _sources(path, sha256, artefacts, outputs, digests) or known.get((key, path), [])
            if not sources or sources == [(path, sha256)]:
                artefacts.setdefault((path, sha256), repository.given(root, path, sha256))
                sources = [(path, sha256)]
            yield from ((key, source, path) for source in sources)


def _sources(
    path: str, sha256: str, artefacts: dict[Key, FoundArtefact], outputs: Sequence[FoundArtefact], digests: Digests
) -> list[Key]:
    """The artefact that is this input, the one that it is a part of, or those that lie in it."""
    if (path, sha256) in artefacts:
        return [(path, sha256)]
    wanted = PurePosixPath(path)
    within = [one for one in outputs if wanted.is_relative_to(one.path) or PurePosixPath(one.path).is_relative_to(path)]
    return [(one.path, one.sha256) for one in within] if within and digests.of(path) == sha256 else []


def _told(root: Path, path: str, progress: Progress) -> Iterator[rows.Line]:
    for line in rows.lines(root / path):
        yield line
        if line.line % 100_000 == 0:
            progress(f"{path}: {line.line:,} rows")


def _counts(root: Path, found: Found, lines: dict[str, int]) -> dict[str, dict[str, int]]:
    """Rows by split, use or name, by the path of the artefact that they are in."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for file in found.files:
        if file.role != rows.LEDGER and file.part:
            above = layout.RECORDS / file.corpus if file.stage == "harmonize" else Path(*Path(file.path).parts[:2])
            held = counts[above.as_posix()]
            held[file.part] = held.get(file.part, 0) + lines[file.path]
    counts[layout.TEMPLATES.as_posix()] = repository.wordings(root)
    counts[layout.BENCHMARKS.as_posix()] = repository.asked(root)
    counts.update({one.path: {"questions": one.questions} for _, one in found.evaluations})
    return counts
