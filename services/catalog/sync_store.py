"""The catalog's writing half: brings the tables to what was found, in the caller's transaction, and counts what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, event, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from services.catalog.models import Artefact, Catalog, Corpus, CorpusTask, Digest, Edge, Evaluation, File, Place, Score
from services.catalog.repository import UNKNOWN, FoundArtefact, FoundCorpus, FoundEvaluation, FoundFile
from services.catalog.rows import Line
from taiyi import manifest
from taiyi.errors import Conflict

Key = tuple[str, str]
"""An artefact: path and sha256."""
Changes = Counter[str]
"""What changed, by kind: "corpora added" -> how many."""
_BATCH = 5000
_OTHER = "another synchronisation was first; run `taiyi catalog sync` again"


def hold_pages(engine: Engine) -> None:
    """Have an embedded database's connections keep what a transaction has changed in memory until it ends: pages written
    out before would lock readers out from then on. It counts only if it is said before a transaction begins.
    """
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _hold_pages):
        engine.dispose()
        event.listen(engine, "connect", _hold_pages)


def _hold_pages(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA cache_spill = OFF").close()


def revision(connection: Connection) -> int:
    """The catalog's revision, 0 before the first synchronisation."""
    return connection.execute(select(Catalog.revision)).scalar() or 0


def known_digests(connection: Connection) -> dict[str, tuple[str, str]]:
    """Path -> (listing, sha256) of what was hashed before."""
    return {path: (listing, sha256) for path, listing, sha256 in connection.execute(select(*Digest.__table__.c))}


def known_artefacts(connection: Connection) -> dict[Key, bool]:
    """(path, sha256) -> whether it is gone, of every artefact."""
    asked = select(Artefact.path, Artefact.sha256, Artefact.gone)
    return {(path, sha256): gone for path, sha256, gone in connection.execute(asked)}


def known_edges(connection: Connection) -> dict[tuple[Key, str], list[Key]]:
    """(made, path of the part) -> what it was made from, artefacts as (path, sha256)."""
    made, source = aliased(Artefact), aliased(Artefact)
    asked = select(made.path, made.sha256, Edge.path, source.path, source.sha256).select_from(Edge)
    asked = asked.join(made, made.number == Edge.made).join(source, source.number == Edge.source)
    known: dict[tuple[Key, str], list[Key]] = {}
    for made_path, made_sha256, part, path, sha256 in connection.execute(asked):
        known.setdefault(((made_path, made_sha256), part), []).append((path, sha256))
    return known


