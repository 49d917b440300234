"""The catalog's reading half. Every method blocks: call them on a thread."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from sqlalchemy import Row as Selected
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from services.catalog import filtering_store as filtering
from services.catalog import rows
from services.catalog.models import Artefact, Catalog, Corpus, Edge, Evaluation, File, Place, Score
from services.catalog.shelf import FIELDS, Row, Shelf
from services.kit.database import Database
from taiyi.errors import NotFound, NotReady, unknown_name

T = TypeVar("T")
Direction = Literal["upstream", "downstream"]
SYNC = "run `taiyi catalog sync` in the repository"
_LOOKED_AT, _LISTED = 1000, 20


class Found(NamedTuple, Generic[T]):
    """A page of a list. after: the last one's key, None at the end."""

    items: list[T]
    after: Any


class Standing(NamedTuple):
    """Where a row stands."""

    id: str
    path: str
    stage: str
    role: str
    part: str
    line: int
    offset: int


def revision(session: Session) -> int:
    """The catalog's revision; NotReady if nothing has ever been synchronised."""
    found = session.execute(select(Catalog.revision)).scalar()
    if found is None:
        raise NotReady(f"the catalog is empty; {SYNC}")
    return found


class Corpora(Generic[T]):
    """Corpora, each as `make` makes it of its row."""

    def __init__(self, database: Database, make: Callable[[Any], T]) -> None:
        self._database, self._make = database, make

    def shelf(self, before: Shelf[T] | None) -> Shelf[T]:
        """The corpora of the catalog's revision: `before` if that is it, else with what has changed since made anew."""
        with self._database.reading() as session:
            at = revision(session)
            if before is not None and before.revision == at:
                return before
            known = {row.number: row for row in before.rows} if before else {}
            heads = session.execute(select(Corpus.number, Corpus.revision).where(Corpus.gone.is_(False))).all()
            kept = [known[n] for n, changed in heads if n in known and known[n].revision == changed]
            asked = select(*Corpus.__table__.c).where(Corpus.gone.is_(False))
            if before:
                asked = asked.where(Corpus.revision > before.revision)
            return Shelf(at, kept + [self._row(row) for row in session.execute(asked)])

    def _row(self, row: Any) -> Row[T]:
        fields = {name: row.tasks if name == "task" else getattr(row, name) for name in FIELDS}
        return Row(row.id, row.number, row.revision, fields, self._make(row))

    def gone(self, corpus: str) -> T:
        """A corpus that is described no more and yet referred to; NotFound, with what is close, for any other."""
        with self._database.reading() as session:
            row = session.execute(select(*Corpus.__table__.c).where(Corpus.id == corpus)).first()
            if row is None:
                raise missing_corpus(session, corpus)
            return self._make(row)

    def holding(self, phrases: tuple[str, ...]) -> Sequence[int]:
        """The numbers of the rows whose text holds all of these segmented phrases, by the full-text index."""
        with self._database.reading() as session:
            return list(session.scalars(filtering.holding(phrases, embedded=self._database.embedded)))


def missing_corpus(session: Session, corpus: str) -> NotFound:
    """The error for a corpus that is not there; of many, those that begin alike are looked at."""
    names = select(Corpus.id).where(Corpus.gone.is_(False)).limit(_LOOKED_AT + 1)
    found = session.scalars(names).all()
    if len(found) > _LOOKED_AT:
        found = session.scalars(names.where(Corpus.id.startswith(corpus[:3], autoescape=True))).all()
    return _close("corpus", corpus, found)


def _close(kind: str, name: str, names: Sequence[str]) -> NotFound:
    if difflib.get_close_matches(name, names, n=1, cutoff=0.5) or len(names) < _LISTED:
        return unknown_name(kind, name, names)
    return NotFound(f"no {kind} {name!r}, and none that is like it; list them to see what there is")


