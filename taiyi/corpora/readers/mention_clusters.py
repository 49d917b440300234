"""JSON texts with entities as clusters: each has names, each name its mentions; interactions are between clusters."""

from __future__ import annotations

from collections.abc import Iterator

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Parts, without
from taiyi.records import Argument, Coreference, Document, Entity, Passage, Relation


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the cluster reader.

    id, document_id, text, entities, interactions: keys of a record. type, names: keys of an entity; names is an object
      from name to its mentions. mentions: the key of a name's list of `[start, end]`, half-open.
    participants: the key of an interaction's two entities, as numbers in their list. relation: the keys of its type,
      joined by a slash.
    concepts: key of an entity -> the database that its normalised id is of; no_concept: ids that say that there is none.
    """

    id: str = "id"
    document_id: str = ""
    text: str = "text"
    entities: str = "entities"
    type: str = "label"
    names: str = "names"
    mentions: str = "mentions"
    interactions: str = "interactions"
    participants: str = "participants"
    relation: tuple[str, ...] = ("type",)
    concepts: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("", "NA")
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One text a record. A cluster of two or more mentions is a coreference.

    An interaction is a relation between every mention of the one cluster and every mention of the other, with ids
    R1/1, R1/2 ...; a cluster that interacts with itself gives the pairs of its mentions, or the only one twice.
    """
    ids = files.RecordIds(source)
    for path in source.files:
        for value in json_files.values(path):
            fields = json_files.fields(value, "\n")
            with files.located(value.where):
                yield _document(fields, ids.of(fields.text(options.id)), source, options)


def _document(fields: Fields, record: str, source: Source, options: Options) -> Document:
    text = fields.text(options.text)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    entities: list[Entity] = []
    clusters: list[tuple[str, ...]] = []
    for item in fields.items(options.entities):
        first, number = len(entities), sum(len(cluster) for cluster in clusters)
        places = list(_places(item, options))
        clusters.append(tuple(f"T{number + count}" for count in range(1, len(places) + 1)))
        concepts = _concepts(item, options)
        for identifier, (name, span) in zip(clusters[-1], places, strict=True):
            entity = mentions.entity(identifier, item.text(options.type), (span,), name, fields.where, concepts)
            entities += [entity] if entity else []
        if len(entities) == first:
            source.ledger.note(
                record,
                "cluster_without_mentions",
                f"entity {len(clusters) - 1} is nowhere in the text, and neither are its interactions",
                action="dropped",
            )
    groups = tuple(Coreference(f"C{n}", cluster) for n, cluster in enumerate(clusters) if len(cluster) > 1)
    relations = tuple(_relations(fields, clusters, options))
    left = without(mentions.dropped, Parts(relations, (), groups), record, source.ledger)
    return Document(
        id=record,
        language=source.language,
        document_id=fields.optional_text(options.document_id),
        text=text,
        passages=(Passage("sentence", 0, len(text)),),
        entities=tuple(entities),
        relations=left.relations,
        coreferences=left.coreferences,
    )


def _places(item: Fields, options: Options) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each mention of an entity: its name and its place. Names that are not in the text have none."""
    names = item.get(options.names)
    if not isinstance(names, dict):
        raise item.refuse(f"{options.names!r} is no object", "it leads from a name to its mentions")
    for name, content in names.items():
        found = Fields(item.where, content).get(options.mentions)
        for place in found if isinstance(found, list) else [None]:
            if not (isinstance(place, list) and len(place) == 2 and all(type(at) is int for at in place)):
                raise item.refuse(f"a mention of {name!r} stands at {place!r}", "a place is [start, end]")
            yield str(name), (place[0], place[1])


def _concepts(item: Fields, options: Options) -> tuple[str, ...]:
    found = ((database, item.optional_text(key).strip()) for key, database in options.concepts.items())
    return tuple(f"{database}:{native}" for database, native in found if native not in options.no_concept)


def _relations(fields: Fields, clusters: list[tuple[str, ...]], options: Options) -> Iterator[Relation]:
    for number, item in enumerate(fields.items(options.interactions), start=1):
        ends = item.get(options.participants)
        if not (
            isinstance(ends, list)
            and len(ends) == 2
            and all(type(end) is int and 0 <= end < len(clusters) for end in ends)
        ):
            raise item.refuse(
                f"{options.participants!r} is {ends!r}",
                f"they are the numbers of two of the {len(clusters)} entities, from 0",
            )
        kind = "/".join(item.text(key) for key in options.relation)
        heads, tails = clusters[ends[0]], clusters[ends[1]]
        pairs = [(head, tail) for head in heads for tail in tails if head != tail or len(heads) == 1]
        for count, (head, tail) in enumerate(pairs, start=1):
            yield Relation(f"R{number}/{count}", kind, Argument(ref=head), Argument(ref=tail))