class Writer:
    """One synchronisation's writing. `at` is the revision that its rows get; `changes` what it has changed so far."""

    def __init__(self, connection: Connection, before: int) -> None:
        """Conflict unless the catalog is at the revision `before`; it is then held against others."""
        if before != (connection.execute(select(Catalog.revision).with_for_update()).scalar() or 0):
            raise Conflict(_OTHER)
        self._connection, self._before, self._at = connection, before, before + 1
        self.changes: Changes = Counter()
        self._numbers: dict[Key, int] = {}

    def corpora(self, found: Iterable[FoundCorpus]) -> None:
        """Described corpora; one that is described no more is gone where an artefact is of it, else deleted."""
        asked = select(Corpus.id, Corpus.number, Corpus.sha256, Corpus.gone)
        known = {row.id: row for row in self._connection.execute(asked)}
        added = []
        for one in found:
            sha256, old = manifest.params_digest(one), known.pop(one.id, None)
            values = {**msgspec.structs.asdict(one), "sha256": sha256, "gone": False, "revision": self._at}
            if old is None:
                added.append(values)
            elif old.gone or old.sha256 != sha256:
                self._change_corpus(old.number, values)
        for start in range(0, len(added), _BATCH):
            self._add_corpora(added[start : start + _BATCH])
        self._forget_corpora({row.id: row.number for row in known.values() if not row.gone}, set(known))

    def _add_corpora(self, added: Sequence[dict[str, Any]]) -> None:
        returned = insert(Corpus).returning(Corpus.id, Corpus.number)
        numbers = {row.id: row.number for row in self._connection.execute(returned, added)}
        tasks = [{"task": task, "corpus": numbers[one["id"]]} for one in added for task in one["tasks"]]
        if tasks:
            self._connection.execute(insert(CorpusTask), tasks)
        self.changes["corpora added"] += len(added)

    def _change_corpus(self, number: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(Corpus).where(Corpus.number == number), values)
        self._connection.execute(delete(CorpusTask).where(CorpusTask.corpus == number))
        for task in values["tasks"]:
            self._connection.execute(insert(CorpusTask), {"task": task, "corpus": number})
        self.changes["corpora changed"] += 1

    def _forget_corpora(self, there: Mapping[str, int], missing: set[str]) -> None:
        referred = set(self._connection.scalars(select(Artefact.corpus).distinct()))
        for corpus in sorted(missing):
            which = Corpus.id == corpus
            if corpus not in referred:
                self._connection.execute(delete(Corpus).where(which))
                self.changes["corpora deleted"] += 1
            elif corpus in there:
                gone = {"gone": True, "enrolled": False, "revision": self._at}
                self._connection.execute(update(Corpus).where(which), gone)
                self.changes["corpora gone"] += 1

    def artefacts(
        self, found: Iterable[FoundArtefact], gone: Mapping[Key, bool], counts: Mapping[str, dict[str, int]]
    ) -> None:
        """Artefacts, none of which is ever deleted. gone: of every one, known or found; counts: by path, of what is there."""
        known = {(row.path, row.sha256): row for row in self._connection.execute(select(*Artefact.__table__.c))}
        names = {row.digest for row in known.values()}
        self._numbers = {key: row.number for key, row in known.items()}
        for one in found:
            key = (one.path, one.sha256)
            values = {k: v for k, v in msgspec.structs.asdict(one).items() if k != "inputs"}
            values |= {"counts": {} if gone[key] else counts.get(one.path, {}), "gone": gone[key]}
            if key not in self._numbers:
                self._add_artefact(values, names)
            elif key in known:
                self._change_artefact(known.pop(key), values)
        for key, row in known.items():
            if row.gone != gone[key]:
                self._change_artefact(row, {"gone": gone[key]})

    def _add_artefact(self, values: dict[str, Any], names: set[str]) -> None:
        digest = values["sha256"][:16]
        if digest in names:  # the same content at another path
            digest = manifest.text_digest(values["sha256"], values["path"])[:16]
        names.add(digest)
        values |= {"digest": digest, "revision": self._at}
        number = self._connection.execute(insert(Artefact).returning(Artefact.number), values).scalar_one()
        self._numbers[values["path"], values["sha256"]] = number
        self.changes["artefacts added"] += 1

    def _change_artefact(self, row: Any, values: dict[str, Any]) -> None:
        """Counts stay when it goes; what made it, and when, stays what was said first."""
        if values["gone"]:
            values = {k: v for k, v in values.items() if k != "counts"}
        if row.create_time != UNKNOWN:
            values = {k: v for k, v in values.items() if k != "create_time"}
        changed = {k: v for k, v in values.items() if getattr(row, k) != v}
        if changed:
            changed["revision"] = self._at
            self._connection.execute(update(Artefact).where(Artefact.number == row.number), changed)
            self.changes["artefacts gone" if changed.get("gone") else "artefacts changed"] += 1

    def edges(self, wanted: Iterable[tuple[Key, Key, str]]) -> None:
        """What was made from what, by path of the part: all that is known of those that are named."""
        rows: dict[tuple[int, str], set[int]] = {}
        for made, source, path in wanted:
            rows.setdefault((self._numbers[made], path), set()).add(self._numbers[source])
        asked = select(Edge.made, Edge.path, Edge.source)
        known = {(made, path, source) for made, path, source in self._connection.execute(asked)}
        new = {(*key, source) for key, sources in rows.items() for source in sources if source != key[0]}
        for edge in sorted(new - known):
            self._connection.execute(insert(Edge), dict(zip(("made", "path", "source"), edge, strict=True)))
            self.changes["edges added"] += 1
        for edge in (edge for edge in known - new if edge[:2] in rows):
            which = and_(Edge.made == edge[0], Edge.path == edge[1], Edge.source == edge[2])
            self._connection.execute(delete(Edge).where(which))
            self.changes["edges changed"] += 1

    def evaluations(self, found: Iterable[tuple[str, FoundEvaluation]]) -> None:
        """Evaluations with the sha256 of the artefact that holds each; one that is known is never another."""
        known = set(self._connection.scalars(select(Evaluation.artefact)))
        for sha256, one in found:
            number = self._numbers[one.path, sha256]
            if number in known:
                continue
            row = {"artefact": number, "model": one.model, "macro": one.macro, "questions": one.questions}
            self._connection.execute(insert(Evaluation), row)
            scores = [
                {
                    "evaluation": number,
                    "position": position,
                    "benchmark": result.name,
                    "metric": result.score.name,
                    "value": result.score.value,
                    "signature": result.score.signature,
                    "questions": result.official_n,
                }
                for position, result in enumerate(one.results)
            ]
            if scores:
                self._connection.execute(insert(Score), scores)
            self.changes["evaluations added"] += 1

    def files(self, found: Iterable[FoundFile], lines: Callable[[str], Iterable[Line]]) -> dict[str, int]:
        """Files of rows, read again where they have changed; how many lines each has."""
        known = {row.path: row for row in self._connection.execute(select(*File.__table__.c))}
        counts: dict[str, int] = {}
        for one in found:
            old, values = known.pop(one.path, None), msgspec.structs.asdict(one)
            if old is not None and all(getattr(old, k) == v for k, v in values.items()):
                counts[one.path] = old.lines
                continue
            if old is not None:
                self._drop_file(old.number)
            counts[one.path] = self._add_file(values, lines(one.path))
            self.changes["files changed" if old is not None else "files added"] += 1
        for row in known.values():
            self._drop_file(row.number)
            self.changes["files deleted"] += 1
        return counts

    def _drop_file(self, number: int) -> None:
        self._connection.execute(delete(Place).where(Place.file == number))
        self._connection.execute(delete(File).where(File.number == number))

    def _add_file(self, values: dict[str, Any], lines: Iterable[Line]) -> int:
        returned = insert(File).returning(File.number)
        number = self._connection.execute(returned, {**values, "lines": 0}).scalar_one()
        count, rows = 0, iter(lines)
        while batch := list(islice(rows, _BATCH)):
            self._connection.execute(insert(Place), [_place(number, line) for line in batch])
            count += len(batch)
        self._connection.execute(update(File).where(File.number == number), {"lines": count})
        return count

    def digests(self, new: Mapping[str, tuple[str, str]]) -> None:
        """What was hashed; knowing it changes nothing that anyone sees."""
        for path, (listing, sha256) in new.items():
            self._connection.execute(delete(Digest).where(Digest.path == path))
            self._connection.execute(insert(Digest), {"path": path, "listing": listing, "sha256": sha256})

    def end(self, policy: dict[str, Any]) -> None:
        """Writes the new revision if anything changed; Conflict if another synchronisation was first."""
        if not self._before:
            values = {"number": 1, "revision": self._at, "policy": policy, "changed_time": datetime.now(UTC)}
            try:
                self._connection.execute(insert(Catalog), values)
            except IntegrityError as error:
                raise Conflict(_OTHER) from error
            return
        if self._connection.execute(select(Catalog.policy)).scalar_one() != policy:
            self.changes["policies changed"] += 1
        if self.changes.total():
            which = and_(Catalog.number == 1, Catalog.revision == self._before)
            values = {"revision": self._at, "policy": policy, "changed_time": datetime.now(UTC)}
            self._connection.execute(update(Catalog).where(which), values)


def _place(number: int, line: Line) -> dict[str, Any]:
    record, _, rest = line.id.partition("#")
    suffix = line.id[len(record) :]
    return {
        "file": number,
        "line": line.line,
        "offset": line.offset,
        "record": record,
        "suffix": suffix if rest else "",
    }