class Artefacts:
    """Artefacts and evaluations, as rows; inputs of an artefact by their names' digests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, digest: str) -> tuple[Selected[Any], list[str]]:
        """One, and the digests of its inputs."""
        with self._database.reading() as session:
            return self._with_inputs(session, [self._one(session, digest)])[0]

    def page(self, filter_text: str, after: Any, size: int) -> Found[tuple[Selected[Any], list[str]]]:
        """Those that match, newest first."""
        where = filtering.artefacts_where(filter_text)
        asked = select(*Artefact.__table__.c)
        asked = asked if where is None else asked.where(where)
        with self._database.reading() as session:
            found = _newest(session, asked, after, size)
            return Found(self._with_inputs(session, found.items), found.after)

    def lineage(self, digest: str, direction: Direction, depth: int) -> list[tuple[Selected[Any], list[str]]]:
        """What it was made of, or what was made of it, near before far; depth 0: all of it."""
        here, there = (Edge.made, Edge.source) if direction == "upstream" else (Edge.source, Edge.made)
        with self._database.reading() as session:
            first = self._one(session, digest)
            seen, level, found, steps = {first.number}, [first.number], [first], 0
            while level and (not depth or steps < depth):
                numbers = select(there).where(here.in_(level)).distinct()
                asked = select(*Artefact.__table__.c).where(Artefact.number.in_(numbers))
                near = [row for row in session.execute(_in_order(asked)) if row.number not in seen]
                level = [row.number for row in near]
                seen.update(level)
                found += near
                steps += 1
            return self._with_inputs(session, found)

    def _one(self, session: Session, digest: str) -> Selected[Any]:
        row = session.execute(select(*Artefact.__table__.c).where(Artefact.digest == digest)).first()
        if row is None:
            raise _missing(session, "artefact", digest, select(Artefact.digest))
        return row

    def _with_inputs(self, session: Session, found: Sequence[Selected[Any]]) -> list[tuple[Selected[Any], list[str]]]:
        inputs: dict[int, list[str]] = {row.number: [] for row in found}
        asked = select(Edge.made, Artefact.digest).join(Artefact, Artefact.number == Edge.source)
        for made, digest in session.execute(asked.where(Edge.made.in_(list(inputs))).order_by(Edge.path, Edge.source)):
            if digest not in inputs[made]:
                inputs[made].append(digest)
        return [(row, inputs[row.number]) for row in found]

    def evaluations(self, after: Any, size: int) -> Found[Selected[Any]]:
        """Evaluations, newest first, without their scores."""
        with self._database.reading() as session:
            return _newest(session, _evaluations(), after, size)

    def evaluation(self, digest: str) -> tuple[Selected[Any], Sequence[Selected[Any]]]:
        """One evaluation and its scores."""
        with self._database.reading() as session:
            row = session.execute(_evaluations().where(Artefact.digest == digest)).first()
            if row is None:
                names = _evaluations().with_only_columns(Artefact.digest)
                raise _missing(session, "evaluation", digest, names)
            scores = select(*Score.__table__.c).where(Score.evaluation == row.number).order_by(Score.position)
            return row, session.execute(scores).all()


def _evaluations() -> Select[Any]:
    columns = (Artefact.digest, Artefact.number, Artefact.create_time, *Evaluation.__table__.c)
    return select(*columns).join(Artefact, Artefact.number == Evaluation.artefact)


def _in_order(asked: Select[Any]) -> Select[Any]:
    return asked.order_by(Artefact.create_time.desc(), Artefact.number.desc())


def _newest(session: Session, asked: Select[Any], after: Any, size: int) -> Found[Selected[Any]]:
    """A page in the order of time, newest first; its key is (create_time, number)."""
    if after is not None:
        time, number = after
        asked = asked.where(
            or_(Artefact.create_time < time, and_(Artefact.create_time == time, Artefact.number < number))
        )
    found = session.execute(_in_order(asked).limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    return Found(list(found[:size]), (last.create_time, last.number) if last else None)


def _missing(session: Session, kind: str, digest: str, names: Select[Any]) -> NotFound:
    near = session.scalars(names.where(Artefact.digest.startswith(digest[:4])).limit(_LISTED)).all()
    return _close(kind, digest, near) if near else NotFound(f"no {kind} {digest!r}; list them to see what there is")


class Rows:
    """Where records, instances and what became of them stand in files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self, corpus: str, split: str, after: Any, size: int) -> Found[Standing]:
        """A corpus's harmonised records in the order of its splits; split: of that one alone; after: [split, line]."""
        columns = select(*File.__table__.c).where(
            File.role == rows.RECORD, File.stage == "harmonize", File.corpus == corpus
        )
        with self._database.reading() as session:
            files = session.execute(columns.order_by(File.position, File.part)).all()
            known = [file.part for file in files]
            if not files:
                raise self._unharmonised(session, corpus)
            if split and split not in known:
                raise unknown_name(f"split of {corpus}", split, known)
            start, line = (known.index(after[0]), after[1]) if after and after[0] in known else (0, 0)
            found: list[Standing] = []
            for file in (file for file in files[start:] if split in ("", file.part)):
                found += _standing(session, file, line, size + 1 - len(found))
                line = 0
                if len(found) > size:
                    break
        last = found[size - 1] if len(found) > size else None
        return Found(found[:size], [last.part, last.line] if last else None)

    def _unharmonised(self, session: Session, corpus: str) -> NotFound | NotReady:
        if session.execute(select(Corpus.number).where(Corpus.id == corpus)).first() is None:
            return missing_corpus(session, corpus)
        return NotReady(f"{corpus} is not harmonised; enrol it in params.yaml, run `dvc repro harmonize`, then {SYNC}")

    def of(self, identifier: str, roles: Iterable[str] = ()) -> list[Standing]:
        """Every row of a record's id or of one that extends it, of those roles (all); NotFound says what is close."""
        record = identifier.partition("#")[0]
        asked = select(*Place.__table__.c, File.path, File.stage, File.role, File.part).join(
            File, File.number == Place.file
        )
        asked = asked.where(Place.record == record)
        if wanted := list(roles):
            asked = asked.where(File.role.in_(wanted))
        with self._database.reading() as session:
            found = session.execute(asked.order_by(File.stage, File.path, Place.line)).all()
            return [_at(row) for row in found]

    def missing(self, identifier: str, kind: str, roles: Sequence[str]) -> NotFound | NotReady:
        """The error for an id without a row, naming those that are close."""
        corpus, _, rest = identifier.partition("/")
        record = identifier.partition("#")[0]
        with self._database.reading() as session:
            if session.execute(select(Corpus.number).where(Corpus.id == corpus)).first() is None:
                return missing_corpus(session, corpus)
            of = select(Place.record, Place.suffix).join(File, File.number == Place.file).where(File.role.in_(roles))
            within = f"{corpus}/{rest.partition('/')[0]}/"
            beside = [
                of.where(Place.record == record).limit(100),
                of.where(Place.record >= record, Place.record < within + "\U0010ffff").order_by(Place.record).limit(50),
                of.where(Place.record < record, Place.record >= within).order_by(Place.record.desc()).limit(50),
            ]
            names = {record + suffix for asked in beside for record, suffix in session.execute(asked)}
        close = difflib.get_close_matches(identifier, sorted(names), n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"if it was made lately, {SYNC}"
        return NotFound(f"no {kind} {identifier!r}; {hint}")

    def policy(self, corpora: Sequence[str]) -> tuple[dict[str, Any], Sequence[Selected[Any]]]:
        """The licence policy of params.yaml, and id, licence and terms of these corpora (none: of the enrolled)."""
        asked = select(Corpus.id, Corpus.licence, Corpus.terms).order_by(Corpus.id)
        asked = asked.where(Corpus.id.in_(corpora) if corpora else Corpus.enrolled)
        with self._database.reading() as session:
            told = session.execute(select(Catalog.policy)).scalar_one()
            found: Any = session.execute(asked).all()
            for corpus in sorted(set(corpora) - {row.id for row in found}):
                raise missing_corpus(session, corpus)
            return told, found


def _standing(session: Session, file: Any, after: int, most: int) -> list[Standing]:
    asked = select(*Place.__table__.c).where(Place.file == file.number, Place.line > after)
    return [
        Standing(row.record + row.suffix, file.path, file.stage, file.role, file.part, row.line, row.offset)
        for row in session.execute(asked.order_by(Place.line).limit(most))
    ]


def _at(row: Any) -> Standing:
    return Standing(row.record + row.suffix, row.path, row.stage, row.role, row.part, row.line, row.offset)
